//! The command line: arguments, wiring, one file per family of verbs.
//!
//! A verb that needs the data file asks a running server through the socket beside the file, or opens
//! the file itself when no server runs ([`jobs`]). Errors are one sentence on stderr and exit code 1;
//! wrong arguments are exit code 2.

/// Prints a line for the person.
macro_rules! say {
    ($($words:tt)*) => {
        crate::cli::said(std::io::Write::write_fmt(
            &mut std::io::stdout(),
            format_args!("{}\n", format_args!($($words)*)),
        ))
    };
}

mod args;
pub mod demo;
mod due;
mod file;
mod http;
mod jobs;
mod memory;
mod plugin;
mod serve;
mod socket;
mod tls;
mod upgrade;
mod wiring;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use args::{Args, Verb};
use jobs::Job;
use upgrade::Older;

/// What became of printing. Whoever reads may have heard enough (`redress verify FILE | head`): that is no fault. But
/// what is printed may be all there is, such as a token, so a verb that could not print it has failed.
fn said(printed: std::io::Result<()>) {
    if let Err(error) = printed
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        eprintln!("redress: what was to be printed is lost: {error}");
        std::process::exit(1);
    }
}

/// How long the program waits at its end for work that nobody waits for.
const PATIENCE: Duration = Duration::from_secs(2);

/// Runs the program.
pub fn main() -> ExitCode {
    // The typesetting child reads its work from stdin and must start before anything else does.
    if std::env::args_os()
        .nth(1)
        .is_some_and(|verb| verb == "render-pdf")
    {
        return crate::pdf::child_main();
    }
    memory::frugal();
    let args = Args::parse();
    wiring::logs(&args);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            return failed(&anyhow::anyhow!(
                "the program's threads could not be started: {error}"
            ));
        }
    };
    let ended = runtime.block_on(run(args));
    // What still copies or reads in the background, such as a backup, would hold the program back for minutes.
    runtime.shutdown_timeout(PATIENCE);
    match ended {
        Ok(code) => code,
        Err(error) => failed(&error),
    }
}

async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let data = args.data;
    let older = if args.no_upgrade {
        Older::Refused
    } else {
        Older::Upgraded
    };
    match args.verb {
        Verb::Serve(serve) => serve::serve(&data, &serve, older, args.key_file).await?,
        Verb::Demo(demo) => demo::demo(&demo).await?,
        Verb::Due(due) => due::due(&data, &due).await?,
        Verb::Upgrade(what) => upgrade::upgrade(&data, &what)?,
        Verb::Verify(verify) => return file::verify(&verify),
        Verb::BackupKey(key) => file::backup_key(&key)?,
        Verb::Restore(restore) => file::restore(&data, &restore)?,
        Verb::Rebuild => file::rebuild(&data, older).await?,
        Verb::Plugin(verb) => match verb.task()? {
            Some(task) => jobs::run_job(&data, Job::Plugin(task), older).await?,
            None => return plugin::run(verb).await,
        },
        verb => jobs::run(&data, verb, older).await?,
    }
    Ok(ExitCode::SUCCESS)
}

fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("redress: {error:#}");
    ExitCode::FAILURE
}
