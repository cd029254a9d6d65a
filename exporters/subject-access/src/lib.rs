//! What a case holds about one person, for somebody who asked for their data: a Redress exporter.
//!
//! Two folders. `1_Look-first_do-not-send` is for whoever answers the request: a list of other people's data in the set,
//! each with its place, what was seen and what to do, and the documents that are held back until somebody has decided.
//! `2_The-set` is what the person gets when that is done: a covering letter, the records as PDFs, the letters and the
//! documents. A redacted copy stands for its original; legal advice stays out and the letter says so.
//!
//! The list finds what can be found by reading: names, telephone numbers, addresses, words for family and neighbours. It
//! cannot look into pictures and scans, and names those too. It decides nothing.
//!
//! **Same case, same bytes.** Start at [`set::write`]. The component's door to the host is `guest.rs`, built for wasm
//! only.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        reason = "a test that unwraps nothing fails as it should"
    )
)]

#[cfg(target_arch = "wasm32")]
mod guest;
mod letter;
pub mod look;
mod papers;
pub mod person;
pub mod request;
mod review;
pub mod set;
