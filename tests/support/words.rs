//! What the tests say to the program: a complaint, times, and text that means harm.

use chrono::{DateTime, Days, NaiveDate, SecondsFormat, Utc};
use serde_json::{Value, json};

/// So many days before now, at the same time of day.
pub fn days_ago(days: u64) -> DateTime<Utc> {
    Utc::now() - Days::new(days)
}

/// A time as the API takes it.
pub fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// So many days before now, as the API takes it.
pub fn ago(days: u64) -> String {
    time(days_ago(days))
}

/// So many days from now, as a day.
pub fn in_days(days: u64) -> NaiveDate {
    (Utc::now() + Days::new(days)).date_naive()
}

/// A complaint received so many days ago.
pub fn complaint(days: u64) -> Value {
    json!({
        "received_at": ago(days), "backdating_reason": "The call came while the system was down",
        "channel": "phone", "heard_by": "Front desk",
        "account": "It comes back every time it rains.", "outcomes_sought": "A lasting repair",
        "complainant": {
            "name": "Ms Amara Okonjo", "tenure": "assured", "email": null, "phone": null,
            "address": "Flat 12, Beech Court, SM3 9LP", "person_ref": null, "tenancy_ref": null,
            "property_ref": "00700123", "adjustments": ["large_print"], "preferred_contact": "letter"
        },
        "representative": null,
        "points": [{"text": "Mould on the bedroom wall since March", "category": "property_condition.damp_and_mould"}]
    })
}

/// Text that means harm somewhere: markup, formulas, template braces, direction marks, quotes, paths, NUL.
pub const HOSTILE: &[&str] = &[
    "<script>alert('x')</script><img src=x onerror=1>",
    "=HYPERLINK(\"http://evil.example\",\"click\")",
    "{{ 7*7 }} ${7*7} #{7*7} #let x = 1; #panic()",
    "\u{202e}evil\u{2066}\u{200f}",
    "quote \" and ' and \\ and `",
    "../../etc/passwd\u{0}.pdf",
    "line\r\nSet-Cookie: a=b",
    "😀🏴‍☠️ Ω≈ç√ ไทย العربية",
];
