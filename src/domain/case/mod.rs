//! A case: state, commands, events, `decide` and `apply`.
//!
//! [`Case::decide`] turns what a person means into what happened, or refuses with the rule and the
//! way forward; each noun decides in its own module. [`Case::apply`] folds what happened. Neither
//! reads a clock, a disk or a global. [`log`] begins a case.

mod acknowledge;
mod apply;
mod approvals;
mod assignment;
mod clocks;
mod command;
mod contributions;
mod correction;
mod decide;
mod ending;
mod escalation;
mod event;
mod extension;
mod file;
mod letters;
mod logging;
mod money;
mod ombudsman;
mod people;
mod points;
mod records;
mod refusing;
mod remedies;
mod response;
mod running;
mod state;

#[cfg(test)]
mod tests;

pub use command::*;
pub use decide::*;
pub use event::*;
pub use letters::with_rendered;
pub use logging::log;
pub use money::sum_offered;
pub use records::*;
pub use state::*;
