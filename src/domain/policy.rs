//! What a landlord decides for itself, versioned: a step is judged by the policy in force at its date.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::access::Role;
use super::clock::ClockPolicy;
use super::ids::Pence;

/// The landlord as it signs letters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Landlord {
    /// Registered name.
    pub name: String,
    /// Two letters for the mark in the page's bar.
    pub mark: String,
    /// Postal address, one line each.
    pub address: String,
    /// Telephone.
    pub phone: String,
    /// E-mail for complaints.
    pub email: String,
    /// Web page about complaints.
    pub website: String,
}

/// The Housing Ombudsman's contact block (domain rules §3.6): dated, editable, in every letter that needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OmbudsmanContact {
    /// Name.
    pub name: String,
    /// Where complaints are made since January 2026: an online form, first.
    pub website: String,
    /// Telephone.
    pub phone: String,
    /// E-mail, for general enquiries only.
    pub email: String,
    /// Post.
    pub post: String,
}

impl Default for OmbudsmanContact {
    fn default() -> Self {
        Self {
            name: "Housing Ombudsman Service".into(),
            website: "www.housing-ombudsman.org.uk".into(),
            phone: "0300 111 3000".into(),
            email: "info@housing-ombudsman.org.uk".into(),
            post: "PO Box 1484, Unit D, Preston, PR2 0ET".into(),
        }
    }
}

impl OmbudsmanContact {
    /// The block as letters print it, leading with the form and the telephone.
    pub fn block(&self) -> String {
        if self.name.trim().is_empty()
            || (self.website.trim().is_empty() && self.phone.trim().is_empty())
        {
            return String::new();
        }
        format!(
            "You can contact the {} at any time, free of charge. Use the online complaint form at {} or telephone {}. \
             By post: {}. For general enquiries: {}.",
            self.name, self.website, self.phone, self.post, self.email
        )
    }
}

/// How much each role may agree to pay (domain rules §11, product defaults).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ApprovalLimits {
    /// Complaints and housing officers, and a second person without an account here.
    pub officer: Pence,
    /// Team leaders.
    pub team_leader: Pence,
    /// Directors; none means no ceiling.
    pub director: Option<Pence>,
    /// Above this, finance countersigns by recording the payment itself.
    pub finance_above: Pence,
}

impl Default for ApprovalLimits {
    fn default() -> Self {
        Self {
            officer: Pence(25_000),
            team_leader: Pence(100_000),
            director: None,
            finance_above: Pence(500_000),
        }
    }
}

impl ApprovalLimits {
    /// The most that someone with `roles` may approve; `None` means no ceiling.
    pub fn limit(&self, roles: &[Role]) -> Option<Pence> {
        if roles.contains(&Role::Director) {
            self.director
        } else if roles.contains(&Role::TeamLeader) {
            Some(self.team_leader)
        } else if roles.contains(&Role::ComplaintsOfficer) || roles.contains(&Role::HousingOfficer)
        {
            Some(self.officer)
        } else {
            Some(Pence(0))
        }
    }
}

/// When people are told that a date comes near (domain rules §2.9, product defaults). To escalate before a breach is to
/// tell someone more senior; no case moves to stage 2 by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Nudges {
    /// Working days before the date on which the owner is told first; 0 for never.
    pub owner_first: u16,
    /// Working days before the date on which the owner is told again; 0 for never.
    pub owner_last: u16,
    /// Working days before the date on which team leaders are told; 0 for only once it is missed.
    pub manager: u16,
}

impl Default for Nudges {
    fn default() -> Self {
        Self {
            owner_first: 3,
            owner_last: 1,
            manager: 1,
        }
    }
}

/// Everything a landlord sets, as one dated version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// Version, from 1.
    pub version: u32,
    /// From which day its steps are judged by it.
    pub effective_from: NaiveDate,
    /// The landlord.
    pub landlord: Landlord,
    /// Clock lengths, receipt rule and bands.
    pub clocks: ClockPolicy,
    /// The Ombudsman's contact block.
    pub ombudsman: OmbudsmanContact,
    /// Approval limits.
    pub limits: ApprovalLimits,
    /// When people are told that a date comes near.
    pub nudges: Nudges,
    /// A response goes only after a second person has agreed to its letter.
    pub two_people: bool,
    /// The most that fits in one file of an Ombudsman upload, in bytes.
    pub upload_ceiling: u64,
    /// Offer a new complaint with reference when the landlord is told something unrelated.
    pub how_to_complain: String,
    /// Where the resident can say how the complaint was dealt with, told in the closing letter; empty for no survey.
    pub survey_link: String,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            version: 1,
            effective_from: NaiveDate::from_ymd_opt(2020, 1, 1).unwrap_or_default(),
            landlord: Landlord::default(),
            clocks: ClockPolicy::default(),
            ombudsman: OmbudsmanContact::default(),
            limits: ApprovalLimits::default(),
            nudges: Nudges::default(),
            two_people: false,
            upload_ceiling: 19_000_000,
            how_to_complain: "Tell any member of our staff, in any way you choose.".into(),
            survey_link: String::new(),
        }
    }
}
