//! A case: state, commands, events, `decide` and `apply`.
//!
//! `Case::decide` turns what a person means into what happened, or refuses with the rule and the
//! way forward. `Case::apply` folds what happened. Neither reads a clock, a disk or a global.

mod apply;
mod clocks;
mod command;
mod event;
mod records;
mod state;

pub use command::*;
pub use event::*;
pub use records::*;
pub use state::*;
