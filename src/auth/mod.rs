//! Proof of identity: passwords, secrets, sessions and the brake on guessing. Knows no case and no file.
//!
//! Everything here is a function of its arguments, time included; `desk` keeps the records and decides who may
//! do what. Start at [`password`] for people, [`secret`] for sessions and tokens, [`seal`] for the
//! passwords of other systems.

pub mod envelope;
pub mod password;
pub mod seal;
pub mod secret;
pub mod session;
pub mod throttle;
