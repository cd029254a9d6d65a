//! Documents on a case, and the bundle category that each kind belongs to (domain rules §5.3).

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::ids::DocumentId;

/// How delicate a document is, and for whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sensitivity {
    /// Ordinary case material.
    #[default]
    Ordinary,
    /// About someone else: not for disclosure to the resident.
    ThirdParty,
    /// Health, disability and the like.
    SpecialCategory,
    /// Legal advice: never in a bundle.
    Privileged,
}

/// A document on the case. Its bytes live in the store under the hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its number in the case.
    pub id: DocumentId,
    /// SHA-256 of its bytes, lower-case hex.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// As recognised from the bytes.
    pub media_type: String,
    /// The name it came with, made safe.
    pub file_name: String,
    /// What it is, for the index.
    pub title: String,
    /// The kind, which gives its bundle category.
    pub kind: DocumentKind,
    /// The document's own date.
    #[serde(default)]
    pub doc_date: Option<NaiveDate>,
    /// How delicate it is.
    #[serde(default)]
    pub sensitivity: Sensitivity,
    /// The system it came from, when not typed in here.
    #[serde(default)]
    pub source_system: Option<String>,
    /// Its identifier there.
    #[serde(default)]
    pub source_id: Option<String>,
    /// Who wrote it, where that is not plain from its kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Who received it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Why it matters, for the index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What the camera wrote into a photo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shot: Option<Shot>,
    /// The photo of the same place before the work that this one shows done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<DocumentId>,
    /// Who added it.
    pub added_by: String,
    /// When.
    pub added_at: DateTime<Utc>,
}

/// What a camera wrote into a photo. Its clock may be wrong, and it knows no time zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shot {
    /// The day it was taken.
    #[serde(default)]
    pub taken_on: Option<NaiveDate>,
    /// The time of that day.
    #[serde(default)]
    pub taken_at: Option<NaiveTime>,
    /// The camera.
    #[serde(default)]
    pub camera: String,
    /// Whether the file says where.
    #[serde(default)]
    pub located: bool,
}

/// What a document is; each kind belongs to one category of the bundle (domain rules §5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum DocumentKind {
    ComplaintS1,
    CallNote,
    AcknowledgementS1,
    ExtensionNotice,
    InvestigationS1,
    ResponseS1,
    RefusalNotice,
    ProofOfSending,
    EscalationRequest,
    AcknowledgementS2,
    InvestigationS2,
    ResponseS2,
    TenancyAgreement,
    PropertyRecord,
    RepairRecord,
    InspectionReport,
    AsbRecord,
    ContactRecord,
    CallRecording,
    VulnerabilityRecord,
    Policy,
    RemedyRecord,
    PaymentProof,
    ActionEvidence,
    ChargesRecord,
    ThirdPartyRecord,
    DecisionRecord,
    LegalAdvice,
    AfterFinalResponse,
    OrderEvidence,
    Photo,
    Video,
    Audio,
    Other,
}

impl Document {
    /// Whether it is a picture, as recognised from its bytes.
    pub fn is_picture(&self) -> bool {
        self.media_type.starts_with("image/")
    }

    /// Whether not everybody who reads the case may read it: health, and legal advice
    /// ([`crate::domain::access::Actor::may_read_delicate`]).
    pub fn is_delicate(&self) -> bool {
        matches!(
            self.sensitivity,
            Sensitivity::SpecialCategory | Sensitivity::Privileged
        )
    }
}

impl DocumentKind {
    /// Every kind, in the order it is offered.
    pub const ALL: [Self; 34] = [
        Self::ComplaintS1,
        Self::CallNote,
        Self::AcknowledgementS1,
        Self::ExtensionNotice,
        Self::InvestigationS1,
        Self::ResponseS1,
        Self::RefusalNotice,
        Self::ProofOfSending,
        Self::EscalationRequest,
        Self::AcknowledgementS2,
        Self::InvestigationS2,
        Self::ResponseS2,
        Self::TenancyAgreement,
        Self::PropertyRecord,
        Self::RepairRecord,
        Self::InspectionReport,
        Self::AsbRecord,
        Self::ContactRecord,
        Self::CallRecording,
        Self::VulnerabilityRecord,
        Self::Policy,
        Self::RemedyRecord,
        Self::PaymentProof,
        Self::ActionEvidence,
        Self::ChargesRecord,
        Self::ThirdPartyRecord,
        Self::DecisionRecord,
        Self::LegalAdvice,
        Self::AfterFinalResponse,
        Self::OrderEvidence,
        Self::Photo,
        Self::Video,
        Self::Audio,
        Self::Other,
    ];

    /// Whether papers of this kind belong to whichever stage ran on their day.
    pub fn of_either_stage(self) -> bool {
        matches!(
            self,
            Self::ExtensionNotice | Self::RefusalNotice | Self::ProofOfSending | Self::CallNote
        )
    }

    /// The bundle category, `01` to `14`; legal advice has none, because it never leaves.
    pub fn category(self) -> Option<&'static str> {
        Some(match self {
            Self::ComplaintS1
            | Self::CallNote
            | Self::AcknowledgementS1
            | Self::ExtensionNotice
            | Self::InvestigationS1
            | Self::ResponseS1
            | Self::RefusalNotice
            | Self::ProofOfSending => "01",
            Self::EscalationRequest
            | Self::AcknowledgementS2
            | Self::InvestigationS2
            | Self::ResponseS2 => "02",
            Self::TenancyAgreement | Self::PropertyRecord => "03",
            Self::RepairRecord | Self::InspectionReport => "04",
            Self::AsbRecord => "05",
            Self::ContactRecord | Self::CallRecording => "06",
            Self::VulnerabilityRecord => "07",
            Self::Policy => "08",
            Self::RemedyRecord | Self::PaymentProof | Self::ActionEvidence => "09",
            Self::ChargesRecord => "10",
            Self::ThirdPartyRecord => "11",
            Self::DecisionRecord | Self::Other => "12",
            Self::LegalAdvice => return None,
            Self::AfterFinalResponse | Self::OrderEvidence => "13",
            Self::Photo | Self::Video | Self::Audio => "14",
        })
    }
}

/// The folders of a bundle: category and title (domain rules §5.3).
pub const FOLDERS: [(&str, &str); 14] = [
    ("01", "Complaint, stage 1"),
    ("02", "Complaint, stage 2"),
    ("03", "Tenancy and property"),
    ("04", "Repairs and inspections"),
    ("05", "Anti-social behaviour and neighbours"),
    ("06", "Contact log"),
    ("07", "Vulnerability and adjustments"),
    ("08", "Policies in force at the time"),
    ("09", "Remedies"),
    ("10", "Charges"),
    ("11", "Third parties"),
    ("12", "Decision records"),
    ("13", "After the final response"),
    ("14", "Media"),
];

/// The title of a category of the bundle.
pub fn folder_title(category: &str) -> Option<&'static str> {
    let known = FOLDERS.iter().find(|(code, _)| *code == category);
    known.map(|(_, title)| *title)
}
