//! `redress plugin …`: the road of a plugin's author, from an empty folder to a component that was tested.
//!
//! `new` and `build` touch the project's folder only; `test` runs the component in the real sandbox against recorded
//! cases and answers. None of them needs a data file or a network.

mod build;
pub mod manage;
mod new;
mod project;
mod test;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args as Group, Subcommand};

use manage::Task;
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
    /// Bring a component into the landlord's data file and show what it asks for.
    Install(Install),
    /// Every plugin of the landlord, with its hash.
    List,
    /// Let the version that waits run.
    Approve {
        /// The plugin.
        id: String,
    },
    /// Let a plugin run that was stopped.
    Enable {
        /// The plugin.
        id: String,
    },
    /// Stop a plugin; what it linked or exported stays.
    Disable {
        /// The plugin.
        id: String,
    },
    /// Take a plugin away; what it linked or exported stays.
    Remove {
        /// The plugin.
        id: String,
    },
}

/// What to install.
#[derive(Debug, Group)]
pub struct Install {
    /// The component, which ends in .wasm.
    pub file: PathBuf,
    /// A name, for a plugin of contract 0.1, which cannot say its own.
    #[arg(long)]
    pub id: Option<String>,
    /// Approve what it asks for at once.
    #[arg(long)]
    pub approve: bool,
}

impl Plugin {
    /// What is to be done on the data file; nothing for the verbs of an author.
    ///
    /// # Errors
    /// When the file's path cannot be told.
    pub fn task(&self) -> anyhow::Result<Option<Task>> {
        Ok(Some(match self {
            Self::New(_) | Self::Build(_) | Self::Test(_) => return Ok(None),
            Self::Install(install) => Task::Install {
                file: std::path::absolute(&install.file)?,
                id: install.id.clone(),
                approve: install.approve,
            },
            Self::List => Task::List,
            Self::Approve { id } => Task::Approve { id: id.clone() },
            Self::Enable { id } => Task::Switch {
                id: id.clone(),
                enabled: true,
            },
            Self::Disable { id } => Task::Switch {
                id: id.clone(),
                enabled: false,
            },
            Self::Remove { id } => Task::Remove { id: id.clone() },
        }))
    }
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
        other => anyhow::bail!("{other:?} is done on the data file"),
    }
    Ok(ExitCode::SUCCESS)
}
