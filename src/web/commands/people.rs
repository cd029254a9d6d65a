//! Who is on the case: handlers, the resident's needs, representatives, members of a group, who alone may see it.

use super::{
    Choice, Field, Kind, Spec, always, date, line, long, none, person, running, tick, yes_no,
};
use crate::domain::party::Party;
use crate::web::form::choices;
use crate::web::words::wire;

const GROUP: &str = "People";

/// The adjustments that are asked for often; any other in the landlord's own words.
pub const NEEDS: &[&str] = &[
    "large_print",
    "braille",
    "easy_read",
    "audio",
    "translation",
    "interpreter",
    "sign_language",
    "phone_not_letter",
    "more_time",
];

const TENURES: &[&str] = &[
    "assured",
    "assured_shorthold",
    "secure",
    "starter",
    "introductory",
    "demoted",
    "licence",
    "leaseholder",
    "shared_owner",
    "former_resident",
    "applicant",
    "household_member",
    "freeholder",
    "other",
    "unknown",
];

const WAYS: &[&str] = &[
    "letter",
    "email",
    "phone",
    "sms",
    "portal",
    "in_person",
    "through_representative",
];

const CAPACITIES: &[&str] = &[
    "family_friend",
    "advocate",
    "solicitor",
    "advice_agency",
    "support_worker",
    "councillor",
    "mp",
    "attorney",
    "deputy",
    "tenant_panel",
    "other",
];

pub(super) const SPECS: &[Spec] = &[
    Spec {
        name: "assign",
        label: "Assign the case",
        done: "The case is assigned.",
        intro: "Stage 2 goes to someone who took no part at stage 1 (Code 6.13).",
        group: GROUP,
        fits: always,
        fields: |s| {
            let handler = s.case.handler().unwrap_or_default();
            vec![person(s, "handler", "Who handles it").with(handler)]
        },
        more: none,
    },
    Spec {
        name: "declare_conflict",
        label: "Declare a conflict of interest",
        done: "The conflict of interest is recorded.",
        intro: "",
        group: GROUP,
        fits: always,
        fields: |s| {
            vec![
                person(s, "person", "Who"),
                long("reason", "What the conflict is"),
            ]
        },
        more: none,
    },
    Spec {
        name: "update_complainant",
        label: "Update the resident's details",
        done: "The resident's details are updated.",
        intro: "",
        group: GROUP,
        fits: always,
        fields: |s| party("complainant", Some(&s.case.complainant)),
        more: |s| party_more("complainant", Some(&s.case.complainant)),
    },
    Spec {
        name: "record_adjustment",
        label: "Record an adjustment",
        done: "The adjustment is recorded. Every letter respects it from now on.",
        intro: "",
        group: GROUP,
        fits: always,
        fields: |_| {
            vec![
                Field::new(Kind::Select, "adjustment.need", "What the resident needs")
                    .of(choices(NEEDS))
                    .rule("5.10"),
                line("adjustment.detail", "Detail")
                    .optional()
                    .hint("Such as the language or the point size."),
                date("adjustment.agreed_on", "Agreed with the resident on").optional(),
                date("adjustment.review_due", "To be looked at again on").optional(),
            ]
        },
        more: none,
    },
    Spec {
        name: "appoint_representative",
        label: "Appoint a representative",
        done: "The representative is recorded.",
        intro: "Without authority on file the case goes on, but must not be disclosed to them.",
        group: GROUP,
        fits: always,
        fields: |_| representative("representative", true),
        more: none,
    },
    Spec {
        name: "end_representative",
        label: "End the representation",
        done: "The representation is ended.",
        intro: "",
        group: GROUP,
        fits: |case| case.representative.is_some(),
        fields: |_| vec![long("reason", "Why").optional()],
        more: none,
    },
    Spec {
        name: "add_member",
        label: "Add a member of the group",
        done: "The member is added.",
        intro: "",
        group: GROUP,
        fits: running,
        fields: |_| party("member", None),
        more: |_| vec![tick("member.no_letters", "They do not want the letters")],
    },
    Spec {
        name: "set_member_letters",
        label: "Change who gets the letters",
        done: "The choice is recorded. The next letter respects it.",
        intro: "Each member of the group gets the letters unless they ask not to.",
        group: GROUP,
        fits: |case| !case.members.is_empty(),
        fields: |s| {
            let member = |m: &Party| {
                let now = if m.no_letters {
                    "gets none now"
                } else {
                    "gets them now"
                };
                Choice::new(&m.name, format!("{}, {now}", m.name))
            };
            vec![
                Field::new(Kind::Select, "member", "Member of the group").of(s
                    .case
                    .members
                    .iter()
                    .map(member)
                    .collect()),
                yes_no("wanted", "Do they want the letters?"),
            ]
        },
        more: none,
    },
    Spec {
        name: "restrict",
        label: "Restrict the case",
        done: "Only the people named can see the case now.",
        intro: "For everyone else the case does not exist: not in lists, counts, search or exports.",
        group: GROUP,
        fits: |case| case.restricted.is_none(),
        fields: |s| {
            vec![
                Field::new(Kind::Checkboxes, "people", "Who may see it").of(s.people.to_vec()),
                long("reason", "Why"),
            ]
        },
        more: none,
    },
    Spec {
        name: "lift_restriction",
        label: "Lift the restriction",
        done: "The restriction is lifted.",
        intro: "",
        group: GROUP,
        fits: |case| case.restricted.is_some(),
        fields: |_| vec![long("reason", "Why")],
        more: none,
    },
];

/// The questions about a resident, under a prefix.
pub fn party(prefix: &str, known: Option<&Party>) -> Vec<Field> {
    let of = |get: fn(&Party) -> String| known.map(get).unwrap_or_default();
    let name = |part: &str| format!("{prefix}.{part}");
    vec![
        Field::new(Kind::Line, name("name"), "Full name").with(of(|p| p.name.clone())),
        Field::new(Kind::Select, name("tenure"), "How they hold the home")
            .of(choices(TENURES))
            .with(known.map_or_else(|| "unknown".to_owned(), |p| wire(&p.tenure))),
        Field::new(Kind::Line, name("address"), "Address of the home")
            .optional()
            .with(of(|p| p.address.clone().unwrap_or_default())),
        Field::new(Kind::Phone, name("phone"), "Telephone")
            .optional()
            .with(of(|p| p.phone.clone().unwrap_or_default())),
        Field::new(Kind::Email, name("email"), "Email")
            .optional()
            .with(of(|p| p.email.clone().unwrap_or_default())),
        Field::new(
            Kind::Select,
            name("preferred_contact"),
            "How they want to be reached",
        )
        .of(choices(WAYS))
        .with(known.map_or_else(|| "letter".to_owned(), |p| wire(&p.preferred_contact)))
        .rule("3.1"),
    ]
}

/// The rarer questions about a resident.
pub fn party_more(prefix: &str, known: Option<&Party>) -> Vec<Field> {
    let of = |get: fn(&Party) -> Option<String>| known.and_then(get).unwrap_or_default();
    let name = |part: &str| format!("{prefix}.{part}");
    vec![
        Field::new(
            Kind::Line,
            name("person_ref"),
            "Person number in our systems",
        )
        .optional()
        .with(of(|p| p.person_ref.clone())),
        Field::new(Kind::Line, name("tenancy_ref"), "Tenancy number")
            .optional()
            .with(of(|p| p.tenancy_ref.clone())),
        Field::new(Kind::Line, name("property_ref"), "Property number")
            .optional()
            .with(of(|p| p.property_ref.clone())),
        Field::new(Kind::Line, name("do_not_call"), "When not to call")
            .optional()
            .with(of(|p| p.do_not_call.clone())),
        Field::new(
            Kind::Line,
            name("safe_contact"),
            "Safe way to reach them, where others are not",
        )
        .optional()
        .with(of(|p| p.safe_contact.clone())),
        {
            let tick = Field::new(
                Kind::Tick,
                name("conflict_of_interest"),
                "They work for us or sit on our board",
            )
            .optional();
            if known.is_some_and(|p| p.conflict_of_interest) {
                tick.with("yes")
            } else {
                tick
            }
        },
    ]
}

/// The questions about a representative, under a prefix.
pub fn representative(prefix: &str, required: bool) -> Vec<Field> {
    let name = |part: &str| format!("{prefix}.{part}");
    let first = Field::new(Kind::Line, name("name"), "Their name");
    vec![
        if required { first } else { first.optional() },
        Field::new(Kind::Select, name("kind"), "In what capacity").of(choices(CAPACITIES)).optional(),
        Field::new(Kind::Line, name("organisation"), "Organisation").optional(),
        Field::new(Kind::Line, name("contact"), "How to reach them").optional(),
        Field::new(Kind::Line, name("authority_evidence"), "What shows their authority")
            .optional()
            .hint("A signed form, a court order, the resident's word by telephone. The clock does not wait for it."),
        Field::new(Kind::Date, name("valid_to"), "The consent holds until").optional(),
    ]
}
