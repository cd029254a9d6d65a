//! Names for things that must not be mixed: references, numbers within a case, money.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A case reference as people write it: `C-2026-0042`, year of receipt and running number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CaseRef {
    year: i32,
    number: u32,
}

impl CaseRef {
    /// The `number`th case received in `year`.
    pub fn new(year: i32, number: u32) -> Self {
        Self { year, number }
    }

    /// Year of receipt (Europe/London).
    pub fn year(&self) -> i32 {
        self.year
    }

    /// Running number within the year, from 1.
    pub fn number(&self) -> u32 {
        self.number
    }
}

impl fmt::Display for CaseRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "C-{}-{:04}", self.year, self.number)
    }
}

/// A text that is not a case reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotACaseRef(pub String);

impl fmt::Display for NotACaseRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "“{}” is not a case reference; write it like C-2026-0042",
            self.0
        )
    }
}

impl std::error::Error for NotACaseRef {}

impl FromStr for CaseRef {
    type Err = NotACaseRef;

    fn from_str(text: &str) -> Result<Self, NotACaseRef> {
        let wrong = || NotACaseRef(text.chars().take(40).collect());
        let rest = text
            .strip_prefix("C-")
            .or_else(|| text.strip_prefix("c-"))
            .ok_or_else(wrong)?;
        let (year, number) = rest.split_once('-').ok_or_else(wrong)?;
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if year.len() != 4 || !digits(year) || !digits(number) || number.len() > 9 {
            return Err(wrong());
        }
        let number: u32 = number.parse().map_err(|_| wrong())?;
        Ok(Self {
            year: year.parse().map_err(|_| wrong())?,
            number,
        })
    }
}

impl TryFrom<String> for CaseRef {
    type Error = NotACaseRef;

    fn try_from(text: String) -> Result<Self, NotACaseRef> {
        text.parse()
    }
}

impl From<CaseRef> for String {
    fn from(reference: CaseRef) -> Self {
        reference.to_string()
    }
}

macro_rules! numbered {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

numbered! {
    /// A point of complaint within its case, from 1.
    PointId,
    /// A remedy within its case, from 1.
    RemedyId,
    /// A promised action within its case, from 1.
    ActionId,
    /// A document within its case, from 1.
    DocumentId,
    /// A letter within its case, from 1.
    LetterId,
    /// An approval asked for or given within its case, from 1.
    ApprovalId,
    /// A linked record within its case, from 1.
    LinkId,
    /// A hazard reported with the case, from 1.
    HazardId,
    /// A related request (data protection, information) within its case, from 1.
    RelatedId,
    /// Something asked of another team or a contractor for the case, from 1.
    ContributionId,
    /// An evidence task set by the Ombudsman, from 1.
    TaskId,
    /// An Ombudsman's order, from 1 across the case's determinations.
    OrderId,
    /// An Ombudsman's recommendation, from 1 across the case's determinations.
    RecommendationId,
}

/// Money in integer pence.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Pence(pub i64);

impl fmt::Display for Pence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let pence = self.0.unsigned_abs();
        let pounds = (pence / 100).to_string();
        let mut grouped = String::with_capacity(pounds.len() + 4);
        for (i, digit) in pounds.chars().enumerate() {
            if i > 0 && (pounds.len() - i).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        write!(f, "{sign}£{grouped}.{:02}", pence % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_read_back_as_they_were_written() {
        let reference = CaseRef::new(2026, 42);
        assert_eq!(reference.to_string(), "C-2026-0042");
        assert_eq!("C-2026-0042".parse(), Ok(reference.clone()));
        assert_eq!("c-2026-42".parse(), Ok(reference));
        assert_eq!(CaseRef::new(2026, 123_456).to_string(), "C-2026-123456");
    }

    #[test]
    fn what_is_not_a_reference_is_refused() {
        for text in [
            "",
            "C-",
            "C-26-1",
            "C-2026-",
            "C-2026-+1",
            "C-2026-1x",
            "X-2026-1",
            "C-2026-9999999999",
        ] {
            assert!(text.parse::<CaseRef>().is_err(), "{text}");
        }
    }

    #[test]
    fn money_is_shown_in_pounds() {
        assert_eq!(Pence(123_456_789).to_string(), "£1,234,567.89");
        assert_eq!(Pence(-5).to_string(), "-£0.05");
        assert_eq!(Pence(i64::MIN).to_string(), "-£92,233,720,368,547,758.08");
    }
}
