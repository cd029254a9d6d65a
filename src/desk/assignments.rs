//! Work that changes hands: many cases at once, and what comes for someone who is away.

use serde_json::json;

use super::carry::carry_out;
use super::cases::{Order, append};
use super::lists::{Facet, ListOrder, ListQuery, may_see};
use super::{Away, Book, Desk, DeskError, Person, need, open};
use crate::domain::access::{Actor, Permission};
use crate::domain::calendar::london_date;
use crate::domain::case::{Case, Command, Event};
use crate::domain::ids::CaseRef;
use crate::domain::refusal::required;
use crate::store::{StoreError, WriteError, WriteTx};

/// The most cases that change hands at once.
const MOST: usize = 500;

/// Cases to be given to someone.
#[derive(Clone, Debug, Default)]
pub struct Assignment {
    /// Who has them now; a case that is no longer theirs is left alone. Alone, it means all their open cases.
    pub from: Option<String>,
    /// Who gets them.
    pub to: String,
    /// Which; none for all of `from`.
    pub cases: Vec<CaseRef>,
    /// Why, for the record of each case.
    pub note: Option<String>,
}

/// What became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assigned {
    /// Cases with who handles them now.
    pub given: Vec<(CaseRef, String)>,
    /// Cases that stayed where they were, with the reason.
    pub refused: Vec<(CaseRef, String)>,
}

/// Why nothing was given.
enum Stopped {
    /// It was only to be seen what would be.
    TriedOut(Assigned),
    /// It may not be.
    Refused(DeskError),
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<DeskError> for Stopped {
    fn from(error: DeskError) -> Self {
        Self::Refused(error)
    }
}

impl Desk {
    /// Gives cases to someone in one breath. A case that may not go to them stays where it is and says why; the
    /// others go.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], [`DeskError::Invalid`] for whom or how many, or what the file says.
    pub async fn reassign(&self, actor: &Actor, wanted: Assignment) -> Result<Assigned, DeskError> {
        match self.hand_over(actor, wanted, true).await {
            Ok(done) => Ok(done),
            Err(Stopped::Refused(error)) => Err(error),
            Err(Stopped::TriedOut(_)) => Err(DeskError::Internal("nothing was given".into())),
        }
    }

    /// What [`Desk::reassign`] would do, with nothing done.
    ///
    /// # Errors
    /// As [`Desk::reassign`].
    pub async fn try_reassign(
        &self,
        actor: &Actor,
        wanted: Assignment,
    ) -> Result<Assigned, DeskError> {
        match self.hand_over(actor, wanted, false).await {
            Ok(done) | Err(Stopped::TriedOut(done)) => Ok(done),
            Err(Stopped::Refused(error)) => Err(error),
        }
    }

    async fn hand_over(
        &self,
        actor: &Actor,
        mut wanted: Assignment,
        for_good: bool,
    ) -> Result<Assigned, Stopped> {
        need(actor, Permission::Assign)?;
        required(&wanted.to, "to", "who gets the cases").map_err(DeskError::from)?;
        let (book, now) = (self.book(), self.now());
        wanted.to = book.id_of(&wanted.to);
        wanted.from = wanted.from.map(|from| book.id_of(&from));
        if wanted.cases.is_empty() && wanted.from.is_none() {
            return Err(invalid("cases", "Choose at least one case.".into()).into());
        }
        let who = actor.clone();
        let done = self
            .store()
            .write_async(move |tx| -> Result<Assigned, Stopped> {
                let cases = match (&wanted.from, wanted.cases.as_slice()) {
                    (Some(from), []) => all_of(tx, &who, from)?,
                    (_, chosen) => chosen.to_vec(),
                };
                if cases.len() > MOST {
                    let detail = format!("Give at most {MOST} cases at a time.");
                    return Err(invalid("cases", detail).into());
                }
                let mut done = Assigned::default();
                for reference in cases {
                    match give(tx, &book, &who, &wanted, &reference, now) {
                        Ok(case) => {
                            let handler = case.handler().unwrap_or_default().to_owned();
                            done.given.push((reference, handler));
                        }
                        Err(DeskError::Refused(refusal)) => {
                            done.refused.push((reference, refusal.detail));
                        }
                        Err(error @ (DeskError::NotFound | DeskError::Conflict(_))) => {
                            done.refused.push((reference, error.to_string()));
                        }
                        Err(error) => return Err(error.into()),
                    }
                }
                // What a job that fails has written is taken back.
                match for_good {
                    true => Ok(done),
                    false => Err(Stopped::TriedOut(done)),
                }
            });
        done.await.map_err(|error| match error {
            WriteError::Refused(stopped) => stopped,
            WriteError::Store(error) => Stopped::Refused(error.into()),
        })
    }

    /// Says that someone is away, or back. One says so of oneself; those who give work, of anyone.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], [`DeskError::NotFound`], or [`DeskError::Invalid`] with the field at fault.
    pub async fn set_away(
        &self,
        by: &Actor,
        account: &str,
        away: Option<Away>,
    ) -> Result<Person, DeskError> {
        if by.id != account && !by.may(Permission::Administer) {
            need(by, Permission::Assign)?;
        }
        let book = self.book();
        let away = match away {
            Some(away) if away.until < london_date(self.now()) => {
                let detail = "Give the last day of the absence: today or later.";
                return Err(invalid("until", detail.into()));
            }
            Some(Away { until, cover }) => {
                let cover = cover.filter(|cover| !cover.trim().is_empty());
                let cover = cover.map(|cover| book.id_of(&cover));
                let fits = |id: &String| id != account && book.person(id).is_some();
                if cover.as_ref().is_some_and(|cover| !fits(cover)) {
                    let detail = "Choose a colleague with an account.";
                    return Err(invalid("cover", detail.into()));
                }
                Some(Away { until, cover })
            }
            None => None,
        };
        let kind = if away.is_some() {
            "person_away"
        } else {
            "person_back"
        };
        self.change_person(by, account, kind, move |person| {
            person.away = away;
            json!({"account": person.id, "away": person.away})
        })
        .await
    }
}

fn invalid(field: &'static str, detail: String) -> DeskError {
    DeskError::Invalid { field, detail }
}

fn give(
    tx: &mut WriteTx<'_>,
    book: &Book,
    who: &Actor,
    wanted: &Assignment,
    reference: &CaseRef,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Case, DeskError> {
    let case = open(tx, who, reference)?;
    if let Some(from) = &wanted.from
        && case.handler() != Some(from)
    {
        let text = "Someone else handles it by now. Look at the case first.";
        return Err(DeskError::Conflict(text.into()));
    }
    let order = Order::now(Command::Assign {
        stage: None,
        handler: wanted.to.clone(),
        conflict_note: None,
    });
    let case = carry_out(tx, book, who, &case, &order, None, now)?;
    match wanted.note.as_deref().map(str::trim) {
        None | Some("") => Ok(case),
        Some(note) => {
            let note = vec![Event::NoteAdded { text: note.into() }];
            append(tx, book, who, Some(&case), reference, note, now, now)
        }
    }
}

/// The open cases of someone, as far as the actor may know of them.
fn all_of(
    rows: &dyn crate::store::Rows,
    actor: &Actor,
    from: &str,
) -> Result<Vec<CaseRef>, DeskError> {
    let query = ListQuery {
        facets: vec![Facet::Handler(from.to_owned()), Facet::Ended(false)],
        order: ListOrder::Due,
        limit: MOST + 1,
        ..ListQuery::default()
    };
    let page = rows.list(&query, &may_see(actor))?;
    Ok(page.rows.into_iter().map(|row| row.reference).collect())
}
