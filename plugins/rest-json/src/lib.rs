//! Any REST source that answers JSON, mapped by settings: no code is written for a new system.
//!
//! For each kind of record the settings say what is asked (a path with `{property_ref}` and its like), where the list
//! stands in the answer, how the next page is asked for, and what of an item is which of our fields, in the small
//! language of [`expr`]. Only records that belong to the query are given on, by the rules all adapters share.
//!
//! Start at [`find::find`]; [`mapping`] is the settings, [`preview`] what the page that writes them shows. `guest.rs` is
//! the component's door, built for wasm only.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        reason = "a test that unwraps nothing fails as it should"
    )
)]

pub mod expr;
pub mod find;
#[cfg(target_arch = "wasm32")]
mod guest;
pub mod mapping;
pub mod paging;
pub mod path;
pub mod preview;
pub mod record;
pub mod request;
pub mod template;

#[cfg(test)]
mod fake;
#[cfg(test)]
mod tests;
