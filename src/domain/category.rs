//! What a complaint is about and why it happened (domain rules §8): themes and root causes.

use serde::{Deserialize, Serialize};

/// The seeded tree of categories: `top.sub`, title of the top, title of the sub.
const TREE: &str = include_str!("../../seeds/categories.tsv");

/// One sub-category a point can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Category {
    /// Stable key, such as `property_condition.damp_and_mould`.
    pub key: &'static str,
    /// The Ombudsman's top-level name, such as “Property condition”.
    pub top: &'static str,
    /// The product's sub-category, such as “damp and mould”.
    pub title: &'static str,
    /// True where the subject may be a hazard under Awaab's Law, so that intake asks.
    pub hazard: bool,
}

/// All categories, in the seeded order.
pub fn categories() -> impl Iterator<Item = Category> {
    TREE.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter_map(|line| {
            let mut cells = line.split('\t');
            Some(Category {
                key: cells.next()?,
                top: cells.next()?,
                title: cells.next()?,
                hazard: cells.next() == Some("hazard"),
            })
        })
}

/// The category with this key.
pub fn category(key: &str) -> Option<Category> {
    categories().find(|category| category.key == key)
}

/// Why it happened, chosen at closing (domain rules §8.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the sector's own words")]
pub enum RootCause {
    NoActionTaken,
    DelayInternal,
    DelayContractor,
    PoorWorkmanship,
    RepeatVisitNoDiagnosis,
    MissedAppointment,
    NoAccessDispute,
    CommunicationNotUpdated,
    CommunicationWrong,
    RecordMissing,
    RecordWrong,
    HandoverBetweenTeams,
    PolicyUnclear,
    PolicyNotFollowed,
    PolicyWrong,
    StaffingCapacity,
    StaffConduct,
    ItSystem,
    ThirdParty,
    BudgetOrProcurement,
    VulnerabilityNotActedOn,
    AdjustmentNotMade,
    OutsideOurControl,
    ExpectationGap,
}

impl RootCause {
    /// Every root cause, in the order it is offered.
    pub const ALL: [Self; 24] = [
        Self::NoActionTaken,
        Self::DelayInternal,
        Self::DelayContractor,
        Self::PoorWorkmanship,
        Self::RepeatVisitNoDiagnosis,
        Self::MissedAppointment,
        Self::NoAccessDispute,
        Self::CommunicationNotUpdated,
        Self::CommunicationWrong,
        Self::RecordMissing,
        Self::RecordWrong,
        Self::HandoverBetweenTeams,
        Self::PolicyUnclear,
        Self::PolicyNotFollowed,
        Self::PolicyWrong,
        Self::StaffingCapacity,
        Self::StaffConduct,
        Self::ItSystem,
        Self::ThirdParty,
        Self::BudgetOrProcurement,
        Self::VulnerabilityNotActedOn,
        Self::AdjustmentNotMade,
        Self::OutsideOurControl,
        Self::ExpectationGap,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_has_a_key_under_its_top_and_none_twice() {
        let mut seen = std::collections::BTreeSet::new();
        for category in categories() {
            assert!(category.key.contains('.'), "{}", category.key);
            assert!(!category.title.is_empty() && !category.top.is_empty());
            assert!(seen.insert(category.key), "{} twice", category.key);
        }
        assert!(seen.len() > 70, "{}", seen.len());
        assert!(category("property_condition.damp_and_mould").is_some_and(|c| c.hazard));
        assert_eq!(category("nonsense"), None);
    }
}
