//! Repairs and their photos from Mendwell, a made-up repairs system. Put the words of yours in the places of its words.

use redress_plugin::prelude::*;

struct Mendwell;

impl Linker for Mendwell {
    const MANIFEST: &str = include_str!("../plugin.json");

    /// "Test connection".
    fn check() -> Result<String, Failure> {
        let status: Value = http::need_json("mendwell", "status")?;
        Ok(format!("Mendwell {} answers.", status.need("version")?))
    }

    /// The repairs of the home that the complaint is about, a page at a time: the mark of the next page is its address.
    fn find(query: Query) -> Result<Page, Failure> {
        let (ask, limit) = (Ask::of(&query)?, query.limit.to_string());
        let first = http::url("repairs", &[("property", ask.home()?), ("limit", &limit)]);
        let answer: Value = http::need_json("mendwell", &query.cursor.unwrap_or(first))?;
        let next = answer.maybe("next");
        Ok(Page::of(&ask, answer.each("repairs", repair)?, next))
    }

    /// A photo that one of the records below named; its bytes go past the plugin.
    fn fetch(document: String) -> Result<String, Failure> {
        let wanted = Wanted::of(&document)?;
        evidence::get("mendwell", &wanted.document.need("url")?).map(|()| wanted.name)
    }
}

fn repair(job: &Value) -> Result<Record, Failure> {
    Ok(Record::new("repair", job.need("number")?)
        .title(&job["summary"])
        .property_ref(&job["property"])
        .ended(&job["finished"])
        .field("description", &job["summary"])
        .field("reported_on", &job["logged"])
        .field("target_on", &job["due"])
        .field("completed_on", &job["finished"])
        .field("status", &job["state"])
        .documents(job.each("photos", photo)?))
}

fn photo(photo: &Value) -> Result<Document, Failure> {
    Ok(Document::new(photo.need("id")?, photo.need("file")?)
        .with("url", photo.need("url")?)
        .with("title", &photo["caption"])
        .with("taken_on", &photo["taken"]))
}

redress_plugin::linker!(Mendwell);
