//! Gaps and explanations: what the Ombudsman would expect and does not find, and why.

use crate::bundle;
use crate::case::Case;
use crate::category;
use crate::plan::Gap;
use crate::sheet;
use serde_json::{Value, json};

/// What the `gaps` template takes.
pub fn json(case: &Case, gaps: &[Gap], number: &str) -> Value {
    let rows: Vec<Value> = gaps
        .iter()
        .map(|gap| {
            let category = if gap.category.is_empty() {
                "All".to_owned()
            } else {
                category::label(&gap.category)
            };
            json!({
                "category": category, "expected": gap.expected, "why": gap.why,
                "explanation": gap.explanation, "by": gap.by, "on": gap.on,
            })
        })
        .collect();
    json!({
        "document": sheet::document(case, "Gaps and explanations", number),
        "facts": bundle::facts(case),
        "introduction": "What this file would be expected to hold and does not, why that matters, and the \
                         landlord's explanation.",
        "gaps": rows,
    })
}
