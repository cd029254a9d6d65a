//! One PDF of many parts, `redress-compose/1` (`plugins/wit/pdf-templates.md`): pages that the host sets, received PDFs
//! page by page, pictures on pages, and for everything else a page that says what it is and why it is not shown.
//!
//! The parts are carried over one after the other into a file without a name, so that one of them is in memory at a
//! time and no more. What needs the whole comes last in the file though not in the reading: the list of contents, the
//! feet with "page 14 of 92", the tree of pages. Nothing depends on the clock: the same plan gives the same bytes.

mod end;

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::source::{LARGEST_PDF, StoredCase};
use crate::pdf::{Joined, Joining, Numbering, PdfError, Sheet, Template};
use crate::plugins::Composed;

/// The limits of one such PDF. A larger one is no use to a reader, and many programs fail on it.
const MOST_PARTS: usize = 5_000;
const MOST_PAGES: usize = 20_000;
const MOST_BYTES: u64 = 2_000_000_000;
/// A larger picture is not set: it has to be unpacked in the helper's memory.
const LARGEST_PICTURE: u64 = 48 << 20;

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Plan {
    title: String,
    language: String,
    case_ref: String,
    landlord: String,
    made_at: String,
    generator: String,
    contents: Option<Map<String, Value>>,
    parts: Vec<Part>,
}

/// One part of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Part {
    heading: String,
    about: String,
    level: u8,
    mark: String,
    template: Option<String>,
    data: Value,
    attachment: Option<String>,
}

/// What came of a part, for the plugin.
#[derive(Debug, Clone, Default, Serialize)]
struct Came {
    page: usize,
    pages: usize,
    shown: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

/// Composes the PDF that a plan asks for.
///
/// # Errors
/// A sentence for the plugin: a plan that is wrong or asks for too much, or what failed.
pub(super) fn compose(case: &StoredCase, plan_json: &str) -> Result<Composed, String> {
    let mut value: Value =
        serde_json::from_str(plan_json).map_err(|e| format!("the plan is not JSON: {e}"))?;
    drop_nulls(&mut value);
    let plan: Plan = serde_json::from_value(value)
        .map_err(|e| format!("the plan does not fit redress-compose/1: {e}"))?;
    plan.check()?;
    let mut made = Making::begin(case, &plan).map_err(disk)?;
    let mut came = Vec::with_capacity(plan.parts.len());
    for part in &plan.parts {
        came.push(made.part(part)?);
    }
    let front = made.contents(&came)?;
    for one in &mut came {
        one.page += front;
    }
    let (file, bytes) = made.end(&came)?;
    let pages = front + came.iter().map(|one| one.pages).sum::<usize>();
    let report =
        json!({ "schema": "redress-composed/1", "pages": pages, "bytes": bytes, "parts": came });
    Ok(Composed {
        reader: Box::new(file),
        report_json: report.to_string(),
    })
}

impl Plan {
    fn check(&self) -> Result<(), String> {
        if self.parts.is_empty() {
            return Err("the plan has no parts; name at least one".into());
        }
        if self.parts.len() > MOST_PARTS {
            return Err(format!(
                "the plan has {} parts; one PDF may have {MOST_PARTS}. Make several files",
                self.parts.len()
            ));
        }
        if !Numbering::fits(&self.case_ref) {
            return Err(format!(
                "caseRef: 1 to {} plain letters, digits and signs stand before the number of each page",
                Numbering::LONGEST
            ));
        }
        for (part, at) in self.parts.iter().zip(1..) {
            match (&part.template, &part.attachment) {
                (Some(name), None) if Template::ALL.iter().all(|t| t.name() != name) => {
                    return Err(format!(
                        "part {at}: there is no template \"{}\"; see plugins/wit/pdf-templates.md",
                        name.escape_debug()
                    ));
                }
                (Some(_), Some(_)) => {
                    return Err(format!(
                        "part {at}: name a template or an attachment, and not both"
                    ));
                }
                (None, None) if part.heading.is_empty() => {
                    return Err(format!(
                        "part {at}: name a template, an attachment, or at least a heading"
                    ));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The common part of a page that the host sets. It has no number of its own: the foot has.
    fn document(&self, title: &str) -> Value {
        json!({
            "title": title, "language": self.language, "landlord": self.landlord, "madeAt": self.made_at,
            "generator": self.generator,
        })
    }
}

/// The objects that every such PDF has, by number.
const CATALOG: u32 = 1;
const PAGES: u32 = 2;
const FONT: u32 = 3;
const INFO: u32 = 4;
const OUTLINES: u32 = 5;
const FIRST_FREE: u32 = 6;

/// A PDF being written.
struct Making<'a> {
    case: &'a StoredCase,
    plan: &'a Plan,
    out: BufWriter<File>,
    at: u64,
    hash: Sha256,
    /// Number and offset of each object so far.
    objects: Vec<(u32, u64)>,
    next: u32,
    /// The pages of the parts in order; those of the contents come before them.
    pages: Vec<Page>,
    front: Vec<Page>,
}

struct Page {
    id: u32,
    foot: Option<(u32, Sheet)>,
    mark: String,
}

impl<'a> Making<'a> {
    fn begin(case: &'a StoredCase, plan: &'a Plan) -> io::Result<Self> {
        let mut made = Self {
            case,
            plan,
            out: BufWriter::with_capacity(256 << 10, tempfile::tempfile()?),
            at: 0,
            hash: Sha256::new(),
            objects: Vec::new(),
            next: FIRST_FREE,
            pages: Vec::new(),
            front: Vec::new(),
        };
        // The second line tells programs that what follows is no text.
        made.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")?;
        Ok(made)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.hash.update(bytes);
        self.at += bytes.len() as u64;
        Ok(())
    }

    fn object(&mut self, number: u32, body: &[u8]) -> io::Result<()> {
        self.objects.push((number, self.at));
        self.write(format!("{number} 0 obj\n").as_bytes())?;
        self.write(body)?;
        self.write(b"\nendobj\n")
    }

    /// Takes one part over.
    fn part(&mut self, part: &Part) -> Result<Came, String> {
        let page = self.pages.len() + 1;
        let mut why = None;
        let joined = match (&part.template, &part.attachment) {
            (Some(name), _) => self.set(name, part)?,
            (None, Some(id)) => match self.attachment(id, part)? {
                Ok(joined) => joined,
                Err(reason) => {
                    let joined = self.stand_in(id, part, &reason)?;
                    why = Some(reason);
                    joined
                }
            },
            // A heading is where the part after it begins.
            (None, None) => Joined {
                next: self.next,
                ..Joined::default()
            },
        };
        let mark = Some(&part.mark).filter(|mark| Numbering::fits(mark));
        let mark = mark.cloned().unwrap_or_default();
        let pages = joined.pages.len();
        self.pages.extend(joined.pages.into_iter().map(|page| Page {
            id: page.id,
            foot: page.foot,
            mark: mark.clone(),
        }));
        if self.pages.len() > MOST_PAGES {
            return Err(format!(
                "with \"{}\" the PDF has more than {MOST_PAGES} pages; leave papers out or make several files",
                part.heading
            ));
        }
        Ok(Came {
            page,
            pages,
            shown: why.is_none(),
            why,
        })
    }

    /// Pages from a template.
    fn set(&mut self, name: &str, part: &Part) -> Result<Joined, String> {
        let template = Template::from_name(name)
            .ok_or_else(|| format!("there is no template \"{}\"", name.escape_debug()))?;
        let mut data = part.data.clone();
        if !data.is_object() {
            data = json!({});
        }
        let title = data["document"]["title"].as_str().map(str::to_owned);
        data["document"] = self
            .plan
            .document(title.as_deref().unwrap_or(&part.heading));
        self.render(template, &data, &[])
    }

    fn render(
        &mut self,
        template: Template,
        data: &Value,
        links: &[u32],
    ) -> Result<Joined, String> {
        let made = self.case.pdf().render(template, data);
        let made = made.map_err(|error| error.to_string())?;
        // What we set ourselves can be carried over, or else something is wrong with us.
        self.join(&made, links)?.map_err(|why| {
            format!(
                "a page of our own cannot be taken over, which is a fault of this program: {why}"
            )
        })
    }

    /// An attachment's pages; the inner error says why it cannot be shown.
    fn attachment(&mut self, id: &str, part: &Part) -> Result<Result<Joined, String>, String> {
        let held = self.case.held(id)?.clone();
        let too_large = |most: u64| {
            format!(
                "at {} it is larger than the {} that can be shown here",
                size(held.size),
                size(most)
            )
        };
        match held.essence() {
            "application/pdf" if held.size > LARGEST_PDF => Ok(Err(too_large(LARGEST_PDF))),
            "application/pdf" => {
                let bytes = self.bytes(id, held.size)?;
                self.join(&bytes, &[])
            }
            essence => {
                let Some(format) = picture(essence) else {
                    return Ok(Err(not_shown(essence).into()));
                };
                if held.size > LARGEST_PICTURE {
                    return Ok(Err(too_large(LARGEST_PICTURE)));
                }
                let bytes = self.bytes(id, held.size)?;
                let data = json!({
                    "document": self.plan.document(&part.heading), "format": format, "caption": part.heading,
                    "about": part.about,
                });
                match self.case.pdf().picture(format, &bytes, &data) {
                    Ok(made) => {
                        drop(bytes);
                        self.join(&made.pdf, &[])
                    }
                    Err(error) => self.case.unfit(error).map(Err),
                }
            }
        }
    }

    fn bytes(&self, id: &str, size: u64) -> Result<Vec<u8>, String> {
        use crate::plugins::CaseSource;
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        let read = self.case.open_attachment(id)?.read_to_end(&mut bytes);
        read.map_err(|error| format!("document {id} cannot be read: {error}"))?;
        Ok(bytes)
    }

    /// Carries a PDF over; the inner error says why it cannot be.
    fn join(&mut self, pdf: &[u8], links: &[u32]) -> Result<Result<Joined, String>, String> {
        if self.case.gives_up() {
            return Ok(Err(
                "others before it took all the time that there is for this".into(),
            ));
        }
        let joining = Joining {
            first: self.next,
            parent: PAGES,
            font: FONT,
            links: links.to_vec(),
        };
        let (bytes, mut joined) = match self.case.pdf().join(pdf, &joining) {
            Ok(joined) => joined,
            Err(error) => return self.case.unfit(error).map(Err),
        };
        if self.at + bytes.len() as u64 > MOST_BYTES {
            return Err(format!(
                "the PDF would be larger than {}; leave papers out or make several files",
                size(MOST_BYTES)
            ));
        }
        let at = self.at;
        let objects = std::mem::take(&mut joined.objects);
        self.objects
            .extend(objects.into_iter().map(|(id, from)| (id, at + from)));
        self.write(&bytes).map_err(disk)?;
        self.next = joined.next;
        Ok(Ok(joined))
    }

    /// A page that stands for what cannot be shown.
    fn stand_in(&mut self, id: &str, part: &Part, why: &str) -> Result<Joined, String> {
        let held = self.case.held(id)?;
        let facts = [
            ("Document", part.heading.clone()),
            ("About it", part.about.clone()),
            ("Format", held.media_type.clone()),
            ("Size", size(held.size)),
            ("SHA-256", hex::encode(held.sha256)),
        ];
        let facts: Vec<Value> = facts
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(label, value)| json!({"label": label, "value": value}))
            .collect();
        let data = json!({
            "document": self.plan.document(&part.heading), "kind": "Not shown in this file", "facts": facts,
            "text": format!("This document is part of the case and cannot be shown on a page: {why}. \
                             The landlord holds it unchanged; the hash below proves which file it is."),
        });
        self.render(Template::Record, &data, &[])
    }

    /// The list of contents, which stands first; gives its number of pages.
    fn contents(&mut self, came: &[Came]) -> Result<usize, String> {
        let Some(given) = &self.plan.contents else {
            return Ok(0);
        };
        let entries = |front: usize| -> Vec<Value> {
            let parts = self.plan.parts.iter().zip(came).zip(1..);
            let one = |((part, came), at): ((&Part, &Came), usize)| {
                json!({
                    "part": at, "level": part.level.max(1), "no": part.mark, "title": part.heading,
                    "about": part.about, "page": came.page + front,
                })
            };
            parts.map(one).collect()
        };
        let mut data = Value::Object(given.clone());
        let title = data["title"].as_str().unwrap_or(&self.plan.title);
        data["document"] = self.plan.document(title);
        // How long the list is does not depend on the numbers in it but for their width: twice is enough.
        let mut front = 1;
        for _ in 0..3 {
            data["entries"] = entries(front).into();
            let made = self.case.pdf().render_counted(Template::Contents, &data);
            let pages = made.map_err(|error| error.to_string())?.pages as usize;
            if pages == front {
                break;
            }
            front = pages;
        }
        data["entries"] = entries(front).into();
        let last = self.pages.last().map_or(PAGES, |page| page.id);
        let first = |came: &Came| self.pages.get(came.page - 1).map_or(last, |page| page.id);
        let links: Vec<u32> = came.iter().map(first).collect();
        let joined = self.render(Template::Contents, &data, &links)?;
        let page = |page: crate::pdf::JoinedPage| Page {
            id: page.id,
            foot: page.foot,
            mark: String::new(),
        };
        self.front = joined.pages.into_iter().map(page).collect();
        Ok(self.front.len())
    }

    /// Writes what needs the whole, and gives the file from its beginning.
    fn end(mut self, came: &[Came]) -> Result<(File, u64), String> {
        self.feet()?;
        self.outlines(came).map_err(disk)?;
        self.tail().map_err(disk)?;
        let bytes = self.at;
        let mut file = self.out.into_inner().map_err(|e| disk(e.into_error()))?;
        file.seek(SeekFrom::Start(0)).map_err(disk)?;
        Ok((file, bytes))
    }
}

/// The kinds of pictures that can be set, as the typesetter calls them.
fn picture(essence: &str) -> Option<&'static str> {
    Some(match essence {
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/gif" => "gif",
        "image/webp" => "webp",
        _ => return None,
    })
}

/// Why a format is not shown.
fn not_shown(essence: &str) -> &'static str {
    match essence.split('/').next().unwrap_or_default() {
        "audio" => "it is a recording",
        "video" => "it is a film",
        "image" => "pictures of this kind cannot be set on a page; save it as JPEG or PNG",
        "text" | "message" => "it is too long, has files attached or is a list",
        _ if essence.contains("sheet") || essence.contains("excel") => "it is a spreadsheet",
        _ => "files of this format cannot be set on pages; save it as PDF and add it again",
    }
}

/// "1.4 MB".
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

fn disk(error: io::Error) -> String {
    format!("the PDF could not be written: {error}; make room in the folder for temporary files")
}

impl StoredCase {
    /// Why a PDF or picture is not shown, if that lies in it; a fault of the machine ends the export.
    fn unfit(&self, error: PdfError) -> Result<String, String> {
        if matches!(error, PdfError::TooSlow(_)) {
            self.note_slow();
        }
        super::source::left_as_it_is(error).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests;
