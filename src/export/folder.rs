//! A folder of archives: its manifest, and the check that proves the folder and every archive in it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::verify::{VerifyError, verify_bundle};

/// The schema's name and version.
pub const SCHEMA: &str = "redress-folder/1";
/// The manifest's name in its folder.
pub const MANIFEST: &str = "manifest.json";

/// What a folder holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderManifest {
    /// `redress-folder/1`.
    pub schema: String,
    /// What it is, in a sentence.
    pub what: String,
    /// The program.
    pub tool: String,
    /// The head of the data file's chain when it was made: `redress verify --expect` finds it in the file. Empty for the
    /// cases of one person.
    #[serde(default)]
    pub head: String,
    /// All other files, by path.
    pub files: Vec<Listed>,
}

/// One file of a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Where it is in the folder, with `/` between parts.
    pub path: String,
    /// Size.
    pub bytes: u64,
    /// SHA-256, hex.
    pub sha256: String,
    /// The case, for the archive of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// The number of the case's last event that it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
}

impl Listed {
    /// A file that stands there now.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of(folder: &Path, path: &str) -> io::Result<Self> {
        let (bytes, sha256) = hash(&folder.join(path))?;
        Ok(Self {
            path: path.to_owned(),
            bytes,
            sha256,
            ..Self::default()
        })
    }

    /// Whether it still stands there as it was.
    pub fn stands(&self, folder: &Path) -> bool {
        hash(&folder.join(&self.path))
            .is_ok_and(|(bytes, sha256)| bytes == self.bytes && sha256 == self.sha256)
    }
}

fn hash(path: &Path) -> io::Result<(u64, String)> {
    let mut from = BufReader::with_capacity(256 << 10, File::open(path)?);
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 256 << 10];
    let mut bytes = 0;
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok((bytes, hex::encode(hash.finalize()))),
            n => {
                hash.update(&buffer[..n]);
                bytes += n as u64;
            }
        }
    }
}

/// What a check of a folder found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FolderReport {
    /// What it is.
    pub what: String,
    /// Archives of cases.
    pub archives: u64,
    /// Other files.
    pub files: u64,
    /// Bytes of all.
    pub bytes: u64,
    /// SHA-256 of the manifest.
    pub manifest_sha256: String,
    /// What is wrong, in sentences; empty when the folder is sound.
    pub faults: Vec<String>,
}

/// Checks a folder against its manifest, and each archive in it against its own.
///
/// # Errors
/// When the folder cannot be read or has no manifest. Everything else is a fault in the report.
pub fn verify_folder(folder: &Path) -> Result<FolderReport, VerifyError> {
    let text = fs::read(folder.join(MANIFEST)).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => VerifyError::NoManifest(
            "there is no manifest.json in the folder; an export that was broken off has none, run it again into the same folder".into(),
        ),
        _ => VerifyError::Io(error),
    })?;
    let manifest: FolderManifest = serde_json::from_slice(&text)
        .map_err(|error| VerifyError::NoManifest(error.to_string()))?;
    if manifest.schema != SCHEMA {
        return Err(VerifyError::NoManifest(format!(
            "its schema is {:?}",
            manifest.schema
        )));
    }
    let mut report = FolderReport {
        what: manifest.what.clone(),
        manifest_sha256: hex::encode(Sha256::digest(&text)),
        ..FolderReport::default()
    };
    let mut there = BTreeMap::new();
    walk(folder, folder, &mut there)?;
    there.remove(MANIFEST);
    for listed in &manifest.files {
        let Some(path) = there.remove(&listed.path) else {
            let fault = format!("{} is listed and not there.", listed.path);
            report.faults.push(fault);
            continue;
        };
        report.bytes = report.bytes.saturating_add(listed.bytes);
        if !listed.stands(folder) {
            report.faults.push(format!(
                "{} was changed: its size or SHA-256 is not that of the manifest.",
                listed.path
            ));
        }
        let archive = listed.case.is_some() && listed.path.ends_with(".zip");
        if !archive {
            report.files += 1;
            continue;
        }
        report.archives += 1;
        match verify_bundle(&path) {
            Ok(of_case) => {
                let faults = of_case.faults.into_iter();
                report
                    .faults
                    .extend(faults.map(|fault| format!("{}: {fault}", listed.path)));
                if Some(&of_case.case) != listed.case.as_ref() {
                    report
                        .faults
                        .push(format!("{} is of another case.", listed.path));
                }
            }
            Err(error) => report.faults.push(format!("{}: {error}", listed.path)),
        }
    }
    for path in there.keys() {
        report
            .faults
            .push(format!("{path} is in the folder and not in the manifest."));
    }
    Ok(report)
}

fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<String, PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if fs::symlink_metadata(&path)?.is_dir() {
            walk(root, &path, found)?;
            continue;
        }
        let parts = path.strip_prefix(root).unwrap_or(&path).components();
        let parts: Vec<_> = parts
            .map(|part| part.as_os_str().to_string_lossy())
            .collect();
        found.insert(parts.join("/"), path);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_folder_is_what_its_manifest_says_or_the_difference_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("landlord")).unwrap();
        fs::write(folder.path().join("landlord/settings.json"), "{}").unwrap();
        assert!(matches!(
            verify_folder(folder.path()),
            Err(VerifyError::NoManifest(_))
        ));
        let manifest = FolderManifest {
            schema: SCHEMA.into(),
            what: "Everything".into(),
            files: vec![Listed::of(folder.path(), "landlord/settings.json").unwrap()],
            ..FolderManifest::default()
        };
        let text = serde_json::to_vec(&manifest).unwrap();
        fs::write(folder.path().join(MANIFEST), text).unwrap();
        let report = verify_folder(folder.path()).unwrap();
        assert!(report.faults.is_empty() && report.files == 1, "{report:?}");
        fs::write(folder.path().join("landlord/settings.json"), "[]").unwrap();
        fs::write(folder.path().join("more"), "x").unwrap();
        let faults = verify_folder(folder.path()).unwrap().faults;
        assert!(
            faults[0].contains("was changed") && faults[1].contains("more"),
            "{faults:?}"
        );
    }
}
