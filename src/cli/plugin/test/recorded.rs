//! A project's recorded tests: `tests/answers.json`, the tests themselves, and the files that they name.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Deserialize;
use serde_json::Value;

/// Schema of a test.
const TEST: &str = "redress-plugin-test/1";
/// Schema of recorded answers.
const ANSWERS: &str = "redress-recorded/1";

/// Everything in a folder of tests.
#[derive(Debug, Default)]
pub struct Recorded {
    /// The folder.
    pub folder: PathBuf,
    /// The tests, by file name.
    pub tests: Vec<TestCase>,
    /// What other systems answered.
    pub answers: Vec<Answer>,
}

/// One test.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestCase {
    /// What it is told apart by.
    #[serde(rename = "schema")]
    pub _schema: String,
    /// The file's name without `.json`.
    #[serde(skip)]
    pub name: String,
    /// What it shows.
    #[serde(default)]
    pub title: String,
    /// What the operator set.
    #[serde(default)]
    pub settings: Value,
    /// Linkers: members of the query.
    #[serde(default)]
    pub query: Value,
    /// Linkers: a folder of files that is granted, in the tests' folder.
    pub folder: Option<PathBuf>,
    /// Exporters: the file of the case.
    pub case: Option<PathBuf>,
    /// Exporters: what the person asked.
    #[serde(default)]
    pub request: Value,
    /// Exporters: files of the case's documents, by id.
    #[serde(default)]
    pub attachments: std::collections::BTreeMap<String, PathBuf>,
    /// Exporters: files of the case's sections, by name.
    #[serde(default)]
    pub sections: std::collections::BTreeMap<String, PathBuf>,
    /// What should come of it.
    #[serde(default)]
    pub expect: Expect,
}

/// What should come of a test; what is not said is not compared.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Records as "kind id", in order.
    pub records: Option<Vec<String>>,
    /// File names of the records' documents, in order.
    pub documents: Option<Vec<String>>,
    /// The failure of the contract: `bad-input`, `refused`, …
    pub failure: Option<String>,
    /// Paths in the archive, sorted.
    pub entries: Option<Vec<String>>,
    /// What the person is told.
    pub notes: Option<Vec<String>>,
}

/// A request and what was answered to it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The connection's name.
    pub connection: String,
    /// The method.
    #[serde(default = "get")]
    pub method: String,
    /// Relative to the connection's address.
    pub url: String,
    /// The status.
    #[serde(default = "fine")]
    pub status: u16,
    /// Headers of the answer.
    #[serde(default)]
    pub headers: std::collections::BTreeMap<String, String>,
    /// The body as JSON.
    pub json: Option<Value>,
    /// The body as a text.
    pub text: Option<String>,
    /// The body as a file of the tests' folder.
    pub file: Option<PathBuf>,
    /// The body's bytes, once they are read.
    #[serde(skip)]
    pub body: Vec<u8>,
}

fn get() -> String {
    "GET".into()
}

fn fine() -> u16 {
    200
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answers {
    #[serde(rename = "schema")]
    _schema: String,
    answers: Vec<Answer>,
}

impl Recorded {
    /// Reads a folder; one that is not there has no tests.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let mut recorded = Self {
            folder: folder.to_owned(),
            ..Self::default()
        };
        let Ok(entries) = fs::read_dir(folder) else {
            return Ok(recorded);
        };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.retain(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        });
        paths.sort();
        for path in paths {
            recorded
                .take(&path)
                .with_context(|| path.display().to_string())?;
        }
        Ok(recorded)
    }

    fn take(&mut self, path: &Path) -> anyhow::Result<()> {
        let value: Value = serde_json::from_slice(&fs::read(path)?).context("it is not JSON")?;
        match value["schema"].as_str() {
            Some(TEST) => {
                let mut test: TestCase = read(value)?;
                test.name = path
                    .file_stem()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into();
                self.tests.push(test);
            }
            Some(ANSWERS) => {
                let answers: Answers = read(value)?;
                for mut answer in answers.answers {
                    answer.body = body(&self.folder, &answer)
                        .with_context(|| format!("the answer to {}", answer.url))?;
                    self.answers.push(answer);
                }
            }
            Some(schema) if schema.starts_with("redress-") => {}
            _ => bail!(
                "its \"schema\" tells neither a test ({TEST}) nor recorded answers ({ANSWERS}) nor a case (redress-case/1)"
            ),
        }
        Ok(())
    }

    /// A file that a test names.
    pub fn file(&self, name: &Path) -> anyhow::Result<Vec<u8>> {
        let path = self.folder.join(name);
        fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))
    }
}

fn read<T: serde::de::DeserializeOwned>(value: Value) -> anyhow::Result<T> {
    serde_path_to_error::deserialize(value)
        .map_err(|error| anyhow::anyhow!("{}: {}", error.path(), error.inner()))
}

fn body(folder: &Path, answer: &Answer) -> anyhow::Result<Vec<u8>> {
    match (&answer.json, &answer.text, &answer.file) {
        (Some(json), None, None) => Ok(json.to_string().into_bytes()),
        (None, Some(text), None) => Ok(text.clone().into_bytes()),
        (None, None, Some(file)) => {
            let path = folder.join(file);
            fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))
        }
        (None, None, None) => Ok(Vec::new()),
        _ => bail!("give its body once: as json, as text or as a file"),
    }
}
