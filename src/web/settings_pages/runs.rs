//! What a plugin's runs said, for the pages of links and exporters.

use crate::desk::plugins::runs::PluginRun;
use crate::web::words::moment;

/// A run, in words.
pub struct RunView {
    /// When, and what was asked.
    pub title: String,
    /// Why it failed; empty when it did not.
    pub failure: String,
    /// What it took.
    pub took: String,
    /// What it said: level and message.
    pub lines: Vec<(String, String)>,
    /// What it asked other systems.
    pub requests: Vec<String>,
}

/// Runs in words, newest first.
pub fn runs(told: Vec<PluginRun>) -> Vec<RunView> {
    told.into_iter().map(view).collect()
}

/// What was asked, in words.
fn asked(run: &PluginRun) -> &str {
    match run.asked.as_str() {
        "find" => "records were asked for",
        "check" => "the connection was tested",
        "fetch" => "a document was asked for",
        "export" => "an export was made",
        other => other,
    }
}

/// The last run of each kind and what came of it, newest first: how a link stands.
pub fn health(told: &[PluginRun]) -> Vec<String> {
    let mut kinds: Vec<&PluginRun> = Vec::new();
    for run in told {
        if !kinds.iter().any(|known| known.asked == run.asked) {
            kinds.push(run);
        }
    }
    let line = |run: &PluginRun| {
        let came = run.failure.as_deref().unwrap_or("It answered.");
        format!("{}, {}. {came}", moment(run.at), asked(run))
    };
    kinds.into_iter().map(line).collect()
}

fn view(run: PluginRun) -> RunView {
    let asked = asked(&run).to_owned();
    let mut lines: Vec<(String, String)> = run
        .lines
        .into_iter()
        .map(|line| (line.level, line.message))
        .collect();
    if run.lines_dropped > 0 {
        lines.push((
            "info".into(),
            format!("{} more lines were not kept", run.lines_dropped),
        ));
    }
    let requests = run.requests.iter().map(|call| {
        let outcome = match (call.status, &call.error) {
            (Some(status), None) => status.to_string(),
            (Some(status), Some(error)) => format!("{status}, {error}"),
            (None, Some(error)) => error.clone(),
            (None, None) => "no answer".into(),
        };
        format!(
            "{} {} ({}): {outcome}, {} bytes, {} ms, try {}, correlation id {}",
            call.method,
            call.url,
            call.connection,
            call.bytes,
            call.milliseconds,
            call.attempt,
            call.correlation_id
        )
    });
    RunView {
        title: format!("{}: {asked}", moment(run.at)),
        failure: run.failure.unwrap_or_default(),
        took: format!(
            "{} ms in all, {} ms of its own computing, {} KB of memory, {} calls of the program",
            run.took_ms,
            run.computing_ms,
            run.memory >> 10,
            run.calls
        ),
        requests: requests.collect(),
        lines,
    }
}
