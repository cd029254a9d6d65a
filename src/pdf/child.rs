//! The child's side: limits first, then requests one by one until the parent has gone or is quiet.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, setrlimit};

use super::wire::{self, End, Job};
use super::{PdfError, Template, join, look, number, split, typeset, words};

/// Environment variables by which the parent hands over the limits.
pub(super) const MEMORY_BYTES: &str = "REDRESS_PDF_MEMORY_BYTES";
pub(super) const CPU_SECONDS: &str = "REDRESS_PDF_CPU_SECONDS";

/// A helper that nobody has used for this long ends and gives its memory back.
const QUIET: Duration = Duration::from_secs(30);

/// Serves `redress render-pdf`: requests on standard input, replies on standard output.
pub fn child_main() -> ExitCode {
    if io::stdin().is_terminal() {
        eprintln!("render-pdf is started by redress itself; use `redress export` to make a bundle");
        return ExitCode::from(2);
    }
    match limit_self().and_then(|()| serve()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("render-pdf: {error}");
            ExitCode::FAILURE
        }
    }
}

fn limit_self() -> io::Result<()> {
    let limit = |resource, value: u64| {
        // The soft limit of processor time says so by its own signal; the hard one would just kill.
        let maximum = Some(if resource == Resource::Cpu {
            value + 5
        } else {
            value
        });
        setrlimit(
            resource,
            Rlimit {
                current: Some(value),
                maximum,
            },
        )
    };
    if let Some(bytes) = from_environment(MEMORY_BYTES) {
        limit(Resource::As, bytes)?;
    }
    if let Some(seconds) = from_environment(CPU_SECONDS) {
        limit(Resource::Cpu, seconds)?;
    }
    // It writes to its pipe only: no files, and no core with a resident's letter in it.
    limit(Resource::Fsize, 0)?;
    limit(Resource::Core, 0)?;
    Ok(())
}

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn serve() -> io::Result<()> {
    let (hand_over, requests) = sync_channel(0);
    thread::spawn(move || {
        let mut input = io::stdin().lock();
        while let Ok(Some(request)) = wire::next_request(&mut input) {
            if hand_over.send(request).is_err() {
                break;
            }
        }
    });
    let mut out = BufWriter::new(io::stdout().lock());
    loop {
        let (job, body) = match requests.recv_timeout(QUIET) {
            Ok(request) => request,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return Ok(()),
        };
        let end = catch_unwind(AssertUnwindSafe(|| answer(&job, body, &mut out)));
        let panicked = end.is_err();
        let end = match end {
            Ok(Ok(pages)) => End::Done { pages },
            Ok(Err(error)) => error.into(),
            Err(_) => stopped(&job),
        };
        wire::send_end(&mut out, &end)?;
        if panicked {
            // What is left in memory is not to be trusted; the parent starts another.
            return Ok(());
        }
    }
}

/// Why a job ended in a panic. A received PDF that can do this does so each time: it is the file's fault, and it must
/// not keep the rest of a case from going out.
fn stopped(job: &Job) -> End {
    let why = "it is made in a way that this program cannot read".into();
    match job {
        Job::Number(_) => End::CannotNumber(why),
        Job::Look { .. } => End::CannotShow(why),
        Job::Split { .. } | Job::Words | Job::Join(_) | Job::Picture { .. } => {
            End::CannotSplit(why)
        }
        Job::Render { .. } | Job::Count | Job::Feet(_) => {
            End::Fault("the typesetter stopped unexpectedly".into())
        }
    }
}

/// Does one job; parts go out as they are made. Returns the pages of each part.
fn answer(job: &Job, body: Vec<u8>, out: &mut impl Write) -> Result<Vec<u32>, PdfError> {
    match job {
        Job::Render { template } => {
            let known = Template::from_name(template).ok_or_else(|| PdfError::Data {
                template: template.clone(),
                why: "there is no such template".into(),
            })?;
            let made = typeset::render(known, &body)?;
            wire::send_part(out, &made.pdf)?;
            Ok(vec![made.pages])
        }
        Job::Split { limit, numbered } => {
            let mut pages = Vec::new();
            split::split(&body, *limit, *numbered, |part| {
                pages.push(part.pages);
                Ok(wire::send_part(out, &part.pdf)?)
            })?;
            Ok(pages)
        }
        Job::Number(numbering) => {
            wire::send_part(out, &number::tail(body, numbering)?)?;
            Ok(Vec::new())
        }
        Job::Count => Ok(vec![split::count(&body)?]),
        Job::Words => {
            wire::send_part(out, words::words(&body)?.as_bytes())?;
            Ok(Vec::new())
        }
        Job::Look { look, edge } => {
            let seen = look::look(*look, body, *edge)?;
            wire::send_part(out, &seen.jpeg)?;
            Ok(vec![seen.pages])
        }
        Job::Join(joining) => {
            let (objects, joined) = join::carry(body, joining)?;
            wire::send_part(out, &objects)?;
            wire::send_part(out, &json(&joined)?)?;
            Ok(Vec::new())
        }
        Job::Feet(feet) => {
            let (objects, drawn) = join::feet(&body, feet)?;
            wire::send_part(out, &objects)?;
            wire::send_part(out, &json(&drawn)?)?;
            Ok(Vec::new())
        }
        Job::Picture { format, data } => {
            let made = typeset::picture(format, body, data.as_bytes())?;
            wire::send_part(out, &made.pdf)?;
            Ok(vec![made.pages])
        }
    }
}

fn json<T: serde::Serialize>(value: &T) -> Result<Vec<u8>, PdfError> {
    serde_json::to_vec(value).map_err(|error| PdfError::Fault(error.to_string()))
}
