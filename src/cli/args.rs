//! The arguments. A table, so it may be long.

use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args as Group, Parser, Subcommand};

/// Complaints casework for small social landlords: one program, one file.
#[derive(Debug, Parser)]
#[command(name = "redress", version, about, max_term_width = 100)]
pub struct Args {
    /// The data file.
    #[arg(
        long,
        global = true,
        env = "REDRESS_DATA",
        default_value = "redress.redb",
        value_name = "FILE"
    )]
    pub data: PathBuf,
    /// The key under which the credentials of connections are sealed; made when it is first needed. Beside the data file,
    /// with .key after its name, when none is named.
    #[arg(long, global = true, env = "REDRESS_KEY_FILE", value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// What the log tells: error, warn, info, debug, or a filter of modules.
    #[arg(
        long,
        global = true,
        env = "REDRESS_LOG",
        default_value = "info",
        value_name = "LEVEL"
    )]
    pub log: String,
    /// Log lines as JSON.
    #[arg(long, global = true, env = "REDRESS_LOG_JSON")]
    pub log_json: bool,
    /// Refuse a data file that an older Redress wrote, instead of upgrading it first.
    #[arg(long, global = true, env = "REDRESS_NO_UPGRADE")]
    pub no_upgrade: bool,
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Serve the landlord's pages and the API.
    Serve(Serve),
    /// Serve a demonstration landlord on a throw-away file.
    Demo(Demo),
    /// Print every deadline that follows from the dates given, and why.
    Due(Due),
    /// Copy the data file, verified, while the server runs.
    Backup(Backup),
    /// Make a key pair for encrypted backups: the private key into a new file, the public key printed.
    BackupKey(BackupKey),
    /// Open a backup as a restore would, read it through, and hold it beside the record in use.
    Drill(Drill),
    /// Put a verified backup in the place of the data file; the old file is kept.
    Restore(Restore),
    /// Bring a data file of an older Redress up to date; the old file is kept.
    Upgrade(Upgrade),
    /// Check a data file, a backup, or a bundle's zip against its manifest.
    Verify(Verify),
    /// Make every list, counter and state again from the events.
    Rebuild,
    /// Export a case, or all of them, to a file.
    Export(Export),
    /// People who sign in.
    #[command(subcommand)]
    User(User),
    /// Tokens for machines.
    #[command(subcommand)]
    Token(Token),
    /// Plugins: write one, build it, test it, install it.
    #[command(subcommand)]
    Plugin(super::plugin::Plugin),
}

/// How to serve.
#[derive(Debug, Group)]
pub struct Serve {
    /// The address to listen on; port 0 takes a free one.
    #[arg(long, env = "REDRESS_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// A proxy before this server speaks TLS for it: cookies travel only there, and the proxy says who asks.
    #[arg(long, env = "REDRESS_SECURE", conflicts_with = "tls_cert")]
    pub secure: bool,
    /// The certificate to speak TLS with, in PEM, with those that signed it; taken up again when it is renewed.
    #[arg(
        long,
        env = "REDRESS_TLS_CERT",
        value_name = "FILE",
        requires = "tls_key"
    )]
    pub tls_cert: Option<PathBuf>,
    /// Its private key, in PEM.
    #[arg(
        long,
        env = "REDRESS_TLS_KEY",
        value_name = "FILE",
        requires = "tls_cert"
    )]
    pub tls_key: Option<PathBuf>,
    /// An address on which plain HTTP is only told to come back over TLS, such as 0.0.0.0:80.
    #[arg(
        long,
        env = "REDRESS_REDIRECT_FROM",
        value_name = "ADDRESS",
        requires = "tls_cert"
    )]
    pub redirect_from: Option<SocketAddr>,
    /// The largest document taken in, in megabytes.
    #[arg(
        long,
        env = "REDRESS_DOCUMENT_LIMIT",
        value_name = "MB",
        default_value_t = 2048,
        value_parser = clap::value_parser!(u64).range(1..=1_048_576)
    )]
    pub document_limit: u64,
    /// Where compiled plugins are kept between starts; safe to delete.
    #[arg(long, env = "REDRESS_CACHE", value_name = "FOLDER")]
    pub cache: Option<PathBuf>,
}

/// How to show the demonstration.
#[derive(Debug, Group)]
pub struct Demo {
    /// The address to listen on; port 0 takes a free one.
    #[arg(long, env = "REDRESS_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Keep the demonstration's file here instead of throwing it away.
    #[arg(long, value_name = "FILE")]
    pub keep: Option<PathBuf>,
}

/// The dates to count from.
#[derive(Debug, Group)]
pub struct Due {
    /// The day the complaint was received.
    #[arg(long)]
    pub received: Option<NaiveDate>,
    /// The day stage 1 was acknowledged.
    #[arg(long)]
    pub acknowledged: Option<NaiveDate>,
    /// The day the resident asked for stage 2.
    #[arg(long)]
    pub escalated: Option<NaiveDate>,
    /// The day stage 2 was acknowledged.
    #[arg(long)]
    pub stage2_acknowledged: Option<NaiveDate>,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// Where the copy goes.
#[derive(Debug, Group)]
pub struct Backup {
    /// A file that does not exist yet.
    pub dest: PathBuf,
}

/// Where the private key goes.
#[derive(Debug, Group)]
pub struct BackupKey {
    /// A file that does not exist yet.
    pub file: PathBuf,
}

/// What to try.
#[derive(Debug, Group)]
pub struct Drill {
    /// A backup; the newest one beside the data file if none is named.
    pub file: Option<PathBuf>,
}

/// Where the copy comes from.
#[derive(Debug, Group)]
pub struct Restore {
    /// A backup.
    pub from: PathBuf,
    /// The file of the private key, for an encrypted one.
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
}

/// What to upgrade.
#[derive(Debug, Group)]
pub struct Upgrade {
    /// The file; the data file if none is named.
    pub file: Option<PathBuf>,
    /// Do everything on a copy, say how it went, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// What to check.
#[derive(Debug, Group)]
pub struct Verify {
    /// A data file, a backup, an exported archive, or the folder of `export --all`.
    pub file: PathBuf,
    /// The chain must contain this head, printed by an earlier check: `NUMBER:HEX`.
    #[arg(long, value_name = "HEAD")]
    pub expect: Option<String>,
    /// The file of the private key, for an encrypted backup.
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
}

/// What to export.
#[derive(Debug, Group)]
pub struct Export {
    /// The case's reference.
    #[arg(required_unless_present_any = ["all", "person"])]
    pub case: Option<String>,
    /// Every case as documented files with every document, and what the landlord set: the way out, into a folder.
    #[arg(long, conflicts_with_all = ["case", "person"])]
    pub all: bool,
    /// All cases of one person, into a folder: their reference or name, with the address where two have one name.
    #[arg(long, value_name = "WHO", conflicts_with = "case")]
    pub person: Option<String>,
    /// The format: ombudsman-bundle, case-pdf, subject-access, portable or an installed one.
    #[arg(
        long,
        default_value = "ombudsman-bundle",
        default_value_if("person", clap::builder::ArgPredicate::IsPresent, "subject-access")
    )]
    pub format: String,
    /// The file to write; a folder with --all and --person.
    #[arg(short, long, value_name = "PATH")]
    pub output: PathBuf,
    /// `full`, `focused` or `supplement` (what has come since the last bundle).
    #[arg(long)]
    pub mode: Option<String>,
    /// The categories of a focused export, 01 to 14, with commas.
    #[arg(long, value_delimiter = ',')]
    pub items: Vec<String>,
    /// An answer to what the format asks, such as person=complainant; repeat for several.
    #[arg(long = "answer", value_name = "NAME=VALUE")]
    pub answers: Vec<String>,
}

/// People who sign in.
#[derive(Debug, Subcommand)]
pub enum User {
    /// Add a person; the password is asked for, or read from stdin.
    Add {
        /// The account's name, such as meera.kapoor.
        id: String,
        /// The name people read.
        #[arg(long)]
        name: String,
        /// Roles, such as complaints_officer; repeat for several.
        #[arg(long = "role", required = true)]
        roles: Vec<String>,
    },
    /// Take in a staff list: a CSV with the columns id, name and roles (several with semicolons). New people get
    /// accounts without a password; changed roles are set; nobody is shut out.
    Import {
        /// The CSV.
        file: PathBuf,
        /// Only say what would change.
        #[arg(long)]
        dry_run: bool,
    },
    /// List people.
    List,
    /// Set a person's password, read from stdin.
    Password {
        /// The account's name.
        id: String,
    },
    /// Stop a person from signing in.
    Disable {
        /// The account's name.
        id: String,
    },
}

/// Tokens for machines.
#[derive(Debug, Subcommand)]
pub enum Token {
    /// Make a token; its secret is printed this once.
    Create {
        /// Roles, such as complaints_officer; repeat for several.
        #[arg(long = "role", required = true)]
        roles: Vec<String>,
        /// The name the record will show.
        #[arg(long)]
        name: String,
        /// The last day on which it works.
        #[arg(long)]
        expires: Option<NaiveDate>,
    },
    /// List tokens.
    List,
    /// End a token.
    Revoke {
        /// Its number.
        id: u32,
    },
}
