//! Events as people read them: the same verb and noun as the button that caused them.

use crate::domain::case::{Direction, Event, Recorded};
use crate::web::commands::approval_words;
use crate::web::words::{long_date, spoken, theme, words};

/// One event in plain words.
pub struct Told {
    /// What happened.
    pub title: String,
    /// The words that go with it.
    pub text: String,
    /// The icon's name.
    pub icon: &'static str,
    /// Which filter finds it: `contact`, `letters`, `decisions`, `records` or `other`.
    pub kind: &'static str,
}

fn told(
    title: impl Into<String>,
    text: impl Into<String>,
    icon: &'static str,
    kind: &'static str,
) -> Told {
    Told {
        title: title.into(),
        text: text.into(),
        icon,
        kind,
    }
}

/// The sentence of an event.
pub fn tell(recorded: &Recorded) -> Told {
    match &recorded.event {
        Event::ComplaintLogged { intake, .. } => logged("Complaint logged", intake),
        Event::ServiceRequestLogged { intake, .. } => logged("Service request logged", intake),
        Event::SurveyFeedbackLogged { intake, .. } => logged("Survey comment logged", intake),
        Event::Assigned { stage, handler } => told(
            format!("Case assigned to {handler}"),
            format!("Stage {stage}."),
            "users",
            "other",
        ),
        Event::ConflictDeclared { person, reason } => told(
            format!("Conflict of interest declared: {person}"),
            reason,
            "users",
            "decisions",
        ),
        Event::Triaged { triage } => told(
            "Complaint triaged",
            format!(
                "Risk: {}. {}",
                spoken(&triage.risk).to_lowercase(),
                triage.note
            ),
            "flag",
            "other",
        ),
        Event::Acknowledged {
            stage, definition, ..
        } => told(
            format!("Complaint acknowledged at stage {stage}"),
            definition,
            "circle-check",
            "letters",
        ),
        Event::Refused { refusal } => {
            told("Complaint refused", &refusal.reasons, "ban", "decisions")
        }
        Event::Extended { stage, extension } => told(
            format!(
                "Deadline of stage {stage} extended to {}",
                long_date(extension.new_due)
            ),
            &extension.reason,
            "hourglass",
            "decisions",
        ),
        Event::ResponseIssued {
            stage,
            summary,
            outcome,
            ..
        } => told(
            format!(
                "Stage {stage} response issued: {}",
                spoken(outcome).to_lowercase()
            ),
            summary,
            "file-text",
            "letters",
        ),
        Event::Escalated { account, .. } => told(
            "Taken to stage 2",
            account.clone().unwrap_or_default(),
            "flag",
            "decisions",
        ),
        Event::Withdrawn { account } => told("Complaint withdrawn", account, "ban", "decisions"),
        Event::Closed { learning, .. } => told("Case closed", learning, "lock", "decisions"),
        Event::Reopened { reason, .. } => told("Case reopened", reason, "history", "decisions"),
        Event::ReceivedAtCorrected { reason, .. } => {
            told("Date received corrected", reason, "calendar", "decisions")
        }
        Event::DuplicateMerged {
            reference, reason, ..
        } => told(
            format!("Duplicate {reference} merged"),
            reason,
            "paperclip",
            "other",
        ),
        Event::ClockMoved {
            clock,
            old_due,
            new_due,
            why,
            ..
        } => told(
            format!(
                "{}: due date moved from {} to {}",
                clock.kind().name,
                long_date(*old_due),
                long_date(*new_due)
            ),
            why,
            "calendar",
            "other",
        ),
        Event::ServiceRequestReviewed { note, .. } => {
            told("Service request reviewed", note, "circle-check", "other")
        }
        other => told_about_points(other)
            .or_else(|| told_about_people(other))
            .unwrap_or_else(|| told_about_the_ombudsman(other)),
    }
}

fn logged(title: &str, intake: &crate::domain::intake::Intake) -> Told {
    told(
        format!("{title}, {}", spoken(&intake.channel).to_lowercase()),
        &intake.account,
        "flag",
        "decisions",
    )
}

fn told_about_points(event: &Event) -> Option<Told> {
    Some(match event {
        Event::PointAdded {
            point,
            text,
            category,
        } => told(
            format!("Point {point} added: {}", theme(category)),
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
            ..
        } => told(
            format!("Approval {approval} requested: {}", approval_words(subject)),
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

fn told_about_people(event: &Event) -> Option<Told> {
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
            format!("Sent by {}.", spoken(&letter.channel).to_lowercase()),
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
                format!("{} could not be reached", state.source),
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

fn told_about_the_ombudsman(event: &Event) -> Told {
    match event {
        Event::ReferredToOmbudsman {
            hos_reference,
            route,
        } => told(
            "Ombudsman's contact recorded",
            format!("{hos_reference}, {}", spoken(route).to_lowercase()),
            "scale",
            "decisions",
        ),
        Event::OmbudsmanDirected { respond_by } => told(
            format!(
                "Ombudsman's direction recorded: respond by {}",
                long_date(*respond_by)
            ),
            "",
            "scale",
            "decisions",
        ),
        Event::HosTaskRecorded { items, due, .. } => told(
            format!("Evidence request recorded, due {}", long_date(*due)),
            items.join("\n"),
            "scale",
            "decisions",
        ),
        Event::HosEvidenceSent { note, .. } => told(
            "Evidence sent",
            note.clone().unwrap_or_default(),
            "scale",
            "decisions",
        ),
        Event::DeterminationRecorded { determination } => {
            let heads = determination
                .heads
                .iter()
                .map(|h| format!("{}: {}", h.text, spoken(&h.finding).to_lowercase()));
            told(
                "Determination recorded",
                heads.collect::<Vec<_>>().join("\n"),
                "scale",
                "decisions",
            )
        }
        Event::OrderCompleted { order, .. } => told(
            format!("Order {order} completed"),
            "",
            "circle-check",
            "decisions",
        ),
        Event::RecommendationAnswered {
            recommendation,
            accepted,
            reason,
        } => told(
            format!(
                "Recommendation {recommendation} answered: {}",
                if *accepted {
                    "accepted"
                } else {
                    "not accepted"
                }
            ),
            reason,
            "scale",
            "decisions",
        ),
        Event::HosNoticeRecorded { notice } => told(
            "Complaint handling failure notice recorded",
            &notice.text,
            "scale",
            "decisions",
        ),
        Event::BundleExported {
            format,
            mode,
            sha256,
            ..
        } => told(
            format!(
                "Bundle made: {}, {}",
                words(&format.replace('-', " ")),
                words(mode).to_lowercase()
            ),
            format!("SHA-256 {sha256}"),
            "archive",
            "records",
        ),
        other => told(words(other.kind()), "", "info", "other"),
    }
}
