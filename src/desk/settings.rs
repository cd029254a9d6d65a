//! What a landlord sets: policy versions. Every version is kept with who, when and
//! why; a step is judged by the policy in force at its date.

use chrono::{DateTime, NaiveDate, Utc};

use super::book::POLICY;
use super::cases::timing;
use super::lists::{ListOrder, ListQuery};
use super::{Book, Desk, DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::domain::calendar::{london_date, start_of_day};
use crate::domain::policy::Policy;
use crate::domain::refusal::required;
use crate::store::settings::{Change, Version};
use crate::store::{Rows, WriteTx};

/// The longest address of a survey: a letter is read on paper.
const LONGEST_LINK: usize = 200;

impl Desk {
    /// Every version of the policy with who set it and why, oldest first.
    ///
    /// # Errors
    /// What the file says.
    pub fn policy_history(&self) -> Result<Vec<Version<Policy>>, DeskError> {
        Ok(self.reader()?.setting_history::<Policy>(POLICY)?)
    }

    /// Sets a new version of the policy, in force from a day on.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or [`DeskError::Invalid`]: clock lengths that break the Code, or a change of the
    /// clocks that reaches back to cases begun under the old one.
    pub async fn set_policy(
        &self,
        by: &Actor,
        policy: Policy,
        from: Option<NaiveDate>,
        why: &str,
    ) -> Result<Policy, DeskError> {
        self.next_policy(by, from, why, move |_| Ok(policy)).await
    }

    /// Changes `version` of the policy, which is in force, from today on.
    ///
    /// # Errors
    /// As [`Desk::set_policy`]; [`DeskError::Conflict`] when another version was set meanwhile;
    /// [`DeskError::Invalid`] while one waits for a later day, because the newest wins and that one would be lost.
    pub async fn change_policy(
        &self,
        by: &Actor,
        version: u32,
        why: &str,
        make: impl FnOnce(&mut Policy) + Send + 'static,
    ) -> Result<Policy, DeskError> {
        let today = london_date(self.now());
        self.next_policy(by, Some(today), why, move |book| {
            let mut policy = to_change(book, version, today)?;
            make(&mut policy);
            Ok(policy)
        })
        .await
    }

    async fn next_policy(
        &self,
        by: &Actor,
        from: Option<NaiveDate>,
        why: &str,
        make: impl FnOnce(&Book) -> Result<Policy, DeskError> + Send + 'static,
    ) -> Result<Policy, DeskError> {
        need(by, Permission::Administer)?;
        required(why, "why", "why the policy changes")?;
        let (now, today) = (self.now(), london_date(self.now()));
        let reaches_back = from.is_none_or(|from| from < today);
        let change = Change {
            at: now,
            by: by.id.clone(),
            why: why.trim().to_owned(),
            from,
        };
        let policy = self
            .store()
            .write_async(move |tx| -> Result<Policy, DeskError> {
                let book = Book::read(tx)?;
                let mut policy = make(&book)?;
                check_policy(&policy)?;
                if let Some(from) = from {
                    policy.effective_from = from;
                }
                let clocks_change = policy.clocks != book.latest_policy().clocks;
                if reaches_back && clocks_change {
                    return Err(DeskError::Invalid {
                        field: "from",
                        detail: "Clocks change from today or a later day: cases that have begun \
                                 keep theirs."
                            .into(),
                    });
                }
                policy.version = tx.set_setting(POLICY, &policy, &change)?;
                if clocks_change {
                    retime(tx, policy.effective_from, now)?;
                }
                Ok(policy)
            })
            .await?;
        self.reread()?;
        Ok(policy)
    }
}

/// The policy in force `today`, if it is `version` and the newest.
fn to_change(book: &Book, version: u32, today: NaiveDate) -> Result<Policy, DeskError> {
    let latest = book.latest_policy();
    if latest.effective_from > today {
        return Err(DeskError::Invalid {
            field: "why",
            detail: format!(
                "Other settings begin on {} and would be lost. Wait until then, or set all of it through the API.",
                latest.effective_from.format("%-d %B %Y")
            ),
        });
    }
    let policy = book.policy(today).clone();
    if (latest.version, policy.version) != (version, version) {
        return Err(DeskError::Conflict(
            "Someone else has changed these settings since you opened them. Open the page again and make your change \
             there."
                .into(),
        ));
    }
    Ok(policy)
}

fn check_policy(policy: &Policy) -> Result<(), DeskError> {
    required(&policy.landlord.name, "landlord", "the landlord's name")?;
    policy.clocks.check().map_err(|error| DeskError::Invalid {
        field: "clocks",
        detail: error.to_string(),
    })?;
    check_survey(&policy.survey_link)
}

/// An address that can be typed from paper: one word, not over long.
fn check_survey(link: &str) -> Result<(), DeskError> {
    let link = link.trim();
    let odd = |c: char| c.is_whitespace() || c.is_control() || "<>\"".contains(c);
    if link.chars().any(odd) || link.chars().count() > LONGEST_LINK {
        return Err(DeskError::Invalid {
            field: "survey_link",
            detail: format!(
                "Give one web address, such as www.example.org/survey, of at most {LONGEST_LINK} characters; leave it \
                 empty for no survey."
            ),
        });
    }
    Ok(())
}

/// Asks again for the next date of the cases received since a policy is in force: today's, at most.
fn retime(tx: &mut WriteTx<'_>, from: NaiveDate, now: DateTime<Utc>) -> Result<(), DeskError> {
    let book = Book::read(tx)?;
    let mut query = ListQuery {
        order: ListOrder::Received,
        received_from: Some(start_of_day(from)),
        limit: 500,
        ..ListQuery::default()
    };
    loop {
        let rows: &dyn Rows = tx;
        let page = rows.list(&query, &|_| true)?;
        for row in &page.rows {
            tx.refresh_deadline(&row.reference, &timing(&book, now))?;
        }
        match page.next {
            Some(next) => query.cursor = Some(next),
            None => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::store::{Options, Store, StoreError};

    #[test]
    fn a_policy_is_changed_on_the_version_seen_and_never_over_one_that_waits() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create(&folder.path().join("a.redb"), Options::default()).unwrap();
        let day = |day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
        let set = |from| {
            let change = Change {
                at: start_of_day(day(1)),
                by: "ada".into(),
                why: "new".into(),
                from: Some(from),
            };
            let set = move |tx: &mut WriteTx<'_>| -> Result<u32, StoreError> {
                tx.set_setting(POLICY, &Policy::default(), &change)
            };
            store.write(set).unwrap()
        };
        let book = || Book::read(&*store.reader().unwrap()).unwrap();
        let seen = set(day(1));
        assert_eq!(to_change(&book(), seen, day(20)).unwrap().version, seen);
        let next = set(day(2));
        let stale = to_change(&book(), seen, day(20));
        assert!(matches!(stale, Err(DeskError::Conflict(_))), "{stale:?}");
        set(day(25));
        let waits = to_change(&book(), next, day(20)).unwrap_err();
        assert!(waits.to_string().contains("25 November 2026"), "{waits}");
    }
}
