//! The sandbox: runs exporters and linking adapters, which are WebAssembly components behind the contract
//! in `plugins/wit`. It knows no case and no zip: what a plugin reads and writes comes through the traits
//! [`CaseSource`], [`Archive`] and [`PdfRenderer`], implemented above this room; requests leave through [`http`].
//!
//! A plugin that loops, crashes, lies or bloats ends its own run with a [`Cause`] and nothing else notices.
//! Start at [`PluginHost`]; what a run may take is in [`Limits`].

mod bindings;
mod cache;
mod calls;
mod connections;
mod contract;
mod engine;
mod error;
mod exporter;
mod files;
mod host;
pub mod http;
mod job;
mod limits;
mod linker;
pub mod manifest;
mod meter;
mod older;
pub mod path;
mod run_log;
pub mod schema;
mod state;
mod table;
mod turns;

pub use cache::Plugin;
pub use connections::{Call, Connections, HttpError, NoConnections, Request, Response};
pub use contract::{Contract, Kind};
pub use error::{ArchiveError, Cause, Failure, HostError, RunError};
pub use files::Folder;
pub use host::{Described, ExportReport, HostConfig, Observer, PluginHost, RunNote};
pub use job::{
    Again, Archive, Attached, CaseSource, Composed, ExportJob, Original, PdfRenderer, Reopened,
};
pub use limits::Limits;
pub use linker::{LinkJob, LinkPage, LinkQuery, LinkRecord};
pub use manifest::{Documents, Manifest};
pub use run_log::{Level, LogLine, RunLog, Used};
pub use state::Run;
