//! Whole-program tests, by journey.

mod adapters;
mod api;
mod arrows;
mod browser;
mod bundle;
mod connections;
mod csv_folder;
mod demo;
mod hostile_plugins;
mod looks;
mod old_contract;
mod pdf;
mod road;
mod store;
mod support;
mod web;
