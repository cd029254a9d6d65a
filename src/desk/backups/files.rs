//! The folder of backups: what the files in it are called, which there are, and the rolling copy.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDateTime, Utc};

use crate::store::{StoreError, backup};

/// How the time stands in a name; it sorts as it reads.
const STAMP: &str = "%Y%m%dT%H%M%SZ";
/// How the name of an encrypted backup ends.
const SEALED: &str = ".age";
/// What must stay free on a disk beside a backup: the record goes on being written there.
const RESERVE: u64 = 64 << 20;

/// One backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// The name of its file.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// The moment that it shows.
    pub taken_at: DateTime<Utc>,
    /// How large it is.
    pub bytes: u64,
    /// Encrypted: only the private key's holder can look into it.
    pub sealed: bool,
}

/// What the backups of one data file are called, wherever they are.
#[derive(Clone, Debug)]
pub(super) struct Names {
    stem: String,
}

impl Names {
    /// Those of a data file: its own name, then a time.
    pub(super) fn of(data: &Path) -> Self {
        let stem = data.file_stem().unwrap_or(data.as_os_str());
        Self {
            stem: stem.to_string_lossy().into_owned(),
        }
    }

    /// The name of the backup of a moment, encrypted or not.
    pub(super) fn name(&self, at: DateTime<Utc>, sealed: bool) -> String {
        let end = if sealed { SEALED } else { "" };
        format!("{}-{}.redb{end}", self.stem, at.format(STAMP))
    }

    /// The moment that a backup shows, by its name; none for what is no backup of this data file.
    pub(super) fn taken_at(&self, name: &str) -> Option<DateTime<Utc>> {
        let stamp = name.strip_prefix(&self.stem)?.strip_prefix('-')?;
        let stamp = stamp.strip_suffix(SEALED).unwrap_or(stamp);
        let stamp = stamp.strip_suffix(".redb")?;
        let at = NaiveDateTime::parse_from_str(stamp, STAMP).ok()?.and_utc();
        (at.format(STAMP).to_string() == stamp).then_some(at)
    }
}

/// A folder of backups of one data file.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    path: PathBuf,
    names: Names,
}

impl Folder {
    /// The one beside a data file, such as `redress-backups` beside `redress.redb`.
    pub(super) fn beside(data: &Path) -> Self {
        let names = Names::of(data);
        Self {
            path: data.with_file_name(format!("{}-backups", names.stem)),
            names,
        }
    }

    /// Another folder for backups of the same data file.
    pub(super) fn at(path: &Path, data: &Path) -> Self {
        Self {
            path: path.to_owned(),
            names: Names::of(data),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The rolling copy: always a whole backup, the newest one.
    pub(super) fn latest(&self) -> PathBuf {
        self.path.join(format!("{}-latest.redb", self.names.stem))
    }

    /// Where the backup of a moment is, encrypted or not.
    pub(super) fn place(&self, at: DateTime<Utc>, sealed: bool) -> PathBuf {
        self.path.join(self.names.name(at, sealed))
    }

    /// Makes the folder if need be, for nobody but the user that the program runs as: what is in it is the record.
    pub(super) fn make(&self) -> Result<(), StoreError> {
        if self.path.is_dir() {
            return Ok(());
        }
        let made = DirBuilder::new().mode(0o700).create(&self.path);
        made.map_err(|error| StoreError::from_io(&self.path, &error))
    }

    /// Removes what a backup left that was killed. Only while no other backup runs.
    pub(super) fn clear(&self) -> Result<(), StoreError> {
        let io = |error: io::Error| StoreError::from_io(&self.path, &error);
        for entry in fs::read_dir(&self.path).map_err(io)? {
            let entry = entry.map_err(io)?;
            if entry
                .file_name()
                .to_string_lossy()
                .starts_with(backup::BEGUN)
            {
                fs::remove_file(entry.path()).map_err(io)?;
            }
        }
        Ok(())
    }

    /// The backups in it, newest first. A folder that does not exist yet has none.
    pub(super) fn list(&self) -> Result<Vec<Backup>, StoreError> {
        let io = |error: io::Error| StoreError::from_io(&self.path, &error);
        let entries = match fs::read_dir(&self.path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(io(error)),
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(io)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let Some(taken_at) = self.names.taken_at(&name) else {
                continue;
            };
            match entry.metadata() {
                Ok(about) if about.is_file() => found.push(Backup {
                    path: entry.path(),
                    sealed: name.ends_with(SEALED),
                    name,
                    taken_at,
                    bytes: about.len(),
                }),
                // Taken away while we looked, or no file.
                _ => {}
            }
        }
        found.sort_by_key(|backup| std::cmp::Reverse(backup.taken_at));
        Ok(found)
    }

    /// Refuses a backup that would leave the record no room to grow.
    pub(super) fn require_room(&self, bytes: u64) -> Result<(), StoreError> {
        backup::require_room(&self.path, bytes.saturating_add(RESERVE))
    }

    /// Gives the rolling copy's name to a backup, in one step: whoever is reading the one before goes on reading it.
    pub(super) fn roll(&self, newest: &Path) -> Result<(), StoreError> {
        let (latest, next) = (
            self.latest(),
            self.path.join(format!(".{}-next", self.names.stem)),
        );
        let io = |error: io::Error| StoreError::from_io(&next, &error);
        match fs::remove_file(&next) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io(error)),
            _ => {}
        }
        if fs::hard_link(newest, &next).is_err() {
            // A disk that knows one name for a file only.
            backup::duplicate(newest, &next, &mut backup::as_they_are, &mut |_| {})?;
        }
        fs::rename(&next, &latest).map_err(io)?;
        backup::sync_folder_of(&latest)
    }

    /// Removes a backup, and nothing else: only a name that this program gives.
    pub(super) fn remove(&self, backup: &Backup) -> Result<(), StoreError> {
        match fs::remove_file(&backup.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(StoreError::from_io(&backup.path, &error))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use chrono::TimeZone;

    #[test]
    fn only_a_name_of_ours_is_a_backup() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("redress.redb");
        let ours = Folder::beside(&data);
        assert_eq!(ours.list().unwrap(), []);
        ours.make().unwrap();
        fs::write(ours.path().join(".redress-backup-killed"), b"half").unwrap();
        ours.clear().unwrap();
        assert_eq!(fs::read_dir(ours.path()).unwrap().count(), 0);
        let at = |day| Utc.with_ymd_and_hms(2026, 11, day, 22, 0, 5).unwrap();
        for day in [3, 1, 2] {
            fs::write(ours.place(at(day), false), b"whole").unwrap();
        }
        let foreign = [
            "redress-latest.redb",
            "redress-20261101T220005.redb",
            "redress-20261131T220005Z.redb",
            "redress-20261101T220005Z.redb.part",
            "other-20261101T220005Z.redb",
            "redress-+20261101T220005Z.redb",
        ];
        for name in foreign {
            fs::write(ours.path().join(name), b"").unwrap();
        }
        fs::create_dir(ours.path().join("redress-20261105T220005Z.redb")).unwrap();
        fs::write(ours.place(at(2), true), b"sealed").unwrap();
        let found = ours.list().unwrap();
        let days: Vec<_> = found.iter().map(|backup| backup.taken_at).collect();
        assert_eq!(days, [at(3), at(2), at(2), at(1)]);
        assert_eq!(found.iter().filter(|backup| backup.sealed).count(), 1);
        assert_eq!(
            (found[0].bytes, found[0].name.as_str()),
            (5, "redress-20261103T220005Z.redb")
        );
    }

    #[test]
    fn the_rolling_copy_is_replaced_in_one_step_and_outlives_what_it_was_made_of() {
        use std::io::Read;
        let folder = tempfile::tempdir().unwrap();
        let ours = Folder::at(folder.path(), Path::new("redress.redb"));
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        fs::write(&one, b"one").unwrap();
        fs::write(&two, b"two").unwrap();
        ours.roll(&one).unwrap();
        let mut reading = fs::File::open(ours.latest()).unwrap();
        ours.roll(&two).unwrap();
        fs::remove_file(&two).unwrap();
        let mut text = String::new();
        reading.read_to_string(&mut text).unwrap();
        assert_eq!(
            (text.as_str(), fs::read(ours.latest()).unwrap()),
            ("one", b"two".to_vec())
        );
    }
}
