//! The table of rates that sums are reckoned by (Code 7.4): the landlord's to change, each version kept. An offer
//! keeps the rate it followed and the table's version.

use chrono::{DateTime, Utc};

use super::book::{self, RATES};
use super::{Desk, DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::domain::calendar::london_date;
use crate::domain::case::{Command, sum_offered};
use crate::domain::rate::{Rate, RateTable};
use crate::domain::refusal::required;
use crate::domain::remedy::CompensationLine;
use crate::store::settings::{Change, Version};

/// One step from a version of the table to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RateChange {
    /// A new rate, last; its key is made of its words.
    Add(Rate),
    /// The rate with the same key, as it is from now on.
    Put(Rate),
    /// No longer offered, or offered again.
    Offer {
        /// Which one.
        key: String,
        /// Whether new offers may follow it.
        offered: bool,
    },
}

impl Desk {
    /// Every version of the landlord's own table, oldest first; none while the one that comes with the program is
    /// used.
    ///
    /// # Errors
    /// What the file says.
    pub fn rate_history(&self) -> Result<Vec<Version<Vec<Rate>>>, DeskError> {
        Ok(self.reader()?.setting_history(RATES)?)
    }

    /// Replaces version `version` of the table.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`]; [`DeskError::Conflict`] when the table is at another version by now; a refusal of a
    /// rate that makes no sense, of a key given twice and of one that is lost.
    pub async fn set_rates(
        &self,
        by: &Actor,
        version: u32,
        rates: Vec<Rate>,
        why: &str,
    ) -> Result<RateTable, DeskError> {
        self.next_rates(by, version, why, move |table| {
            table.rates = rates;
            Ok(())
        })
        .await
    }

    /// Changes one rate of version `version` of the table.
    ///
    /// # Errors
    /// As [`Desk::set_rates`], or [`DeskError::NotFound`] for an unknown rate.
    pub async fn change_rates(
        &self,
        by: &Actor,
        version: u32,
        change: RateChange,
        why: &str,
    ) -> Result<RateTable, DeskError> {
        self.next_rates(by, version, why, move |table| {
            let place = |table: &RateTable, key: &str| {
                let found = table.rates.iter().position(|rate| rate.key == key);
                found.ok_or(DeskError::NotFound)
            };
            match change {
                RateChange::Add(rate) => table.add(rate)?,
                RateChange::Put(rate) => {
                    let at = place(table, &rate.key)?;
                    rate.check()?;
                    table.rates[at] = rate;
                }
                RateChange::Offer { key, offered } => {
                    let at = place(table, &key)?;
                    table.rates[at].retired = !offered;
                }
            }
            Ok(())
        })
        .await
    }

    async fn next_rates(
        &self,
        by: &Actor,
        version: u32,
        why: &str,
        make: impl FnOnce(&mut RateTable) -> Result<(), DeskError> + Send + 'static,
    ) -> Result<RateTable, DeskError> {
        need(by, Permission::Administer)?;
        required(why, "why", "why the rates change")?;
        let change = Change {
            at: self.now(),
            by: by.id.clone(),
            why: why.trim().to_owned(),
            from: None,
        };
        let made = self
            .store()
            .write_async(move |tx| -> Result<RateTable, DeskError> {
                let before = book::rates(&**tx)?;
                if before.version != version {
                    return Err(DeskError::Conflict(format!(
                        "The rates have changed since you read them; they are at version {}. Read them again and make \
                         your change there.",
                        before.version
                    )));
                }
                let mut after = before.clone();
                make(&mut after)?;
                after.follows(&before)?;
                if after != before {
                    after.version = tx.set_setting(RATES, &after.rates, &change)?;
                }
                Ok(after)
            })
            .await?;
        self.reread()?;
        Ok(made)
    }

    /// What the money in an offer would come to if it were made at `at`, or now. Nothing is recorded.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or what [`sum_offered`] refuses.
    pub fn work_out(
        &self,
        by: &Actor,
        offer: &Command,
        at: Option<DateTime<Utc>>,
    ) -> Result<Option<CompensationLine>, DeskError> {
        need(by, offer.permission())?;
        let day = london_date(at.unwrap_or_else(|| self.now()));
        Ok(sum_offered(offer, self.book().rates(), day)?)
    }
}
