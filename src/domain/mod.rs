//! The rules of the Complaint Handling Code, pure: no I/O, no clock reads, no globals.

pub mod calendar;
pub mod case;
pub mod clock;
