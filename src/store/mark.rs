//! A mark beside the file that tells a program that was killed here, since this machine started, from anything else.
//!
//! A file that was not closed is checked page by page as it is opened, because it may be a torn copy or what a power
//! cut left. On a large file that takes minutes. Whatever a killed program wrote is still there, though, in the order in
//! which it was written: the system has it in memory. So while a file is open a mark stands beside it, which says on
//! which start of which machine, of which file and up to which commit it was written. Only a file that fits its mark is
//! opened without the check. One that was copied here, or put in the place of the other, is an older moment or another
//! file, and does not fit; nor does anything after a restart of the machine. The mark itself is never made durable:
//! after a power cut it must not be believed anyway.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Where redb keeps the numbers of its last two commits: in the header's two slots (its `header.rs`, format 3).
const COMMITS: [usize; 2] = [64 + 104, 192 + 104];
/// How long that header is.
pub(crate) const HEADER: usize = 320;

/// Which moment of a file is in it: the newest commit that its header names, and the log behind its pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// The number of the commit; it only grows.
    pub commit: u64,
    /// What names the log; nothing without one.
    pub log: Option<[u8; 16]>,
}

impl Moment {
    /// The moment that a header tells of.
    pub(crate) fn of(header: &[u8; HEADER], log: Option<[u8; 16]>) -> Self {
        let number = |at: usize| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&header[at..at + 8]);
            u64::from_le_bytes(bytes)
        };
        let commit = COMMITS.map(number).into_iter().max().unwrap_or_default();
        Self { commit, log }
    }
}

type Place = dyn Fn() -> Option<String> + Send + Sync;

/// The mark beside one file.
#[derive(Clone)]
pub struct Mark {
    at: PathBuf,
    /// The machine's start and the file, in words; nothing where that cannot be told.
    place: Arc<Place>,
    open: Arc<Mutex<Option<(File, Moment)>>>,
}

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mark")
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

impl Mark {
    /// The mark beside the file at `path`.
    pub(crate) fn beside(path: &Path) -> Self {
        let file = path.to_owned();
        let place = move || {
            let started = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
            let about = std::fs::metadata(&file).ok()?;
            Some(format!(
                "{} {} {}",
                started.trim(),
                about.dev(),
                about.ino()
            ))
        };
        let mut at = path.as_os_str().to_owned();
        at.push(".open");
        Self::at(PathBuf::from(at), place)
    }

    /// A mark that stands anywhere, of a file that is told by `place`.
    pub(crate) fn at(
        at: PathBuf,
        place: impl Fn() -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self {
            at,
            place: Arc::new(place),
            open: Arc::new(Mutex::new(None)),
        }
    }

    /// Whether the file, at this moment, is what a program left that was killed here.
    pub(crate) fn fits(&self, now: &Moment) -> bool {
        let Ok(said) = std::fs::read_to_string(&self.at) else {
            return false;
        };
        let Some(place) = (self.place)() else {
            return false;
        };
        let Some((there, marked)) = parse(&said) else {
            return false;
        };
        // The commit may be newer than the mark: it is set behind it.
        there == place && marked.log == now.log && marked.commit <= now.commit
    }

    /// Says that the file is at this moment, durably. Where the mark cannot be set there is none.
    pub(crate) fn set(&self, now: Moment) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.as_ref().is_some_and(|(_, before)| *before == now) {
            return;
        }
        let set = (self.place)()
            .ok_or_else(|| io::Error::from(io::ErrorKind::Unsupported))
            .and_then(|place| {
                let file = match open.take() {
                    Some((file, _)) => file,
                    None => OpenOptions::new()
                        .write(true)
                        .create(true)
                        .truncate(true)
                        .mode(0o600)
                        .open(&self.at)?,
                };
                file.write_all_at(say(&place, &now).as_bytes(), 0)?;
                Ok(file)
            });
        match set {
            Ok(file) => *open = Some((file, now)),
            Err(error) => {
                tracing::debug!(%error, "the file has no mark; after a kill it is checked page by page");
                drop(open);
                self.take_away();
            }
        }
    }

    /// Takes the mark away: the file is closed, or not to be believed.
    pub(crate) fn take_away(&self) {
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = None;
        match std::fs::remove_file(&self.at) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                // What cannot be taken away is made to say nothing.
                let emptied = OpenOptions::new().write(true).truncate(true).open(&self.at);
                if emptied.and_then(|mut file| file.write_all(b"")).is_err() {
                    tracing::error!(%error, "the mark beside the file could not be taken away");
                }
            }
            _ => {}
        }
    }
}

/// One line, always as long for the same file, so that each is written over the last.
fn say(place: &str, moment: &Moment) -> String {
    let log = moment.log.map_or_else(|| "-".repeat(32), hex::encode);
    format!("redress-open 1 {:020} {log} {place}\n", moment.commit)
}

fn parse(said: &str) -> Option<(&str, Moment)> {
    let rest = said.strip_prefix("redress-open 1 ")?.strip_suffix('\n')?;
    let (commit, rest) = rest.split_once(' ')?;
    let (log, place) = rest.split_once(' ')?;
    let log = match log.starts_with('-') {
        true => None,
        false => Some(hex::decode(log).ok()?.try_into().ok()?),
    };
    let commit = commit.parse().ok()?;
    Some((place, Moment { commit, log }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_file_on_the_same_start_and_no_older_fits() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Arc::new(Mutex::new(Some("start-1 8 99".to_owned())));
        let told = Arc::clone(&place);
        let mark = Mark::at(folder.path().join("a.redb.open"), move || {
            told.lock().expect("nobody panics").clone()
        });
        let moment = |commit, log| Moment { commit, log };
        let (one, two) = (Some([1; 16]), Some([2; 16]));
        assert!(!mark.fits(&moment(7, one)), "there is none yet");
        mark.set(moment(7, one));
        mark.set(moment(1_000_000, one));
        mark.set(moment(1_000_001, two));
        assert!(mark.fits(&moment(1_000_001, two)));
        assert!(
            mark.fits(&moment(1_000_002, two)),
            "killed before the mark was set"
        );
        assert!(
            !mark.fits(&moment(1_000_000, two)),
            "an older moment: a copy"
        );
        assert!(!mark.fits(&moment(1_000_001, one)));
        assert!(!mark.fits(&moment(1_000_001, None)));
        *place.lock().expect("nobody panics") = Some("start-2 8 99".into());
        assert!(
            !mark.fits(&moment(1_000_001, two)),
            "the machine was started again"
        );
        *place.lock().expect("nobody panics") = None;
        assert!(!mark.fits(&moment(1_000_001, two)));
        *place.lock().expect("nobody panics") = Some("start-1 8 99".into());
        assert!(mark.fits(&moment(1_000_001, two)));
        mark.take_away();
        assert!(!mark.fits(&moment(1_000_001, two)));
        assert_eq!(
            std::fs::read_dir(folder.path()).expect("a folder").count(),
            0
        );
        for broken in [
            "",
            "redress-open 1 7",
            "redress-open 1 x - p\n",
            "redress-open 1 7 zz p\n",
        ] {
            assert_eq!(parse(broken), None, "{broken}");
        }
    }
}
