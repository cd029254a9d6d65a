//! How ready a case is to go to the Ombudsman: what a complete file would hold, what is missing,
//! and why it matters (domain rules §5.3, §5.5). Computed for every case, from the first day.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::case::{Case, DocumentKind, LinkedRecord, StageRun};
use super::letter::LetterKind;
use super::remedy::ActionStatus;

/// Something a complete file would hold and this one does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// Bundle category, `01` to `14`.
    pub category: String,
    /// What is missing.
    pub what: String,
    /// Why it matters.
    pub why: String,
    /// Who can supply it.
    pub who: String,
}

/// How ready the case is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Readiness {
    /// From 0 to 1: the share of expected items that are there.
    pub score: f64,
    /// What is missing.
    pub missing: Vec<Missing>,
}

struct Checks {
    expected: u32,
    missing: Vec<Missing>,
    /// Category and name of what is there.
    found: Vec<(String, String)>,
}

impl Checks {
    fn expect(&mut self, there: bool, category: &str, what: &str, why: &str, who: &str) {
        self.expected += 1;
        if there {
            self.found.push((category.into(), what.into()));
        } else {
            self.missing.push(Missing {
                category: category.into(),
                what: what.into(),
                why: why.into(),
                who: who.into(),
            });
        }
    }
}

/// Works out how ready `case` is. `policies` names the kinds of policy that the register holds in force over the
/// complaint's time, such as `complaints`.
pub fn readiness(case: &Case, policies: &[String]) -> Readiness {
    let checks = checks(case, policies);
    let expected = f64::from(checks.expected.max(1));
    let there = expected - f64::from(u32::try_from(checks.missing.len()).unwrap_or(u32::MAX));
    Readiness {
        score: (there / expected * 100.0).round() / 100.0,
        missing: checks.missing,
    }
}

/// Category and name of everything expected that is there: what was explained while it was missing needs that no
/// longer.
pub fn found(case: &Case, policies: &[String]) -> Vec<(String, String)> {
    checks(case, policies).found
}

fn checks(case: &Case, policies: &[String]) -> Checks {
    let mut checks = Checks {
        expected: 0,
        missing: Vec::new(),
        found: Vec::new(),
    };
    let letter = |kind: LetterKind| case.letters.iter().any(|letter| letter.kind == kind);
    let document = |kind: DocumentKind| case.documents.iter().any(|document| document.kind == kind);
    let linked = |kind: &str| {
        case.current_links()
            .any(|link: &LinkedRecord| link.kind == kind)
    };
    stage_checks(&mut checks, case, &letter, &document);
    let officer = "Complaints officer";
    checks.expect(
        linked("tenancy") || document(DocumentKind::TenancyAgreement),
        "03",
        "The tenancy agreement or lease, or the linked tenancy record",
        "The Ombudsman reads the landlord's duties from the terms in force.",
        "Housing officer",
    );
    if about(case, &["property_condition", "health_and_safety"]) {
        checks.expect(
            linked("repair") || document(DocumentKind::RepairRecord),
            "04",
            "The repairs history of the home",
            "Complaints about the condition of a home turn on what was reported, and when it was attended.",
            "Repairs lead",
        );
    }
    if about(case, &["anti_social"]) {
        checks.expect(
            linked("asb") || document(DocumentKind::AsbRecord),
            "05",
            "The anti-social behaviour case: reports, risk assessment, action plan",
            "The Ombudsman asks whether the landlord assessed the risk and followed its plan.",
            "ASB officer",
        );
    }
    checks.expect(
        case.contacts.iter().any(|c| c.channel.is_some()) || linked("contact") || document(DocumentKind::ContactRecord),
        "06",
        "A record of contact with the resident",
        "Without a contact log the landlord cannot show that it listened or kept the resident informed.",
        officer,
    );
    checks.expect(
        !case.triage.vulnerability || !case.complainant.adjustments.is_empty(),
        "07",
        "Which adjustments the vulnerability noted at triage calls for",
        "The Ombudsman asks what the landlord knew and what it did about it.",
        officer,
    );
    if about(case, &["charges"]) {
        checks.expect(
            document(DocumentKind::ChargesRecord),
            "10",
            "The demands, accounts or statements that the complaint is about",
            "A complaint about a charge is decided on the papers that show what was charged and why.",
            "Income officer",
        );
    }
    for hazard in &case.hazards {
        let written = hazard.summary_sent_at.is_some() || document(DocumentKind::InspectionReport);
        checks.expect(
            written,
            "04",
            &format!("What was found and told to the tenant about the hazard “{}”", hazard.description),
            "For a hazard the landlord must show when it knew, what it found and what it told the tenant in writing.",
            "Repairs lead",
        );
    }
    policy_checks(&mut checks, case, policies);
    remedy_checks(&mut checks, case);
    ombudsman_checks(&mut checks, case, !policies.is_empty());
    checks
}

/// Whether any point is about one of these subjects.
fn about(case: &Case, subjects: &[&str]) -> bool {
    let one = |category: &str| subjects.iter().any(|subject| category.starts_with(subject));
    case.points.iter().any(|point| one(&point.category))
}

/// Each policy that the case calls for, by itself: one that is there does not stand for the others.
fn policy_checks(checks: &mut Checks, case: &Case, policies: &[String]) {
    let kinds: Vec<String> = policies
        .iter()
        .map(|kind| kind.to_lowercase().replace([' ', '-'], "_"))
        .collect();
    let repairs = about(case, &["property_condition", "health_and_safety"]);
    let adjusted = !case.complainant.adjustments.is_empty();
    let expected: [(bool, &[&str], &str); 6] = [
        (true, &["complaint"], "complaints"),
        (
            !case.remedies.is_empty(),
            &["compensation", "remed"],
            "compensation",
        ),
        (repairs, &["repair"], "repairs"),
        (repairs, &["damp"], "damp and mould"),
        (
            about(case, &["anti_social"]),
            &["asb", "anti_social"],
            "anti-social behaviour",
        ),
        (
            adjusted,
            &["reasonable_adjust", "adjust"],
            "reasonable adjustments",
        ),
    ];
    for (wanted, words, name) in expected {
        if wanted {
            let held = |kind: &String| words.iter().any(|word| kind.starts_with(word));
            checks.expect(
                kinds.iter().any(held),
                "08",
                &format!("The {name} policy in force at the time"),
                "Every finding compares what was done with the policy of the day.",
                "Compliance officer",
            );
        }
    }
}

fn stage_checks(
    checks: &mut Checks,
    case: &Case,
    letter: &dyn Fn(LetterKind) -> bool,
    document: &dyn Fn(DocumentKind) -> bool,
) {
    let officer = "Complaints officer";
    checks.expect(
        !case.intake.account.trim().is_empty() || document(DocumentKind::ComplaintS1),
        "01",
        "The complaint as it was received",
        "The first thing the Ombudsman reads is the resident's own words, with their date.",
        officer,
    );
    for run in &case.stages {
        let (category, ack, response, own_ack, own_response) = if run.stage == 1 {
            (
                "01",
                LetterKind::AcknowledgementS1,
                LetterKind::ResponseS1,
                DocumentKind::AcknowledgementS1,
                DocumentKind::ResponseS1,
            )
        } else {
            (
                "02",
                LetterKind::AcknowledgementS2,
                LetterKind::ResponseS2,
                DocumentKind::AcknowledgementS2,
                DocumentKind::ResponseS2,
            )
        };
        checks.expect(
            letter(ack) || document(own_ack),
            category,
            &format!("The stage {} acknowledgement", run.stage),
            "It proves the date, the definition and the outcomes agreed.",
            officer,
        );
        notice_checks(checks, case, run);
        let ended_unanswered = case.state.is_ended() && run.response.is_none();
        if ended_unanswered && case.stage() == run.stage {
            // Withdrawn, refused or merged: no answer is owed, and the notices above tell the story.
            continue;
        }
        checks.expect(
            case.open_points().next().is_some()
                && case
                    .open_points()
                    .all(|p| case.decision_at(p.id, run.stage).is_some()),
            category,
            &format!(
                "A decision with reasons on every point at stage {}",
                run.stage
            ),
            "A point without an answer is the commonest criticism of complaint handling.",
            run.handler.as_deref().unwrap_or(officer),
        );
        checks.expect(
            letter(response) || document(own_response),
            category,
            &format!("The stage {} response", run.stage),
            "The Ombudsman investigates once the landlord has answered.",
            run.handler.as_deref().unwrap_or(officer),
        );
        if run.response.is_some() {
            let proof = case.documents.iter().any(|d| {
                d.kind == DocumentKind::ProofOfSending && case.folder_of(d) == Some(category)
            });
            checks.expect(
                proof,
                category,
                &format!("Proof that the stage {} response was sent", run.stage),
                "A letter counts from the day it can be shown to have gone.",
                officer,
            );
        }
    }
}

/// The notices that must have gone out at a stage: of each extension, and of each refusal.
fn notice_checks(checks: &mut Checks, case: &Case, run: &StageRun) {
    let (category, officer) = (
        if run.stage == 1 { "01" } else { "02" },
        "Complaints officer",
    );
    let sent = |kind: LetterKind| {
        case.letters
            .iter()
            .filter(|letter| letter.kind == kind && letter.stage == run.stage)
            .filter(|letter| letter.to.is_none())
            .count()
    };
    if !run.extensions.is_empty() {
        checks.expect(
            sent(LetterKind::Extension) >= run.extensions.len(),
            category,
            &format!("A notice for every extension of stage {}", run.stage),
            "An extension counts only when the resident was told the new date and why.",
            officer,
        );
    }
    let refusals = case
        .refusals
        .iter()
        .filter(|refusal| refusal.stage == run.stage)
        .count();
    if refusals > 0 {
        checks.expect(
            sent(LetterKind::Refusal) >= refusals,
            category,
            "The refusal notice, with the right to go to the Ombudsman",
            "The Ombudsman may direct the landlord to accept what was refused without good reason.",
            officer,
        );
    }
}

/// What the Ombudsman asked for and ordered.
fn ombudsman_checks(checks: &mut Checks, case: &Case, policies_on_file: bool) {
    let Some(hos) = &case.ombudsman else {
        return;
    };
    let open = hos.tasks.iter().filter(|task| task.sent_on.is_none());
    let asked: BTreeSet<&str> = open
        .flat_map(|task| &task.items)
        .map(String::as_str)
        .collect();
    for category in asked {
        checks.expect(
            has_anything(case, category, policies_on_file),
            category,
            &format!("Anything under category {category}, which the Ombudsman asked for"),
            "An item that was asked for and is neither sent nor explained counts against the landlord.",
            "Complaints officer",
        );
    }
    for order in hos.orders() {
        checks.expect(
            order.complied_on.is_some(),
            "13",
            &format!("Proof that order {} was complied with", order.id),
            "Orders are binding; each has a date by which proof must be sent.",
            "Complaints officer",
        );
    }
}

/// Whether the file holds anything under a bundle category.
fn has_anything(case: &Case, category: &str, policies_on_file: bool) -> bool {
    let document = case
        .documents
        .iter()
        .any(|d| case.folder_of(d) == Some(category));
    document
        || match category {
            "01" => !case.stages.is_empty(),
            "02" => case.stage() == 2,
            "03" | "04" | "05" | "06" => {
                let kind = match category {
                    "03" => "tenancy",
                    "04" => "repair",
                    "05" => "asb",
                    _ => "contact",
                };
                case.current_links().any(|link| link.kind == kind)
                    || (category == "04" && !case.hazards.is_empty())
                    || (category == "06" && case.contacts.iter().any(|c| c.channel.is_some()))
            }
            "07" => !case.complainant.adjustments.is_empty(),
            "08" => policies_on_file,
            "09" => !case.remedies.is_empty(),
            _ => false,
        }
}

fn remedy_checks(checks: &mut Checks, case: &Case) {
    for action in case
        .actions
        .iter()
        .filter(|action| action.status == ActionStatus::Done)
    {
        checks.expect(
            !action.evidence.is_empty(),
            "09",
            &format!("Proof that “{}” was done", action.what),
            "A promise without proof counts as not kept.",
            &action.owner,
        );
    }
    for money in case
        .remedies
        .iter()
        .filter_map(|remedy| remedy.compensation.as_ref())
    {
        checks.expect(
            money.paid_on.is_some(),
            "09",
            &format!("Proof that {} was paid", money.amount),
            "The Ombudsman checks that what was offered reached the resident.",
            "Finance",
        );
    }
}
