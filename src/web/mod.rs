//! Server-rendered pages: extract, call one `desk` function, render.
//!
//! Templates (`templates/`) know only the plain structs beside them, never the domain. Every page works without
//! JavaScript: forms post and redirect, links filter, disclosure is `details`. `assets/` holds the kit.

pub mod assets;
pub mod case_page;
pub mod clocks;
pub mod commands;
pub mod form;
pub mod forms;
pub mod frame;
pub mod log;
pub mod page;
pub mod rows;
#[cfg(test)]
mod sample;
pub mod security;
pub mod settings;
pub mod words;
