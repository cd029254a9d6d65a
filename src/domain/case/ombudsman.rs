//! The Ombudsman's branch (domain rules §5): never blocks the stages, and never waits for them.

use super::letters::next;
use super::money::MOST;
use super::remedies::{check_documents, not_before, past};
use super::{Case, Command, Context, Event};
use crate::domain::calendar::{in_range, london_date};
use crate::domain::ids::{OrderId, Pence, RecommendationId, TaskId};
use crate::domain::ombudsman::{Determination, HosCase, Order, Recommendation};
use crate::domain::refusal::{Code, Refusal, required};

pub(super) fn decide(
    case: &Case,
    command: &Command,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    if let Command::Refer {
        hos_reference,
        route,
    } = command
    {
        required(hos_reference, "hos_reference", "the Ombudsman's reference")?;
        return Ok(vec![Event::ReferredToOmbudsman {
            hos_reference: hos_reference.trim().to_owned(),
            route: *route,
        }]);
    }
    let Some(hos) = &case.ombudsman else {
        return Err(Refusal::wrong_state(
            "Record first that the case went to the Ombudsman, with its reference.",
        ));
    };
    match command {
        Command::RecordHosDirection { respond_by } => {
            in_range(*respond_by)
                .map_err(|error| Refusal::invalid("respond_by", error.to_string()))?;
            Ok(vec![Event::OmbudsmanDirected {
                respond_by: *respond_by,
            }])
        }
        Command::RecordHosTask { items, due } => {
            for item in items {
                if !is_category(item) {
                    let item: String = item.chars().take(20).collect();
                    return Err(Refusal::invalid(
                        "items",
                        format!("“{item}” is not a bundle category. Use 01 to 14."),
                    ));
                }
            }
            let today = london_date(context.at);
            let default = || {
                context
                    .calendar
                    .add_working_days(today, u32::from(context.policy.clocks.hos_task))
            };
            let usual_length = due.is_none();
            let due = match due {
                Some(due) => in_range(*due),
                None => default(),
            };
            let due = due.map_err(|error| Refusal::invalid("due", error.to_string()))?;
            Ok(vec![Event::HosTaskRecorded {
                task: TaskId(next(hos.tasks.len())),
                items: items.clone(),
                due,
                usual_length,
            }])
        }
        Command::SendHosEvidence { task, note } => {
            match hos.tasks.iter().find(|found| found.id == *task) {
                Some(found) if found.sent_on.is_none() => {
                    not_before(found.set_on, "the task came", context)?;
                    Ok(vec![Event::HosEvidenceSent {
                        task: *task,
                        note: note.clone(),
                    }])
                }
                Some(_) => Err(
                    Refusal::wrong_state("The evidence for this task has been sent.").at("task"),
                ),
                None => Err(
                    Refusal::new(Code::NotFound, format!("The case has no task {task}."))
                        .at("task"),
                ),
            }
        }
        Command::RequestHosReview { by, reason } => {
            if hos.determinations.is_empty() {
                let detail = "Nothing has been determined yet that could be looked at again.";
                return Err(Refusal::wrong_state(detail));
            }
            Ok(vec![Event::HosReviewRequested {
                by: *by,
                reason: reason.clone().filter(|text| !text.trim().is_empty()),
            }])
        }
        Command::CompleteHosNotice { notice, evidence } => {
            check_documents(case, evidence)?;
            let number = notice.checked_sub(1).and_then(|n| usize::try_from(n).ok());
            match number.and_then(|n| hos.notices.get(n)) {
                Some(found) if found.complied_on.is_some() => Err(Refusal::wrong_state(
                    "Compliance with this notice has been recorded.",
                )
                .at("notice")),
                Some(_) if evidence.is_empty() => Err(Refusal::invalid(
                    "evidence",
                    "Show what was done. Attach the proof and name it here.",
                )),
                Some(found) => {
                    not_before(found.issued_on, "the notice was issued", context)?;
                    Ok(vec![Event::HosNoticeComplied {
                        notice: *notice,
                        evidence: evidence.clone(),
                    }])
                }
                None => {
                    let detail = format!("The case has no notice {notice}.");
                    Err(Refusal::new(Code::NotFound, detail).at("notice"))
                }
            }
        }
        Command::RecordDetermination { .. } => determination(hos, command, context),
        Command::CompleteOrder { order, evidence } => {
            check_documents(case, evidence)?;
            match hos.orders().find(|found| found.id == *order) {
                Some(found) if found.complied_on.is_some() => Err(Refusal::wrong_state(
                    "Compliance with this order has been recorded.",
                )
                .at("order")),
                Some(_) if evidence.is_empty() => Err(Refusal::invalid(
                    "evidence",
                    "Orders need documentary evidence. Attach it and name it here.",
                )),
                Some(_) => {
                    let ordered = hos
                        .determinations
                        .iter()
                        .find(|found| found.orders.iter().any(|found| found.id == *order));
                    if let Some(ordered) = ordered {
                        not_before(ordered.received_on, "the order came", context)?;
                    }
                    Ok(vec![Event::OrderCompleted {
                        order: *order,
                        evidence: evidence.clone(),
                    }])
                }
                None => Err(Refusal::new(
                    Code::NotFound,
                    format!("The case has no order {order}."),
                )
                .at("order")),
            }
        }
        Command::AnswerRecommendation {
            recommendation,
            accepted,
            reason,
        } => {
            if !hos
                .recommendations()
                .any(|found| found.id == *recommendation)
            {
                let text = format!("The case has no recommendation {recommendation}.");
                return Err(Refusal::new(Code::NotFound, text).at("recommendation"));
            }
            required(reason, "reason", "how it will be followed, or why not")?;
            Ok(vec![Event::RecommendationAnswered {
                recommendation: *recommendation,
                accepted: *accepted,
                reason: reason.clone(),
            }])
        }
        Command::RecordHosNotice { notice } => {
            required(&notice.text, "notice", "what the notice says")?;
            past(notice.issued_on, "notice", context)?;
            if let Some(complied_on) = notice.complied_on {
                past(complied_on, "notice", context)?;
                if complied_on < notice.issued_on {
                    let detail = "The notice was not yet issued on the day it was complied with.";
                    return Err(Refusal::invalid("notice", detail));
                }
            }
            check_documents(case, &notice.evidence)?;
            for day in [Some(notice.issued_on), notice.comply_by]
                .into_iter()
                .flatten()
            {
                in_range(day).map_err(|error| Refusal::invalid("notice", error.to_string()))?;
            }
            Ok(vec![Event::HosNoticeRecorded {
                notice: notice.clone(),
            }])
        }
        _ => Ok(Vec::new()),
    }
}

fn determination(
    hos: &HosCase,
    command: &Command,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let Command::RecordDetermination {
        heads,
        orders,
        recommendations,
    } = command
    else {
        return Ok(Vec::new());
    };
    if heads.is_empty() {
        return Err(Refusal::invalid(
            "heads",
            "Each head of complaint has its own finding. Give at least one.",
        ));
    }
    for head in heads {
        required(&head.text, "heads", "the wording of each head")?;
        if let Some(category) = &head.category {
            context.categories.known(category, "heads")?;
        }
    }
    let received_on = london_date(context.at);
    let mut numbered = Vec::new();
    for (n, order) in (next(hos.orders().count())..).zip(orders) {
        required(&order.text, "orders", "the wording of each order")?;
        in_range(order.due).map_err(|error| Refusal::invalid("orders", error.to_string()))?;
        if order
            .amount_pence
            .is_some_and(|sum| sum <= Pence(0) || sum > MOST)
        {
            let detail = format!("An order is for a sum between 1p and {MOST}, in pence.");
            return Err(Refusal::invalid("orders", detail));
        }
        numbered.push(Order {
            id: OrderId(n),
            kind: order.kind,
            text: order.text.clone(),
            amount: order.amount_pence,
            due: order.due,
            complied_on: None,
            evidence: Vec::new(),
        });
    }
    for text in recommendations {
        required(
            text,
            "recommendations",
            "the wording of each recommendation",
        )?;
    }
    let recommendations = (next(hos.recommendations().count())..)
        .zip(recommendations)
        .map(|(n, text)| Recommendation {
            id: RecommendationId(n),
            text: text.clone(),
            accepted: None,
            reason: None,
        })
        .collect();
    Ok(vec![Event::DeterminationRecorded {
        determination: Determination {
            received_on,
            heads: heads.clone(),
            orders: numbered,
            recommendations,
            review_requested_by: None,
        },
    }])
}

/// `01` to `14`.
fn is_category(item: &str) -> bool {
    let digits = item.len() == 2 && item.bytes().all(|b| b.is_ascii_digit());
    digits && item.parse::<u8>().is_ok_and(|n| (1..=14).contains(&n))
}
