//! Asking other teams and contractors, and taking down what they answer.

use super::{Choice, Field, Kind, Spec, date, evidence, line, long, none, person, running};
use crate::domain::case::{Case, Contribution};

const GROUP: &str = "Asking others";

pub(super) const SPECS: &[Spec] = &[
    Spec {
        name: "ask_contribution",
        label: "Ask another team",
        done: "They are asked. It is on the list of whoever is to answer.",
        intro: "Repairs, a neighbourhood team, a contractor: what you ask has a day of its own. The complaint stays with \
                whoever handles it (Code 4.1), and so does its date.",
        group: GROUP,
        fits: running,
        fields: |s| {
            vec![
                line("team", "Team or firm"),
                long("what", "What you ask for")
                    .hint("Such as: the job sheets since March, and who attended on the 3rd."),
                Field {
                    blank: "Nobody in particular, or somebody outside",
                    ..person(s, "of", "Who is to answer")
                }
                .optional(),
                date("due", "By"),
            ]
        },
        more: none,
    },
    Spec {
        name: "give_contribution",
        label: "Answer what was asked",
        done: "The answer is recorded.",
        intro: "",
        group: GROUP,
        fits: |case| open(case).next().is_some(),
        fields: |s| {
            vec![
                asked(s.case),
                long("text", "The answer"),
                evidence(s),
                line("from", "Whose answer it is, if not yours").optional(),
            ]
        },
        more: none,
    },
    Spec {
        name: "withdraw_contribution",
        label: "Ask no longer",
        done: "It is not asked any more.",
        intro: "",
        group: GROUP,
        fits: |case| open(case).next().is_some(),
        fields: |s| {
            vec![
                asked(s.case),
                long("reason", "Why it is not needed any more"),
            ]
        },
        more: none,
    },
];

fn open(case: &Case) -> impl Iterator<Item = &Contribution> {
    case.contributions.iter().filter(|asked| asked.is_open())
}

fn asked(case: &Case) -> Field {
    let label = |c: &Contribution| {
        let what: String = c.what.chars().take(100).collect();
        Choice::new(c.id.to_string(), format!("{}: {what}", c.team))
    };
    Field::new(Kind::SelectNumber, "contribution", "What was asked")
        .of(open(case).map(label).collect())
}
