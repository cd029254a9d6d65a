//! How dissatisfaction arrives and what it is: complaint, service request or survey comment
//! (Code 1.2 to 1.6, domain rules §1.1 and §1.3).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::ids::CaseRef;
use super::party::{Party, Representative};

/// How the resident reached the landlord, or anyone acting for it (Code 3.1, 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Channel {
    Phone,
    Voicemail,
    InPerson,
    HomeVisit,
    Email,
    Letter,
    WebForm,
    Portal,
    Sms,
    Whatsapp,
    SocialMediaPublic,
    SocialMediaMessage,
    LiveChat,
    ContractorRelayed,
    OtherCaseNote,
    SurveyFollowUp,
    MemberEnquiry,
    Representative,
    OmbudsmanReferral,
    RegulatorReferral,
    MeetingOrPanel,
    OutOfHoursService,
}

impl Channel {
    /// Every channel, in the order it is offered.
    pub const ALL: [Self; 22] = [
        Self::Phone,
        Self::Voicemail,
        Self::InPerson,
        Self::HomeVisit,
        Self::Email,
        Self::Letter,
        Self::WebForm,
        Self::Portal,
        Self::Sms,
        Self::Whatsapp,
        Self::SocialMediaPublic,
        Self::SocialMediaMessage,
        Self::LiveChat,
        Self::ContractorRelayed,
        Self::OtherCaseNote,
        Self::SurveyFollowUp,
        Self::MemberEnquiry,
        Self::Representative,
        Self::OmbudsmanReferral,
        Self::RegulatorReferral,
        Self::MeetingOrPanel,
        Self::OutOfHoursService,
    ];
}

impl Channel {
    /// Whether it is a voice: nothing to read.
    pub fn is_spoken(self) -> bool {
        matches!(
            self,
            Self::Phone
                | Self::Voicemail
                | Self::InPerson
                | Self::HomeVisit
                | Self::MeetingOrPanel
                | Self::OutOfHoursService
        )
    }
}

/// What an expression of dissatisfaction was taken to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A complaint under the Code (1.2).
    #[default]
    Complaint,
    /// A request to put something right (1.4): recorded, reviewed, never a complaint's waiting room.
    ServiceRequest,
    /// A survey comment (1.6): answered with how to complain.
    SurveyFeedback,
}

/// What the resident said when offered the choice to complain (Code 1.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferAnswer {
    /// They want to complain.
    Accepted,
    /// They do not.
    Declined,
    /// They have not said.
    #[default]
    NoAnswer,
}

/// The answers to the Code's test, from which [`decide_kind`] follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct IntakeTest {
    /// It came as an answer to a survey.
    pub survey_response: bool,
    /// The resident asks to complain, in whatever words.
    pub asks_to_complain: bool,
    /// The landlord is told of this problem for the first time.
    pub first_report: bool,
    /// The resident is unhappy with how the landlord dealt with it so far.
    pub dissatisfied_with_handling: bool,
}

/// The Code's test: what this must be recorded as (domain rules §1.1). In doubt, a complaint.
pub fn decide_kind(test: IntakeTest) -> Kind {
    if test.asks_to_complain {
        Kind::Complaint
    } else if test.survey_response {
        Kind::SurveyFeedback
    } else if test.first_report && !test.dissatisfied_with_handling {
        Kind::ServiceRequest
    } else {
        Kind::Complaint
    }
}

/// The decision as recorded with the case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct IntakeDecision {
    /// What it was taken to be.
    pub kind: Kind,
    /// The answers it rests on, where the test was used.
    pub test: Option<IntakeTest>,
    /// Why, in the decider's words.
    pub reason: String,
    /// When the resident was offered the choice to complain.
    pub complaint_offered_at: Option<DateTime<Utc>>,
    /// What they answered.
    pub offer_answer: OfferAnswer,
    /// When a service request is to be looked at again (Code 1.4).
    pub review_due: Option<NaiveDate>,
}

/// One thing complained of, as first raised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPoint {
    /// The point, in plain words.
    pub text: String,
    /// Its category key.
    pub category: String,
}

/// The first triage (Code 6.1): what makes this case urgent or delicate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Triage {
    /// `standard`, `raised` or `high`; empty until someone decided.
    pub risk: Risk,
    /// Complexity in a few words.
    pub complexity: String,
    /// The household is vulnerable in a way that bears on the complaint.
    pub vulnerability: bool,
    /// A safeguarding concern was passed on.
    pub safeguarding: bool,
    /// A child lives in the home.
    pub child_in_home: bool,
    /// Lawyers are involved. A letter before action is no ground to refuse (Code 2.2).
    pub legal: bool,
    /// The press or the Ombudsman already has it.
    pub media_or_ombudsman: bool,
    /// Anything else.
    pub note: String,
}

impl Triage {
    /// What holds for the household whatever it complains of; complexity, lawyers and the press do not.
    pub fn of_the_household(&self) -> Self {
        Self {
            complexity: String::new(),
            legal: false,
            media_or_ombudsman: false,
            note: String::new(),
            ..self.clone()
        }
    }
}

/// How carefully a case must be watched.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// Nothing beyond the ordinary.
    #[default]
    Standard,
    /// Vulnerability, repeat complaint or complexity.
    Raised,
    /// Danger to someone, safeguarding, or public interest.
    High,
}

impl Risk {
    /// Every level, the calmest first.
    pub const ALL: [Self; 3] = [Self::Standard, Self::Raised, Self::High];
}

/// Everything taken down when dissatisfaction is logged. Never changed afterwards (Code 5.12).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intake {
    /// The first moment any member of staff or contractor had it.
    pub received_at: DateTime<Utc>,
    /// Why an earlier day of receipt is given than that of logging.
    #[serde(default)]
    pub backdating_reason: Option<String>,
    /// How it arrived.
    pub channel: Channel,
    /// Who heard or opened it.
    #[serde(default)]
    pub heard_by: Option<String>,
    /// The resident's own words, verbatim.
    pub account: String,
    /// What they want done.
    #[serde(default)]
    pub outcomes_sought: String,
    /// The resident.
    pub complainant: Party,
    /// Who speaks for them.
    #[serde(default)]
    pub representative: Option<Representative>,
    /// Other residents of a group complaint (Code 1.2).
    #[serde(default)]
    pub members: Vec<Party>,
    /// What is complained of.
    #[serde(default)]
    pub points: Vec<NewPoint>,
    /// What it was taken to be, and why.
    #[serde(default)]
    pub decision: IntakeDecision,
    /// First triage.
    #[serde(default)]
    pub triage: Triage,
    /// A hazard the resident speaks of: its own clocks start at once (Awaab's Law).
    #[serde(default)]
    pub hazard: Option<NewHazard>,
    /// The case this one came out of: a service request, or a complaint it was raised beside.
    #[serde(default)]
    pub parent: Option<CaseRef>,
}

/// A hazard as first reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewHazard {
    /// What it is.
    pub description: String,
    /// Imminent danger: 24 real hours; otherwise a significant hazard in working days.
    #[serde(default)]
    pub emergency: bool,
    /// When the landlord became aware, if not at receipt.
    #[serde(default)]
    pub aware_at: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_test_decides_what_it_is() {
        let t = |survey_response, asks_to_complain, first_report, dissatisfied_with_handling| {
            IntakeTest {
                survey_response,
                asks_to_complain,
                first_report,
                dissatisfied_with_handling,
            }
        };
        let cases = [
            (t(true, false, false, true), Kind::SurveyFeedback),
            (t(true, true, false, false), Kind::Complaint),
            (t(false, false, true, false), Kind::ServiceRequest),
            (t(false, true, true, false), Kind::Complaint),
            (t(false, false, true, true), Kind::Complaint),
            (t(false, false, false, false), Kind::Complaint),
        ];
        for (test, expected) in cases {
            assert_eq!(decide_kind(test), expected, "{test:?}");
        }
    }

    #[test]
    fn channels_have_the_wire_names_of_the_field() {
        assert_eq!(
            serde_json::to_string(&Channel::SocialMediaPublic)
                .ok()
                .as_deref(),
            Some("\"social_media_public\"")
        );
        assert!(serde_json::from_str::<Channel>("\"pigeon\"").is_err());
    }
}
