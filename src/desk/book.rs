//! What a landlord has set, read once and kept until it changes: policies, calendar, people.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::brand::{BRAND, Brand};
use crate::domain::access::{Role, same_person};
use crate::domain::calendar::{Calendar, london_date};
use crate::domain::case::{Case, Directory};
use crate::domain::category::{Category, Tree};
use crate::domain::clock::{ClockError, ClockPolicy, DueDates, DueQuery, Receipt, due_dates};
use crate::domain::policy::Policy;
use crate::domain::rate::{Rate, RateTable};
use crate::store::{Rows, StoreError, T};

/// The setting under which policies are kept.
pub const POLICY: &str = "policy";
/// The setting under which the tree of categories is kept.
pub const CATEGORIES: &str = "categories";
/// The setting under which the table of rates is kept.
pub const RATES: &str = "rates";
/// The setting under which the calendar is kept.
pub const CALENDAR: &str = "calendar";

/// Someone who signs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The account's name; never changed, because the record names it.
    pub id: String,
    /// The name people read.
    pub name: String,
    /// Roles held.
    pub roles: Vec<Role>,
    /// The password's hash, in its own text form; none until one is set.
    #[serde(default)]
    pub password: Option<String>,
    /// No longer signs in; the record keeps the name.
    #[serde(default)]
    pub disabled: bool,
    /// Counts up with each new password and each shutting: sessions of an earlier one are over.
    #[serde(default)]
    pub generation: u32,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// Away for some days, and who covers.
    #[serde(default)]
    pub away: Option<Away>,
}

/// Someone's absence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Away {
    /// The last day of it.
    pub until: NaiveDate,
    /// The account that gets their new work meanwhile.
    #[serde(default)]
    pub cover: Option<String>,
}

impl Person {
    /// Their absence, if they are away on `today`.
    pub fn absent(&self, today: NaiveDate) -> Option<&Away> {
        self.away.as_ref().filter(|away| away.until >= today)
    }
}

/// The newest tree of categories: the landlord's own, or the one that comes with the program.
pub(super) fn categories(rows: &dyn Rows) -> Result<Tree, StoreError> {
    let kept = rows.setting_version::<Vec<Category>>(CATEGORIES)?;
    Ok(kept.map_or_else(Tree::seeded, |kept| Tree {
        version: kept.version,
        categories: kept.value,
    }))
}

/// The newest table of rates: the landlord's own, or the one that comes with the program.
pub(super) fn rates(rows: &dyn Rows) -> Result<RateTable, StoreError> {
    let kept = rows.setting_version::<Vec<Rate>>(RATES)?;
    Ok(kept.map_or_else(RateTable::seeded, |kept| RateTable {
        version: kept.version,
        rates: kept.value,
    }))
}

/// Settings, calendar and people at one moment.
#[derive(Clone, Debug)]
pub struct Book {
    policies: Vec<Policy>,
    calendar: Calendar,
    categories: Tree,
    rates: RateTable,
    people: BTreeMap<String, Person>,
    brand: Brand,
}

impl Book {
    /// How the pages look.
    pub fn brand(&self) -> &Brand {
        &self.brand
    }

    /// Reads the book from the file.
    ///
    /// # Errors
    /// What the file says.
    pub fn read(rows: &dyn Rows) -> Result<Self, StoreError> {
        let mut policies: Vec<Policy> = rows
            .setting_history::<Policy>(POLICY)?
            .into_iter()
            .map(|version| {
                let mut policy = version.value;
                policy.version = version.version;
                policy.effective_from = version.from.unwrap_or(policy.effective_from);
                policy
            })
            .collect();
        if policies.is_empty() {
            policies.push(Policy::default());
        }
        let calendar = rows
            .setting::<Calendar>(CALENDAR)?
            .unwrap_or_else(Calendar::england);
        let people = rows
            .records::<Person>(T::User, "", None, usize::MAX)?
            .into_iter()
            .collect();
        let brand = rows.setting_version::<Brand>(BRAND)?;
        let brand = brand.map_or_else(Brand::default, |kept| Brand {
            version: kept.version,
            ..kept.value
        });
        Ok(Self {
            policies,
            calendar,
            categories: categories(rows)?,
            rates: rates(rows)?,
            people,
            brand,
        })
    }

    /// The working days.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// The categories in use.
    pub fn categories(&self) -> &Tree {
        &self.categories
    }

    /// The table of rates in use.
    pub fn rates(&self) -> &RateTable {
        &self.rates
    }

    /// The policy in force on `day`: the last one set that had begun by then, or the first of all.
    pub fn policy(&self, day: NaiveDate) -> &Policy {
        let begun = self
            .policies
            .iter()
            .rev()
            .find(|policy| policy.effective_from <= day);
        begun.unwrap_or_else(|| self.policies.first().expect("a book always has a policy"))
    }

    /// The lengths of a case's clocks: those in force when it was received, so that no date that a letter
    /// promised moves with a later policy.
    pub fn clocks(&self, case: &Case) -> &ClockPolicy {
        &self.policy(london_date(case.received_at)).clocks
    }

    /// The policy by which a step of `case` at `at` is judged: that of its day, with the case's own clocks.
    pub fn policy_for(&self, case: &Case, at: DateTime<Utc>) -> Policy {
        Policy {
            clocks: self.clocks(case).clone(),
            ..self.policy(london_date(at)).clone()
        }
    }

    /// Every deadline that follows from the dates given, by the policy in force on the first of them.
    ///
    /// # Errors
    /// A date that cannot be counted from.
    pub fn due_dates(&self, query: &DueQuery, today: NaiveDate) -> Result<DueDates, ClockError> {
        let first = query.received.map(Receipt::date);
        let first = first
            .or(query.acknowledged)
            .or(query.escalated.map(Receipt::date))
            .or(query.stage2_acknowledged);
        let policy = self.policy(first.unwrap_or(today));
        due_dates(query, &self.calendar, &policy.clocks)
    }

    /// The newest policy.
    pub fn latest_policy(&self) -> &Policy {
        self.policies.last().expect("a book always has a policy")
    }

    /// Everyone with an account, by its name.
    pub fn people(&self) -> impl Iterator<Item = &Person> {
        self.people.values()
    }

    /// The account that `name` means, by its own name or by the name people read.
    pub fn person(&self, name: &str) -> Option<&Person> {
        self.people.get(name).or_else(|| {
            self.people
                .values()
                .find(|person| same_person(&person.id, name) || same_person(&person.name, name))
        })
    }

    /// Who gets work meant for `name` on `today`, while they are away, and the sentence for the record that says
    /// so; none when they are there.
    pub fn cover(&self, name: &str, today: NaiveDate) -> Option<(String, String)> {
        let meant = self.person(name)?;
        let until = meant.absent(today)?.until;
        let (mut who, mut passed) = (meant, vec![meant.id.as_str()]);
        while let Some(away) = who.absent(today) {
            let cover = away.cover.as_deref().and_then(|cover| self.person(cover));
            match cover.filter(|c| !c.disabled && !passed.contains(&c.id.as_str())) {
                Some(cover) => who = cover,
                None => break,
            }
            passed.push(&who.id);
        }
        let away = format!("{} is away until {}", meant.name, until.format("%-d %B %Y"));
        Some(if who.absent(today).is_some() {
            (meant.id.clone(), format!("{away} and nobody covers."))
        } else {
            (who.id.clone(), format!("{away}; {} covers.", who.name))
        })
    }

    /// The account name that `name` means; itself when nobody has such an account.
    pub fn id_of(&self, name: &str) -> String {
        self.person(name)
            .map_or_else(|| name.trim().to_owned(), |person| person.id.clone())
    }
}

impl Directory for Book {
    fn roles(&self, person: &str) -> Option<Vec<Role>> {
        // Someone who no longer signs in has no say.
        self.person(person).map(|person| {
            if person.disabled {
                Vec::new()
            } else {
                person.roles.clone()
            }
        })
    }

    fn name(&self, person: &str) -> String {
        self.person(person)
            .map_or_else(|| person.to_owned(), |person| person.name.clone())
    }

    fn id(&self, person: &str) -> String {
        self.id_of(person)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_account_keeps_its_name_and_has_no_say() {
        let person = |id: &str, disabled| Person {
            id: id.into(),
            name: id.to_uppercase(),
            roles: vec![Role::Director],
            password: None,
            disabled,
            generation: 0,
            away: None,
            created_at: DateTime::default(),
        };
        let people = [person("dina", false), person("gone", true)];
        let book = Book {
            brand: Brand::default(),
            policies: vec![Policy::default()],
            calendar: Calendar::england(),
            categories: Tree::seeded(),
            rates: RateTable::seeded(),
            people: people.into_iter().map(|p| (p.id.clone(), p)).collect(),
        };
        assert_eq!(book.roles("dina"), Some(vec![Role::Director]));
        assert_eq!(book.roles("gone"), Some(Vec::new()));
        assert_eq!(Directory::name(&book, "gone"), "GONE");
        assert_eq!(book.roles("A board member"), None);
    }
}
