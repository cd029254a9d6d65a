//! JSON for machines, `/api/v1`: extract, call one `desk` function, render.

pub mod doc;
pub mod problem;
