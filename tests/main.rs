//! Whole-program tests, by journey.

mod bundle;
mod demo;
mod hostile_plugins;
mod pdf;
mod store;
mod web;
