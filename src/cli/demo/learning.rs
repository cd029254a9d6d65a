//! What the landlord has learnt from the complaints of the scripts.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use chrono::NaiveDate;
use serde::Deserialize;

use super::days::Days;
use crate::desk::{CaseView, Desk};
use crate::domain::access::Actor;
use crate::domain::category::RootCause;
use crate::domain::learning::{ChangeKind, Learning, Progress, YouSaid};

const SEED: &str = include_str!("../../../seeds/demo/learning.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    by: String,
    learnt: String,
    change: String,
    kind: ChangeKind,
    owner: String,
    due: String,
    measure: String,
    cases: Vec<String>,
    category: Option<String>,
    root_cause: Option<RootCause>,
    progress: Progress,
    ended_on: Option<String>,
    #[serde(default)]
    outcome: String,
    you_said: Option<String>,
    we_did: Option<String>,
}

#[derive(Deserialize)]
struct All {
    learning: Vec<Told>,
}

/// Enters what was learnt.
///
/// # Errors
/// What the seed or the desk says is wrong.
pub async fn enter(
    desk: &Desk,
    days: &Days<'_>,
    people: &BTreeMap<String, Actor>,
    cases: &BTreeMap<String, CaseView>,
) -> Result<()> {
    let all: All = toml::from_str(SEED)?;
    let day = |text: &str| -> Result<NaiveDate> {
        let text = days.fill_text(text, days.today());
        text.parse().with_context(|| format!("{text} is no day"))
    };
    for told in all.learning {
        let by = people.get(&told.by).context("nobody of that name")?;
        let named = told.cases.iter().map(|key| {
            let view = cases.get(key).with_context(|| format!("no script {key}"))?;
            Ok(view.case.reference.clone())
        });
        let learning = Learning {
            learnt: told.learnt,
            change: told.change,
            kind: told.kind,
            category: told.category,
            root_cause: told.root_cause,
            owner: told.owner,
            due: day(&told.due)?,
            measure: told.measure,
            cases: named.collect::<Result<_>>()?,
            progress: told.progress,
            outcome: told.outcome,
            ended_on: told.ended_on.as_deref().map(day).transpose()?,
            files: Vec::new(),
            published: told
                .you_said
                .zip(told.we_did)
                .map(|(you_said, we_did)| YouSaid { you_said, we_did }),
        };
        desk.learn(by, learning, None).await?;
    }
    Ok(())
}
