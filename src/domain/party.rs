//! The people of a case: the resident, who speaks for them, who else is affected, and how
//! each must be written to (domain rules §1.2, Code 3.1, 3.6, 5.10).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// How the resident holds, held or wants to hold a home of the landlord.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the sector's own words")]
pub enum Tenure {
    Assured,
    AssuredShorthold,
    Secure,
    Starter,
    Introductory,
    Demoted,
    Licence,
    Leaseholder,
    SharedOwner,
    FormerResident,
    Applicant,
    HouseholdMember,
    Freeholder,
    Other,
    #[default]
    Unknown,
}

impl Tenure {
    /// Whether Awaab's Law may apply: to homes let under a tenancy, not to licences, leases or shared
    /// ownership. What does not say how the home is held may be a tenancy.
    pub fn may_be_tenancy(self) -> bool {
        !matches!(
            self,
            Self::Licence
                | Self::Leaseholder
                | Self::SharedOwner
                | Self::Freeholder
                | Self::Applicant
        )
    }
}

/// A way of reaching the resident.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum ContactWay {
    #[default]
    Letter,
    Email,
    Phone,
    Sms,
    Portal,
    InPerson,
    ThroughRepresentative,
}

/// A reasonable adjustment (Code 5.10). Special-category data: never shown in lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjustment {
    /// What is needed: `large_print`, `braille`, `easy_read`, `audio`, `translation`, `interpreter`,
    /// `sign_language`, `phone_not_letter`, `more_time`, or the landlord's own words.
    pub need: String,
    /// Detail, such as the language or the point size.
    #[serde(default)]
    pub detail: String,
    /// When it was agreed with the resident.
    #[serde(default)]
    pub agreed_on: Option<NaiveDate>,
    /// When it should be looked at again.
    #[serde(default)]
    pub review_due: Option<NaiveDate>,
    /// Set once it no longer applies; the history stays.
    #[serde(default)]
    pub ended_on: Option<NaiveDate>,
}

impl Adjustment {
    /// A need as named at intake, with nothing else known yet.
    pub fn named(need: impl Into<String>) -> Self {
        Self {
            need: need.into(),
            detail: String::new(),
            agreed_on: None,
            review_due: None,
            ended_on: None,
        }
    }

    /// Whether our own letters meet it by themselves (large print), or it has no bearing on a letter. What
    /// only a person can judge, such as a need in the landlord's own words, is not met by itself (E15).
    pub fn met_by_generated_letter(&self) -> bool {
        self.is_large_print() || matches!(self.wire().as_str(), "interpreter" | "more_time")
    }

    /// Whether a contact meets it by itself: what is spoken needs no print, and what is written no call.
    pub fn met_by(&self, spoken: bool) -> bool {
        let need = self.wire();
        let by_ear = [
            "phone_not_letter",
            "audio",
            "braille",
            "easy_read",
            "translation",
        ];
        need == "more_time"
            || (spoken && (self.is_large_print() || by_ear.contains(&need.as_str())))
            || (!spoken && need == "interpreter")
    }

    /// Whether letters are to be printed large.
    pub fn is_large_print(&self) -> bool {
        self.wire().contains("large_print")
    }

    /// The need however it was typed: `Large print` is `large_print`.
    fn wire(&self) -> String {
        let words: Vec<&str> = self.need.split(|c: char| !c.is_alphanumeric()).collect();
        words.join("_").trim_matches('_').to_lowercase()
    }
}

/// A resident: the complainant, or a member of a group complaint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Party {
    /// Full name as the resident gives it.
    pub name: String,
    /// How they hold the home.
    pub tenure: Tenure,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Postal address of the home complained about.
    pub address: Option<String>,
    /// The person's identifier in the landlord's own systems.
    pub person_ref: Option<String>,
    /// The tenancy's identifier there.
    pub tenancy_ref: Option<String>,
    /// The property's identifier there.
    pub property_ref: Option<String>,
    /// Reasonable adjustments, past and present.
    #[serde(deserialize_with = "adjustments")]
    pub adjustments: Vec<Adjustment>,
    /// How they want to be reached.
    pub preferred_contact: ContactWay,
    /// Hours not to call, in the resident's words.
    pub do_not_call: Option<String>,
    /// How it is safe to reach them, where anything else is not (domestic abuse).
    pub safe_contact: Option<String>,
    /// The resident is staff or a board member of the landlord: a conflict to manage (Code 5.8).
    pub conflict_of_interest: bool,
    /// A member of a group who does not want its letters (Code 1.2).
    pub no_letters: bool,
}

impl Party {
    /// The adjustments in force.
    pub fn active_adjustments(&self) -> impl Iterator<Item = &Adjustment> {
        self.adjustments
            .iter()
            .filter(|adjustment| adjustment.ended_on.is_none())
    }
}

/// Adjustments arrive as plain names at intake and as full records afterwards.
fn adjustments<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<Adjustment>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Given {
        Name(String),
        Full(Adjustment),
    }
    let given = Option::<Vec<Given>>::deserialize(from)?.unwrap_or_default();
    Ok(given
        .into_iter()
        .map(|one| match one {
            Given::Name(need) => Adjustment::named(need),
            Given::Full(adjustment) => adjustment,
        })
        .collect())
}

/// In what capacity someone acts for the resident.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the sector's own words")]
pub enum RepresentativeKind {
    FamilyFriend,
    Advocate,
    Solicitor,
    AdviceAgency,
    SupportWorker,
    Councillor,
    Mp,
    Attorney,
    Deputy,
    TenantPanel,
    #[default]
    Other,
}

/// Someone who acts for the resident (Code 3.6). Missing authority delays disclosure, never a clock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Representative {
    /// Their name.
    pub name: String,
    /// Who they work for, if anyone.
    pub organisation: Option<String>,
    /// In what capacity.
    pub kind: RepresentativeKind,
    /// How to reach them.
    pub contact: Option<String>,
    /// What shows their authority: a signed form, a court order, the resident's word by phone.
    pub authority_evidence: Option<String>,
    /// What they may do and be told.
    pub scope: Option<String>,
    /// From when.
    pub valid_from: Option<NaiveDate>,
    /// Until when the consent holds.
    pub valid_to: Option<NaiveDate>,
    /// When the resident withdrew it.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

impl Representative {
    /// Whether the case may be disclosed to them on `day`.
    pub fn may_be_told(&self, day: NaiveDate) -> bool {
        self.withdrawn_at.is_none()
            && self
                .authority_evidence
                .as_deref()
                .is_some_and(|evidence| !evidence.trim().is_empty())
            && self.valid_from.is_none_or(|from| from <= day)
            && self.valid_to.is_none_or(|to| day <= to)
    }
}
