//! The redo log: what makes a small command durable with one short write, before its pages reach the disk.
//!
//! A command changes some thirty pages, each far from the next, and a disk takes its time for every one. So the
//! rows it changed are first written as one [entry](entry) behind redb's pages, in the same file, and made durable
//! there; redb's own pages follow later for many commands together (*settling*). Until then they exist in memory,
//! and opening the file after a crash makes them again from the entries.
//!
//! ```text
//! 0        4 KB                              len, base             base + ROOM
//! | header | redb's pages ...                | entries, each from a new page |
//!     `- two slots, written in turn: how long redb's pages are, and so where the log begins
//! ```
//!
//! A file has a log only while it is open, or until the next opening after a crash: closing it settles, cuts the log
//! off and leaves what redb alone would have left. Entries carry a number that only grows, and the file's tables the
//! number of the last one that is in them, so that an old entry is never taken for a new one.

pub(crate) mod entry;

#[cfg(test)]
mod tests;

use redb::StorageBackend;
use sha2::{Digest, Sha256};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Entries begin at multiples of this, so that writing one never touches the sector of another.
const PAGE: u64 = 4096;
/// Room for entries; small in tests, so that it is often full. Part of the format: a file left by a crash has this
/// much behind its pages. The pages behind a full log must find room in what
/// [`super::Options::reserve_bytes`] keeps free.
const ROOM: u64 = if cfg!(test) { 64 << 10 } else { 1 << 20 };
/// The longest entry in bytes: what is larger goes to the pages at once.
pub(crate) const LONGEST: usize = ROOM as usize / 4;

/// Where the slots lie: in the first page, behind the 320 bytes that redb keeps there, each in a sector of its own.
const SLOTS: [u64; 2] = [1024, 2048];
const SLOT_MAGIC: &[u8; 8] = b"rdrsredo";
const SLOT: usize = 88;
const ENTRY_MAGIC: &[u8; 8] = b"rdrsntry";
const ENTRY_HEAD: usize = 56;

/// The disk below, with a log behind its pages.
#[derive(Debug)]
pub(crate) struct Redo {
    disk: Box<dyn StorageBackend>,
    place: Mutex<Place>,
    /// Whether the disk failed under the log: then redb must not go on as if nothing were wrong, and close the file.
    broken: AtomicBool,
}

#[derive(Debug)]
struct Place {
    /// How long redb's pages are, in bytes.
    len: u64,
    /// Grows with each writing of a slot.
    turn: u64,
    log: Option<Log>,
    /// Whether a slot, and perhaps a tail, is left of a log that is no more.
    leftover: bool,
}

#[derive(Debug, Clone, Copy)]
struct Log {
    base: u64,
    /// Chosen for each log, so that nothing else in the file can look like one of its entries.
    nonce: [u8; 16],
    /// Bytes of entries that are not in the pages yet.
    used: u64,
}

/// What a slot says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Slot {
    turn: u64,
    len: u64,
    /// Where the entries are; nowhere before a log is laid and once it is given up.
    base: Option<u64>,
    nonce: [u8; 16],
}

impl Redo {
    /// Looks whether the file has a log. Writes nothing.
    ///
    /// # Errors
    /// `InvalidData` for a file whose log is cut off, or what the disk says.
    pub(crate) fn open(disk: Box<dyn StorageBackend>) -> io::Result<Self> {
        let real = disk.len()?;
        let mut place = Place {
            len: real,
            turn: 0,
            log: None,
            leftover: false,
        };
        if let Some(slot) = Slot::newest(&*disk, real)? {
            slot.check(real)?;
            place.len = slot.len;
            place.turn = slot.turn;
            place.leftover = slot.base.is_none();
            place.log = slot.base.map(|base| Log {
                base,
                nonce: slot.nonce,
                // Until somebody has looked, all of it may be needed.
                used: ROOM,
            });
        }
        Ok(Self {
            disk,
            place: Mutex::new(place),
            broken: AtomicBool::new(false),
        })
    }

    /// The disk, for its locks.
    pub(crate) fn disk(&self) -> &dyn StorageBackend {
        &*self.disk
    }

    /// Remembers a failure of the disk.
    fn note<V>(&self, result: io::Result<V>) -> io::Result<V> {
        if result.is_err() {
            self.broken.store(true, Ordering::SeqCst);
        }
        result
    }

    fn sound(&self) -> io::Result<()> {
        match self.broken.load(Ordering::SeqCst) {
            true => Err(io::Error::other("the disk failed under the log")),
            false => Ok(()),
        }
    }

    fn place(&self) -> MutexGuard<'_, Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The entries behind number `done`, in order: what was made durable and is not in the pages.
    ///
    /// # Errors
    /// `InvalidData` when one of them is damaged, or what the disk says.
    pub(crate) fn entries(&self, done: u64) -> io::Result<Vec<Vec<u8>>> {
        let Some(log) = self.place().log else {
            return Ok(Vec::new());
        };
        let mut bytes = vec![0; ROOM as usize];
        self.disk.read(log.base, &mut bytes)?;
        let (mut found, mut at, mut last) = (Vec::new(), 0, None);
        while let Some((number, body)) = entry_at(&bytes[at..], &log.nonce) {
            if last.map_or(number > done + 1, |last| number != last + 1) {
                break;
            }
            if number > done {
                found.push(body.to_vec());
            }
            at += whole_pages(ENTRY_HEAD + body.len());
            last = Some(number);
        }
        // Each is durable before the next is written, so a gap is no crash: something was changed.
        let last = done + found.len() as u64;
        let pages = (at..bytes.len()).step_by(PAGE as usize);
        let mut later = pages.filter_map(|at| entry_at(&bytes[at..], &log.nonce));
        if later.any(|(number, _)| number > last) {
            return Err(broken("an entry of its log is damaged"));
        }
        Ok(found)
    }

    /// Makes an entry durable; false, and nothing is written, when there is no room for it. `number` is one more than
    /// that of the entry before.
    ///
    /// # Errors
    /// What the disk says; the entry may then be there or not.
    pub(crate) fn append(&self, number: u64, body: &[u8]) -> io::Result<bool> {
        self.sound()?;
        self.note(self.try_append(&mut self.place(), number, body))
    }

    fn try_append(&self, place: &mut Place, number: u64, body: &[u8]) -> io::Result<bool> {
        let mut log = match place.log {
            Some(log) => log,
            None => self.lay(place)?,
        };
        let room = whole_pages(ENTRY_HEAD + body.len()) as u64;
        if log.used + room > ROOM {
            return Ok(false);
        }
        let mut bytes = Vec::with_capacity(room as usize);
        bytes.extend_from_slice(ENTRY_MAGIC);
        bytes.extend_from_slice(&number.to_le_bytes());
        bytes.extend_from_slice(&(body.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&sum(&log.nonce, number, body));
        bytes.extend_from_slice(body);
        bytes.resize(room as usize, 0);
        self.disk.write(log.base + log.used, &bytes)?;
        self.disk.sync_data()?;
        log.used += room;
        place.log = Some(log);
        Ok(true)
    }

    /// Whether entries wait for their pages.
    pub(crate) fn waits(&self) -> bool {
        self.place().log.is_some_and(|log| log.used > 0)
    }

    /// Says that the pages have everything, durably: the next entry is written over the first.
    pub(crate) fn settled(&self) {
        if let Some(log) = &mut self.place().log {
            log.used = 0;
        }
    }

    /// Cuts the log off, once everything is settled.
    ///
    /// # Errors
    /// What the disk says; the file can be opened all the same.
    pub(crate) fn give_up(&self) -> io::Result<()> {
        self.sound()?;
        self.note(self.try_give_up(&mut self.place()))
    }

    fn try_give_up(&self, place: &mut Place) -> io::Result<()> {
        if place.log.is_some() {
            let (len, nonce) = (place.len, [0; 16]);
            self.put_slot(place, len, None, nonce)?;
            place.log = None;
            place.leftover = true;
        }
        self.clear(place)
    }

    /// Makes room behind the pages. At every moment a slot tells how long the pages are.
    fn lay(&self, place: &mut Place) -> io::Result<Log> {
        self.clear(place)?;
        let (len, base) = (place.len, place.len.next_multiple_of(PAGE));
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).map_err(io::Error::other)?;
        place.leftover = true;
        self.put_slot(place, len, None, nonce)?;
        self.make_room(base)?;
        self.put_slot(place, len, Some(base), nonce)?;
        place.leftover = false;
        let log = Log {
            base,
            nonce,
            used: 0,
        };
        place.log = Some(log);
        Ok(log)
    }

    /// Zeros that are really on the disk, so that an entry changes bytes only, and no list of the file's blocks.
    fn make_room(&self, base: u64) -> io::Result<()> {
        self.disk.set_len(base + ROOM)?;
        let zeros = vec![0; ROOM as usize];
        self.disk.write(base, &zeros)?;
        self.disk.sync_data()
    }

    /// Takes away what is left of a log: its tail first, and the slot that tells of it last.
    fn clear(&self, place: &mut Place) -> io::Result<()> {
        if !place.leftover {
            return Ok(());
        }
        self.disk.set_len(place.len)?;
        self.disk.sync_data()?;
        // The older slot goes first: it may tell of a log that was cut off just now.
        for turn in [place.turn + 1, place.turn] {
            self.disk.write(slot_at(turn), &[0; SLOT])?;
            self.disk.sync_data()?;
        }
        place.leftover = false;
        Ok(())
    }

    fn put_slot(
        &self,
        place: &mut Place,
        len: u64,
        base: Option<u64>,
        nonce: [u8; 16],
    ) -> io::Result<()> {
        place.turn += 1;
        let slot = Slot {
            turn: place.turn,
            len,
            base,
            nonce,
        };
        self.disk.write(slot_at(place.turn), &slot.to_bytes())?;
        self.disk.sync_data()
    }

    /// What names the log, if there is one.
    pub(crate) fn log(&self) -> Option<[u8; 16]> {
        self.place().log.map(|log| log.nonce)
    }

    /// How long redb's pages are, in bytes.
    pub(crate) fn len(&self) -> u64 {
        self.place().len
    }

    /// Makes redb's pages longer or shorter. A log in the way is written again behind them before it is covered.
    pub(crate) fn set_len(&self, len: u64) -> io::Result<()> {
        self.sound()?;
        self.note(self.try_set_len(&mut self.place(), len))
    }

    fn try_set_len(&self, place: &mut Place, len: u64) -> io::Result<()> {
        self.clear(place)?;
        match place.log {
            None => self.disk.set_len(len)?,
            Some(log) if len <= log.base => {
                self.put_slot(place, len, Some(log.base), log.nonce)?;
            }
            Some(log) => {
                let mut entries = vec![0; log.used as usize];
                self.disk.read(log.base, &mut entries)?;
                // Behind the entries where they are now, too: until the slot tells of the new place, they are the ones.
                let base = len.max(log.base + log.used).next_multiple_of(PAGE);
                self.make_room(base)?;
                self.disk.write(base, &entries)?;
                self.disk.sync_data()?;
                self.put_slot(place, len, Some(base), log.nonce)?;
                place.log = Some(Log { base, ..log });
            }
        }
        place.len = len;
        Ok(())
    }

    /// Reads redb's pages. The slots are none of its business, and read as the zeros that redb leaves there.
    pub(crate) fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.disk.read(offset, out)?;
        if offset >= PAGE || self.place().turn == 0 {
            return Ok(());
        }
        for at in SLOTS {
            let from = at.saturating_sub(offset).min(out.len() as u64);
            let to = (at + SLOT as u64)
                .saturating_sub(offset)
                .min(out.len() as u64);
            out[from as usize..to as usize].fill(0);
        }
        Ok(())
    }

    /// Writes redb's pages.
    pub(crate) fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.sound()?;
        self.disk.write(offset, data)
    }

    /// Makes everything written durable.
    pub(crate) fn sync_data(&self) -> io::Result<()> {
        self.sound()?;
        self.disk.sync_data()
    }
}

impl Slot {
    fn to_bytes(self) -> [u8; SLOT] {
        let mut out = [0; SLOT];
        out[..8].copy_from_slice(SLOT_MAGIC);
        out[8..16].copy_from_slice(&self.turn.to_le_bytes());
        out[16..24].copy_from_slice(&self.len.to_le_bytes());
        // No log begins in the first page.
        out[24..32].copy_from_slice(&self.base.unwrap_or(0).to_le_bytes());
        out[32..48].copy_from_slice(&self.nonce);
        let sum = Sha256::digest(&out[..SLOT - 32]);
        out[SLOT - 32..].copy_from_slice(&sum);
        out
    }

    fn parse(bytes: &[u8; SLOT]) -> Option<Self> {
        let (said, sum) = bytes.split_at(SLOT - 32);
        if !said.starts_with(SLOT_MAGIC) || Sha256::digest(said)[..] != *sum {
            return None;
        }
        let base = number(&said[24..]);
        Some(Self {
            turn: number(&said[8..]),
            len: number(&said[16..]),
            base: (base > 0).then_some(base),
            nonce: said[32..48].try_into().ok()?,
        })
    }

    /// Whether it can be of a file this long.
    fn check(&self, real: u64) -> io::Result<()> {
        let end = self.base.map_or(self.len, |base| base.saturating_add(ROOM));
        if real < end {
            return Err(broken("its end is missing"));
        }
        let placed = |base: u64| base.is_multiple_of(PAGE) && base >= self.len;
        if self.len < PAGE || !self.base.is_none_or(placed) || self.turn > u64::MAX / 2 {
            return Err(broken("what it says of its log makes no sense"));
        }
        Ok(())
    }

    /// The one that was written last, of those that are whole.
    fn newest(disk: &dyn StorageBackend, real: u64) -> io::Result<Option<Self>> {
        let mut newest: Option<Self> = None;
        for at in SLOTS {
            if real < PAGE {
                break;
            }
            let mut bytes = [0; SLOT];
            disk.read(at, &mut bytes)?;
            if let Some(slot) = Self::parse(&bytes)
                && newest.is_none_or(|newest| newest.turn < slot.turn)
            {
                newest = Some(slot);
            }
        }
        Ok(newest)
    }
}

/// Where the slot of a turn is written.
fn slot_at(turn: u64) -> u64 {
    SLOTS[(turn % 2) as usize]
}

/// The entry at the start of these bytes, if one is whole there: its number and body.
fn entry_at<'b>(bytes: &'b [u8], nonce: &[u8; 16]) -> Option<(u64, &'b [u8])> {
    let (head, rest) = bytes.split_at_checked(ENTRY_HEAD)?;
    if !head.starts_with(ENTRY_MAGIC) {
        return None;
    }
    let number_of = number(&head[8..]);
    let body = rest.get(..usize::try_from(number(&head[16..])).ok()?)?;
    (sum(nonce, number_of, body) == head[24..]).then_some((number_of, body))
}

fn sum(nonce: &[u8; 16], number: u64, body: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(nonce);
    hash.update(number.to_le_bytes());
    hash.update(body);
    hash.finalize().into()
}

/// The number in the first eight bytes, of which there are always more.
fn number(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .take(8)
        .rev()
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

fn whole_pages(bytes: usize) -> usize {
    bytes.next_multiple_of(PAGE as usize)
}

fn broken(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}
