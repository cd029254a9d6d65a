//! Server-rendered pages: extract, call one `desk` function, render.
//!
//! Templates (`templates/`) know only the plain structs beside them, never the domain. Every page works without
//! JavaScript: forms post and redirect, links filter, disclosure is `details`. `assets/` holds the kit.

pub mod approval_page;
pub mod assets;
pub mod assign_page;
pub mod away_page;
pub mod board;
pub mod brand;
pub mod bundle_page;
pub mod case_handlers;
pub mod case_page;
pub mod clocks;
pub mod command_page;
pub mod commands;
pub mod document_page;
mod documents;
pub mod drafts;
pub mod erasure_page;
pub mod evidence_page;
pub mod faults;
pub mod feed;
pub mod form;
pub mod forms;
pub mod frame;
pub mod help;
mod invite;
pub mod learning;
pub mod linked;
mod list_filter;
pub mod live;
pub mod log;
pub mod log_find;
pub mod log_page;
pub mod nudges_page;
mod ombudsman_page;
pub mod page;
pub mod queue;
pub mod record_page;
pub mod router;
pub mod rows;
#[cfg(test)]
mod sample;
pub mod search_page;
pub mod security;
pub mod session;
pub mod settings;
pub mod settings_pages;
pub mod shell;
mod views_page;
pub mod words;

pub use router::router;
pub use shell::Web;
