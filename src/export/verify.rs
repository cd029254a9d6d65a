//! Checks a bundle against its manifest: every file listed, none missing, none besides, each with its
//! size and SHA-256, each under a path that is safe everywhere, and each document whose pages were numbered beginning
//! with the one that was received. Needs nothing but the file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;

use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::manifest::{Entry, Manifest, SCHEMA};
use crate::plugins::path::Paths;

/// A manifest of a hundred thousand files has some 25 MB.
const MANIFEST_BYTES: u64 = 64 << 20;
/// The Portal's limit with room to spare; files of a category folder are for the Portal.
const CEILING: u64 = 19_000_000;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The case.
    pub case: String,
    /// When the case last changed before the bundle was made.
    pub as_of: String,
    /// Program and exporter, in a line.
    pub made_by: String,
    /// Files listed, the manifest not counted.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files that begin with a received one, to which page numbers were added.
    pub numbered: u64,
    /// SHA-256 of the manifest; compare it with the record of the export.
    pub manifest_sha256: String,
    /// What is wrong, in sentences; empty when the bundle is sound.
    pub faults: Vec<String>,
}

impl Report {
    /// True when the bundle is what its manifest says.
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }
}

/// Why a check could not be made.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The file cannot be opened or read.
    #[error("the bundle cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It is no whole zip.
    #[error("this is not a whole zip archive: {0}. If it was downloaded, download it again.")]
    NotZip(String),
    /// There is no manifest to check against.
    #[error("the archive holds no manifest that this program can read: {0}")]
    NoManifest(String),
}

/// Checks the bundle at `path`.
///
/// # Errors
/// When the file cannot be read, is no whole zip, or holds no manifest. Everything else is a fault in the report.
pub fn verify_bundle(path: &Path) -> Result<Report, VerifyError> {
    verify(BufReader::new(File::open(path)?))
}

/// The same for anything that can be read and searched.
///
/// # Errors
/// As [`verify_bundle`].
pub fn verify<R: Read + Seek>(from: R) -> Result<Report, VerifyError> {
    let not_zip = |error: zip::result::ZipError| VerifyError::NotZip(error.to_string());
    let mut zip = ZipArchive::new(from).map_err(not_zip)?;
    let mut faults = Vec::new();
    if zip.has_duplicate_names() {
        faults.push("Two entries have the same name.".to_owned());
    }
    match zip.has_overlapping_files() {
        Ok(false) => {}
        Ok(true) => faults.push("Entries lie over one another.".to_owned()),
        Err(error) => faults.push(format!("The entries do not fit the file: {error}.")),
    }
    // Tools that stream believe the headers beside the files, the others the list at the end.
    if let Err(error) = zip.validate_header_consistency() {
        faults.push(format!("The archive contradicts itself: {error}."));
    }
    if zip.offset() != 0 || !zip.comment().is_empty() {
        faults.push("There are bytes before the archive or a comment after it.".to_owned());
    }
    let (place, manifest, manifest_sha256) = manifest(&mut zip)?;
    let mut listed: BTreeMap<&str, &Entry> = BTreeMap::new();
    for entry in &manifest.entries {
        if listed.insert(&entry.path, entry).is_some() {
            faults.push(format!("{} is listed twice.", entry.path));
        }
    }
    let mut paths = Paths::default();
    let mut numbers = BTreeSet::new();
    let mut report = Report {
        case: manifest.stamp.case.clone(),
        as_of: manifest.stamp.as_of.clone(),
        made_by: format!(
            "{}, exporter {} {}",
            manifest.stamp.tool,
            manifest.stamp.generated_by.plugin,
            manifest.stamp.generated_by.version
        ),
        manifest_sha256,
        ..Report::default()
    };
    for at in 0..zip.len() {
        let mut file = match zip.by_index(at) {
            Ok(file) => file,
            Err(error) => {
                faults.push(format!("Entry {} cannot be read: {error}.", at + 1));
                continue;
            }
        };
        let name = file
            .name()
            .map(|name| name.into_owned())
            .unwrap_or_default();
        if let Err(why) = paths.admit(&name) {
            faults.push(format!("The path {name:?} {why}."));
        }
        if file.is_dir() || file.is_symlink() {
            faults.push(format!("{name} is not a plain file."));
            continue;
        }
        faults.extend(rule(&name, &mut numbers));
        if name == place {
            continue;
        }
        let Some(entry) = listed.remove(name.as_str()) else {
            faults.push(format!("{name} is in the archive and not in the manifest."));
            continue;
        };
        report.files += 1;
        report.bytes = report.bytes.saturating_add(entry.bytes);
        report.numbered += u64::from(entry.original_bytes.is_some());
        if is_upload(&name) && entry.bytes > CEILING {
            faults.push(format!(
                "{name} is over the limit for one file of the upload set."
            ));
        }
        faults.extend(compare(&mut file, entry));
    }
    faults.extend(
        listed
            .keys()
            .map(|path| format!("{path} is in the manifest and not in the archive.")),
    );
    report.faults = faults;
    Ok(report)
}

fn manifest<R: Read + Seek>(
    zip: &mut ZipArchive<R>,
) -> Result<(String, Manifest, String), VerifyError> {
    let missing = |why: &str| VerifyError::NoManifest(why.to_owned());
    let names: Vec<String> = zip.file_names().flatten().map(|n| n.into_owned()).collect();
    // A document of the case may be called a manifest too: in a bundle, the one of the index counts.
    let in_index = |name: &&String| matches!(name.split('/').collect::<Vec<_>>()[..], [_, "00_Index", file] if file.starts_with("00-") && file.ends_with("_Manifest.json"));
    let indexed = names.iter().any(|name| in_index(&name));
    let could_be = |name: &&String| {
        if indexed {
            in_index(name)
        } else {
            name.ends_with("Manifest.json")
        }
    };
    // Elsewhere it stands above the documents.
    let depth = |name: &String| name.split('/').count();
    let top = names.iter().filter(could_be).map(depth).min();
    let mut found = names
        .iter()
        .filter(could_be)
        .filter(|name| Some(depth(name)) == top);
    let place = found.next().ok_or_else(|| missing("there is none"))?;
    if found.next().is_some() {
        return Err(missing("there are several"));
    }
    let unreadable = |why: String| VerifyError::NoManifest(why);
    let file = zip.by_name(place).map_err(|e| unreadable(e.to_string()))?;
    let mut bytes = Vec::new();
    file.take(MANIFEST_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| unreadable(e.to_string()))?;
    if bytes.len() as u64 > MANIFEST_BYTES {
        return Err(missing("it is far too large"));
    }
    let manifest: Manifest =
        serde_json::from_slice(&bytes).map_err(|e| unreadable(e.to_string()))?;
    if manifest.schema != SCHEMA {
        return Err(unreadable(format!(
            "it has the schema {:?}, which a newer program may know",
            manifest.schema
        )));
    }
    Ok((place.clone(), manifest, hex::encode(Sha256::digest(&bytes))))
}

/// Reads an entry, but never more than the manifest promises: what unpacks to more is a fault, not a full disk.
fn compare(file: &mut impl Read, entry: &Entry) -> Option<String> {
    let (mut hash, mut read) = (Sha256::new(), 0);
    let (mut received, mut left) = (Sha256::new(), entry.original_bytes.unwrap_or(0));
    let mut from = file.take(entry.bytes.saturating_add(1));
    let mut buffer = vec![0; 64 << 10];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => {
                hash.update(&buffer[..n]);
                read += n as u64;
                let begins = n.min(usize::try_from(left).unwrap_or(n));
                received.update(&buffer[..begins]);
                left -= begins as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Some(format!("{} cannot be read: {error}.", entry.path)),
        }
    }
    if read != entry.bytes {
        return Some(format!(
            "{} does not have the {} bytes it should have.",
            entry.path, entry.bytes
        ));
    }
    if hex::encode(hash.finalize()) != entry.sha256 {
        return Some(format!(
            "{} was changed: its SHA-256 is not that of the manifest.",
            entry.path
        ));
    }
    let received = hex::encode(received.finalize());
    let proven = left == 0 && entry.original_sha256.as_ref() == Some(&received);
    (entry.original_bytes.is_some() && !proven).then(|| {
        format!(
            "{} does not begin with the file that was received.",
            entry.path
        )
    })
}

/// Whether a file stands in a category of the Ombudsman's, and so is for the Portal.
fn is_upload(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    matches!(parts.as_slice(), [_, folder, _] if folder.get(2..3) == Some("_")
        && folder.get(..2).is_some_and(|code| code.bytes().all(|b| b.is_ascii_digit())))
}

/// The file-name rule, for archives laid out as `root/NN_Category/file`.
fn rule(path: &str, numbers: &mut BTreeSet<String>) -> Option<String> {
    let parts: Vec<&str> = path.split('/').collect();
    let [_, folder, name] = parts.as_slice() else {
        return None;
    };
    let category = folder.get(..2).filter(|_| folder.get(2..3) == Some("_"))?;
    let fault = |why: &str| Some(format!("{path} breaks the file-name rule: {why}."));
    if !keeps_rule(name) {
        return fault("it is not number, date, short title and a known extension");
    }
    if name.get(..2) != Some(category) {
        return fault("its number is of another category than its folder");
    }
    let stem = name.rsplit_once('.').map_or(*name, |(stem, _)| stem);
    let (number, part) = (
        &name[..name.find('_').unwrap_or(0)],
        stem.rsplit_once("_p").map_or("", |(_, p)| p),
    );
    if !numbers.insert(format!("{number} {part}")) {
        return fault("another file has the same number");
    }
    None
}

/// `^\d{2}-\d{2,3}_\d{4}-\d{2}-\d{2}_[A-Za-z0-9-]{1,60}(_p\d+of\d+)?\.(pdf|csv|…)$`, at most 100 characters.
/// Written apart from the exporter's own, so that neither vouches for itself.
fn keeps_rule(name: &str) -> bool {
    const EXTENSIONS: [&str; 10] = [
        "pdf", "csv", "json", "jpg", "png", "mp4", "mp3", "docx", "xlsx", "txt",
    ];
    let shape = |text: &str, form: &str| {
        text.len() == form.len()
            && text.bytes().zip(form.bytes()).all(|(b, f)| {
                if f == b'9' {
                    b.is_ascii_digit()
                } else {
                    b == f
                }
            })
    };
    let Some((stem, extension)) = name.rsplit_once('.') else {
        return false;
    };
    let mut parts = stem.split('_');
    let (number, date, title) = (
        parts.next().unwrap_or(""),
        parts.next().unwrap_or(""),
        parts.next().unwrap_or(""),
    );
    let part = parts.next();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let parted = part.is_none_or(|p| {
        p.strip_prefix('p')
            .and_then(|p| p.split_once("of"))
            .is_some_and(|(n, of)| digits(n) && digits(of))
    });
    name.len() <= 100
        && (shape(number, "99-99") || shape(number, "99-999"))
        && shape(date, "9999-99-99")
        && (1..=60).contains(&title.len())
        && title
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && parted
        && parts.next().is_none()
        && EXTENSIONS.contains(&extension)
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
