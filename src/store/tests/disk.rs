//! A disk in memory that loses what was not synced, and that can be told to fail.

use crate::store::Source;
use redb::StorageBackend;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

#[derive(Debug, Default)]
struct Platter {
    now: Vec<u8>,
    durable: Vec<u8>,
    /// What was durable after each sync, when asked for.
    history: Option<Vec<Vec<u8>>>,
    /// What a killed program would have left after each step, when asked for.
    steps: Option<Vec<Vec<u8>>>,
    failure: Option<io::ErrorKind>,
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
            Ok(Box::new(disk.clone()))
        })
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

    pub(crate) fn steps(&self) -> Vec<Vec<u8>> {
        self.with(|p| p.steps.clone().unwrap_or_default())
    }

    pub(crate) fn history(&self) -> Vec<Vec<u8>> {
        self.with(|p| p.history.clone().unwrap_or_default())
    }

    /// What a power cut would leave.
    pub(crate) fn after_power_cut(&self) -> Vec<u8> {
        self.with(|p| p.durable.clone())
    }

    fn with<V>(&self, work: impl FnOnce(&mut Platter) -> V) -> V {
        work(&mut self.0.lock().unwrap())
    }

    fn writing<V>(&self, work: impl FnOnce(&mut Platter) -> V) -> io::Result<V> {
        self.with(|p| match p.failure {
            Some(kind) => Err(kind.into()),
            None => {
                let done = work(p);
                if let Some(steps) = &mut p.steps {
                    steps.push(p.now.clone());
                }
                Ok(done)
            }
        })
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
        self.writing(|p| p.now.resize(len as usize, 0))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.writing(|p| {
            p.durable.clone_from(&p.now);
            if let Some(history) = &mut p.history {
                history.push(p.durable.clone());
            }
        })
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.writing(|p| p.now[offset as usize..][..data.len()].copy_from_slice(data))
    }
}

/// The pages of a fresh file.
pub(crate) fn fresh_file() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.redb");
    crate::store::open::create(&path).unwrap();
    std::fs::read(path).unwrap()
}
