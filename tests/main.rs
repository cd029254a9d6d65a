//! Whole-program tests, by journey.

mod bundle;
mod hostile_plugins;
mod pdf;
mod store;
mod web;
