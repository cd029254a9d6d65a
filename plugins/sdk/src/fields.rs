//! The fields of `redress-link-record/1`, kind by kind: the table of `redress-link.md`.

/// What tells whose a record is.
pub const WHOSE: [&str; 5] = [
    "property_ref",
    "tenancy_ref",
    "person_ref",
    "name",
    "address",
];

/// The fields that the contract knows of a kind; none for a kind of the adapter's own.
pub fn of(kind: &str) -> &'static [&'static str] {
    match kind {
        "person" => &[
            "name",
            "preferred_name",
            "title",
            "address",
            "email",
            "phone",
            "preferred_channel",
            "language",
            "adjustments",
            "tenure_type",
        ],
        "repair" => &[
            "reported_on",
            "description",
            "trade",
            "priority",
            "target_on",
            "appointment_on",
            "appointment_slot",
            "attended_on",
            "completed_on",
            "status",
            "outcome",
            "contractor",
            "follow_on_of",
            "hazard",
            "notes",
        ],
        "asb" => &[
            "opened_on",
            "closed_on",
            "category",
            "hate_incident",
            "description",
            "risk_score",
            "risk_assessed_on",
            "action_plan_on",
            "actions",
            "last_contact_on",
            "outcome",
            "closure_reason",
            "status",
        ],
        "tenancy" => &[
            "tenure_type",
            "start",
            "end",
            "joint_with_refs",
            "population",
            "payment_ref",
            "name",
            "address",
            "email",
            "phone",
        ],
        "property" => &[
            "address",
            "uprn",
            "type",
            "bedrooms",
            "floor",
            "built_year",
            "patch",
            "owner",
            "managing_org",
            "estate",
        ],
        "contact" => &["at", "direction", "channel", "subject", "summary", "staff"],
        _ => &[],
    }
}

/// The day on which a record of this kind was over.
pub fn ends(kind: &str) -> Option<&'static str> {
    match kind {
        "repair" => Some("completed_on"),
        "asb" => Some("closed_on"),
        "tenancy" => Some("end"),
        "contact" => Some("at"),
        _ => None,
    }
}

/// True for a field that holds a day or an instant.
pub fn is_date(field: &str) -> bool {
    is_day(field) || field == "at"
}

/// True for a field that holds a day, whatever time the other system adds to it.
pub fn is_day(field: &str) -> bool {
    field.ends_with("_on") || matches!(field, "start" | "end")
}
