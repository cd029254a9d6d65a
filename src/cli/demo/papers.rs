//! What is attached to the cases: photographs from `seeds/demo/files`, and reports, agreements and policies
//! whose words are in `seeds/demo/papers.toml` and which are set as PDF when the demonstration starts.

use std::borrow::Cow;
use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Value, json};

use super::days::Days;
use super::script::{Cue, Scene};
use crate::pdf::{Renderer, Template};

/// Files that are attached as they are.
const FILES: [(&str, &[u8]); 8] = [
    (
        "mould-behind-cot.jpg",
        include_bytes!("../../../seeds/demo/files/mould-behind-cot.jpg"),
    ),
    (
        "mould-window.jpg",
        include_bytes!("../../../seeds/demo/files/mould-window.jpg"),
    ),
    (
        "extractor-fan.jpg",
        include_bytes!("../../../seeds/demo/files/extractor-fan.jpg"),
    ),
    (
        "bedroom-after.jpg",
        include_bytes!("../../../seeds/demo/files/bedroom-after.jpg"),
    ),
    (
        "ceiling-stain.jpg",
        include_bytes!("../../../seeds/demo/files/ceiling-stain.jpg"),
    ),
    (
        "lift-notice.png",
        include_bytes!("../../../seeds/demo/files/lift-notice.png"),
    ),
    (
        "boiler-display.png",
        include_bytes!("../../../seeds/demo/files/boiler-display.png"),
    ),
    (
        "bin-store.jpg",
        include_bytes!("../../../seeds/demo/files/bin-store.jpg"),
    ),
];

const PAPERS: &str = include_str!("../../../seeds/demo/papers.toml");

/// A paper with its words. `text` alone makes a plain text file; anything else makes a PDF.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Paper {
    file: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    source_id: String,
    #[serde(default)]
    facts: Vec<[String; 2]>,
    text: String,
    #[serde(default)]
    table: Option<Table>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    title: String,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

#[derive(Deserialize)]
struct AllPapers {
    paper: Vec<Paper>,
}

/// Every paper, ready to be attached.
pub struct Papers {
    made: BTreeMap<(String, NaiveDate), Vec<u8>>,
}

impl Papers {
    /// Sets every paper that `scenes` attach, with the days of the step, and those asked for in `also`.
    pub fn make(
        scenes: &[Scene],
        cues: &[Cue],
        also: &[(String, NaiveDate)],
        days: &Days<'_>,
        landlord: &str,
        renderer: &Renderer,
    ) -> Result<Self> {
        let papers: AllPapers = toml::from_str(PAPERS).context("seeds/demo/papers.toml")?;
        let attached = cues.iter().filter_map(|cue| {
            let step = &scenes[cue.scene].steps[cue.step?];
            let file = step.get("file")?.as_str()?;
            Some((file.to_owned(), cue.day))
        });
        let mut wanted: Vec<(String, NaiveDate, Paper)> = attached
            .chain(also.iter().cloned())
            .filter_map(|(file, day)| {
                let paper = papers.paper.iter().find(|paper| paper.file == file)?;
                Some((file, day, paper.clone()))
            })
            .collect();
        wanted.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        wanted.dedup_by(|a, b| (&a.0, a.1) == (&b.0, b.1));
        let set = |(file, day, paper): &(String, NaiveDate, Paper)| {
            let bytes = paper.bytes(days, *day, landlord, renderer);
            let bytes = bytes.with_context(|| format!("setting {file}"))?;
            Ok::<_, anyhow::Error>(((file.clone(), *day), bytes))
        };
        // Two at a time: the PDF helpers are processes of their own.
        let (left, right) = wanted.split_at(wanted.len() / 2);
        let (left, right) = std::thread::scope(|scope| {
            let right = scope.spawn(|| right.iter().map(set).collect::<Result<Vec<_>>>());
            let left = left.iter().map(set).collect::<Result<Vec<_>>>();
            let right = right
                .join()
                .unwrap_or_else(|_| Err(anyhow!("setting papers ended early")));
            (left, right)
        });
        Ok(Self {
            made: left?.into_iter().chain(right?).collect(),
        })
    }

    /// The bytes of `file` as attached on `day`.
    pub fn get(&self, file: &str, day: NaiveDate) -> Result<Cow<'_, [u8]>> {
        if let Some((_, bytes)) = FILES.iter().find(|(name, _)| *name == file) {
            return Ok(Cow::Borrowed(bytes));
        }
        let made = self.made.get(&(file.to_owned(), day));
        made.map(|bytes| Cow::Borrowed(bytes.as_slice()))
            .with_context(|| format!("there is no file {file} in seeds/demo"))
    }
}

impl Paper {
    fn bytes(
        &self,
        days: &Days<'_>,
        day: NaiveDate,
        landlord: &str,
        renderer: &Renderer,
    ) -> Result<Vec<u8>> {
        let fill = |text: &str| days.fill_text(text, day);
        if !self.file.ends_with(".pdf") {
            return Ok(fill(&self.text).into_bytes());
        }
        let facts: Vec<Value> = self
            .facts
            .iter()
            .map(|[label, value]| json!({"label": label, "value": fill(value)}))
            .collect();
        let tables: Vec<Value> = self
            .table
            .iter()
            .map(|table| {
                let columns: Vec<Value> = table
                    .columns
                    .iter()
                    .map(|title| json!({"title": title}))
                    .collect();
                let rows: Vec<Vec<String>> = table
                    .rows
                    .iter()
                    .map(|row| row.iter().map(|cell| fill(cell)).collect())
                    .collect();
                json!({"title": table.title, "columns": columns, "rows": rows})
            })
            .collect();
        let data = json!({
            "document": {"title": self.title, "language": "en-GB", "landlord": landlord},
            "kind": self.kind, "source": self.source, "sourceId": self.source_id,
            "facts": facts, "text": fill(&self.text), "tables": tables,
        });
        Ok(renderer.render(Template::Record, &data)?)
    }
}
