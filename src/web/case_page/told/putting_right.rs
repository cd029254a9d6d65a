//! Points, decisions, remedies, actions, approvals.

use super::{Told, told};
use crate::domain::case::{Event, category_title};
use crate::web::commands::approval_words;
use crate::web::words::{count, long_date, sentence, spoken, words};

/// The sentence, when the event is one of these.
pub(super) fn tell(event: &Event) -> Option<Told> {
    Some(match event {
        Event::PointAdded {
            point,
            text,
            category,
            theme,
        } => told(
            format!(
                "Point {point} added: {}",
                sentence(&category_title(theme.as_ref(), category))
            ),
            text,
            "plus",
            "decisions",
        ),
        Event::SeparateComplaintNeeded { text, why, .. } => told(
            "A complaint of its own is needed",
            format!("{text}\n{why}"),
            "flag",
            "decisions",
        ),
        Event::CaseLinked {
            reference,
            relation,
        } => told(
            format!("Case {reference} linked"),
            words(relation),
            "paperclip",
            "records",
        ),
        Event::EvidenceChosen { point, evidence } => told(
            format!("Evidence on point {point} chosen"),
            format!(
                "{}, {}.",
                count(number(evidence.documents.len()), "document", "documents"),
                count(
                    number(evidence.records.len()),
                    "linked record",
                    "linked records"
                )
            ),
            "paperclip",
            "decisions",
        ),
        Event::PointAccepted { point, reason, .. } => told(
            format!("Point {point} considered after all"),
            reason,
            "scale",
            "decisions",
        ),
        Event::PointDecided {
            point,
            decision,
            reasons,
            ..
        } => told(
            format!("Point {point} decided: {}", spoken(decision).to_lowercase()),
            reasons,
            "scale",
            "decisions",
        ),
        Event::RemedyOffered { remedy, .. } => {
            let sum = remedy
                .compensation
                .as_ref()
                .map(|c| format!(", {}", c.amount))
                .unwrap_or_default();
            told(
                format!(
                    "Remedy {} offered: {}{sum}",
                    remedy.id,
                    spoken(&remedy.kind).to_lowercase()
                ),
                &remedy.description,
                "hand-coins",
                "decisions",
            )
        }
        Event::RemedyAnswered { remedy, accepted } => told(
            format!(
                "Answer to remedy {remedy} recorded: {}",
                if *accepted {
                    "accepted"
                } else {
                    "not accepted"
                }
            ),
            "",
            "hand-coins",
            "decisions",
        ),
        Event::CompensationApproved {
            remedy,
            approved_by,
        } => told(
            format!("Remedy {remedy} approved"),
            format!("By {approved_by}."),
            "circle-check",
            "decisions",
        ),
        Event::CompensationPaid {
            remedy,
            paid_on,
            method,
            ..
        } => told(
            format!("Payment for remedy {remedy} recorded"),
            format!("{}, {method}.", long_date(*paid_on)),
            "hand-coins",
            "decisions",
        ),
        Event::ActionPromised { action } => told(
            format!("Action {} promised", action.id),
            format!(
                "{} ({}, by {})",
                action.what,
                action.owner,
                long_date(action.due)
            ),
            "calendar",
            "decisions",
        ),
        Event::ActionCompleted { action, note, .. } => told(
            format!("Action {action} completed"),
            note.clone().unwrap_or_default(),
            "circle-check",
            "decisions",
        ),
        Event::ActionCancelled { action, reason, .. } => told(
            format!("Action {action} cancelled"),
            reason,
            "ban",
            "decisions",
        ),
        Event::ResidentToldOfAction { action } => told(
            format!("Resident told of action {action}"),
            "",
            "message-square",
            "contact",
        ),
        Event::ApprovalRequested {
            approval,
            subject,
            note,
            letter,
            ..
        } => told(
            format!(
                "Approval {approval} requested: {}{}",
                approval_words(subject),
                if letter.is_some() {
                    ", with its letter"
                } else {
                    ""
                }
            ),
            note.clone().unwrap_or_default(),
            "users",
            "decisions",
        ),
        Event::ApprovalGiven { approval, reason } => told(
            format!("Approval {approval} given"),
            reason.clone().unwrap_or_default(),
            "circle-check",
            "decisions",
        ),
        Event::ApprovalDeclined { approval, reason } => told(
            format!("Approval {approval} declined"),
            reason,
            "ban",
            "decisions",
        ),
        Event::SatisfactionRecorded {
            answer, comment, ..
        } => told(
            format!("Satisfaction recorded: {}", spoken(answer).to_lowercase()),
            comment.clone().unwrap_or_default(),
            "message-square",
            "contact",
        ),
        _ => return None,
    })
}

fn number(of: usize) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}
