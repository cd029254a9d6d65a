//! What a sum is reckoned by: the landlord's table of rates, and the bands that a sum can be held beside.
//!
//! A landlord takes the Ombudsman's guidance into account when it decides what to offer (Code 7.4). The table begins
//! with the fixed sums of the Ombudsman's Compensation Guidance; the landlord adds the rates of its own policy. An
//! offer names a rate by its key and keeps what the table said then ([`RateFollowed`]), whatever becomes of the table.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use serde::de::DeserializeOwned;
use serde::de::value::{Error, StrDeserializer};
use serde::{Deserialize, Serialize};

use super::calendar::in_range;
use super::ids::Pence;
use super::refusal::{Refusal, required};
use super::remedy::{CompensationHead, CompensationUnit};

mod bands;

pub use bands::{BANDS, BANDS_SOURCE, Band};

/// The rates that a landlord starts with: key, label, head, unit, pence.
const SEEDED: &str = include_str!("../../seeds/rates.tsv");

/// The longest key or label.
const MOST_LETTERS: usize = 120;

/// The longest title of a source.
const LONGEST_TITLE: usize = 200;

/// The most rates: a table is chosen from, not searched.
const MOST_RATES: usize = 200;

/// The most that one unit may be worth: beyond it a digit slipped.
const MOST_RATE: Pence = Pence(1_000_000);

/// Whose rule a rate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authority {
    /// The Housing Ombudsman's guidance.
    Ombudsman,
    /// The landlord's own policy.
    Landlord,
}

/// Where a rate stands written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateSource {
    /// Whose rule it is.
    pub of: Authority,
    /// The paper and the place in it, such as “Compensation policy, table 1”.
    pub title: String,
    /// The paper's own date.
    #[serde(default)]
    pub on: Option<NaiveDate>,
}

impl RateSource {
    /// The paper with its date: `Compensation Guidance, 1 April 2026`.
    pub fn words(&self) -> String {
        match self.on {
            Some(on) => format!("{}, {}", self.title, on.format("%-d %B %Y")),
            None => self.title.clone(),
        }
    }
}

/// One rate of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// Stable key, such as `missed_appointment`; never given to another meaning.
    pub key: String,
    /// The failure that it is for, in words.
    pub label: String,
    /// What a sum by it is for, unless the offer says otherwise.
    pub head: CompensationHead,
    /// What it is counted in.
    pub unit: CompensationUnit,
    /// What one unit is worth, in pence; none where it is a percentage of the rent.
    #[serde(default)]
    pub rate_pence: Option<Pence>,
    /// The percentage, where it is one of the rent.
    #[serde(default)]
    pub percent: Option<u32>,
    /// Where it stands written.
    pub source: RateSource,
    /// The first day on which an offer may follow it; none for always.
    #[serde(default)]
    pub from: Option<NaiveDate>,
    /// The last such day; none while there is no end.
    #[serde(default)]
    pub until: Option<NaiveDate>,
    /// No longer offered. Offers that followed it keep it.
    #[serde(default)]
    pub retired: bool,
}

impl Rate {
    /// What it comes to for one unit: `£15.00 a day`.
    pub fn each(&self) -> String {
        each(self.unit, self.rate_pence, self.percent)
    }

    /// Whether an offer made on `day` may follow it.
    pub fn in_force(&self, day: NaiveDate) -> bool {
        !self.retired
            && self.from.is_none_or(|from| from <= day)
            && self.until.is_none_or(|until| day <= until)
    }

    /// Whether it makes sense by itself.
    ///
    /// # Errors
    /// The field at fault, what is wrong with it and what to do.
    pub fn check(&self) -> Result<(), Refusal> {
        let bounded = |text: &str, field, what, most| {
            required(text, field, what)?;
            match text.chars().count() > most {
                true => Err(Refusal::invalid(
                    field,
                    format!("Say it in at most {most} letters."),
                )),
                false => Ok(()),
            }
        };
        bounded(&self.label, "label", "what the rate is for", MOST_LETTERS)?;
        let paper = "the guidance or policy that it stands in";
        bounded(&self.source.title, "title", paper, LONGEST_TITLE)?;
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if self.key.is_empty() || !self.key.chars().all(fits) || self.key.len() > MOST_LETTERS {
            let shown: String = self.key.chars().take(60).collect();
            let detail = format!("“{shown}” is no key. Use small letters, digits and underscores.");
            return Err(Refusal::invalid("key", detail));
        }
        match (self.unit, self.rate_pence, self.percent) {
            (CompensationUnit::PercentOfRent, None, Some(1..=100)) => {}
            (CompensationUnit::PercentOfRent, None, _) => {
                let detail = "A percentage of the rent is between 1 and 100.";
                return Err(Refusal::invalid("percent", detail));
            }
            (CompensationUnit::PercentOfRent, Some(_), _) => {
                let detail = "A percentage of the rent has no fixed sum. Leave the rate empty.";
                return Err(Refusal::invalid("rate_pence", detail));
            }
            (_, _, Some(_)) => {
                let detail = "A percentage is of the rent only. Give the rate instead.";
                return Err(Refusal::invalid("percent", detail));
            }
            (_, Some(rate), None) if rate > Pence(0) && rate <= MOST_RATE => {}
            _ => {
                let detail = format!("Give a rate between 1p and {MOST_RATE}.");
                return Err(Refusal::invalid("rate_pence", detail));
            }
        }
        let days = [
            ("on", self.source.on),
            ("from", self.from),
            ("until", self.until),
        ];
        for (field, day) in days {
            if let Some(day) = day {
                in_range(day).map_err(|error| Refusal::invalid(field, error.to_string()))?;
            }
        }
        match (self.from, self.until) {
            (Some(from), Some(until)) if until < from => Err(Refusal::invalid(
                "until",
                "The last day is before the first. Check both.",
            )),
            _ => Ok(()),
        }
    }
}

/// A value of a plain enumeration by its name on the wire.
fn named<V: DeserializeOwned>(name: &str) -> Option<V> {
    V::deserialize(StrDeserializer::<Error>::new(name)).ok()
}

/// What one unit comes to, in words.
fn each(unit: CompensationUnit, rate: Option<Pence>, percent: Option<u32>) -> String {
    let rate = rate.unwrap_or_default();
    match unit {
        CompensationUnit::Day => format!("{rate} a day"),
        CompensationUnit::Week => format!("{rate} a week"),
        CompensationUnit::Each => format!("{rate} each"),
        CompensationUnit::PercentOfRent => format!("{}% of the rent", percent.unwrap_or_default()),
        CompensationUnit::Lump => format!("{rate} for all of it"),
    }
}

/// The rate that an offer followed, as the table had it when the offer was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateFollowed {
    /// Its key in the table.
    pub key: String,
    /// The failure that it is for.
    pub label: String,
    /// What it is counted in.
    pub unit: CompensationUnit,
    /// What one unit was worth, in pence; none where it is a percentage of the rent.
    #[serde(default)]
    pub rate_pence: Option<Pence>,
    /// The percentage, where it is one of the rent.
    #[serde(default)]
    pub percent: Option<u32>,
    /// Where it stood written.
    pub source: RateSource,
    /// The version of the table; 0 is the one that comes with the program.
    pub version: u32,
    /// What it comes to, in pence: the sum offered may be another.
    pub comes_to: Pence,
    /// Why another sum was offered; always there for a lower one.
    #[serde(default)]
    pub reason: Option<String>,
}

impl RateFollowed {
    /// The rate with its source and version, and by how much `amount` is another sum, and why.
    pub fn words(&self, amount: Pence) -> String {
        let each = each(self.unit, self.rate_pence, self.percent);
        let (label, source) = (&self.label, self.source.words());
        let mut said = format!(
            "{label}, {each} ({source}; table of rates, version {})",
            self.version
        );
        let Pence(more) = Pence(amount.0.saturating_sub(self.comes_to.0));
        let how = match more {
            0 => return said,
            1.. => "more",
            _ => "less",
        };
        said += &format!(
            ". {} {how} than the {} that this comes to",
            Pence(more.saturating_abs()),
            self.comes_to
        );
        if let Some(reason) = &self.reason {
            said += &format!(": {reason}");
        }
        said
    }
}

/// One version of a landlord's table of rates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateTable {
    /// From 1 as the landlord changes it; 0 is the one that comes with the program.
    pub version: u32,
    /// In the order in which they are offered.
    pub rates: Vec<Rate>,
}

impl RateTable {
    /// The table that a landlord starts with: fixed sums of the Ombudsman's Compensation Guidance of 1 April 2026.
    pub fn seeded() -> Self {
        let since = NaiveDate::from_ymd_opt(2026, 4, 1);
        let lines = SEEDED
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        let rates = lines.filter_map(|line| {
            let mut cells = line.split('\t');
            Some(Rate {
                key: cells.next()?.to_owned(),
                label: cells.next()?.to_owned(),
                head: named(cells.next()?)?,
                unit: named(cells.next()?)?,
                rate_pence: Some(Pence(cells.next()?.parse().ok()?)),
                percent: None,
                source: RateSource {
                    of: Authority::Ombudsman,
                    title: "Housing Ombudsman Compensation Guidance".into(),
                    on: since,
                },
                from: since,
                until: None,
                retired: false,
            })
        });
        Self {
            version: 0,
            rates: rates.collect(),
        }
    }

    /// The rate with this key, retired or not.
    pub fn find(&self, key: &str) -> Option<&Rate> {
        self.rates.iter().find(|rate| rate.key == key)
    }

    /// The rate that an offer made on `day` names as `key`.
    ///
    /// # Errors
    /// A key that the table does not have, or a rate that is retired or not in force on that day.
    pub fn named(&self, key: &str, day: NaiveDate) -> Result<&Rate, Refusal> {
        let wrong = |detail: String| Err(Refusal::invalid("rate", detail));
        let Some(rate) = self.find(key) else {
            let shown: String = key.chars().take(60).collect();
            return wrong(format!(
                "“{shown}” is not in the table of rates. Choose one that is, or give a sum of your own."
            ));
        };
        if rate.retired {
            return wrong(format!(
                "“{}” is no longer used. Choose another rate.",
                rate.label
            ));
        }
        if rate.in_force(day) {
            return Ok(rate);
        }
        let when = match (rate.from, rate.until) {
            (Some(from), _) if day < from => format!("from {}", from.format("%-d %B %Y")),
            (_, Some(until)) => format!("until {}", until.format("%-d %B %Y")),
            _ => "at other times".into(),
        };
        wrong(format!(
            "“{}” is in force {when}, and the offer is of {}. Choose the rate of that day.",
            rate.label,
            day.format("%-d %B %Y")
        ))
    }

    /// A new rate at the end, with a key made of its label.
    ///
    /// # Errors
    /// As [`Rate::check`], and a label without a letter.
    pub fn add(&mut self, mut rate: Rate) -> Result<(), Refusal> {
        rate.label = rate.label.trim().to_owned();
        required(&rate.label, "label", "what the rate is for")?;
        rate.key = self.free_key(&rate)?;
        rate.check()?;
        self.rates.push(rate);
        Ok(())
    }

    /// `Loss of a room` becomes `loss_of_a_room`; where that is taken, the rate's first year tells them apart.
    fn free_key(&self, rate: &Rate) -> Result<String, Refusal> {
        let words: Vec<String> = rate
            .label
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_ascii_lowercase)
            .collect();
        let plain: String = words.join("_").chars().take(60).collect();
        if plain.is_empty() {
            let detail = "Use at least one letter from a to z.";
            return Err(Refusal::invalid("label", detail));
        }
        let year = rate.from.map(|from| format!("{plain}_{}", from.year()));
        let mut keys = [Some(plain), year].into_iter().flatten();
        keys.find(|key| self.find(key).is_none()).ok_or_else(|| {
            let detail = "A rate for this is there already. Change that one, or use other words.";
            Refusal::invalid("label", detail)
        })
    }

    /// Whether this table may follow `before`: every rate makes sense, and no key that offers name is lost.
    ///
    /// # Errors
    /// What is wrong, and what to do instead.
    pub fn follows(&self, before: &Self) -> Result<(), Refusal> {
        let wrong = |detail: String| Err(Refusal::invalid("rates", detail));
        if self.rates.len() > MOST_RATES {
            return wrong(format!("A table has at most {MOST_RATES} rates."));
        }
        let mut keys = BTreeSet::new();
        for rate in &self.rates {
            let shown: String = rate.key.chars().take(60).collect();
            if let Err(refusal) = rate.check() {
                let field = refusal.field.unwrap_or_default();
                return wrong(format!("{shown}, {field}: {}", refusal.detail));
            }
            if !keys.insert(&rate.key) {
                return wrong(format!(
                    "{shown} is there twice. Give each rate its own key."
                ));
            }
        }
        match before
            .rates
            .iter()
            .find(|old| self.find(&old.key).is_none())
        {
            Some(lost) => wrong(format!(
                "{} is missing, but offers may name it. Retire it instead.",
                lost.key
            )),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
