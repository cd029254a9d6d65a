//! Keeps indexes: one for each file of a granted folder, in a folder beside the compiled plugins that may be deleted
//! at any time. An index is made once however many ask for it, on a thread of its own, so that it is finished even
//! when the run that asked could not wait for it.

use std::collections::HashMap;
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use encoding_rs::Encoding;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::build::{Plan, build};
use super::file::{Index, read_header};
use super::{ENDING, Identity};

/// Indexes together take no more than this: those used least lately go.
const ROOM: u64 = 4 << 30;
/// An index that nobody used for so long goes.
const UNUSED: Duration = Duration::from_secs(30 * 24 * 3600);
/// What is left of a build that was killed goes after this.
const LEFT_OVER: Duration = Duration::from_secs(24 * 3600);
/// Builds at the same time; each takes some 30 MB and a processor.
const AT_ONCE: usize = 2;
/// A file that was changed this lately may change again without its time showing it.
const YOUNG: Duration = Duration::from_millis(100);

/// All indexes of this program.
#[derive(Debug, Clone)]
pub(in crate::plugins) struct Indexes(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Where they are kept between starts; if nowhere, in a folder that goes with the program.
    folder: Option<PathBuf>,
    temporary: OnceLock<TempDir>,
    builds: Mutex<HashMap<Asked, Arc<Build>>>,
    turns: (Mutex<usize>, Condvar),
    encodings: Mutex<HashMap<String, (Identity, &'static Encoding)>>,
    ending: AtomicBool,
}

/// One build: of which file, as it is now, with which columns.
type Asked = (String, Identity, Vec<u16>);

#[derive(Debug, Default)]
struct Build {
    state: Mutex<State>,
    changed: Condvar,
    read: AtomicU64,
}

#[derive(Debug, Default, Clone)]
enum State {
    #[default]
    Making,
    Made(Arc<Index>),
    Failed(String),
}

/// Why there is no index.
#[derive(Debug, PartialEq)]
pub(in crate::plugins) enum NotReady {
    /// It is being made; so much of the file, in hundredths, was read.
    Making(u64),
    /// It cannot be made; a sentence.
    Failed(String),
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Indexes {
    /// Indexes kept in `folder`, which is made when the first one is.
    pub(in crate::plugins) fn new(folder: Option<PathBuf>) -> Self {
        if let Some(folder) = &folder {
            // Words of people stand in these: they do not stay because nobody asks for anything any more.
            let _ = tidy(folder, Path::new(""));
        }
        Self(Arc::new(Inner {
            folder,
            temporary: OnceLock::new(),
            builds: Mutex::default(),
            turns: (Mutex::new(AT_ONCE), Condvar::new()),
            encodings: Mutex::default(),
            ending: AtomicBool::new(false),
        }))
    }

    /// Gives up what is being made.
    pub(in crate::plugins) fn end(&self) {
        self.0.ending.store(true, Ordering::Relaxed);
    }

    /// The encoding of a file, if it was found out before and the file is the same.
    pub(in crate::plugins::table) fn encoding(
        &self,
        place: &str,
        of: &Identity,
    ) -> Option<&'static Encoding> {
        if let Some((known, encoding)) = lock(&self.0.encodings).get(place) {
            return (known == of).then_some(*encoding);
        }
        let kept = File::open(self.0.path(place).ok()?).ok()?;
        let header = read_header(&kept)?;
        if header.of == *of {
            Encoding::for_label(header.encoding.as_bytes())
        } else {
            None
        }
    }

    /// Remembers the encoding of a file, which takes reading all of it to find out.
    pub(in crate::plugins::table) fn remember(
        &self,
        place: &str,
        of: Identity,
        encoding: &'static Encoding,
    ) {
        let mut encodings = lock(&self.0.encodings);
        if encodings.len() >= 1000 {
            encodings.clear();
        }
        encodings.insert(place.to_owned(), (of, encoding));
    }

    /// The index of these columns at least: the one that is kept if the file is the same, else one that is made now.
    /// `left` is asked how long the caller can still wait; nothing when not at all.
    pub(in crate::plugins::table) fn ready(
        &self,
        place: &str,
        plan: Plan,
        left: &dyn Fn() -> Option<Duration>,
    ) -> Result<Arc<Index>, NotReady> {
        let failed =
            |error: io::Error| NotReady::Failed(format!("its index cannot be kept: {error}"));
        let path = self.0.path(place).map_err(failed)?;
        let size = plan.of.size;
        let build = {
            // Held while the kept one is looked at, so that nobody misses a build that ends just now.
            let mut builds = lock(&self.0.builds);
            let making = builds.iter().find(|((whose, of, columns), _)| {
                whose == place && *of == plan.of && plan.columns.iter().all(|c| columns.contains(c))
            });
            match making {
                Some((_, build)) => Arc::clone(build),
                None => match kept(&path, plan) {
                    Ok(index) => return Ok(Arc::new(index)),
                    Err(plan) => {
                        let asked = (place.to_owned(), plan.of.clone(), plan.columns.clone());
                        let build = Arc::new(Build::default());
                        self.start(asked.clone(), path, plan, Arc::clone(&build))
                            .map_err(failed)?;
                        builds.insert(asked, Arc::clone(&build));
                        build
                    }
                },
            }
        };
        build.wait(size, left)
    }

    fn start(&self, asked: Asked, path: PathBuf, plan: Plan, build: Arc<Build>) -> io::Result<()> {
        let inner = Arc::clone(&self.0);
        let thread = std::thread::Builder::new().name("redress-index".into());
        thread.spawn(move || {
            crate::plugins::engine::step_back();
            let _turn = Turn::take(&inner);
            let made = inner.make(&path, &plan, &build);
            if let Err(why) = made {
                build.end(State::Failed(why));
            }
            lock(&inner.builds).remove(&asked);
        })?;
        Ok(())
    }
}

impl Inner {
    fn folder(&self) -> io::Result<&Path> {
        let Some(folder) = &self.folder else {
            if self.temporary.get().is_none() {
                // Two at once: the second's folder goes again.
                let _ = self.temporary.set(tempfile::tempdir()?);
            }
            let folder = self.temporary.get().map(TempDir::path);
            return folder.ok_or_else(|| io::Error::other("there is no folder for it"));
        };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        Ok(folder)
    }

    /// Where the index of a file is kept. A new version of the file takes the place of the old.
    fn path(&self, place: &str) -> io::Result<PathBuf> {
        let name = hex::encode(&Sha256::digest(place.as_bytes())[..16]);
        Ok(self.folder()?.join(format!("{name}{ENDING}")))
    }

    fn make(&self, path: &Path, plan: &Plan, progress: &Build) -> Result<(), String> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let going = |read| {
            progress.read.store(read, Ordering::Relaxed);
            !self.ending.load(Ordering::Relaxed)
        };
        let (file, index) = build(plan, folder, &going)?;
        // Whoever waits need not wait for the disk: a name that outlives its bytes would only harm the next start.
        progress.end(State::Made(Arc::new(index)));
        let keep = || {
            file.as_file().sync_data()?;
            file.persist(path)?;
            tidy(folder, path)
        };
        if let Err(error) = keep() {
            tracing::warn!(path = %path.display(), %error, "the index of a table is not kept; it will be made again");
        }
        Ok(())
    }
}

/// The kept index if it is of this file as it is now. Else the plan for one, with the columns of the kept one too, so
/// that two adapters that need different columns do not take turns in making it.
fn kept(path: &Path, mut plan: Plan) -> Result<Index, Plan> {
    let Some(index) = File::open(path).ok().and_then(Index::open) else {
        return Err(plan);
    };
    let header = index.header();
    let same = header.of == plan.of
        && header.delimiter == plan.delimiter
        && header.encoding == plan.source.encoding.name();
    if !same {
        return Err(plan);
    }
    if index.has(&plan.columns) {
        // Only says that it was used; where that cannot be written it goes a little earlier.
        if let Ok(file) = File::open(path) {
            let _ = file.set_modified(SystemTime::now());
        }
        return Ok(index);
    }
    plan.columns.extend(&header.columns);
    plan.columns.sort_unstable();
    plan.columns.dedup();
    Err(plan)
}

/// Removes what nobody used for long, what a killed build left, and what there is no room for.
fn tidy(folder: &Path, newest: &Path) -> io::Result<()> {
    let now = SystemTime::now();
    let mut kept = Vec::new();
    for entry in fs::read_dir(folder)? {
        let (path, meta) = match entry.and_then(|entry| Ok((entry.path(), entry.metadata()?))) {
            Ok(found) => found,
            // Another one tidies too.
            Err(_) => continue,
        };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let used = meta.modified().unwrap_or(now);
        let age = now.duration_since(used).unwrap_or_default();
        if name.starts_with(".making-") {
            if age > LEFT_OVER {
                let _ = fs::remove_file(&path);
            }
        } else if name.ends_with(ENDING) && path != newest {
            if age > UNUSED {
                let _ = fs::remove_file(&path);
            } else {
                kept.push((used, meta.len(), path));
            }
        }
    }
    kept.sort();
    let mut room = ROOM.saturating_sub(fs::metadata(newest).map_or(0, |meta| meta.len()));
    for (_, size, path) in kept.into_iter().rev() {
        match room.checked_sub(size) {
            Some(left) => room = left,
            None => {
                let _ = fs::remove_file(path);
            }
        }
    }
    Ok(())
}

/// Waits until a file that was written just now shows its next change by its time.
pub(in crate::plugins::table) fn settle(file: &File) {
    let changed = file.metadata().and_then(|meta| meta.modified());
    if let Ok(age) = changed.map(|at| at.elapsed().unwrap_or_default())
        && age < YOUNG
    {
        std::thread::sleep(YOUNG - age);
    }
}

impl Build {
    fn end(&self, state: State) {
        *lock(&self.state) = state;
        self.changed.notify_all();
    }

    fn wait(&self, size: u64, left: &dyn Fn() -> Option<Duration>) -> Result<Arc<Index>, NotReady> {
        let mut state = lock(&self.state);
        loop {
            match &*state {
                State::Made(index) => return Ok(Arc::clone(index)),
                State::Failed(why) => return Err(NotReady::Failed(why.clone())),
                State::Making => {}
            }
            let Some(left) = left() else {
                let read = self.read.load(Ordering::Relaxed);
                return Err(NotReady::Making(read * 100 / size.max(1)));
            };
            // In steps, because the run may be given up meanwhile.
            let step = left.min(Duration::from_millis(100));
            let waited = self.changed.wait_timeout(state, step);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// A place among the builds.
struct Turn<'a>(&'a Inner);

impl<'a> Turn<'a> {
    fn take(inner: &'a Inner) -> Self {
        let (free, freed) = &inner.turns;
        let none = |free: &mut usize| *free == 0;
        let mut free = freed
            .wait_while(lock(free), none)
            .unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
        Self(inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *lock(&self.0.turns.0) += 1;
        self.0.turns.1.notify_one();
    }
}
