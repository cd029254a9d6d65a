//! Verbs about files that no server has open: checking, restoring, rebuilding.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write, stderr};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use chrono::Utc;

use super::args::{BackupKey, Restore, Verify};
use super::upgrade::Older;
use super::wiring;
use crate::auth::envelope::{self, PrivateKey};
use crate::desk::calendar::check_deadlines;
use crate::export::folder::verify_folder;
use crate::export::verify_bundle;
use crate::store::audit::Head;
use crate::store::backup;
use crate::store::verify::{Step, verify_and};

/// Checks a data file, a backup or a bundle; exit code 1 when something is wrong with it.
pub fn verify(what: &Verify) -> anyhow::Result<ExitCode> {
    if what.file.is_dir() {
        folder(&what.file)
    } else if is_sealed(&what.file)? {
        sealed(what)
    } else if is_zip(&what.file)? {
        bundle(&what.file)
    } else {
        data_file(&what.file, what)
    }
}

fn is_zip(path: &Path) -> anyhow::Result<bool> {
    let mut head = [0; 2];
    let mut file =
        File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
    Ok(file.read(&mut head)? == 2 && head == *b"PK")
}

/// A folder that `redress export --all` or `--person` made.
fn folder(path: &Path) -> anyhow::Result<ExitCode> {
    let report = verify_folder(path)?;
    say!("{}: {}", path.display(), report.what);
    say!(
        "{} archives, {} other files, {} bytes; manifest SHA-256 {}",
        report.archives,
        report.files,
        report.bytes,
        report.manifest_sha256
    );
    if report.faults.is_empty() {
        say!(
            "sound: every file is listed and is what the manifest says, and so is every file of every archive"
        );
        return Ok(ExitCode::SUCCESS);
    }
    for fault in &report.faults {
        say!("FAULT {fault}");
    }
    Ok(ExitCode::FAILURE)
}

fn bundle(path: &Path) -> anyhow::Result<ExitCode> {
    let report = verify_bundle(path)?;
    say!(
        "{}: bundle of case {}, as of {}",
        path.display(),
        report.case,
        report.as_of
    );
    say!("made by {}", report.made_by);
    say!(
        "{} files, {} bytes; manifest SHA-256 {}",
        report.files,
        report.bytes,
        report.manifest_sha256
    );
    if report.is_sound() {
        say!("sound: every file is listed and is what the manifest says");
        if report.numbered > 0 {
            say!(
                "page numbers were added to {}: each begins with the received file, byte for byte",
                report.numbered
            );
        }
        return Ok(ExitCode::SUCCESS);
    }
    for fault in &report.faults {
        say!("FAULT {fault}");
    }
    Ok(ExitCode::FAILURE)
}

/// Checks an encrypted backup, opened into a file that is gone afterwards.
fn sealed(what: &Verify) -> anyhow::Result<ExitCode> {
    let Some(key) = &what.key else {
        bail!("{}", needs_key(&what.file));
    };
    let key = PrivateKey::read(key)?;
    let mut plain = tempfile::NamedTempFile::new()?;
    opened(&mut File::open(&what.file)?, &mut plain, &key)?;
    data_file(plain.path(), what)
}

fn data_file(file: &Path, what: &Verify) -> anyhow::Result<ExitCode> {
    let expect = match &what.expect {
        Some(text) => Some(text.parse::<Head>().map_err(|_| {
            anyhow::anyhow!("--expect takes a head as an earlier check printed it: NUMBER:HEX")
        })?),
        None => None,
    };
    let now = Utc::now();
    let report = verify_and(file, expect, &mut tell, |rows| check_deadlines(rows, now))?;
    say!("{}: sound", what.file.display());
    say!(
        "{} cases, {} events, {} documents",
        report.cases,
        report.events,
        report.documents
    );
    if !report.closed {
        say!("the file was not closed: it is what a crash leaves, and it is whole");
    }
    say!("head {}", report.head);
    Ok(ExitCode::SUCCESS)
}

/// Makes the keys of encrypted backups.
pub fn backup_key(what: &BackupKey) -> anyhow::Result<()> {
    let public = PrivateKey::make(&what.file)?;
    say!("{public}");
    eprintln!(
        "This is the public key: give it to the schedule under Settings, Backups. The private key is in {}: keep it \
         where the backups are not, and a copy of it on paper. Without it nobody can open them.",
        what.file.display()
    );
    Ok(())
}

/// Whether a file is an encrypted backup, by how it begins.
fn is_sealed(path: &Path) -> anyhow::Result<bool> {
    const BEGINS: &[u8] = b"age-encryption.org/";
    let mut head = Vec::new();
    let file = File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
    file.take(BEGINS.len() as u64).read_to_end(&mut head)?;
    Ok(head == BEGINS)
}

fn needs_key(path: &Path) -> String {
    format!(
        "{} is encrypted: name the file of its private key with --key",
        path.display()
    )
}

/// Opens an encrypted backup on its way from one side to the other.
fn opened(from: &mut dyn Read, to: &mut dyn Write, key: &PrivateKey) -> io::Result<()> {
    let mut plain = envelope::open(from, key).map_err(io::Error::other)?;
    io::copy(&mut plain, to).map(drop)
}

/// Puts a backup in the place of the data file.
pub fn restore(data: &Path, what: &Restore) -> anyhow::Result<()> {
    let restored = match &what.key {
        None if is_sealed(&what.from)? => bail!("{}", needs_key(&what.from)),
        None => backup::restore(&what.from, data, Utc::now(), &mut tell)?,
        Some(key) => {
            let key = PrivateKey::read(key)?;
            let mut open = |from: &mut dyn Read, to: &mut dyn Write| opened(from, to, &key);
            backup::restore_through(&what.from, data, Utc::now(), &mut open, &mut tell)?
        }
    };
    let report = &restored.report;
    say!("restored {} from {}", data.display(), what.from.display());
    say!(
        "{} cases, {} events, {} documents; head {}",
        report.cases,
        report.events,
        report.documents,
        report.head
    );
    if let Some(kept) = &restored.kept {
        say!("the file that was there before is {}", kept.display());
    }
    Ok(())
}

/// Makes everything derived again.
pub async fn rebuild(data: &Path, older: Older) -> anyhow::Result<()> {
    let store = wiring::open(data, older)?;
    let desk = wiring::desk(store, None, wiring::clock(), None)?;
    let cases = tokio::task::spawn_blocking(move || {
        let cases = desk.rebuild();
        desk.store().close();
        cases
    })
    .await??;
    say!("made the lists, counters and states of {cases} cases again from their events");
    Ok(())
}

/// Progress on the terminal, in one line.
pub fn tell(step: Step) {
    if !stderr().is_terminal() {
        return;
    }
    let megabytes = |bytes: u64| bytes / 1_000_000;
    let line = match step {
        Step::Copying(done, all) => format!("copying {} of {} MB", megabytes(done), megabytes(all)),
        Step::Pages => "checking pages".to_owned(),
        Step::Chains(events) => format!("checking chains: {events} events"),
        Step::States(cases) => format!("checking states: {cases} cases"),
        Step::Changing => "upgrading the copy".to_owned(),
        Step::Documents(bytes) => format!("checking documents: {} MB", megabytes(bytes)),
    };
    eprint!("\r\x1b[K{line}\r");
}
