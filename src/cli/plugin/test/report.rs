//! What a test found, for people and as JSON.

use std::time::Duration;

use serde::Serialize;

use crate::plugins::{Limits, Used};

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// As it should be.
    Passed,
    /// It works, and somebody should look at it.
    Warned,
    /// Not as it should be.
    Failed,
}

/// One thing that was looked at.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    /// What.
    pub name: String,
    /// How it went.
    pub outcome: Outcome,
    /// What was seen, in a sentence.
    pub detail: String,
}

/// The most that any run took.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Peak {
    /// Bytes of memory.
    pub memory: usize,
    /// Its own computing, in milliseconds.
    pub computing_ms: u64,
    /// From start to end, in milliseconds.
    pub wall_ms: u64,
    /// Calls of the host.
    pub calls: u64,
    /// Requests to other systems.
    pub requests: u32,
    /// How many runs there were.
    pub runs: u32,
}

impl Peak {
    /// Takes one more run into account.
    pub fn add(&mut self, used: Used, requests: u32) {
        let ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.memory = self.memory.max(used.memory);
        self.computing_ms = self.computing_ms.max(ms(used.computing));
        self.wall_ms = self.wall_ms.max(ms(used.wall));
        self.calls = self.calls.max(used.calls);
        self.requests = self.requests.max(requests);
        self.runs += 1;
    }
}

/// A file that an exporter wrote.
#[derive(Debug, Clone, Serialize)]
pub struct Written {
    /// The test.
    pub test: String,
    /// Path in the archive.
    pub path: String,
    /// Size.
    pub bytes: u64,
    /// SHA-256, hex.
    pub sha256: String,
}

/// All that was found.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Schema of this report.
    pub schema: &'static str,
    /// Id and version of the plugin, where it says them.
    pub plugin: String,
    /// SHA-256 of the component.
    pub sha256: String,
    /// Its size.
    pub bytes: usize,
    /// The version of the contract that it speaks.
    pub contract: &'static str,
    /// What an administrator would read before installing it.
    pub asks: Vec<String>,
    /// What was looked at.
    pub checks: Vec<Check>,
    /// The most that any run took.
    pub peak: Peak,
    /// What it might take.
    #[serde(skip)]
    pub limits: Option<Limits>,
    /// What an exporter wrote.
    pub written: Vec<Written>,
    /// Whether nothing failed.
    pub passed: bool,
}

impl Report {
    /// Notes a check.
    pub fn note(&mut self, outcome: Outcome, name: &str, detail: impl Into<String>) {
        self.checks.push(Check {
            name: name.to_owned(),
            outcome,
            detail: detail.into(),
        });
    }

    /// As it should be.
    pub fn passed(&mut self, name: &str, detail: impl Into<String>) {
        self.note(Outcome::Passed, name, detail);
    }

    /// Somebody should look.
    pub fn warned(&mut self, name: &str, detail: impl Into<String>) {
        self.note(Outcome::Warned, name, detail);
    }

    /// Not as it should be.
    pub fn failed(&mut self, name: &str, detail: impl Into<String>) {
        self.note(Outcome::Failed, name, detail);
    }

    /// Prints it; true when nothing failed.
    pub fn print(&mut self, json: bool) -> anyhow::Result<bool> {
        let count = |outcome| self.checks.iter().filter(|c| c.outcome == outcome).count();
        let (passed, warned, failed) = (
            count(Outcome::Passed),
            count(Outcome::Warned),
            count(Outcome::Failed),
        );
        self.passed = failed == 0;
        if json {
            say!("{}", serde_json::to_string_pretty(self)?);
            return Ok(self.passed);
        }
        say!("{}", self.plugin);
        say!(
            "{} KB, contract {}, SHA-256 {}",
            self.bytes.div_ceil(1024),
            self.contract,
            self.sha256
        );
        if !self.asks.is_empty() {
            say!("\nWhat an administrator reads before installing it");
            for line in &self.asks {
                say!("  {line}");
            }
        }
        say!("\nChecks");
        for check in &self.checks {
            let mark = match check.outcome {
                Outcome::Passed => "ok  ",
                Outcome::Warned => "look",
                Outcome::Failed => "FAIL",
            };
            say!("  {mark}  {}: {}", check.name, check.detail);
        }
        for test in tests_of(&self.written) {
            say!("\nFiles of {test}");
            for file in self.written.iter().filter(|file| file.test == test) {
                say!("  {}  {:>9}  {}", file.sha256, file.bytes, file.path);
            }
        }
        if let Some(limits) = &self.limits {
            say!("\nThe most that one of {} runs took", self.peak.runs);
            say!(
                "  memory     {:.1} MB of {} MB",
                self.peak.memory as f64 / 1_048_576.0,
                limits.memory >> 20
            );
            say!(
                "  computing  {} ms of {} s",
                self.peak.computing_ms,
                limits.computing.as_secs()
            );
            say!(
                "  time       {} ms of {} s",
                self.peak.wall_ms,
                limits.wall.as_secs()
            );
            if limits.requests > 0 {
                say!("  requests   {} of {}", self.peak.requests, limits.requests);
            }
        }
        say!("\n{passed} passed, {warned} to look at, {failed} failed");
        Ok(self.passed)
    }
}

fn tests_of(written: &[Written]) -> Vec<String> {
    let mut tests: Vec<String> = Vec::new();
    for file in written {
        if !tests.contains(&file.test) {
            tests.push(file.test.clone());
        }
    }
    tests
}
