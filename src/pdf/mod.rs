//! PDF from fixed templates and JSON data, rendered by typst in a child process.

pub mod data;
