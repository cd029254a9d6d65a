//! Plain texts and e-mails as PDF: what can be read goes out as something that can be read anywhere. The original
//! stays on the case; the PDF stands for it under its number, which its pages get like those of any other PDF.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::document::CaseFile;
use super::source::Held;
use crate::domain::case::{Document, folder_title};
use crate::papers::mail;
use crate::pdf::{Renderer, Template};
use crate::store::Store;

/// A longer text stays as it is: on paper it would be cut.
const LONGEST: usize = 149_000;
/// A message with its packing.
const LARGEST: u64 = 1 << 20;

/// A PDF in the file of all such PDFs of one export.
#[derive(Debug, Clone)]
pub struct OnPaper {
    file: Arc<File>,
    at: u64,
    end: u64,
}

impl Read for OnPaper {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
        let most = out.len().min(left);
        let n = self.file.read_at(&mut out[..most], self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}

/// A text that became a PDF.
pub(super) struct Made {
    pub paper: OnPaper,
    pub size: u64,
    pub sha256: String,
    pub pages: u32,
}

/// The texts and messages among the wanted documents as PDF, by id. What cannot be read as a text is not among them.
pub(super) async fn make(
    store: &Store,
    pdf: &Arc<Renderer>,
    file: &CaseFile<'_>,
    held: &HashMap<String, Held>,
    wanted: &HashSet<String>,
) -> io::Result<HashMap<String, Made>> {
    let jobs: Vec<(String, Held, Value)> = file
        .case
        .documents
        .iter()
        .map(|d| (d.id.to_string(), d))
        .filter(|(id, d)| wanted.contains(id) && d.size <= LARGEST && is_text(&d.media_type))
        .filter_map(|(id, d)| Some((id.clone(), held.get(&id)?.clone(), about(file, d))))
        .collect();
    if jobs.is_empty() {
        return Ok(HashMap::new());
    }
    let (store, pdf) = (store.clone(), Arc::clone(pdf));
    let all = move || {
        let mut out = tempfile::tempfile()?;
        let (mut end, mut done) = (0, Vec::new());
        for (id, held, data) in jobs {
            let mut bytes = Vec::new();
            let read = store
                .open_document(&held.sha256)
                .map(|mut from| from.read_to_end(&mut bytes));
            // What is lost is told where it is opened for the archive.
            let Some(data) = read
                .ok()
                .and_then(Result::ok)
                .and_then(|_| filled(data, &held.media_type, bytes))
            else {
                continue;
            };
            match pdf.render_counted(Template::Record, &data) {
                Ok(part) => {
                    out.write_all(&part.pdf)?;
                    let at = end;
                    end += part.pdf.len() as u64;
                    done.push((
                        id,
                        at,
                        end,
                        part.pages,
                        hex::encode(Sha256::digest(&part.pdf)),
                    ));
                }
                Err(why) => tracing::info!(document = %id, %why, "a text goes out as it is"),
            }
        }
        let file = Arc::new(out);
        let made = done.into_iter().map(|(id, at, end, pages, sha256)| {
            let paper = OnPaper {
                file: Arc::clone(&file),
                at,
                end,
            };
            (
                id,
                Made {
                    paper,
                    size: end - at,
                    sha256,
                    pages,
                },
            )
        });
        Ok(made.collect())
    };
    tokio::task::spawn_blocking(all)
        .await
        .map_err(io::Error::other)?
}

fn is_text(media_type: &str) -> bool {
    matches!(media_type, "text/plain" | "message/rfc822")
}

/// All of the page but its words.
fn about(file: &CaseFile<'_>, d: &Document) -> Value {
    let folder = file.case.folder_of(d).and_then(folder_title);
    json!({
        "document": {
            "title": d.title, "language": "en-GB", "landlord": file.policy.landlord.name, "madeAt": d.added_at,
            "generator": super::TOOL,
        },
        "kind": folder.unwrap_or_default(),
        "notes": [format!(
            "Set as PDF from the file {}, {} bytes, SHA-256 {}, which the landlord holds unchanged.",
            d.file_name, d.size, d.sha256
        )],
    })
}

fn filled(mut data: Value, media_type: &str, bytes: Vec<u8>) -> Option<Value> {
    let text = if media_type == "message/rfc822" {
        let mail = mail::read(&bytes)?;
        let heads = mail
            .heads
            .iter()
            .map(|(label, value)| json!({"label": label, "value": value}));
        data["facts"] = heads.collect();
        mail.text
    } else {
        String::from_utf8(bytes).ok()?
    };
    if text.trim().is_empty() || text.chars().count() > LONGEST {
        return None;
    }
    data["text"] = text.trim_start_matches('\u{feff}').into();
    Some(data)
}
