//! Photos of a work order: named in its record, fetched only when somebody takes one into the case.

use redress_plugin::belongs::plain;
use redress_plugin::wire::Wire;
use redress_plugin::{Document, Failure, Value, Wanted, http};

use crate::api::{Api, IMAGES, REPAIRS};
use crate::read::{day, first, list, text};

/// The documents of a record. The address of a file may be signed and so change from day to day: the record keeps the
/// name alone, and the list is asked again for the address.
pub fn documents(groups: &[Value]) -> Vec<Document> {
    let mut documents = Vec::new();
    for (group, file) in files(groups) {
        let name = name(file);
        documents.push(
            Document::new(id(group, file), &name)
                .with("title", first(group, &["description", "groupLabel"]))
                .with("media_type", media_type(&name))
                .with("taken_on", day(group, "timestamp"))
                .with("group", text(group, "groupLabel"))
                .with("by", text(group, "uploadedBy")),
        );
    }
    documents
}

/// Puts a photo that a record named into the evidence.
pub fn fetch(wire: &mut dyn Wire, document: &str) -> Result<String, Failure> {
    let wanted = Wanted::of(document)?;
    let path = format!("workOrders/images/{}", http::encode(&wanted.record));
    let groups = Api::new(wire).get(REPAIRS, &path)?.unwrap_or_default();
    let groups = groups.as_array().map_or(&[][..], Vec::as_slice);
    let found = files(groups).find(|(group, file)| id(group, file) == wanted.id);
    let Some((_, file)) = found else {
        return Err(Failure::BadInput(format!(
            "work order {} no longer has the photo \"{}\"",
            wanted.record, wanted.name
        )));
    };
    let mut response = wire.send_to_evidence(&photo(REPAIRS, file));
    if matches!(response, Err(http::HttpError::NotAllowed(_))) {
        // Its address leads elsewhere than to the repairs API.
        response = wire.send_to_evidence(&photo(IMAGES, file));
    }
    let response = response.map_err(Failure::from)?;
    http::good("photos", response.status)?;
    Ok(name(file))
}

fn photo(connection: &str, file: &str) -> http::Request {
    let mut request = http::get(connection, file);
    request.headers.clear();
    request
}

fn files(groups: &[Value]) -> impl Iterator<Item = (&Value, &str)> {
    groups.iter().flat_map(|group| {
        let files = list(group, "files").iter();
        files.filter_map(move |file| Some((group, file.as_str()?)))
    })
}

fn bare(file: &str) -> &str {
    file.split(['?', '#']).next().unwrap_or(file)
}

fn id(group: &Value, file: &str) -> String {
    let name = name(file);
    format!("{}/{}", text(group, "id"), name)
}

/// The last part of an address, without what could lead out of a folder.
fn name(file: &str) -> String {
    let last = bare(file).rsplit('/').find(|p| !p.is_empty()).unwrap_or("");
    let safe: String = last
        .chars()
        .map(|c| match c {
            c if c.is_alphanumeric() || "-_. ()".contains(c) => c,
            _ => '_',
        })
        .take(120)
        .collect();
    if plain(&safe).is_empty() {
        "photo".into()
    } else {
        safe
    }
}

fn media_type(name: &str) -> Option<&'static str> {
    let ending = name.rsplit_once('.')?.1.to_lowercase();
    Some(match ending.as_str() {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "heic" => "image/heic",
        "pdf" => "application/pdf",
        _ => return None,
    })
}
