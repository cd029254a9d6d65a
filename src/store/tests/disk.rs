//! A disk in memory that loses what was not synced, all of it or any part of it, and that can be told to fail, from now
//! on or by chance.

use super::seed::Random;
use crate::store::Source;
use redb::StorageBackend;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

#[derive(Debug, Default)]
struct Platter {
    now: Vec<u8>,
    durable: Vec<u8>,
    /// What was durable after each sync, when asked for.
    history: Option<Vec<Vec<u8>>>,
    /// What a killed program would have left after each step, when asked for.
    steps: Option<Vec<Vec<u8>>>,
    /// A file beside it that is kept with each step, and what it was then.
    beside: Option<(PathBuf, Vec<Vec<u8>>)>,
    failure: Option<io::ErrorKind>,
    /// What was asked for since the last sync, when somebody wants to know.
    unsynced: Option<Vec<Step>>,
    /// The chance of a thousand that a write or a sync fails, and how.
    chance: Option<(Random, usize, io::ErrorKind)>,
    /// A sync failed: what it should have kept may be there or not.
    doubtful: bool,
}

#[derive(Debug, Clone)]
enum Step {
    Length(usize),
    Write(usize, Vec<u8>),
}

/// What a disk writes whole or not at all.
const SECTOR: usize = 512;

/// What is on the disk when only some of the steps since the last sync came through: lengths up to any of them, and of
/// what was written any sectors.
fn part_of(durable: &[u8], steps: &[Step], random: &mut Random) -> Vec<u8> {
    let mut bytes = durable.to_vec();
    let lengths = random.below(steps.len() + 1);
    // Of eight sectors, how many come through: sometimes none, sometimes all.
    let luck = [0, 1, 4, 7, 8][random.below(5)];
    for (number, step) in steps.iter().enumerate() {
        match step {
            Step::Length(len) if number < lengths => bytes.resize(*len, 0),
            Step::Length(_) => {}
            Step::Write(offset, data) => {
                let mut at = *offset;
                while at < offset + data.len() {
                    let end = (at / SECTOR + 1) * SECTOR;
                    let end = end.min(offset + data.len());
                    if random.below(8) < luck
                        && let Some(place) = bytes.get_mut(at..end)
                    {
                        place.copy_from_slice(&data[at - offset..end - offset]);
                    }
                    at = end;
                }
            }
        }
    }
    bytes
}

/// The disk; clones are the same one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Disk(Arc<Mutex<Platter>>);

impl Disk {
    pub(crate) fn of(bytes: Vec<u8>) -> Self {
        let disk = Self::default();
        disk.with(|p| {
            p.now.clone_from(&bytes);
            p.durable = bytes;
        });
        disk
    }

    pub(crate) fn source(&self) -> Source {
        let disk = self.clone();
        Source::backend(Path::new("/tmp/in-memory.redb"), move || {
            disk.with(Platter::read_anew);
            Ok(Box::new(disk.clone()))
        })
    }

    /// From now on writes and syncs fail by chance, `of_thousand` times in a thousand.
    pub(crate) fn fail_by_chance(&self, seed: u64, of_thousand: usize, kind: io::ErrorKind) {
        self.with(|p| p.chance = Some((Random(seed), of_thousand, kind)));
    }

    /// From now on nothing fails.
    pub(crate) fn heal(&self) {
        self.with(|p| (p.chance, p.failure) = (None, None));
    }

    /// From now on it is known what was not synced.
    pub(crate) fn keep_unsynced(&self) {
        self.with(|p| p.unsynced = Some(Vec::new()));
    }

    /// What a power cut would leave that lets some of what was not synced through, in any order.
    pub(crate) fn after_rough_power_cut(&self, random: &mut Random) -> Vec<u8> {
        self.with(|p| part_of(&p.durable, p.unsynced.as_deref().unwrap_or(&[]), random))
    }

    pub(crate) fn fail(&self, kind: Option<io::ErrorKind>) {
        self.with(|p| p.failure = kind);
    }

    pub(crate) fn remember(&self) {
        self.with(|p| p.history = Some(vec![p.durable.clone()]));
    }

    /// From now on every step is kept: what it left in the disk's memory, and what it made durable.
    pub(crate) fn remember_steps(&self) {
        self.with(|p| p.steps = Some(vec![p.now.clone()]));
    }

    /// The same, with what a file beside it held at each step.
    pub(crate) fn remember_steps_with(&self, beside: &Path) {
        self.with(|p| {
            let now = std::fs::read(beside).unwrap_or_default();
            p.steps = Some(vec![p.now.clone()]);
            p.beside = Some((beside.to_owned(), vec![now]));
        });
    }

    pub(crate) fn beside(&self) -> Vec<Vec<u8>> {
        self.with(|p| p.beside.clone().map_or(Vec::new(), |(_, kept)| kept))
    }

    pub(crate) fn steps(&self) -> Vec<Vec<u8>> {
        self.with(|p| p.steps.clone().unwrap_or_default())
    }

    pub(crate) fn history(&self) -> Vec<Vec<u8>> {
        self.with(|p| p.history.clone().unwrap_or_default())
    }

    /// What a killed program leaves: the system has all that it wrote.
    pub(crate) fn after_kill(&self) -> Vec<u8> {
        self.with(|p| p.now.clone())
    }

    /// What a power cut would leave.
    pub(crate) fn after_power_cut(&self) -> Vec<u8> {
        self.with(|p| p.durable.clone())
    }

    fn with<V>(&self, work: impl FnOnce(&mut Platter) -> V) -> V {
        work(&mut self.0.lock().unwrap())
    }

    fn writing<V>(
        &self,
        step: impl FnOnce() -> Option<Step>,
        work: impl FnOnce(&mut Platter) -> V,
    ) -> io::Result<V> {
        self.with(|p| {
            if let Some(kind) = p.fails() {
                return Err(kind.into());
            }
            if let Some(unsynced) = &mut p.unsynced {
                match step() {
                    Some(step) => unsynced.push(step),
                    None => unsynced.clear(),
                }
            }
            let done = work(p);
            if let Some(steps) = &mut p.steps {
                steps.push(p.now.clone());
                if let Some((path, kept)) = &mut p.beside {
                    kept.push(std::fs::read(path).unwrap_or_default());
                }
            }
            Ok(done)
        })
    }
}

impl Platter {
    /// How the next write or sync fails, if it does.
    fn fails(&mut self) -> Option<io::ErrorKind> {
        let by_chance = self
            .chance
            .as_mut()
            .and_then(|(random, of, kind)| (random.below(1000) < *of).then_some(*kind));
        self.failure.or(by_chance)
    }

    /// Whoever opens the file after a failed sync reads what is really on the disk.
    fn read_anew(&mut self) {
        if let (true, Some(unsynced)) = (self.doubtful, &mut self.unsynced) {
            let seed = self.now.len() as u64 * 31 + unsynced.len() as u64 + 1;
            self.now = part_of(&self.durable, unsynced, &mut Random(seed));
            self.durable.clone_from(&self.now);
            unsynced.clear();
        }
        self.doubtful = false;
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.with(|p| p.now.len() as u64))
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.with(|p| {
            let at = offset as usize;
            let from = p.now.get(at..at + out.len());
            out.copy_from_slice(from.ok_or(io::ErrorKind::UnexpectedEof)?);
            Ok(())
        })
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let step = || Some(Step::Length(len as usize));
        self.writing(step, |p| p.now.resize(len as usize, 0))
    }

    fn sync_data(&self) -> io::Result<()> {
        let done = self.writing(
            || None,
            |p| {
                p.durable.clone_from(&p.now);
                if let Some(history) = &mut p.history {
                    history.push(p.durable.clone());
                }
            },
        );
        if done.is_err() {
            self.with(|p| p.doubtful = true);
        }
        done
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let at = offset as usize;
        let step = || Some(Step::Write(at, data.to_vec()));
        self.writing(step, |p| p.now[at..][..data.len()].copy_from_slice(data))
    }
}

/// The pages of a fresh file.
pub(crate) fn fresh_file() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.redb");
    crate::store::open::create(&path).unwrap();
    std::fs::read(path).unwrap()
}
