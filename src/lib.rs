//! Redress keeps every complaint of a small social landlord in one file and runs the
//! Housing Ombudsman's Complaint Handling Code over it.
//!
//! Rooms, from the bottom up; arrows point down only (`ARCHITECTURE.md`, proved by `tests/arrows.rs`):
//! [`domain`] rules, pure · [`pdf`], [`papers`], [`auth`] leaves that know no case · [`store`] the one file ·
//! [`plugins`] the sandbox · [`letters`], [`link`], [`search`], [`export`] parts · [`desk`] use cases and the only
//! writer · [`api`], [`web`], [`cli`] edges.

#![recursion_limit = "256"]

pub mod api;
pub mod auth;
pub mod cli;
pub mod desk;
pub mod domain;
pub mod export;
pub mod letters;
pub mod link;
pub mod papers;
pub mod pdf;
pub mod plugins;
pub mod search;
pub mod store;
pub mod web;
