//! `redress plugin …`: the road of a plugin's author, from an empty folder to a component that was tested.
//!
//! `new` and `build` touch the project's folder only; `test` runs the component in the real sandbox against recorded
//! cases and answers. None of them needs a data file or a network.

mod build;
mod new;
mod project;
mod test;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args as Group, Subcommand};

use project::{Language, World};

/// What to do with a plugin.
#[derive(Debug, Subcommand)]
pub enum Plugin {
    /// Write the project of a new plugin, which builds at once and does something real.
    New(New),
    /// Build a project into a component.
    Build(Build),
    /// Run a plugin against its recorded tests and show what a reviewer would see.
    Test(Test),
}

/// What to write.
#[derive(Debug, Group)]
pub struct New {
    /// The language it is written in.
    #[arg(long, value_enum)]
    pub lang: Language,
    /// What it does: find records in another system, or lay out exports.
    #[arg(long, value_enum)]
    pub kind: World,
    /// Its id, which is also the folder's name: lower-case letters, digits and hyphens.
    pub name: String,
}

/// What to build.
#[derive(Debug, Group)]
pub struct Build {
    /// The project's folder.
    #[arg(default_value = ".", value_name = "DIR")]
    pub project: PathBuf,
}

/// What to test.
#[derive(Debug, Group)]
pub struct Test {
    /// The project's folder, or a component.
    #[arg(default_value = ".", value_name = "DIR|FILE")]
    pub what: PathBuf,
    /// The folder of the recorded tests; `tests` beside the component if none is named.
    #[arg(long, value_name = "DIR")]
    pub tests: Option<PathBuf>,
    /// Exporters: keep the archive of each test in this folder.
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
    /// Where compiled plugins are kept, so that the next test starts sooner.
    #[arg(long, env = "REDRESS_CACHE", value_name = "FOLDER")]
    pub cache: Option<PathBuf>,
}

/// Does it.
pub async fn run(verb: Plugin) -> anyhow::Result<ExitCode> {
    match verb {
        Plugin::New(new) => new::new(&new)?,
        Plugin::Build(build) => build::build(&build.project)?,
        Plugin::Test(test) => return test::test(&test).await,
    }
    Ok(ExitCode::SUCCESS)
}
