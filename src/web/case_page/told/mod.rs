//! Events as people read them: the same verb and noun as the button that caused them.

mod ombudsman;
mod people;
mod putting_right;

use crate::domain::case::{Event, Recorded};
use crate::web::words::{long_date, spoken};

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
        Event::ConflictSetAside { person, reason } => told(
            format!("Possible conflict of interest considered: {person}"),
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
            changed_since,
            ..
        } => told(
            format!(
                "Stage {stage} response issued: {}",
                spoken(outcome).to_lowercase()
            ),
            match changed_since {
                Some(why) => format!("{summary}\nNot word for word as approved: {why}"),
                None => summary.clone(),
            },
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
        Event::Closed {
            learning, outcome, ..
        } => told(
            format!("Case closed{}", outcome.words()),
            learning,
            "lock",
            "decisions",
        ),
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
        Event::MergedInto { reference, reason } => told(
            format!("Goes on as {reference}"),
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
        other => putting_right::tell(other)
            .or_else(|| people::tell(other))
            .unwrap_or_else(|| ombudsman::tell(other)),
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
