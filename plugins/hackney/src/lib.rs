//! The repairs, person, tenure, contact details, notes, cautionary alerts and search APIs of Hackney Council: a linking
//! adapter that only reads, with one connection to each API and only that of repairs required.
//!
//! Every API costs its own records and a warning when it is down, never the others'. Members are read leniently, for the
//! services are of different years; only those named here are read, and never equality, bank or birth data.
//!
//! Start at [`find::find`]. `guest.rs` is the component's door, built for wasm only; `plugin.json` says which public
//! source each part was read from.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        reason = "a test that unwraps nothing fails as it should"
    )
)]

pub mod alerts;
pub mod api;
pub mod check;
pub mod find;
#[cfg(target_arch = "wasm32")]
mod guest;
pub mod notes;
pub mod people;
pub mod photos;
pub mod read;
pub mod repair;
pub mod settings;
pub mod status;
pub mod tenancy;
pub mod who;
pub mod work_orders;

#[cfg(test)]
mod fake;
#[cfg(test)]
mod tests;
