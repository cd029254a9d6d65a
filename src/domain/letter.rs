//! What each letter must contain (domain rules §3): named blocks, each with the Code paragraph
//! it satisfies. Blocks are composed from the case, so a letter cannot say what the record does not.
//! An empty required block stops the letter (E04).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::case::{Case, Decision, LetterBlock, Point, StageRun};
use super::ids::PointId;
use super::policy::Policy;
use super::refusal::{Code, Refusal};
use super::remedy::{ActionStatus, Remedy};

mod blocks;
mod standing;

pub use blocks::{compose, ground_words, overall};

/// What kind of letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterKind {
    /// Acknowledgement, stage 1 (§3.1).
    AcknowledgementS1,
    /// Acknowledgement, stage 2 (§3.2).
    AcknowledgementS2,
    /// Stage 1 response (§3.3).
    ResponseS1,
    /// Stage 2 response (§3.4).
    ResponseS2,
    /// Extension notice (§3.5).
    Extension,
    /// Refusal notice, of a complaint or an escalation (§1.4).
    Refusal,
    /// Update while over time (§3.7).
    Update,
    /// Confirmation of actions, at closing (§3.7).
    Closing,
    /// How a resident may reach the landlord for a time, after unacceptable behaviour (§3.7).
    RestrictionOfContact,
    /// A dated correction to an issued letter (E10).
    Addendum,
}

impl LetterKind {
    /// The letter's title.
    pub fn title(self) -> &'static str {
        match self {
            Self::AcknowledgementS1 => "Acknowledgement of your complaint",
            Self::AcknowledgementS2 => "Acknowledgement of your stage 2 complaint",
            Self::ResponseS1 => "Our stage 1 response to your complaint",
            Self::ResponseS2 => "Our stage 2 response to your complaint",
            Self::Extension => "Your complaint: more time to respond",
            Self::Refusal => "Our decision not to consider your complaint",
            Self::Update => "An update on your complaint",
            Self::Closing => "Your complaint: what we have done",
            Self::RestrictionOfContact => "How you can contact us from now on",
            Self::Addendum => "A correction to our letter",
        }
    }
}

/// One block that a kind of letter has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockRule {
    /// Stable name.
    pub name: &'static str,
    /// Heading in the letter.
    pub heading: &'static str,
    /// The Code paragraph.
    pub provision: Option<&'static str>,
    /// Whether the letter may not go without it.
    pub required: bool,
}

const fn must(name: &'static str, heading: &'static str, provision: &'static str) -> BlockRule {
    BlockRule {
        name,
        heading,
        provision: Some(provision),
        required: true,
    }
}

const fn may(name: &'static str, heading: &'static str) -> BlockRule {
    BlockRule {
        name,
        heading,
        provision: None,
        required: false,
    }
}

/// A block that the Code asks for where there is something to say.
const fn also(name: &'static str, heading: &'static str, provision: &'static str) -> BlockRule {
    BlockRule {
        name,
        heading,
        provision: Some(provision),
        required: false,
    }
}

/// The blocks of each kind of letter, in order.
pub fn rules(kind: LetterKind) -> &'static [BlockRule] {
    match kind {
        LetterKind::AcknowledgementS1 => {
            const {
                &[
                    must("received", "What we received", "6.2"),
                    must("definition", "Our understanding of your complaint", "5.6"),
                    must("outcomes", "What you want to happen", "5.6"),
                    must("responsibility", "What we are responsible for", "5.7"),
                    must("handler", "Who is dealing with it", "6.2"),
                    must("due", "When you will hear from us", "6.3"),
                    also("clarification", "What we need to ask you", "5.6"),
                    may("urgent", "What cannot wait"),
                    may("updates", "How we will keep you informed"),
                    may("adjustments", "How we will communicate with you"),
                    may("correct_us", "If we have misunderstood"),
                    may("privacy", "What we do with what you tell us"),
                    must("ombudsman", "The Housing Ombudsman", "3.7"),
                ]
            }
        }
        LetterKind::AcknowledgementS2 => {
            const {
                &[
                    must("received", "What we received", "6.11"),
                    must("stage1_outcome", "What we decided at stage 1", "6.11"),
                    must(
                        "definition",
                        "What remains to be resolved, as we understand it",
                        "5.6",
                    ),
                    must("outcomes", "What you want to happen", "5.6"),
                    must("responsibility", "What we are responsible for", "5.7"),
                    must("handler", "Who will review it", "6.13"),
                    must("due", "When you will hear from us", "6.14"),
                    also("clarification", "What we need to ask you", "5.6"),
                    may("urgent", "What cannot wait"),
                    may("updates", "How we will keep you informed"),
                    may("adjustments", "How we will communicate with you"),
                    may("correct_us", "If we have misunderstood"),
                    may("privacy", "What we do with what you tell us"),
                    must("ombudsman", "The Housing Ombudsman", "3.7"),
                ]
            }
        }
        LetterKind::ResponseS1 => {
            const {
                &[
                    must("stage", "Where this letter stands", "6.9"),
                    must("definition", "Your complaint", "6.9"),
                    must("decision", "Our decision", "6.9"),
                    must("points", "Our answer to each point, and why", "6.7"),
                    may("acknowledgement_of_fault", "What we found"),
                    must("remedies", "What we will do to put things right", "6.9"),
                    must(
                        "actions",
                        "What is still to be done, by whom and when",
                        "6.9",
                    ),
                    also("learning", "What we have learnt", "9.1"),
                    must("escalation", "If you are not satisfied", "6.9"),
                    must("ombudsman", "The Housing Ombudsman", "3.7"),
                ]
            }
        }
        LetterKind::ResponseS2 => {
            const {
                &[
                    must("stage", "Where this letter stands", "6.19"),
                    must("definition", "Your complaint", "6.19"),
                    must("decision", "Our decision", "6.19"),
                    must("points", "Our answer to each point, and why", "6.18"),
                    may("acknowledgement_of_fault", "What we found"),
                    must("stage1_review", "How stage 1 was handled", "6.19"),
                    also("people", "Who took part in the review", "6.20"),
                    must("remedies", "What we will do to put things right", "6.19"),
                    must(
                        "actions",
                        "What is still to be done, by whom and when",
                        "6.19",
                    ),
                    also("learning", "What we have learnt", "9.1"),
                    must("final", "This is our final response", "6.10"),
                    must(
                        "ombudsman",
                        "If you are still not satisfied: the Housing Ombudsman",
                        "6.19",
                    ),
                ]
            }
        }
        LetterKind::Extension => {
            const {
                &[
                    must("new_date", "The new date", "6.4"),
                    must("reason", "Why we need more time", "6.4"),
                    must("updates", "How we will keep you informed", "5.9"),
                    may("done_so_far", "What has been done so far"),
                    must("ombudsman", "The Housing Ombudsman", "6.5"),
                ]
            }
        }
        LetterKind::Refusal => {
            const {
                &[
                    must("refused", "What we will not consider", "2.4"),
                    must("ground", "The ground", "2.2"),
                    must("reasons", "Our reasons", "2.4"),
                    may("evidence", "What we relied on"),
                    may("discretion", "How we considered making an exception"),
                    may("better_route", "Who may be able to help"),
                    may("adjustments", "How we will communicate with you"),
                    must("decided", "Who decided", "2.4"),
                    must(
                        "ombudsman",
                        "Your right to challenge this with the Housing Ombudsman",
                        "2.4",
                    ),
                ]
            }
        }
        LetterKind::Update => {
            const {
                &[
                    must("text", "What has happened and what is next", "5.9"),
                    also("next_update", "When you will hear from us next", "5.9"),
                    must("ombudsman", "The Housing Ombudsman", "3.7"),
                ]
            }
        }
        LetterKind::Closing => {
            const {
                &[
                    must("text", "About your complaint", "6.6"),
                    must("actions", "What we promised and what was done", "7.3"),
                    may("payments", "What we paid"),
                    may("learning", "What we have learnt"),
                    may("not_done", "If something has not been done"),
                    also("survey", "Tell us how we dealt with it", "1.6"),
                    must("ombudsman", "The Housing Ombudsman", "3.7"),
                ]
            }
        }
        LetterKind::RestrictionOfContact => {
            const {
                &[
                    must("text", "How you can contact us", "5.14"),
                    must("evidence", "What has happened", "5.14"),
                    must("considered", "What we weighed, and your needs", "5.15"),
                    must("review", "When we will look at this again", "5.14"),
                    must("still_complain", "You can still complain", "5.14"),
                    must("ombudsman", "The Housing Ombudsman", "3.7"),
                ]
            }
        }
        LetterKind::Addendum => const { &[must("text", "Our correction", "5.12")] },
    }
}

/// What a letter says beyond what the case holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wording {
    /// The summary or free text.
    pub text: String,
    /// The date told to the resident: of the response, or of the next update.
    pub due: Option<NaiveDate>,
    /// What was learnt.
    pub learning: String,
    /// What a restriction of contact rests on.
    pub restriction: Option<ContactRestriction>,
}

/// What a restriction of contact rests on (Code 5.14, 5.15).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactRestriction {
    /// What happened, with dates.
    pub evidence: String,
    /// Why the restriction is proportionate, and how the resident's needs and the Equality Act were weighed.
    pub considered: String,
    /// When it is looked at again.
    pub review_on: NaiveDate,
}

/// Checks that no required block is empty (E04).
pub fn check(kind: LetterKind, blocks: &[LetterBlock]) -> Result<(), Refusal> {
    for rule in rules(kind).iter().filter(|rule| rule.required) {
        let filled = blocks
            .iter()
            .any(|block| block.name == rule.name && !block.text.trim().is_empty());
        if !filled {
            let field = match rule.name {
                "definition" => "definition",
                "outcomes" => "outcomes_sought",
                "responsibility" => "responsible_for",
                "handler" => "handler",
                "points" | "decision" => "points",
                "reason" | "reasons" => "reasons",
                "remedies" | "actions" | "stage1_review" => "summary",
                "evidence" | "considered" | "review" => "restriction",
                "text" => "text",
                _ => "letter",
            };
            let way = if rule.name == "ombudsman" {
                "Ask the administrator to fill in the Ombudsman's contact details in the settings."
            } else {
                "Fill it in and try again."
            };
            return Err(Refusal::new(
                Code::E04,
                format!("The letter cannot go without “{}”. {way}", rule.heading),
            )
            .at(field)
            .under(rule.provision.unwrap_or("5.12")));
        }
    }
    Ok(())
}

/// Finds the remedies offered at `stage`.
fn remedies_at(case: &Case, stage: u8) -> impl Iterator<Item = &Remedy> {
    case.remedies
        .iter()
        .filter(move |remedy| remedy.offered_at_stage == stage)
}

fn numbers(points: &[PointId]) -> String {
    points
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

/// “Upheld”, as letters and pages say it.
pub fn decision_words(decision: Decision) -> &'static str {
    match decision {
        Decision::Upheld => "Upheld",
        Decision::PartlyUpheld => "Partly upheld",
        Decision::NotUpheld => "Not upheld",
    }
}

/// “Done”, as letters and pages say it.
pub fn action_words(status: ActionStatus) -> &'static str {
    match status {
        ActionStatus::Open => "still to be done",
        ActionStatus::Done => "done",
        ActionStatus::Cancelled => "will not be done",
    }
}

fn answer(point: &Point, stage: u8) -> Option<String> {
    let decision = point
        .decisions
        .iter()
        .rev()
        .find(|decision| decision.stage == stage)?;
    let mut text = format!(
        "{}. {}\n{}. {}",
        point.id,
        point.text,
        decision_words(decision.decision),
        decision.reasons
    );
    if !decision.references.is_empty() {
        text.push_str(&format!(
            "\nWe relied on: {}.",
            decision.references.join("; ")
        ));
    }
    Some(text)
}

fn run(case: &Case, stage: u8) -> Option<&StageRun> {
    case.stage_run(stage)
}

/// The landlord's name in a sentence.
fn landlord(policy: &Policy) -> &str {
    if policy.landlord.name.trim().is_empty() {
        "The landlord"
    } else {
        &policy.landlord.name
    }
}
