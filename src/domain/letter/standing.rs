//! Blocks whose words are always the same, or follow from the case alone.

use super::ContactRestriction;
use crate::domain::calendar::day_and_year;
use crate::domain::case::{Case, Directory};
use crate::domain::policy::Policy;

pub(super) const UPDATES: &str =
    "If anything changes we will tell you at once. You can ask us at any time how far we are.";

pub(super) const PRIVACY: &str = "We keep a record of your complaint, to answer it and to learn from it. We share it only \
    with those who need it to put things right, and with the Housing Ombudsman if it asks. You can ask to see what we hold \
    about you.";

pub(super) const NOT_DONE: &str =
    "If anything here has not been done, or not done well, tell us and we will put it right.";

/// The dangers that do not wait for the complaint.
pub(super) fn urgent(case: &Case) -> String {
    let open = case
        .hazards
        .iter()
        .filter(|hazard| hazard.further_work_at.is_none() && hazard.not_needed.is_empty());
    let named: Vec<&str> = open
        .map(|hazard| hazard.description.trim().trim_end_matches('.'))
        .collect();
    if named.is_empty() {
        return String::new();
    }
    format!(
        "We are dealing with this now and do not wait for our answer to your complaint: {}.",
        named.join("; ")
    )
}

/// Who reviewed the complaint at stage 2, by the names people read; systems are not people.
pub(super) fn reviewers(case: &Case, people: &dyn Directory) -> String {
    let Some(run) = case.stage_run(2) else {
        return String::new();
    };
    let Some(handler) = &run.handler else {
        return String::new();
    };
    let approver = run
        .response
        .as_ref()
        .and_then(|response| response.approved_by.as_ref());
    let reviewer = people.name(handler);
    let mut others: Vec<String> = run
        .took_part
        .iter()
        .filter(|person| people.roles(person).is_some())
        .chain(approver)
        .map(|person| people.name(person))
        .filter(|name| *name != reviewer)
        .collect();
    others.sort();
    others.dedup();
    let also = match others.as_slice() {
        [] => String::new(),
        others => format!(" {} also took part.", others.join(", ")),
    };
    format!("{reviewer} reviewed your complaint.{also}")
}

/// The sums that were paid, when and how.
pub(super) fn payments(case: &Case) -> String {
    let lines = case.remedies.iter().filter_map(|remedy| {
        let line = remedy.compensation.as_ref()?;
        let on = day_and_year(line.paid_on?);
        let how = line
            .pay_method
            .as_deref()
            .map_or_else(String::new, |how| format!(" ({how})"));
        Some(format!("• {} on {on}{how}", line.amount))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// One part of what a restriction of contact rests on.
pub(super) fn restriction(restriction: Option<&ContactRestriction>, block: &str) -> String {
    let Some(restriction) = restriction else {
        return String::new();
    };
    match block {
        "evidence" => restriction.evidence.clone(),
        "considered" => restriction.considered.clone(),
        _ => format!(
            "We will look at this again by {}.",
            day_and_year(restriction.review_on)
        ),
    }
}

/// Where to say how the complaint was dealt with, and that this is no complaint (Code 1.6).
pub(super) fn survey(policy: &Policy) -> String {
    let link = policy.survey_link.trim();
    if link.is_empty() {
        return String::new();
    }
    format!(
        "You can tell us how we dealt with your complaint here: {link}. What you say there is not taken as a complaint. \
         If you want to complain about anything: {}",
        policy.how_to_complain
    )
    .trim_end()
    .to_owned()
}

/// How to complain whatever else is restricted.
pub(super) fn still_complain(policy: &Policy) -> String {
    format!(
        "Nothing here stops you from making a complaint, or changes how we deal with one. {}",
        policy.how_to_complain
    )
    .trim_end()
    .to_owned()
}
