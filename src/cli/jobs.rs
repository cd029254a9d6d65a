//! Jobs of the operator: each is done by the running server, asked through its socket, or on the file
//! itself when no server runs. What is done is the same either way.

use std::collections::BTreeSet;
use std::io::{IsTerminal, Read, stdin};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::args::{Token, User, Verb};
use super::plugin::manage::{self, Task};
use super::upgrade::Older;
use super::{socket, wiring};
use crate::desk::backups::Drill;
use crate::desk::exports::ExportRequest;
use crate::desk::people::NewPerson;
use crate::desk::staff::{Fate, Imported};
use crate::desk::{Desk, DeskError};
use crate::domain::access::{Actor, Role};
use crate::domain::calendar::end_of_day;
use crate::domain::clock::{DueQuery, Receipt};
use crate::domain::ids::CaseRef;
use crate::store::backup;
use crate::store::verify::Report;

/// The longest staff list, in bytes.
const LONGEST_LIST: usize = 1 << 20;

/// Something to be done on the data file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "snake_case")]
pub enum Job {
    /// A verified copy.
    Backup { dest: PathBuf },
    /// A backup opened, read through and held beside the record; the newest without a name.
    Drill { file: Option<PathBuf> },
    /// A case to a file.
    Export {
        case: String,
        format: String,
        mode: Option<String>,
        items: Vec<String>,
        #[serde(default)]
        answers: Vec<(String, String)>,
        output: PathBuf,
    },
    /// Everything into a folder.
    ExportAll { output: PathBuf },
    /// All cases of one person into a folder.
    ExportPerson {
        who: String,
        format: String,
        answers: Vec<(String, String)>,
        output: PathBuf,
    },
    /// A new person.
    AddUser {
        id: String,
        name: String,
        roles: BTreeSet<Role>,
        password: Option<String>,
    },
    /// A staff list.
    ImportStaff { csv: String, dry_run: bool },
    /// Everyone.
    ListUsers,
    /// A new password.
    SetPassword { id: String, password: String },
    /// No more signing in.
    DisableUser { id: String },
    /// A new token.
    CreateToken {
        name: String,
        roles: BTreeSet<Role>,
        expires: Option<NaiveDate>,
    },
    /// All tokens.
    ListTokens,
    /// The end of one.
    RevokeToken { id: u32 },
    /// Something with the plugins.
    Plugin(Task),
    /// The deadlines that follow from some dates, as JSON.
    Due {
        received: Option<NaiveDate>,
        acknowledged: Option<NaiveDate>,
        escalated: Option<NaiveDate>,
        stage2_acknowledged: Option<NaiveDate>,
    },
}

impl Job {
    /// Whether it may take long enough for someone to wonder.
    pub fn is_long(&self) -> bool {
        matches!(self, Self::Backup { .. } | Self::Drill { .. })
    }
}

/// Who runs the machine: whoever may open the socket may open the file.
fn operator() -> Actor {
    Actor::new(
        "command-line",
        "Command line",
        [Role::Administrator, Role::Compliance],
    )
}

/// Does the job that `verb` means, through the running server or on the file itself.
pub async fn run(data: &Path, verb: Verb, older: Older) -> anyhow::Result<()> {
    run_job(data, job(verb)?, older).await
}

/// As [`run`], for a job that is known.
pub async fn run_job(data: &Path, job: Job, older: Older) -> anyhow::Result<()> {
    let said = match socket::ask(data, &job).await? {
        Some(answer) => answer?,
        None => {
            if !data.exists() {
                bail!(
                    "there is no data file {}; `redress serve` makes one, or name it with --data",
                    data.display()
                );
            }
            on_file(data, job, older).await?
        }
    };
    say!("{said}");
    Ok(())
}

/// Does a job on the file itself; one that only reads leaves the file as it is.
async fn on_file(data: &Path, job: Job, older: Older) -> anyhow::Result<String> {
    let store = match &job {
        Job::Backup { dest } => {
            let report = backup::backup_stopped(data, dest, &mut super::file::tell)?;
            return Ok(backed_up(dest, &report));
        }
        Job::ListUsers | Job::ListTokens | Job::Drill { .. } | Job::Plugin(Task::List) => {
            wiring::open_unwritten(data)?
        }
        _ => wiring::open(data, older)?,
    };
    let desk = wiring::desk(store, None, wiring::clock(), None)?;
    let said = execute(&desk, job).await;
    let store = desk.store().clone();
    tokio::task::spawn_blocking(move || store.close()).await?;
    said
}

fn backed_up(dest: &Path, report: &Report) -> String {
    format!(
        "backed up to {}\n{} cases, {} events, {} documents; head {}",
        dest.display(),
        report.cases,
        report.events,
        report.documents,
        report.head
    )
}

/// What a drill found; a backup of another record is a failure.
fn drilled(path: &Path, drill: &Drill) -> anyhow::Result<String> {
    let (then, now) = (&drill.report, &drill.now);
    let Some(since) = drill.since else {
        bail!(
            "{} is whole, but no earlier state of this record: its chain ends at {}, which the data file does not know. \
             It is of another landlord, or newer than the data file.",
            path.display(),
            then.head
        );
    };
    Ok(format!(
        "{}: sound, every page, chain, state and document of it\n\
         in the backup: {} cases, {} events, {} documents; head {}\n\
         in the record: {} cases, {} events, {} documents\n\
         the record has gone on from it: {since} events since",
        path.display(),
        then.cases,
        then.events,
        then.documents,
        then.head,
        now.cases,
        now.events,
        now.documents,
    ))
}

fn job(verb: Verb) -> anyhow::Result<Job> {
    Ok(match verb {
        Verb::Backup(backup) => Job::Backup {
            dest: std::path::absolute(&backup.dest)?,
        },
        Verb::Drill(drill) => Job::Drill {
            file: drill.file.map(std::path::absolute).transpose()?,
        },
        Verb::Export(export) => {
            let output = std::path::absolute(&export.output)?;
            let answers = read_answers(&export.answers)?;
            match (export.case, export.person) {
                (Some(case), _) => Job::Export {
                    case,
                    format: export.format,
                    mode: export.mode,
                    items: export.items,
                    answers,
                    output,
                },
                (None, Some(who)) => Job::ExportPerson {
                    who,
                    format: export.format,
                    answers,
                    output,
                },
                (None, None) => Job::ExportAll { output },
            }
        }
        Verb::User(User::Add { id, name, roles }) => Job::AddUser {
            id,
            name,
            roles: read_roles(&roles)?,
            password: Some(password()?),
        },
        Verb::User(User::Import { file, dry_run }) => Job::ImportStaff {
            csv: staff_list(&file)?,
            dry_run,
        },
        Verb::User(User::List) => Job::ListUsers,
        Verb::User(User::Password { id }) => Job::SetPassword {
            id,
            password: password()?,
        },
        Verb::User(User::Disable { id }) => Job::DisableUser { id },
        Verb::Token(Token::Create {
            roles,
            name,
            expires,
        }) => Job::CreateToken {
            name,
            roles: read_roles(&roles)?,
            expires,
        },
        Verb::Token(Token::List) => Job::ListTokens,
        Verb::Token(Token::Revoke { id }) => Job::RevokeToken { id },
        other => bail!("{other:?} is no job on the data file"),
    })
}

fn read_answers(given: &[String]) -> anyhow::Result<Vec<(String, String)>> {
    let one = |answer: &String| {
        let (name, value) = answer.split_once('=').with_context(|| {
            format!("“{answer}” is no answer; write NAME=VALUE, such as person=complainant")
        })?;
        Ok((name.trim().to_owned(), value.trim().to_owned()))
    };
    given.iter().map(one).collect()
}

fn read_roles(names: &[String]) -> anyhow::Result<BTreeSet<Role>> {
    names
        .iter()
        .flat_map(|names| names.split(','))
        .map(|name| {
            Role::from_wire(name.trim()).with_context(|| {
                let all: Vec<_> = Role::ALL.iter().map(|role| role.wire()).collect();
                format!("“{name}” is not a role; use one of {}", all.join(", "))
            })
        })
        .collect()
}

/// The text of a staff list.
fn staff_list(file: &Path) -> anyhow::Result<String> {
    let bytes =
        std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    if bytes.len() > LONGEST_LIST {
        bail!("{} is too long for a staff list", file.display());
    }
    String::from_utf8(bytes).map_err(|_| {
        anyhow::anyhow!(
            "{} is not text in UTF-8: save it as “CSV UTF-8”",
            file.display()
        )
    })
}

/// What became of a staff list, a line for each person.
fn imported(all: &[Imported], dry_run: bool) -> String {
    let line = |one: &Imported| {
        let fate = match &one.fate {
            Fate::Added => "added; set a password with `redress user password`".to_owned(),
            Fate::RolesChanged => "roles changed".to_owned(),
            Fate::Same => "as before".to_owned(),
            Fate::NamedOtherwise(name) => format!("as before; called {name} here"),
            Fate::NotListed => "not in the list; nothing done".to_owned(),
        };
        format!("{}\t{}\t{fate}", one.id, one.name)
    };
    let mut lines: Vec<String> = all.iter().map(line).collect();
    if dry_run {
        lines.push("This was a dry run: nothing was changed.".to_owned());
    }
    lines.join("\n")
}

fn password() -> anyhow::Result<String> {
    if stdin().is_terminal() {
        eprintln!("Type the password and press Enter; it is shown as you type.");
        let mut line = String::new();
        stdin().read_line(&mut line)?;
        return Ok(line.trim_end_matches(['\n', '\r']).to_owned());
    }
    let mut text = String::new();
    stdin().take(4096).read_to_string(&mut text)?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

/// Does a job on a desk; the answer is what the command line prints.
pub async fn execute(desk: &Desk, job: Job) -> anyhow::Result<String> {
    let by = operator();
    Ok(match job {
        Job::Backup { dest } => {
            let report = desk.back_up_to(&by, dest.clone()).await?;
            backed_up(&dest, &report)
        }
        Job::Drill { file } => {
            let checked = desk.check_backup(&by, file).await;
            let (path, drill) = checked.map_err(|error| match error {
                DeskError::NotFound => anyhow::anyhow!(
                    "there is no backup beside the data file yet: make one with `redress backup`, or name a file"
                ),
                error => error.into(),
            })?;
            drilled(&path, &drill)?
        }
        Job::Export {
            case,
            format,
            mode,
            items,
            answers,
            output,
        } => {
            let reference: CaseRef = case.parse()?;
            let request = ExportRequest::parse(&format, mode.as_deref(), &items)?
                .answering(&answers, &desk.export_formats());
            let report = desk
                .export_to(&by, &reference, request, &output, None)
                .await?;
            let mut said = format!(
                "exported {reference} to {}\n{} {}, {} bytes; SHA-256 {}",
                output.display(),
                report.entries,
                if report.entries == 1 { "file" } else { "files" },
                report.bytes,
                report.sha256
            );
            for note in report.notes {
                said.push_str(&format!("\nnote: {note}"));
            }
            said
        }
        Job::ExportAll { output } => {
            let whole = desk.export_all(&by, &output).await?;
            let kept = match whole.kept {
                0 => String::new(),
                kept => format!(", {kept} of them kept from a run that was broken off"),
            };
            format!(
                "exported {} cases{kept}, and {} policy documents, to {}\nSHA-256 of its manifest {}",
                whole.cases,
                whole.policies,
                output.display(),
                whole.manifest_sha256
            )
        }
        Job::ExportPerson {
            who,
            format,
            answers,
            output,
        } => {
            let found = desk
                .export_person(&by, &who, &format, &answers, &output)
                .await?;
            let mut said = format!(
                "exported {} cases of {} to {}",
                found.cases.len(),
                found.name,
                output.display()
            );
            for case in &found.cases {
                said.push_str(&format!(
                    "\n{}\t{}\t{}",
                    case.reference, case.role, case.file
                ));
            }
            said.push_str(
                "\nnote: Cases that are restricted to named people are not among them; ask those who may open them.",
            );
            said
        }
        Job::AddUser {
            id,
            name,
            roles,
            password,
        } => {
            let person = desk
                .add_person(
                    &by,
                    NewPerson {
                        id,
                        name,
                        roles,
                        password,
                    },
                    None,
                )
                .await?;
            format!("added {}", person.id)
        }
        Job::ImportStaff { csv, dry_run } => {
            let all = desk.import_staff(&by, csv.as_bytes(), dry_run).await?;
            imported(&all, dry_run)
        }
        Job::ListUsers => {
            let people = desk.people(&by)?;
            let line = |person: &crate::desk::Person| {
                let roles: Vec<_> = person.roles.iter().map(|role| role.wire()).collect();
                let off = if person.disabled { " (disabled)" } else { "" };
                format!("{}\t{}\t{}{off}", person.id, person.name, roles.join(","))
            };
            people.iter().map(line).collect::<Vec<_>>().join("\n")
        }
        Job::SetPassword { id, password } => {
            desk.set_password(&by, &id, password).await?;
            format!("set the password of {id}")
        }
        Job::DisableUser { id } => {
            desk.disable_person(&by, &id, true).await?;
            format!("{id} can no longer sign in")
        }
        Job::CreateToken {
            name,
            roles,
            expires,
        } => {
            let made = desk
                .create_token(&by, &name, roles, expires.map(end_of_day), None)
                .await?;
            made.secret.reveal().to_owned()
        }
        Job::ListTokens => {
            let tokens = desk.tokens(&by)?;
            let line = |token: &crate::desk::tokens::Token| {
                let roles: Vec<_> = token.roles.iter().map(|role| role.wire()).collect();
                let state = match (token.revoked_at, token.expires_at) {
                    (Some(at), _) => format!("revoked {}", at.date_naive()),
                    (None, Some(at)) => format!("until {}", at.date_naive()),
                    (None, None) => "no end".to_owned(),
                };
                format!("{}\t{}\t{}\t{state}", token.id, token.name, roles.join(","))
            };
            tokens.iter().map(line).collect::<Vec<_>>().join("\n")
        }
        Job::RevokeToken { id } => {
            let token = desk.revoke_token(&by, id).await?;
            format!("revoked token {} ({})", token.id, token.name)
        }
        Job::Plugin(task) => manage::execute(desk, &by, task).await?,
        Job::Due {
            received,
            acknowledged,
            escalated,
            stage2_acknowledged,
        } => {
            let query = DueQuery {
                received: received.map(Receipt::On),
                acknowledged,
                escalated: escalated.map(Receipt::On),
                stage2_acknowledged,
            };
            serde_json::to_string(&desk.due_dates(&query)?)?
        }
    })
}
