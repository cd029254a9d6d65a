//! The rules of the Complaint Handling Code, pure: no I/O, no clock reads, no globals.
//!
//! Start at [`case`]: `Case::decide` says what a command means, `Case::apply` folds what
//! happened, and nothing else decides anything. [`calendar`] and [`clock`] count the days.

pub mod access;
pub mod calendar;
pub mod case;
pub mod category;
pub mod checklist;
pub mod clock;
pub mod ids;
pub mod intake;
pub mod learning;
pub mod letter;
pub mod measure;
pub mod ombudsman;
pub mod party;
pub mod policy;
pub mod rate;
pub mod readiness;
pub mod refusal;
pub mod remedy;
