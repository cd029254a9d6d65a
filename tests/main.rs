//! Whole-program tests, by journey.

mod hostile_plugins;
mod pdf;
mod store;
mod web;
