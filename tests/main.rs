//! Whole-program tests, by journey.

mod arrows;
mod api;
mod bundle;
mod demo;
mod hostile_plugins;
mod pdf;
mod store;
mod support;
mod web;
