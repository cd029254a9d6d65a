//! What one run may take, and the memory part of it as wasmtime asks for it.
//! The times are kept by [`super::meter`], the counts where the calls are.

use std::time::Duration;

use wasmtime::ResourceLimiter;

use super::Cause;
use super::run_log::Log;

const MIB: usize = 1 << 20;
const GIB: u64 = 1 << 30;

/// The most that one run may take. A run that goes past any of these ends with a [`Cause`] that names it.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes of all the plugin's memories together.
    pub memory: usize,
    /// Time spent in the plugin's own code: neither in the host nor waiting for it.
    pub computing: Duration,
    /// Time from start to end, without waiting for the reader of the archive.
    pub wall: Duration,
    /// The longest single wait for the reader of the archive.
    pub stall: Duration,
    /// Bytes the plugin writes into entries.
    pub written: u64,
    /// Bytes of attachments the plugin has copied into the archive.
    pub included: u64,
    /// Entries in the archive.
    pub entries: u32,
    /// Bytes handed over in one call, results included.
    pub message: usize,
    /// PDFs asked for.
    pub renders: u32,
    /// Calls of the host.
    pub calls: u64,
    /// Things held open at once: attachments, files, tables.
    pub handles: usize,
    /// Bytes of one document that an adapter fetches.
    pub evidence: u64,
    /// Requests to other systems, tries after a failure included.
    pub requests: u32,
    /// Runs of this plugin at the same time; further ones wait their turn.
    pub concurrent: usize,
    /// Lines kept of the log; further ones are counted and let go.
    pub log_lines: usize,
}

impl Limits {
    /// For an export: a case with gigabytes of attachments goes through, a plugin without end does not.
    pub fn export() -> Self {
        Self {
            memory: 256 * MIB,
            computing: Duration::from_secs(60),
            wall: Duration::from_secs(15 * 60),
            stall: Duration::from_secs(5 * 60),
            written: 2 * GIB,
            included: 64 * GIB,
            entries: 20_000,
            // A case may hold several texts of the longest that the API takes, and JSON doubles every quote.
            message: 64 * MIB,
            renders: 500,
            calls: 10_000_000,
            handles: 16,
            evidence: GIB / 4,
            requests: 0,
            concurrent: 32,
            log_lines: 1_000,
        }
    }

    /// For a call of a linking adapter, behind which a person may be waiting.
    pub fn link() -> Self {
        Self {
            memory: 128 * MIB,
            computing: Duration::from_secs(20),
            wall: Duration::from_secs(60),
            message: 8 * MIB,
            requests: 60,
            concurrent: 4,
            ..Self::export()
        }
    }

    /// For asking a plugin what it is: it can be granted nothing yet. The largest known runtime, Python's, starts in
    /// a fraction of this.
    pub fn describe() -> Self {
        Self {
            computing: Duration::from_secs(5),
            wall: Duration::from_secs(20),
            message: MIB,
            calls: 10_000,
            log_lines: 50,
            ..Self::link()
        }
    }
}

/// Counts what a run's memories and tables hold together.
#[derive(Debug)]
pub(super) struct Memory {
    limit: usize,
    held: usize,
    log: Log,
}

/// An element of a table is a pointer of the host, or two.
const TABLE_ELEMENT: usize = 16;

impl Memory {
    pub(super) fn new(limit: usize, log: Log) -> Self {
        Self {
            limit,
            held: 0,
            log,
        }
    }

    fn grow(&mut self, by: usize) -> wasmtime::Result<bool> {
        let held = self.held.saturating_add(by);
        if held > self.limit {
            // An error, not a refusal: a plugin that was refused would try again in a loop.
            return Err(Cause::Memory(self.limit).into());
        }
        self.held = held;
        self.log.used(|used| used.memory = held);
        Ok(true)
    }
}

impl ResourceLimiter for Memory {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.grow(desired.saturating_sub(current))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.grow(
            desired
                .saturating_sub(current)
                .saturating_mul(TABLE_ELEMENT),
        )
    }

    fn instances(&self) -> usize {
        64
    }

    fn memories(&self) -> usize {
        16
    }

    fn tables(&self) -> usize {
        32
    }
}
