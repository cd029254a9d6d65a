//! Reminders: who handles a case is told that its date comes near, and someone more senior before it is missed and when
//! it is (domain rules §2.9). A reminder is given once for each date of a case; what was given is kept.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;

use super::learning::{self, Kept};
use super::lists::{CaseRow, may_see};
use super::people::note;
use super::{Book, Desk, DeskError};
use crate::domain::access::{Actor, Permission, Role};
use crate::domain::calendar::london_date;
use crate::domain::ids::CaseRef;
use crate::domain::policy::Nudges;
use crate::store::list::ListQuery;
use crate::store::{Rows, StoreError, T, WriteTx};

/// How often dates are looked at.
const ROUND: Duration = Duration::from_secs(300);
/// The records of what was given, by case, clock, date and kind.
const GIVEN: &str = "given/";
/// The records of what waits for a person, by account.
const FOR: &str = "for/";
/// What stands for the clock where a learning is due, before its number.
const LEARNING: &str = "learning/";
/// Reminders that one person is shown at most.
pub const MOST: usize = 50;
/// Days after which what was seen is not shown any more, and what was given is forgotten.
const KEPT: i64 = 90;

/// Why somebody is reminded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The date comes near: for whoever handles the case.
    First,
    /// It is nearer still: the same once more.
    Last,
    /// It is near enough that someone more senior should know.
    Senior,
    /// It was missed: for both.
    Missed,
    /// A week in which dates were missed: for the member responsible for complaints (Code 9.5).
    Week,
}

impl Why {
    fn word(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Last => "last",
            Self::Senior => "senior",
            Self::Missed => "missed",
            Self::Week => "week",
        }
    }
}

/// One reminder of one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nudge {
    /// The case; none for the sum of a week.
    pub case: Option<CaseRef>,
    /// The clock, by its wire name; or the learning, see [`Nudge::learning`].
    #[serde(default)]
    pub clock: String,
    /// Its date, or the last day of the week.
    pub due: NaiveDate,
    /// Why.
    pub why: Why,
    /// How many dates were missed, in the sum of a week.
    #[serde(default)]
    pub missed: u64,
    /// When it was given.
    pub at: DateTime<Utc>,
    /// When it was seen.
    #[serde(default)]
    pub seen_at: Option<DateTime<Utc>>,
}

impl Nudge {
    /// The number of the learning that it is about.
    pub fn learning(&self) -> Option<u32> {
        self.clock.strip_prefix(LEARNING)?.parse().ok()
    }
}

/// A reminder that is due, and whom it is for.
#[derive(Clone, Debug)]
struct Due {
    key: String,
    nudge: Nudge,
    to: BTreeSet<String>,
    /// The case is open to few: the house's own record must not name it.
    quiet: bool,
}

impl Desk {
    /// Looks at the dates every few minutes for as long as the program runs.
    pub async fn keep_nudges(&self) {
        loop {
            if let Err(error) = self.nudge().await {
                tracing::warn!(%error, "reminders could not be given");
            }
            tokio::time::sleep(ROUND).await;
        }
    }

    /// Gives the reminders that are due and were not given; how many there were.
    ///
    /// # Errors
    /// What the file says.
    pub async fn nudge(&self) -> Result<usize, DeskError> {
        let due = self.away(Self::nudges_due).await?;
        if due.is_empty() {
            return Ok(0);
        }
        let now = self.now();
        let given = self
            .store()
            .write_async(move |tx| -> Result<usize, DeskError> {
                let mut number = 0;
                for due in due {
                    if !tx.holds(&due.key)? {
                        give(tx, &due, now)?;
                        number += due.to.len();
                    }
                }
                Ok(number)
            });
        Ok(given.await?)
    }

    /// The reminders whose day has come and that nobody was given.
    fn nudges_due(&self) -> Result<Vec<Due>, DeskError> {
        let (reader, book, now) = (self.reader()?, self.book(), self.now());
        let today = london_date(now);
        let rules = &book.policy(today).nudges;
        let furthest = rules.owner_first.max(rules.owner_last).max(rules.manager);
        let calendar = book.calendar();
        let before = calendar.add_working_days(today, u32::from(furthest) + 1);
        let query = ListQuery {
            due_before: Some(before.unwrap_or(today)),
            ..ListQuery::default()
        };
        let (mut all, mut missed) = (Vec::new(), 0);
        reader.each_row(&query, &|_| true, &mut |row| {
            let Some(on) = row.due.as_ref().map(|due| due.on) else {
                return;
            };
            if on < today && row.only_for.is_none() {
                missed += 1;
            }
            let left = calendar.working_days_between(today, on).unwrap_or_default();
            let why = reason(rules, (on >= today).then_some(left));
            all.extend(why.and_then(|why| due_for(&book, row, why, today, now)));
        })?;
        all.extend(week(&book, missed, today, now));
        let learnings = learning::all(&*reader)?;
        all.extend(learnings.iter().filter_map(|kept| {
            let on = kept.learning.due;
            let left = calendar.working_days_between(today, on).unwrap_or_default();
            let why = reason(rules, (on >= today).then_some(left))?;
            learning_due(&book, kept, why, today, now)
        }));
        let mut fresh = Vec::new();
        for due in all {
            if !reader.holds(&due.key)? {
                fresh.push(due);
            }
        }
        Ok(fresh)
    }

    /// The newest reminders of the actor, those not seen first. What is settled, and what is closed to the actor by
    /// now, is left out.
    ///
    /// # Errors
    /// What the file says.
    pub fn nudges(&self, actor: &Actor) -> Result<Vec<(Nudge, Option<CaseRow>)>, DeskError> {
        if !actor.may(Permission::ReadCases) {
            return Ok(Vec::new());
        }
        let reader = self.reader()?;
        let mut all = waiting(&*reader, &actor.id)?;
        all.sort_by_key(|(_, nudge)| (nudge.seen_at.is_some(), std::cmp::Reverse(nudge.at)));
        let mut shown = Vec::new();
        for (_, nudge) in all {
            let row = match &nudge.case {
                None if !still_learning(&*reader, &nudge)? => continue,
                None => None,
                Some(case) => match reader
                    .case_row(case)?
                    .filter(|row| still(row, &nudge, actor))
                {
                    None => continue,
                    row => row,
                },
            };
            shown.push((nudge, row));
            if shown.len() == MOST {
                break;
            }
        }
        Ok(shown)
    }

    /// Takes down that the actor has seen all that was given until `at`; forgets what is long settled.
    ///
    /// # Errors
    /// What the file says.
    pub async fn nudges_seen(&self, actor: &Actor, at: DateTime<Utc>) -> Result<(), DeskError> {
        let (who, now) = (actor.id.clone(), self.now());
        let seen = self
            .store()
            .write_async(move |tx| -> Result<(), DeskError> {
                for (key, mut nudge) in waiting(&*tx, &who)? {
                    if (now - nudge.at).num_days() > KEPT {
                        tx.delete_record(T::Nudge, &key)?;
                    } else if nudge.seen_at.is_none() && nudge.at <= at {
                        nudge.seen_at = Some(now);
                        tx.put_record(T::Nudge, &key, &nudge)?;
                    }
                }
                Ok(())
            });
        Ok(seen.await?)
    }
}

/// The strongest reason to remind of a date that is `left` working days ahead, or past.
fn reason(rules: &Nudges, left: Option<u32>) -> Option<Why> {
    let within = |days: u16, left: u32| days > 0 && left <= u32::from(days);
    match left {
        None => Some(Why::Missed),
        Some(left) if within(rules.manager, left) => Some(Why::Senior),
        Some(left) if within(rules.owner_last, left) => Some(Why::Last),
        Some(left) if within(rules.owner_first, left) => Some(Why::First),
        Some(_) => None,
    }
}

fn due_for(
    book: &Book,
    row: &CaseRow,
    why: Why,
    today: NaiveDate,
    now: DateTime<Utc>,
) -> Option<Due> {
    let due = row.due.as_ref()?;
    let mut to = BTreeSet::new();
    let owner = row.handler.as_deref().and_then(|name| book.person(name));
    let owner = owner.filter(|person| !person.disabled);
    if let Some(owner) = owner {
        to.insert(owner.id.clone());
        // Whoever covers is told as well: the one who is away cannot see to it.
        to.extend(book.cover(&owner.id, today).map(|(who, _)| who));
    }
    if owner.is_none() || matches!(why, Why::Senior | Why::Missed) {
        to.extend(seniors(book));
    }
    if let Some(named) = &row.only_for {
        to.retain(|id| named.contains(id));
    }
    let key = format!(
        "{GIVEN}{}/{}/{}/{}",
        row.reference,
        due.clock,
        due.on,
        why.word()
    );
    let nudge = Nudge {
        case: Some(row.reference.clone()),
        clock: due.clock.clone(),
        due: due.on,
        why,
        missed: 0,
        at: now,
        seen_at: None,
    };
    let quiet = row.only_for.is_some();
    (!to.is_empty()).then_some(Due {
        key,
        nudge,
        to,
        quiet,
    })
}

/// A reminder of what somebody said they would change because of complaints.
fn learning_due(
    book: &Book,
    kept: &Kept,
    why: Why,
    today: NaiveDate,
    now: DateTime<Utc>,
) -> Option<Due> {
    let learning = &kept.learning;
    let owner = book.person(&learning.owner).filter(|p| !p.disabled);
    let mut to = BTreeSet::new();
    if let Some(owner) = owner {
        to.insert(owner.id.clone());
        to.extend(book.cover(&owner.id, today).map(|(who, _)| who));
    }
    if owner.is_none() || why == Why::Missed {
        to.extend(seniors(book));
    }
    let clock = format!("{LEARNING}{}", kept.number);
    let nudge = Nudge {
        case: None,
        clock: clock.clone(),
        due: learning.due,
        why,
        missed: 0,
        at: now,
        seen_at: None,
    };
    let open = !learning.progress.is_ended() && !to.is_empty();
    open.then_some(Due {
        key: format!("{GIVEN}{clock}/{}/{}", learning.due, why.word()),
        nudge,
        to,
        quiet: false,
    })
}

/// Whether a reminder of a learning still has its reason; every other has.
fn still_learning(rows: &dyn Rows, nudge: &Nudge) -> Result<bool, DeskError> {
    let Some(number) = nudge.learning() else {
        return Ok(true);
    };
    let all = learning::all(rows)?;
    let kept = all.iter().find(|kept| kept.number == number);
    Ok(kept
        .is_some_and(|kept| !kept.learning.progress.is_ended() && kept.learning.due == nudge.due))
}

/// The sum of a week for those who answer for complaints to the board (Code 9.5), from its Monday on.
fn week(book: &Book, missed: u64, today: NaiveDate, now: DateTime<Utc>) -> Option<Due> {
    let to = holding(book, Role::Board);
    if missed == 0 || to.is_empty() {
        return None;
    }
    let week = today.iso_week();
    let nudge = Nudge {
        case: None,
        clock: String::new(),
        due: today,
        why: Why::Week,
        missed,
        at: now,
        seen_at: None,
    };
    Some(Due {
        key: format!("{GIVEN}week/{}-{:02}", week.year(), week.week()),
        nudge,
        to,
        quiet: false,
    })
}

/// Who is told before a date is missed: team leaders; without any, directors.
fn seniors(book: &Book) -> BTreeSet<String> {
    let leaders = holding(book, Role::TeamLeader);
    match leaders.is_empty() {
        true => holding(book, Role::Director),
        false => leaders,
    }
}

fn holding(book: &Book, role: Role) -> BTreeSet<String> {
    let people = book.people().filter(|person| !person.disabled);
    let people = people.filter(|person| person.roles.contains(&role));
    people.map(|person| person.id.clone()).collect()
}

fn give(tx: &mut WriteTx<'_>, due: &Due, now: DateTime<Utc>) -> Result<(), DeskError> {
    tx.put_record(T::Nudge, &due.key, &now)?;
    let tail = due.key.trim_start_matches(GIVEN);
    for id in &due.to {
        tx.put_record(T::Nudge, &format!("{FOR}{id}/{tail}"), &due.nudge)?;
    }
    // The record proves that someone more senior was told; of a restricted case only its own record may speak.
    if !due.quiet {
        let body = json!({
            "reference": due.nudge.case, "clock": due.nudge.clock, "due": due.nudge.due, "why": due.nudge.why,
            "to": due.to,
        });
        note(tx, "nudged", &Actor::system().id, now, &body)?;
    }
    Ok(())
}

/// Whether a reminder still has its reason, and its case is open to whom it is for.
fn still(row: &CaseRow, nudge: &Nudge, actor: &Actor) -> bool {
    let due = row.due.as_ref();
    let same = due.is_some_and(|due| due.on == nudge.due && due.clock == nudge.clock);
    same && may_see(actor)(row.only_for.as_deref())
}

fn waiting(rows: &dyn Rows, account: &str) -> Result<Vec<(String, Nudge)>, StoreError> {
    rows.records(T::Nudge, &format!("{FOR}{account}/"), None, usize::MAX)
}

/// Whether a reminder was given.
trait Holds {
    fn holds(&self, key: &str) -> Result<bool, StoreError>;
}

impl<R: Rows + ?Sized> Holds for R {
    fn holds(&self, key: &str) -> Result<bool, StoreError> {
        Ok(self.get(T::Nudge, key.as_bytes())?.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_reason_counts() {
        let rules = Nudges::default();
        let all =
            [None, Some(0), Some(1), Some(2), Some(3), Some(4)].map(|left| reason(&rules, left));
        let told = [
            Some(Why::Missed),
            Some(Why::Senior),
            Some(Why::Senior),
            Some(Why::First),
            Some(Why::First),
            None,
        ];
        assert_eq!(all, told);
        let owner_only = Nudges {
            manager: 0,
            ..Nudges::default()
        };
        assert_eq!(reason(&owner_only, Some(1)), Some(Why::Last));
        let never = Nudges {
            owner_first: 0,
            owner_last: 0,
            manager: 0,
        };
        assert_eq!(
            (reason(&never, Some(0)), reason(&never, None)),
            (None, Some(Why::Missed))
        );
    }
}
