//! How sums were judged before the Compensation Guidance: a scale to hold an amount beside, never a limit.

use serde::Serialize;

use crate::domain::ids::Pence;

/// Where the bands come from.
pub const BANDS_SOURCE: &str = "Housing Ombudsman, Guidance on remedies, Annex A, used until the Compensation Guidance of 1 April 2026";

/// One band of the scale. Its ends belong to it: £100 is in the first and in the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Band {
    /// The least, in pence.
    pub from_pence: Pence,
    /// The most, in pence; none for no end.
    pub to_pence: Option<Pence>,
    /// What the Ombudsman typically found.
    pub finding: &'static str,
    /// The effect on the resident.
    pub impact: &'static str,
}

/// The scale, from the least. The first is “about”.
pub const BANDS: [Band; 4] = [
    Band {
        from_pence: Pence(5_000),
        to_pence: Some(Pence(10_000)),
        finding: "Service failure",
        impact: "Short, minor, no lasting effect",
    },
    Band {
        from_pence: Pence(10_000),
        to_pence: Some(Pence(60_000)),
        finding: "Maladministration",
        impact: "Adverse effect, not permanent",
    },
    Band {
        from_pence: Pence(60_000),
        to_pence: Some(Pence(100_000)),
        finding: "Maladministration or severe maladministration",
        impact: "Significant, long or repeated",
    },
    Band {
        from_pence: Pence(100_000),
        to_pence: None,
        finding: "Severe maladministration",
        impact: "Severe long-term impact",
    },
];

impl Band {
    /// The band that `amount` stands in, the lower one where two meet; none below the scale.
    pub fn of(amount: Pence) -> Option<&'static Self> {
        BANDS.iter().find(|band| {
            band.from_pence <= amount && band.to_pence.is_none_or(|most| amount <= most)
        })
    }

    /// Its ends in whole pounds: `£100 to £600`.
    pub fn range(&self) -> String {
        let pounds = |sum: Pence| sum.to_string().trim_end_matches(".00").to_owned();
        match self.to_pence {
            Some(most) => format!("{} to {}", pounds(self.from_pence), pounds(most)),
            None => format!("over {}", pounds(self.from_pence)),
        }
    }
}
