//! Contacts, documents, letters, linked records and the people of the case.

use super::{Told, told};
use crate::domain::case::{BEING_READ, Direction, Event, NOT_ASKED};
use crate::web::words::{long_date, spoken, words};

/// The sentence, when the event is one of these.
pub(super) fn tell(event: &Event) -> Option<Told> {
    Some(match event {
        Event::ContactRecorded { contact } => {
            let way = contact
                .channel
                .map(|c| format!(", {}", spoken(&c).to_lowercase()))
                .unwrap_or_default();
            let with = contact
                .with
                .as_ref()
                .map(|w| format!(" {w}"))
                .unwrap_or_default();
            let title = match contact.direction {
                Direction::In => format!(
                    "Contact recorded: from{}{way}",
                    if with.is_empty() {
                        " the resident"
                    } else {
                        &with
                    }
                ),
                Direction::Out => format!(
                    "Contact recorded: to{}{way}",
                    if with.is_empty() {
                        " the resident"
                    } else {
                        &with
                    }
                ),
                Direction::Internal => format!("Contact recorded: internal{with}{way}"),
            };
            told(title, &contact.summary, "phone", "contact")
        }
        Event::NoteAdded { text } => told("Note added", text, "pencil", "contact"),
        Event::DocumentAttached { document } => told(
            format!("Document added: {}", document.title),
            format!(
                "{}, {}",
                document.file_name,
                spoken(&document.kind).to_lowercase()
            ),
            "paperclip",
            "records",
        ),
        Event::LetterIssued { letter } => told(
            format!("Letter issued: {}", letter.kind.title()),
            format!(
                "Sent by {}{}.",
                spoken(&letter.channel).to_lowercase(),
                letter
                    .to
                    .as_ref()
                    .map_or_else(String::new, |to| format!(" to {to}"))
            ),
            "mail",
            "letters",
        ),
        Event::RecordLinked { link } => told(
            format!("Record linked: {}", link.title),
            format!(
                "{} {}, version {}",
                link.source, link.external_id, link.version
            ),
            "wrench",
            "records",
        ),
        Event::RecordUnlinked {
            source,
            external_id,
            reason,
        } => told(
            format!("Record unlinked: {source} {external_id}"),
            reason.clone().unwrap_or_default(),
            "wrench",
            "records",
        ),
        Event::SourceAsked { state } => match &state.failure {
            Some(failure) => told(
                if failure.starts_with(NOT_ASKED) {
                    format!("{} was not asked", state.source)
                } else if failure.starts_with(BEING_READ) {
                    format!("{} is being read for the first time", state.source)
                } else {
                    format!("{} could not be reached", state.source)
                },
                failure,
                "circle-alert",
                "records",
            ),
            None => told(
                format!("{} asked for linked records", state.source),
                state.notes.join("\n"),
                "search",
                "records",
            ),
        },
        Event::ComplainantUpdated { .. } => told("Resident's details updated", "", "user", "other"),
        Event::AdjustmentRecorded { adjustment } => told(
            format!("Adjustment recorded: {}", words(&adjustment.need)),
            &adjustment.detail,
            "heart-handshake",
            "other",
        ),
        Event::AdjustmentEnded { need, reason, .. } => told(
            format!("Adjustment ended: {}", words(need)),
            reason,
            "heart-handshake",
            "other",
        ),
        Event::RepresentativeAppointed { representative } => told(
            format!("Representative appointed: {}", representative.name),
            spoken(&representative.kind),
            "users",
            "other",
        ),
        Event::RepresentativeWithdrawn { reason } => told(
            "Representation ended",
            reason.clone().unwrap_or_default(),
            "users",
            "other",
        ),
        Event::MemberAdded { member } => told(
            format!("Member of the group added: {}", member.name),
            "",
            "users",
            "other",
        ),
        Event::MemberLettersSet { member, wanted } => told(
            if *wanted {
                format!("{member} gets the letters from now on")
            } else {
                format!("{member} does not want the letters")
            },
            "",
            "users",
            "other",
        ),
        Event::Restricted { reason, .. } => told("Case restricted", reason, "lock", "decisions"),
        Event::RestrictionLifted { reason } => {
            told("Restriction lifted", reason, "lock", "decisions")
        }
        Event::RestrictedCaseViewed { how } => {
            told("Restricted case viewed", words(how), "lock", "other")
        }
        Event::HazardReported { hazard, report, .. } => told(
            format!("Hazard {hazard} reported"),
            &report.description,
            "shield-alert",
            "decisions",
        ),
        Event::HazardStepTaken { hazard, step } => told(
            format!(
                "Hazard {hazard}, step recorded: {}",
                spoken(step).to_lowercase()
            ),
            "",
            "shield-alert",
            "decisions",
        ),
        Event::HazardStepNotNeeded {
            hazard,
            step,
            reason,
        } => told(
            format!(
                "Hazard {hazard}, step not needed: {}",
                spoken(step).to_lowercase()
            ),
            reason,
            "shield-alert",
            "decisions",
        ),
        Event::ContributionAsked {
            contribution,
            team,
            what,
            due,
            ..
        } => told(
            format!("Question {contribution} to {team}, by {}", long_date(*due)),
            what,
            "message-square",
            "other",
        ),
        Event::ContributionGiven {
            contribution,
            text,
            from,
            ..
        } => {
            let who = from.clone().unwrap_or_default();
            told(
                match who.is_empty() {
                    true => format!("Question {contribution} to others answered"),
                    false => format!("{who} answered question {contribution} to others"),
                },
                text,
                "file-text",
                "contact",
            )
        }
        Event::ContributionWithdrawn {
            contribution,
            reason,
        } => told(
            format!("Question {contribution} to others withdrawn"),
            reason,
            "file-text",
            "other",
        ),
        Event::RelatedRequestExtended { related, reason } => told(
            format!("Related request {related} given more time as complex"),
            reason,
            "hourglass",
            "decisions",
        ),
        Event::RelatedRequestOpened { request, text, .. } => told(
            format!("Related request opened: {}", spoken(request)),
            text,
            "file-text",
            "other",
        ),
        Event::RelatedRequestAnswered { related } => told(
            format!("Related request {related} answered"),
            "",
            "file-text",
            "other",
        ),
        _ => return None,
    })
}
