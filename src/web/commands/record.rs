//! Writing things down: contacts, notes, points, letters, hazards, links, what the resident thought.

use super::{
    Choice, Field, Kind, Spec, always, category_choices, channels, date, line, long, none, process,
    running, sending, stage, tick, yes_no,
};
use crate::domain::case::{Case, Related, RelatedKind};
use crate::web::form::choices;

const GROUP: &str = "The record";

pub(super) const SPECS: &[Spec] = &[
    Spec {
        name: "record_contact",
        label: "Record a contact",
        done: "The contact is recorded.",
        intro: "",
        group: GROUP,
        fits: always,
        fields: |_| {
            vec![
                Field::new(Kind::Radios, "direction", "Who contacted whom").of(vec![
                    Choice::new("in", "They contacted us"),
                    Choice::new("out", "We contacted them"),
                    Choice::new("internal", "Among ourselves, or with a contractor"),
                ]),
                Field::new(Kind::Select, "channel", "How").of(channels()),
                line("with", "With whom").optional(),
                long("summary", "What was said"),
                tick("visible_to_resident", "Show to the resident"),
            ]
        },
        more: |_| {
            vec![
                long(
                    "adjustments_note",
                    "How the resident's adjustments and safe contact were met, or why not",
                )
                .optional()
                .hint("Needed when we contacted a resident who has them.")
                .rule("5.10"),
            ]
        },
    },
    Spec {
        name: "note",
        label: "Add a note",
        done: "The note is added.",
        intro: "",
        group: GROUP,
        fits: always,
        fields: |_| vec![long("text", "Note")],
        more: none,
    },
    Spec {
        name: "add_point",
        label: "Add a point",
        done: "The point is added, or a linked case is opened for it.",
        intro: "New matters are folded in while the stage 1 response is not issued and they are related; otherwise they become a complaint of their own (Code 6.8).",
        group: GROUP,
        fits: running,
        fields: |s| {
            vec![
                long("text", "What the resident complains of"),
                Field::new(Kind::Select, "category", "Category").of(category_choices(s.categories)),
                tick("related", "It is related to this complaint"),
                tick(
                    "unreasonable_delay",
                    "Folding it in would delay the response unreasonably",
                ),
            ]
        },
        more: none,
    },
    Spec {
        name: "reword_entry",
        label: "Correct the wording of an entry",
        done: "The entry reads as corrected. What was generated is kept beside it.",
        intro: "For the chronology that leaves the house. The entry itself is never changed, and both wordings are kept.",
        group: GROUP,
        fits: always,
        fields: |_| {
            vec![
                Field::new(Kind::Number, "seq", "Number of the entry")
                    .hint("The link beside an entry of the timeline fills it in."),
                long("wording", "How it should read"),
                long("reason", "Why"),
            ]
        },
        more: none,
    },
    Spec {
        name: "explain_gap",
        label: "Explain a gap",
        done: "The explanation is recorded and goes into the bundle.",
        intro: "The Ombudsman asks for every record. Where one does not exist or cannot be had, say so and why.",
        group: GROUP,
        fits: always,
        fields: |_| {
            vec![
                line("what", "What is missing"),
                Field::new(Kind::Select, "category", "Folder of the bundle")
                    .of(crate::web::forms::folders()),
                long("explanation", "Why it is not there"),
            ]
        },
        more: none,
    },
    Spec {
        name: "triage",
        label: "Triage the complaint",
        done: "The triage is recorded.",
        intro: "",
        group: GROUP,
        fits: running,
        fields: |_| {
            vec![
                Field::new(Kind::Radios, "triage.risk", "Risk")
                    .of(choices(&["standard", "raised", "high"]))
                    .with("standard"),
                line("triage.complexity", "Complexity").optional(),
                tick("triage.vulnerability", "Vulnerability that bears on it"),
                tick("triage.safeguarding", "Safeguarding concern"),
                tick("triage.child_in_home", "A child lives in the home"),
                tick("triage.legal", "Legal steps are announced or taken"),
                tick(
                    "triage.media_or_ombudsman",
                    "The media or the Ombudsman are involved",
                ),
                long("triage.note", "Note").optional(),
            ]
        },
        more: none,
    },
    Spec {
        name: "issue_letter",
        label: "Issue a letter",
        done: "The letter is issued.",
        intro: "An issued letter is never changed: a correction is a letter of its own.",
        group: GROUP,
        fits: always,
        fields: |s| {
            let letters = s.case.letters.iter();
            let label =
                |l: &crate::domain::case::IssuedLetter| format!("{}. {}", l.id, l.kind.title());
            vec![
                Field::new(Kind::Radios, "kind", "Which letter").of(vec![
                    Choice::new("update", "Update"),
                    Choice::new("closing", "Confirmation of what was done"),
                    Choice::new("restriction_of_contact", "Restriction of contact"),
                    Choice::new("addendum", "Correction of an issued letter"),
                ]),
                long("text", "Text"),
                Field::new(
                    Kind::SelectNumber,
                    "addendum_to",
                    "Which letter it corrects",
                )
                .of(letters
                    .map(|l| Choice::new(l.id.to_string(), label(l)))
                    .collect())
                .optional(),
            ]
        },
        more: |s| {
            let mut fields =
                vec![
                date("next_update", "Next update by")
                    .optional()
                    .hint("For an update. Left empty: as agreed with the extension."),
                long("restriction.evidence", "For a restriction: what happened")
                    .optional()
                    .rule("5.14"),
                long(
                    "restriction.considered",
                    "For a restriction: why it is proportionate, and how their needs were weighed",
                )
                .optional()
                .rule("5.15"),
                date("restriction.review_on", "For a restriction: looked at again on")
                    .optional()
                    .rule("5.14"),
            ];
            fields.extend(sending(s));
            fields
        },
    },
    Spec {
        name: "report_hazard",
        label: "Report a hazard",
        done: "The hazard is reported and its clocks run.",
        intro: "Hazards in the home run their own clocks beside the complaint (Awaab's Law).",
        group: GROUP,
        fits: always,
        fields: |_| {
            vec![
                long("hazard.description", "What the hazard is"),
                yes_no("hazard.emergency", "Is it an emergency?")
                    .hint("An imminent danger to health or safety: 24 hours."),
                Field::new(Kind::Moment, "hazard.aware_at", "When we became aware").optional(),
            ]
        },
        more: none,
    },
    Spec {
        name: "take_hazard_step",
        label: "Record a hazard step",
        done: "The step is recorded.",
        intro: "",
        group: GROUP,
        fits: |case| !case.hazards.is_empty(),
        fields: |s| {
            let hazards = s.case.hazards.iter();
            vec![
                Field::new(Kind::SelectNumber, "hazard", "Hazard").of(hazards
                    .map(|h| Choice::new(h.id.to_string(), format!("{}. {}", h.id, h.description)))
                    .collect()),
                Field::new(Kind::Radios, "step", "What was done").of(choices(&[
                    "made_safe",
                    "investigated",
                    "summary_sent",
                    "safety_work_done",
                    "further_work_arranged",
                    "further_work_begun",
                ])),
            ]
        },
        more: |_| {
            vec![
                long("not_needed", "Or why nothing calls for this step")
                    .optional()
                    .hint("Left empty: the step was taken."),
            ]
        },
    },
    Spec {
        name: "open_related",
        label: "Open a related request",
        done: "The request is opened with its own clock.",
        intro: "A data-protection complaint or a request for information has a clock of its own and does not stop the complaint.",
        group: GROUP,
        fits: always,
        fields: |_| {
            vec![
                Field::new(Kind::Radios, "request", "What it is").of(vec![
                    Choice::new("dp_complaint", "Data-protection complaint"),
                    Choice::new("subject_access", "Request for their own data"),
                    Choice::new(
                        "stairs_request",
                        "Request for information about the home (STAIRs)",
                    ),
                ]),
                long("text", "What they ask or say"),
                Field::new(Kind::Moment, "received_at", "When we received it").optional(),
            ]
        },
        more: none,
    },
    Spec {
        name: "extend_related",
        label: "Take longer over a complex request",
        done: "The request has its two further months.",
        intro: "Only a request for the resident's own data, only because it is complex, and only if they are told within the first month.",
        group: GROUP,
        fits: |case| complex(case).next().is_some(),
        fields: |s| {
            vec![
                Field::new(Kind::SelectNumber, "related", "Request").of(complex(s.case)
                    .map(|r| Choice::new(r.id.to_string(), format!("{}. {}", r.id, r.text)))
                    .collect()),
                long("reason", "What makes it complex"),
            ]
        },
        more: none,
    },
    Spec {
        name: "answer_related",
        label: "Answer a related request",
        done: "The answer is recorded.",
        intro: "",
        group: GROUP,
        fits: |case| case.related.iter().any(|r| r.answered_at.is_none()),
        fields: |s| {
            let open = s.case.related.iter().filter(|r| r.answered_at.is_none());
            vec![
                Field::new(Kind::SelectNumber, "related", "Request").of(open
                    .map(|r| Choice::new(r.id.to_string(), format!("{}. {}", r.id, r.text)))
                    .collect()),
            ]
        },
        more: none,
    },
    Spec {
        name: "link_record",
        label: "Link a record",
        done: "The record is linked.",
        intro: "",
        group: GROUP,
        fits: always,
        fields: |s| {
            let mut known: Vec<&str> = s
                .case
                .sources
                .iter()
                .map(|source| source.source.as_str())
                .collect();
            known.dedup();
            let hint = if known.is_empty() {
                String::new()
            } else {
                format!("Such as {}.", known.join(", "))
            };
            vec![
                line("source", "Source").hint(hint),
                line("external_id", "Its number there"),
            ]
        },
        more: none,
    },
    Spec {
        name: "unlink_record",
        label: "Unlink a record",
        done: "The record is unlinked. The snapshots stay in the history.",
        intro: "",
        group: GROUP,
        fits: |case| case.current_links().next().is_some(),
        fields: |_| {
            vec![
                line("source", "Source"),
                line("external_id", "Its number there"),
                long("reason", "Why").optional(),
            ]
        },
        more: none,
    },
    Spec {
        name: "choose_evidence",
        label: "Choose the evidence on a point",
        done: "What bears on the point is recorded.",
        intro: "Tick every document and linked record that bears on the point. What is not ticked no longer bears on it.",
        group: GROUP,
        // Led to from the evidence of each point, where what is chosen now comes ticked.
        fits: |_| false,
        fields: |s| {
            let shorten = |text: &str| text.chars().take(120).collect::<String>();
            let points = s.case.points.iter();
            let points = points
                .map(|p| Choice::new(p.id.to_string(), format!("{}. {}", p.id, shorten(&p.text))));
            let record = |link: &crate::domain::case::LinkedRecord| {
                let kind = crate::web::words::words(&link.kind);
                let label = format!("{kind} {}: {}", link.external_id, link.title);
                Choice::new(
                    serde_json::to_string(&link.key()).unwrap_or_default(),
                    label,
                )
            };
            vec![
                Field::new(Kind::SelectNumber, "point", "Point").of(points.collect()),
                Field::new(Kind::CheckboxesJson, "records", "Linked records")
                    .of(s.case.current_links().map(record).collect())
                    .optional(),
                Field::new(Kind::CheckboxNumbers, "documents", "Documents")
                    .of(super::documents(s))
                    .optional(),
            ]
        },
        more: none,
    },
    Spec {
        name: "pair_photos",
        label: "Before and after",
        done: "The photos stand side by side.",
        intro: "A photo of the work done, beside one of the same place before it, shows in one look that what was promised was done.",
        group: GROUP,
        fits: |case| case.documents.iter().filter(|d| d.is_picture()).count() > 1,
        fields: |s| {
            let photos = s.case.documents.iter().filter(|d| d.is_picture());
            let photos: Vec<Choice> = photos
                .map(|d| Choice::new(d.id.to_string(), format!("{}, {}", d.title, d.file_name)))
                .collect();
            vec![
                Field::new(Kind::SelectNumber, "before", "Before the work")
                    .of(photos.clone())
                    .optional()
                    .hint("Leave it empty to take the two apart."),
                Field::new(Kind::SelectNumber, "after", "After the work").of(photos),
            ]
        },
        more: none,
    },
    Spec {
        name: "record_satisfaction",
        label: "Record satisfaction",
        done: "The resident's view is recorded.",
        intro: "",
        group: GROUP,
        fits: |case| case.stage() > 0,
        fields: |s| {
            vec![
                stage(s),
                process::satisfaction("answer"),
                long("comment", "Their words").optional(),
            ]
        },
        more: none,
    },
    Spec {
        name: "end_adjustment",
        label: "End an adjustment",
        done: "The adjustment is ended. The history stays.",
        intro: "",
        group: "People",
        fits: |case| case.complainant.active_adjustments().next().is_some(),
        fields: |s| {
            let active = s.case.complainant.active_adjustments();
            vec![
                Field::new(Kind::Select, "need", "Adjustment").of(active
                    .map(|a| Choice::new(a.need.clone(), crate::web::words::words(&a.need)))
                    .collect()),
                long("reason", "Why it no longer applies"),
            ]
        },
        more: none,
    },
];

/// The requests that may be given more time because they are complex.
fn complex(case: &Case) -> impl Iterator<Item = &Related> {
    case.related.iter().filter(|request| {
        request.kind == RelatedKind::SubjectAccess
            && request.complex.is_none()
            && request.answered_at.is_none()
    })
}
