//! The words of each block, from the case and the policy.

use chrono::NaiveDate;

use super::{
    LetterKind, Wording, action_words, answer, decision_words, landlord, numbers, remedies_at,
    rules, run, standing,
};
use crate::domain::calendar::{day_and_year, london_date};
use crate::domain::case::{
    Case, Decision, Directory, Extension, LetterBlock, RefusalGround, RefusalRecord, Response,
};
use crate::domain::policy::Policy;
use crate::domain::remedy::ActionStatus;

/// Composes the blocks of a letter of `kind` for `case`, which already holds what the letter tells.
/// Blocks with nothing to say are left out; [`super::check`] says which of those may not be.
pub fn compose(
    kind: LetterKind,
    case: &Case,
    policy: &Policy,
    wording: &Wording,
    people: &dyn Directory,
) -> Vec<LetterBlock> {
    let writer = Writer {
        kind,
        case,
        policy,
        wording,
        people,
    };
    rules(kind)
        .iter()
        .map(|rule| LetterBlock {
            name: rule.name.to_owned(),
            heading: rule.heading.to_owned(),
            text: writer.text(rule.name),
            provision: rule.provision.map(str::to_owned),
        })
        .filter(|block| !block.text.trim().is_empty())
        .collect()
}

struct Writer<'a> {
    kind: LetterKind,
    case: &'a Case,
    policy: &'a Policy,
    wording: &'a Wording,
    people: &'a dyn Directory,
}

impl Writer<'_> {
    fn stage(&self) -> u8 {
        match self.kind {
            LetterKind::AcknowledgementS1 | LetterKind::ResponseS1 => 1,
            LetterKind::AcknowledgementS2 | LetterKind::ResponseS2 => 2,
            _ => self.case.stage().max(1),
        }
    }

    fn text(&self, block: &str) -> String {
        match block {
            "ombudsman" => self.ombudsman(),
            "received" => self.received(),
            "definition" => self.on_run(|run| run.definition.clone()),
            "outcomes" => self.on_run(|run| run.outcomes_sought.clone()),
            "responsibility" => self.responsibility(),
            "handler" => self.handler(),
            "due" => self.due(),
            "adjustments" => self.adjustments(),
            "correct_us" => {
                "If we have misunderstood any part of your complaint, or you want someone to act for you, tell us and \
                 we will put it right."
                    .to_owned()
            }
            "stage1_outcome" => self.stage1().map_or_else(String::new, |response| {
                format!("{}. {}", decision_words(response.outcome), response.summary)
            }),
            "stage1_review" => self.stage1_review(),
            "stage" => format!("This is our response at stage {} of our complaints process.", self.stage()),
            "decision" => self.decision(),
            "points" => self.points(),
            "acknowledgement_of_fault" | "text" | "clarification" => self.wording.text.clone(),
            "updates" if self.kind != LetterKind::Extension => standing::UPDATES.to_owned(),
            "urgent" => standing::urgent(self.case),
            "privacy" => standing::PRIVACY.to_owned(),
            "people" => standing::reviewers(self.case, self.people),
            "payments" => standing::payments(self.case),
            "not_done" => format!("{} {}", standing::NOT_DONE, self.reach()).trim_end().to_owned(),
            "survey" => standing::survey(self.policy),
            "next_update" => self.wording.due.map_or_else(String::new, |on| {
                format!("We will update you again by {}.", day_and_year(on))
            }),
            "evidence" | "considered" | "review" if self.wording.restriction.is_some() => {
                standing::restriction(self.wording.restriction.as_ref(), block)
            }
            "still_complain" => standing::still_complain(self.policy),
            "remedies" => self.remedies(),
            "actions" => self.actions(),
            "escalation" => {
                "If any part of this is not resolved to your satisfaction, tell us, in any way you choose, that you \
                 would like it looked at again at stage 2. You do not have to give reasons or fill in a form. Someone \
                 who took no part at stage 1 will review it."
                    .to_owned()
            }
            "final" => format!(
                "{} has two stages only. This letter is our final response and our process is now complete.",
                landlord(self.policy)
            ),
            "new_date" | "reason" | "updates" | "done_so_far" => self.extension(block),
            "refused" | "ground" | "reasons" | "evidence" | "discretion" | "better_route" | "decided" => {
                self.refusal(block)
            }
            "learning" if self.kind != LetterKind::Closing => self.wording.learning.clone(),
            "learning" => self.case.closing.as_ref().map_or_else(String::new, |closing| closing.learning.clone()),
            _ => String::new(),
        }
    }

    fn on_run(&self, say: impl Fn(&crate::domain::case::StageRun) -> String) -> String {
        run(self.case, self.stage()).map_or_else(String::new, say)
    }

    fn stage1(&self) -> Option<&Response> {
        run(self.case, 1)?.response.as_ref()
    }

    fn ombudsman(&self) -> String {
        let block = self.policy.ombudsman.block();
        if block.is_empty() {
            return block;
        }
        match self.kind {
            LetterKind::ResponseS2 => format!(
                "If you are still not satisfied, you can take your complaint further. {block}"
            ),
            LetterKind::Refusal => {
                format!("You have the right to ask the Ombudsman to look at this decision. {block}")
            }
            _ => block,
        }
    }

    fn received(&self) -> String {
        self.on_run(|run| {
            let what = if run.stage == 1 {
                "your complaint"
            } else {
                "your wish to go to stage 2"
            };
            format!(
                "We received {what} on {}. Its reference is {}.",
                day_and_year(london_date(run.received_at)),
                self.case.reference
            )
        })
    }

    fn responsibility(&self) -> String {
        self.on_run(|run| {
            let ours = run.responsible_for.trim();
            match run.not_responsible_for.trim() {
                "" => ours.to_owned(),
                not_ours => format!("{ours}\nWe are not responsible for: {not_ours}")
                    .trim_start()
                    .to_owned(),
            }
        })
    }

    fn handler(&self) -> String {
        self.on_run(|run| {
            let Some(handler) = &run.handler else {
                return String::new();
            };
            let name = self.people.name(handler);
            let who = if run.stage == 1 {
                format!("{name} is handling your complaint.")
            } else {
                format!("{name} will review it and took no part in it at stage 1.")
            };
            format!("{who} {}", self.reach()).trim_end().to_owned()
        })
    }

    fn reach(&self) -> String {
        let landlord = &self.policy.landlord;
        let ways: Vec<&str> = [landlord.phone.as_str(), landlord.email.as_str()]
            .into_iter()
            .filter(|way| !way.trim().is_empty())
            .collect();
        if ways.is_empty() {
            String::new()
        } else {
            format!("You can reach us on {}.", ways.join(" or "))
        }
    }

    fn due(&self) -> String {
        self.wording.due.map_or_else(String::new, |due| {
            format!(
                "We will send you our full response by the end of {}. If we need longer we will tell you before then, and why.",
                day_and_year(due)
            )
        })
    }

    fn adjustments(&self) -> String {
        let active: Vec<String> = self
            .case
            .complainant
            .active_adjustments()
            .map(|adjustment| {
                let need = adjustment.need.replace('_', " ");
                if adjustment.detail.is_empty() {
                    need
                } else {
                    format!("{need} ({})", adjustment.detail)
                }
            })
            .collect();
        if active.is_empty() {
            "If you need us to communicate in another way, for example in large print or through an interpreter, tell us."
                .to_owned()
        } else {
            format!(
                "We have noted that you need: {}. Tell us if this changes.",
                active.join("; ")
            )
        }
    }

    fn stage1_review(&self) -> String {
        let Some(response) = self.stage1() else {
            return String::new();
        };
        let run = run(self.case, 1);
        let acknowledged = run
            .and_then(|run| run.acknowledged_at)
            .map(|at| day_and_year(london_date(at)));
        format!(
            "At stage 1 we acknowledged your complaint on {} and answered it on {}. Our decision then was: {}.",
            acknowledged.unwrap_or_else(|| "a date we did not record".into()),
            day_and_year(london_date(response.at)),
            decision_words(response.outcome).to_lowercase()
        )
    }

    fn decision(&self) -> String {
        match overall(self.case, self.stage()) {
            Some(outcome) => format!("{}.", decision_words(outcome)),
            None => String::new(),
        }
    }

    fn points(&self) -> String {
        let answers: Vec<String> = self
            .case
            .open_points()
            .filter_map(|point| answer(point, self.stage()))
            .collect();
        answers.join("\n\n")
    }

    fn remedies(&self) -> String {
        let lines: Vec<String> = remedies_at(self.case, self.stage())
            .map(|remedy| {
                let mut line = format!("• {}", remedy.description);
                if let Some(money) = &remedy.compensation {
                    line.push_str(&format!(": {}", money.amount));
                }
                if !remedy.points.is_empty() {
                    line.push_str(&format!(" (point {})", numbers(&remedy.points)));
                }
                line
            })
            .collect();
        if !lines.is_empty() {
            lines.join("\n")
        } else if overall(self.case, self.stage()) == Some(Decision::NotUpheld) {
            "We have not found anything that we need to put right.".to_owned()
        } else {
            "We have told you in this letter what went wrong. We are not offering anything further."
                .to_owned()
        }
    }

    fn actions(&self) -> String {
        let lines: Vec<String> = self
            .case
            .actions
            .iter()
            .filter(|action| {
                self.kind == LetterKind::Closing || action.status == ActionStatus::Open
            })
            .map(|action| {
                let when = match action.ended_on {
                    Some(on) => format!("{} on {}", action_words(action.status), day_and_year(on)),
                    None => format!("by {}", day_and_year(action.due)),
                };
                format!(
                    "• {}: {}, {when}",
                    action.what,
                    self.people.name(&action.owner)
                )
            })
            .collect();
        if lines.is_empty() {
            "Nothing is outstanding.".to_owned()
        } else {
            lines.join("\n")
        }
    }

    fn extension(&self, block: &str) -> String {
        let Some(extension) = run(self.case, self.stage()).and_then(|run| run.extensions.last())
        else {
            return String::new();
        };
        match block {
            "new_date" => format!(
                "We will now respond by the end of {}. The earlier date was {}.",
                day_and_year(extension.new_due),
                day_and_year(extension.old_due)
            ),
            "reason" => extension.reason.clone(),
            "updates" => updates(extension, self.wording.due),
            "done_so_far" => self.wording.text.clone(),
            _ => String::new(),
        }
    }

    fn refusal(&self, block: &str) -> String {
        let Some(refusal) = self.case.refusals.last() else {
            return String::new();
        };
        match block {
            "refused" => self.what_is_refused(refusal),
            "ground" => ground_words(refusal.ground).to_owned(),
            "reasons" => refusal.reasons.clone(),
            "evidence" => evidence(refusal),
            "discretion" => refusal
                .discretion
                .as_ref()
                .map_or_else(String::new, |d| format!("{}\n{}", d.factors, d.decision)),
            "better_route" => refusal.better_route.clone().unwrap_or_default(),
            "decided" => format!(
                "{}, with {}, on {}.",
                self.people.name(&refusal.decided_by),
                self.people.name(&refusal.approved_by),
                day_and_year(london_date(refusal.at))
            ),
            _ => String::new(),
        }
    }

    fn what_is_refused(&self, refusal: &RefusalRecord) -> String {
        if refusal.points.is_empty() && refusal.stage == 2 {
            return "Your request to take the complaint to stage 2.".to_owned();
        }
        if self.case.points.is_empty() {
            return format!(
                "Your complaint, in your words: {}",
                self.case.intake.account
            );
        }
        self.case
            .points
            .iter()
            .filter(|point| refusal.points.is_empty() || refusal.points.contains(&point.id))
            .map(|point| format!("{}. {}", point.id, point.text))
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// How often the resident hears from us, and when next (Code 5.9).
fn updates(extension: &Extension, next: Option<NaiveDate>) -> String {
    let every = extension.update_every_days;
    if every == 0 {
        return String::new();
    }
    let days = if every == 1 {
        "day".to_owned()
    } else {
        format!("{every} days")
    };
    match next.filter(|next| *next < extension.new_due) {
        Some(next) => format!(
            "Until then we will update you at least every {days}, next by {}.",
            day_and_year(next)
        ),
        None => format!("Until then we will update you at least every {days}."),
    }
}

/// What a refusal rests on: the dates that its ground turns on, and what else was recorded (domain rules §1.4).
fn evidence(refusal: &RefusalRecord) -> String {
    let dates = [
        (refusal.claim_filed_on, "The claim was filed at court on"),
        (refusal.date_of_issue, "The matter arose on"),
        (refusal.date_became_aware, "You became aware of it on"),
    ];
    let lines = dates
        .into_iter()
        .filter_map(|(on, what)| Some(format!("{what} {}.", day_and_year(on?))));
    lines
        .chain(Some(refusal.evidence.trim().to_owned()).filter(|text| !text.is_empty()))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The overall outcome of `stage`: upheld if all points are, not upheld if none, otherwise partly
/// (domain rules §4.3); `None` while a point has no decision.
pub fn overall(case: &Case, stage: u8) -> Option<Decision> {
    let decisions: Option<Vec<Decision>> = case
        .open_points()
        .map(|point| case.decision_at(point.id, stage).map(|d| d.decision))
        .collect();
    let decisions = decisions.filter(|decisions| !decisions.is_empty())?;
    Some(if decisions.iter().all(|d| *d == Decision::Upheld) {
        Decision::Upheld
    } else if decisions.iter().all(|d| *d == Decision::NotUpheld) {
        Decision::NotUpheld
    } else {
        Decision::PartlyUpheld
    })
}

/// A ground in the resident's terms.
pub fn ground_words(ground: RefusalGround) -> &'static str {
    match ground {
        RefusalGround::OlderThan12Months => {
            "The matter arose more than 12 months before you told us."
        }
        RefusalGround::ProceedingsIssued => {
            "Legal proceedings about the matter have been filed at court."
        }
        RefusalGround::AlreadyConsidered => {
            "We have already considered the matter under our complaints process."
        }
        RefusalGround::NotOurResponsibility => "The matter is not our responsibility.",
        RefusalGround::OtherStatedInPolicy => "Our complaints policy states this exclusion.",
    }
}
