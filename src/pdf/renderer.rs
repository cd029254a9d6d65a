//! The parent's side: keeps a few helpers, hands them one job at a time, and ends those that misbehave.
//!
//! Starting a helper and reading the fonts costs more than a letter, so a helper serves several jobs; it is
//! replaced after a number of them, after any failure, and when it has gone by itself for want of work.

use std::io::{self, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::split::Part;
use super::wire::{self, End, Job};
use super::{Drawn, Feet, Foot, Joined, Joining, Look, Numbering, PdfError, Seen, Template, child};

/// What a helper may use.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Address space of one helper.
    pub memory_bytes: u64,
    /// Processor time of one helper over its life.
    pub cpu_seconds: u64,
    /// Longest wait for one job.
    pub wall: Duration,
    /// Helpers at once; further callers wait.
    pub helpers: usize,
    /// Jobs after which a helper is replaced.
    pub jobs_per_helper: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            memory_bytes: 1 << 30,
            cpu_seconds: 300,
            wall: Duration::from_secs(60),
            helpers: 2,
            jobs_per_helper: 100,
        }
    }
}

/// Makes PDFs in child processes of this program.
pub struct Renderer {
    program: PathBuf,
    limits: Limits,
    pool: Mutex<Pool>,
    freed: Condvar,
}

#[derive(Default)]
struct Pool {
    idle: Vec<Helper>,
    busy: usize,
}

impl Renderer {
    /// Helpers of the running program.
    pub fn new() -> io::Result<Renderer> {
        // The link still works after an upgrade has replaced the file on disk.
        let own = PathBuf::from("/proc/self/exe");
        let program = if own.exists() {
            own
        } else {
            std::env::current_exe()?
        };
        Ok(Renderer::with_program(program, Limits::default()))
    }

    /// Helpers of another copy of the program, with other limits.
    pub fn with_program(program: impl Into<PathBuf>, limits: Limits) -> Renderer {
        Renderer {
            program: program.into(),
            limits,
            pool: Mutex::default(),
            freed: Condvar::new(),
        }
    }

    /// One helper of the same program that works for somebody else: nobody here waits for it.
    pub fn apart(&self) -> Renderer {
        let limits = Limits {
            helpers: 1,
            ..self.limits.clone()
        };
        Renderer::with_program(self.program.clone(), limits)
    }

    /// The document as PDF. Blocks until it is made.
    pub fn render(&self, template: Template, data: &Value) -> Result<Vec<u8>, PdfError> {
        Ok(self.render_counted(template, data)?.pdf)
    }

    /// The document as PDF with its number of pages.
    pub fn render_counted(&self, template: Template, data: &Value) -> Result<Part, PdfError> {
        let job = Job::Render {
            template: template.name().into(),
        };
        let body = serde_json::to_vec(data).map_err(io::Error::from)?;
        let (mut parts, pages) = self.run(&job, &body)?;
        match (parts.pop(), pages.first()) {
            (Some(pdf), Some(&pages)) => Ok(Part { pdf, pages }),
            _ => Err(PdfError::Fault("the helper gave no PDF".into())),
        }
    }

    /// [`Renderer::render`] for callers on an async runtime.
    pub async fn render_async(
        self: Arc<Self>,
        template: Template,
        data: Value,
    ) -> Result<Vec<u8>, PdfError> {
        tokio::task::spawn_blocking(move || self.render(template, &data))
            .await
            .map_err(io::Error::other)?
    }

    /// Parts of at most `limit` bytes, cut between pages, with room in each for numbers if it is to be `numbered`.
    /// Blocks until they are made.
    pub fn split(&self, pdf: &[u8], limit: u64, numbered: bool) -> Result<Vec<Part>, PdfError> {
        too_big(pdf)?;
        let (parts, pages) = self.run(&Job::Split { limit, numbered }, pdf)?;
        Ok(parts
            .into_iter()
            .zip(pages)
            .map(|(pdf, pages)| Part { pdf, pages })
            .collect())
    }

    /// The bytes that number a PDF's pages when they are put behind it. Blocks until they are made.
    pub fn number(&self, pdf: &[u8], numbering: &Numbering) -> Result<Vec<u8>, PdfError> {
        too_big(pdf)?;
        let (mut parts, _) = self.run(&Job::Number(numbering.clone()), pdf)?;
        let tail = parts.pop();
        tail.ok_or_else(|| PdfError::Fault("the helper gave no numbers".into()))
    }

    /// How many pages a PDF has; an error when it cannot be read. Blocks.
    pub fn count_pages(&self, pdf: &[u8]) -> Result<u32, PdfError> {
        too_big(pdf)?;
        let (_, pages) = self.run(&Job::Count, pdf)?;
        Ok(pages.first().copied().unwrap_or_default())
    }

    /// The words of a PDF, page by page; an error when it cannot be read. Blocks.
    pub fn words(&self, pdf: &[u8]) -> Result<String, PdfError> {
        too_big(pdf)?;
        let (mut parts, _) = self.run(&Job::Words, pdf)?;
        let words = parts.pop().unwrap_or_default();
        Ok(String::from_utf8_lossy(&words).into_owned())
    }

    /// A PDF's objects as another PDF takes them in, and where they stand. Blocks.
    pub fn join(&self, pdf: &[u8], joining: &Joining) -> Result<(Vec<u8>, Joined), PdfError> {
        too_big(pdf)?;
        let (parts, _) = self.run(&Job::Join(joining.clone()), pdf)?;
        two(parts)
    }

    /// The feet of pages that were joined, and the font that they are set in. Blocks.
    pub fn feet(&self, feet: &Feet, pages: &[Foot]) -> Result<(Vec<u8>, Drawn), PdfError> {
        let body = serde_json::to_vec(pages).map_err(io::Error::from)?;
        let (parts, _) = self.run(&Job::Feet(feet.clone()), &body)?;
        two(parts)
    }

    /// A picture on a page, with the data of the template `picture`. Blocks.
    pub fn picture(&self, format: &str, picture: &[u8], data: &Value) -> Result<Part, PdfError> {
        too_big(picture)?;
        let job = Job::Picture {
            format: format.into(),
            data: data.to_string(),
        };
        let (mut parts, pages) = self.run(&job, picture)?;
        match (parts.pop(), pages.first()) {
            (Some(pdf), Some(&pages)) => Ok(Part { pdf, pages }),
            _ => Err(PdfError::Fault("the helper gave no PDF".into())),
        }
    }

    /// A small picture of a file, with the number of its pages. Blocks.
    pub fn look(&self, look: Look, bytes: &[u8], edge: u32) -> Result<Seen, PdfError> {
        too_big(bytes)?;
        let (mut parts, pages) = self.run(&Job::Look { look, edge }, bytes)?;
        match (parts.pop(), pages.first()) {
            (Some(jpeg), Some(&pages)) => Ok(Seen { jpeg, pages }),
            _ => Err(PdfError::Fault("the helper gave no picture".into())),
        }
    }

    fn run(&self, job: &Job, body: &[u8]) -> Result<(Vec<Vec<u8>>, Vec<u32>), PdfError> {
        let (_place, mut used) = self.take_place();
        let (parts, end) = loop {
            let was_used = used.is_some();
            let mut helper = match used.take() {
                Some(helper) => helper,
                None => Helper::start(&self.program, &self.limits)?,
            };
            match helper.ask(job, body, &self.limits) {
                Ok(reply) => {
                    helper.served += 1;
                    if helper.served < self.limits.jobs_per_helper
                        && !matches!(reply.1, End::Fault(_))
                    {
                        self.pool().idle.push(helper);
                    }
                    break reply;
                }
                // It had gone for want of work, or an earlier job used up its time: not this job's fault.
                Err(PdfError::Ended(_)) if was_used => {}
                Err(error) => return Err(error),
            }
        };
        match end {
            End::Done { pages } => Ok((parts, pages)),
            End::Data { template, why } => Err(PdfError::Data { template, why }),
            End::CannotSplit(why) => Err(PdfError::CannotSplit(why)),
            End::CannotNumber(why) => Err(PdfError::CannotNumber(why)),
            End::CannotShow(why) => Err(PdfError::CannotShow(why)),
            End::Fault(why) => Err(PdfError::Fault(why)),
        }
    }

    /// Waits for a place; with it comes a helper that is already running, if there is one.
    fn take_place(&self) -> (Place<'_>, Option<Helper>) {
        let mut pool = self.pool();
        while pool.busy >= self.limits.helpers.max(1) {
            pool = self
                .freed
                .wait(pool)
                .unwrap_or_else(PoisonError::into_inner);
        }
        pool.busy += 1;
        let helper = pool.idle.pop();
        (Place(self), helper)
    }

    fn pool(&self) -> MutexGuard<'_, Pool> {
        // The pool is whole between any two statements, so a panic elsewhere does not spoil it.
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The bytes and the JSON of a reply that has both.
fn two<T: serde::de::DeserializeOwned>(mut parts: Vec<Vec<u8>>) -> Result<(Vec<u8>, T), PdfError> {
    let json = parts.pop().unwrap_or_default();
    match (parts.pop(), serde_json::from_slice(&json)) {
        (Some(bytes), Ok(value)) => Ok((bytes, value)),
        _ => Err(PdfError::Fault("the helper gave half an answer".into())),
    }
}

fn too_big(pdf: &[u8]) -> Result<(), PdfError> {
    if pdf.len() as u64 > wire::LONGEST {
        return Err(PdfError::CannotSplit(format!(
            "it has {} bytes, which is too many to work on",
            pdf.len()
        )));
    }
    Ok(())
}

/// One of the places for busy helpers, given back when dropped.
struct Place<'a>(&'a Renderer);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.pool().busy -= 1;
        self.0.freed.notify_one();
    }
}

struct Helper {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    served: u32,
}

impl Helper {
    fn start(program: &PathBuf, limits: &Limits) -> io::Result<Helper> {
        let mut process = Command::new(program)
            .arg("render-pdf")
            .env_clear()
            .env(child::MEMORY_BYTES, limits.memory_bytes.to_string())
            .env(child::CPU_SECONDS, limits.cpu_seconds.to_string())
            // Each thread sets address space aside; a large machine would use the limit up with threads.
            .env("RAYON_NUM_THREADS", "2")
            .env("MALLOC_ARENA_MAX", "2")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        match (process.stdin.take(), process.stdout.take()) {
            (Some(input), Some(output)) => Ok(Helper {
                process,
                input,
                output: BufReader::new(output),
                served: 0,
            }),
            _ => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn ask(
        &mut self,
        job: &Job,
        body: &[u8],
        limits: &Limits,
    ) -> Result<(Vec<Vec<u8>>, End), PdfError> {
        let Helper {
            process,
            input,
            output,
            ..
        } = self;
        let late = AtomicBool::new(false);
        let (answered, wait) = channel::<()>();
        let reply = thread::scope(|scope| {
            let (process, late) = (&mut *process, &late);
            scope.spawn(move || {
                if wait.recv_timeout(limits.wall) == Err(RecvTimeoutError::Timeout) {
                    late.store(true, Ordering::Relaxed);
                    let _ = process.kill();
                }
            });
            let reply =
                wire::send_request(input, job, body).and_then(|()| wire::receive_reply(output));
            drop(answered);
            reply
        });
        reply.map_err(|_| {
            if late.load(Ordering::Relaxed) {
                return PdfError::TooSlow(limits.wall.as_secs());
            }
            let _ = process.kill();
            match process.wait() {
                Ok(status) => PdfError::Ended(reason(status, limits)),
                Err(error) => PdfError::Start(error),
            }
        })
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn reason(status: std::process::ExitStatus, limits: &Limits) -> String {
    use std::os::unix::process::ExitStatusExt;
    let mib = limits.memory_bytes >> 20;
    match status.signal() {
        Some(6) => format!("its helper ran out of the {mib} MiB it may use"),
        Some(24) => format!(
            "its helper used up its {} seconds of processor time",
            limits.cpu_seconds
        ),
        _ => format!("its helper ended early ({status})"),
    }
}
