//! Repairs, anti-social behaviour, tenancies, contacts, people and homes from CSV files in one granted folder: a
//! linking adapter for landlords whose housing system has no API, which is most small ones.
//!
//! Which file holds what is told by its name, which column holds what by its header; both can be set
//! ([`settings`]). Rows are looked up in the host's index ([`plan`]); where there is none they are all read, a thousand
//! at a time. Either way only what belongs to the query is kept, by the rules all adapters share. A file that is missing or broken costs its
//! own records and a warning, never the others.
//!
//! Start at [`find::find`]. `guest.rs` is the component's door, built for wasm only.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        reason = "a test that unwraps nothing fails as it should"
    )
)]

pub mod cell;
pub mod columns;
pub mod documents;
pub mod fields;
pub mod find;
pub mod folder;
#[cfg(target_arch = "wasm32")]
mod guest;
pub mod layout;
pub mod plan;
pub mod record;
pub mod residents;
pub mod settings;
pub mod when;
