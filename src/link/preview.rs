//! A trial of an adapter's settings: what the other system answers and what the settings make of it. Nothing of it is
//! kept. Only an adapter that knows the query's `preview` member answers; `rest-json` does.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::Source;
use crate::plugins::{LinkQuery, PluginHost};

/// Asks an adapter with a query that says `"preview": true`, and gives the document of its answer.
///
/// # Errors
/// A sentence that says what is wrong, with the place in the settings where the adapter names one.
pub async fn preview(
    host: &PluginHost,
    source: &Source,
    query: &Value,
    now: DateTime<Utc>,
) -> Result<Value, String> {
    let asked = LinkQuery {
        document: query.to_string(),
        limit: 1,
        cursor: None,
    };
    let job = source.job(now).await?;
    let page = match host.link_find(&source.plugin, job, asked).await {
        Ok((page, _)) => page,
        Err(error) => return Err(error.cause.to_string()),
    };
    let shown = page
        .records
        .into_iter()
        .find(|record| record.kind == "preview");
    let shown = shown.and_then(|record| serde_json::from_str(&record.document).ok());
    shown.ok_or_else(|| "This adapter cannot be tried out.".to_owned())
}
