//! A document of the case as the index lists it: its category and stage, from whom to whom, why it
//! matters. What the person who added it said of it counts; the rest follows from its kind and its letter.

use serde_json::{Value, json};

use super::{CaseFile, PolicyDocument};
use crate::domain::case::{Document, DocumentKind, IssuedLetter, Sensitivity};

/// Whether a document is legal advice, which never leaves.
pub(super) fn is_privileged(d: &Document) -> bool {
    d.sensitivity == Sensitivity::Privileged || d.kind == DocumentKind::LegalAdvice
}

impl CaseFile<'_> {
    pub(super) fn document(&self, d: &Document) -> Value {
        let sensitivity = match d.sensitivity {
            _ if is_privileged(d) => "privileged",
            Sensitivity::Ordinary | Sensitivity::Privileged => "normal",
            Sensitivity::ThirdParty => "third_party",
            Sensitivity::SpecialCategory => "special_category",
        };
        let letter = self.letter_of(d);
        let (from, to) = self.ends(d.kind);
        let issued = letter.map(|l| l.issued_at.with_timezone(&chrono_tz::Europe::London));
        // The hour belongs to the letter's own day; a file with another date is not that moment's.
        let time = issued.filter(|at| d.doc_date.is_none_or(|on| on == at.date_naive()));
        json!({
            "id": d.id.to_string(), "title": d.title, "file_name": d.file_name, "kind": d.kind,
            "category": self.case.folder_of(d).unwrap_or("12"), "doc_date": d.doc_date,
            "doc_time": time.map(|at| at.format("%H:%M").to_string()), "added_at": d.added_at,
            "added_by": (self.person)(&d.added_by), "media_type": d.media_type, "size": d.size, "sha256": d.sha256,
            "from": said(&d.from).unwrap_or(from), "to": said(&d.to).unwrap_or(to),
            "why": said(&d.why).unwrap_or_else(|| matters(d.kind)),
            "source_system": d.source_system, "source_id": d.source_id, "sensitivity": sensitivity,
        })
    }

    fn letter_of(&self, d: &Document) -> Option<&IssuedLetter> {
        self.case.letters.iter().find(|l| l.document == Some(d.id))
    }

    /// From whom to whom papers of a kind go, where the kind tells.
    fn ends(&self, kind: DocumentKind) -> (&str, &str) {
        use DocumentKind as K;
        let landlord = self.policy.landlord.name.as_str();
        let resident = self.case.complainant.name.as_str();
        match kind {
            K::ComplaintS1 | K::EscalationRequest => (resident, landlord),
            K::AcknowledgementS1
            | K::AcknowledgementS2
            | K::ExtensionNotice
            | K::ResponseS1
            | K::ResponseS2
            | K::RefusalNotice
            | K::ProofOfSending
            | K::PaymentProof
            | K::TenancyAgreement => (landlord, resident),
            K::CallNote
            | K::InvestigationS1
            | K::InvestigationS2
            | K::PropertyRecord
            | K::RepairRecord
            | K::AsbRecord
            | K::ContactRecord
            | K::CallRecording
            | K::VulnerabilityRecord
            | K::Policy
            | K::RemedyRecord
            | K::ActionEvidence
            | K::ChargesRecord
            | K::DecisionRecord => (landlord, ""),
            K::OrderEvidence => (landlord, "Housing Ombudsman"),
            K::InspectionReport
            | K::ThirdPartyRecord
            | K::LegalAdvice
            | K::AfterFinalResponse
            | K::Photo
            | K::Video
            | K::Audio
            | K::Other => ("", ""),
        }
    }
}

fn said(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|t| !t.is_empty())
}

/// Why papers of a kind matter to whoever decides.
fn matters(kind: DocumentKind) -> &'static str {
    use DocumentKind as K;
    match kind {
        K::ComplaintS1 => "The complaint in the resident's own words",
        K::CallNote => "What was said on the telephone, written down at the time",
        K::AcknowledgementS1 | K::AcknowledgementS2 => {
            "Shows when it was acknowledged and how the complaint was understood"
        }
        K::ExtensionNotice => "Shows that the resident was told of the new date and the reason",
        K::InvestigationS1 | K::InvestigationS2 => "Shows what was looked into and found",
        K::ResponseS1 | K::ResponseS2 => "The answer on every point, with reasons and remedies",
        K::RefusalNotice => {
            "Shows why it was not considered, and that the resident was told of the Ombudsman"
        }
        K::ProofOfSending => "Shows that the letter was sent, and when",
        K::EscalationRequest => "Shows when and how the resident asked for stage 2",
        K::TenancyAgreement => "Sets the duties on both sides",
        K::PropertyRecord => "Shows what kind of home it is and who answers for it",
        K::RepairRecord => "Shows when the repair was reported, attended and done",
        K::InspectionReport => "Shows the condition of the home as it was found",
        K::AsbRecord => "Shows what was reported and how the risk was weighed",
        K::ContactRecord | K::CallRecording => "Shows how and when the resident was in touch",
        K::VulnerabilityRecord => "Shows what was known of the household's needs",
        K::Policy => "What was done is judged by the policy of the day",
        K::RemedyRecord => "Shows what was offered to put things right",
        K::PaymentProof => "Shows that the money reached the resident",
        K::ActionEvidence => "Shows that what was promised was done",
        K::ChargesRecord => "Shows what was charged and how it was worked out",
        K::ThirdPartyRecord => "What somebody outside the landlord said or did",
        K::DecisionRecord => "Shows how and why it was decided",
        K::LegalAdvice => "Legal advice, which is not disclosed",
        K::AfterFinalResponse => "Shows what has happened since the final response",
        K::OrderEvidence => "Shows that the Ombudsman's order was complied with",
        K::Photo | K::Video | K::Audio => "Shows the matter as it was seen or heard",
        K::Other => "Part of the landlord's file on this complaint",
    }
}

pub(super) fn policy_document(p: &PolicyDocument, landlord: &str) -> Value {
    json!({
        "id": p.id, "title": format!("{} {}", p.title, p.version), "file_name": p.file_name, "kind": "policy",
        "category": "08", "doc_date": p.effective_from, "media_type": p.media_type, "size": p.size,
        "sha256": p.sha256, "sensitivity": "normal", "from": landlord,
    })
}

pub(super) fn policy(p: &PolicyDocument) -> Value {
    json!({
        "kind": p.kind, "title": p.title, "version": p.version, "effective_from": p.effective_from,
        "effective_to": p.effective_to, "document": p.id,
    })
}
