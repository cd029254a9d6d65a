//! Who gets new complaints without being given them by hand: by heading, a named person or whoever of the complaints
//! officers has the fewest open cases.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::carry::carry_out;
use super::cases::Order;
use super::{Book, Desk, DeskError, need};
use crate::domain::access::{Actor, Permission, Role};
use crate::domain::calendar::london_date;
use crate::domain::case::{Case, Command};
use crate::domain::refusal::required;
use crate::store::derive::plain;
use crate::store::settings::Change;
use crate::store::tally::Mark;
use crate::store::{Rows, StoreError, WriteTx};

/// The setting that holds the rules.
const GIVING: &str = "giving";

/// Whom a new complaint goes to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum To {
    /// Nobody: it waits until somebody takes or gives it.
    #[default]
    Nobody,
    /// Whoever of the complaints officers who are there has the fewest open cases.
    Fewest,
    /// This account, or who covers for it.
    Person(String),
}

/// The rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Giving {
    /// Where no heading says otherwise.
    pub otherwise: To,
    /// By the heading of the first point, as its key.
    pub by_heading: BTreeMap<String, To>,
}

impl Desk {
    /// The rules in force.
    ///
    /// # Errors
    /// What the file says.
    pub fn giving(&self) -> Result<Giving, DeskError> {
        Ok(self.reader()?.setting(GIVING)?.unwrap_or_default())
    }

    /// Replaces the rules. Cases that are there already stay with whom they are.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or [`DeskError::Invalid`] for a person there is not.
    pub async fn set_giving(&self, by: &Actor, rules: Giving, why: &str) -> Result<(), DeskError> {
        need(by, Permission::Administer)?;
        required(why, "why", "why this changes")?;
        let book = self.book();
        let all = rules.by_heading.values().chain([&rules.otherwise]);
        for to in all {
            if let To::Person(id) = to
                && book.person(id).is_none_or(|person| person.disabled)
            {
                return Err(DeskError::Invalid {
                    field: "otherwise",
                    detail: format!(
                        "{id} has no account here that signs in. Choose somebody else."
                    ),
                });
            }
        }
        let change = Change {
            at: self.now(),
            by: by.id.clone(),
            why: why.trim().to_owned(),
            from: None,
        };
        let set = self
            .store()
            .write_async(move |tx| -> Result<(), DeskError> {
                tx.set_setting(GIVING, &rules, &change)?;
                Ok(())
            });
        Ok(set.await?)
    }
}

/// Gives a complaint that was just logged to whom the rules say. Whom the core refuses, because the complaint names
/// them, is passed over; nobody left, it waits for somebody to be found by hand.
pub(super) fn give(
    tx: &mut WriteTx<'_>,
    book: &Book,
    case: Case,
    now: DateTime<Utc>,
) -> Result<Case, DeskError> {
    if case.stage() != 1 || case.handler().is_some() {
        return Ok(case);
    }
    let rules: Giving = tx.setting(GIVING)?.unwrap_or_default();
    let heading = case.points.first().map(|point| point.category.as_str());
    let heading = heading
        .and_then(|key| key.split('.').next())
        .unwrap_or_default();
    let to = rules.by_heading.get(heading).unwrap_or(&rules.otherwise);
    let takers = match to {
        To::Nobody => Vec::new(),
        To::Person(id) => vec![id.clone()],
        To::Fewest => by_load(tx, book, london_date(now))?,
    };
    for handler in takers.into_iter().filter(|id| signs_in(book, id)) {
        let order = Order::now(Command::Assign {
            stage: Some(1),
            handler,
            conflict_note: None,
        });
        match carry_out(tx, book, &Actor::system(), &case, &order, None, now) {
            Err(DeskError::Refused(_)) => {}
            done => return done,
        }
    }
    Ok(case)
}

fn signs_in(book: &Book, id: &str) -> bool {
    book.person(id).is_some_and(|person| !person.disabled)
}

/// The complaints officers who are there, with the fewest open cases first.
fn by_load(rows: &dyn Rows, book: &Book, today: NaiveDate) -> Result<Vec<String>, StoreError> {
    let mut open: BTreeMap<String, u64> = BTreeMap::new();
    rows.next_dates(&mut |at| {
        for (mark, number) in at.marks {
            if let Mark::Owner(name) = mark {
                *open.entry(plain(&name)).or_default() += number;
            }
        }
    })?;
    let people = book.people().filter(|person| !person.disabled);
    let people = people.filter(|person| person.roles.contains(&Role::ComplaintsOfficer));
    let there = people.filter(|person| person.absent(today).is_none());
    let mut takers: Vec<_> = there
        .map(|person| {
            (
                open.get(&plain(&person.id)).copied().unwrap_or_default(),
                person.id.clone(),
            )
        })
        .collect();
    takers.sort();
    Ok(takers.into_iter().map(|(_, id)| id).collect())
}
