//! The case file for the Housing Ombudsman: a Redress exporter.
//!
//! It reads `redress-case/1` and writes one folder with the index, chronology, case summary, gaps,
//! manifest and verification in `00_Index/`, and the documents in the categories the Ombudsman asks for.
//!
//! **The upload set.** The casework Portal takes single files of at most 20 MB. Here every file of the
//! bundle is one that can be uploaded as it is: each obeys the file-name rule, each name is unique in the
//! whole bundle because it starts with the document's number, and none is over [`plan::CEILING`]. So the
//! upload set *is* the numbered files: they can be poured into one flat folder, and nothing is stored
//! twice. A document over the ceiling goes in pieces (`_p1of3`) when the host can cut it, text between
//! lines and PDF between pages; otherwise it stays out and the gaps say so.
//!
//! **Same case, same bytes.** The only time used is the case's `as_of`; nothing depends on the clock, the
//! machine or an earlier run.
//!
//! Start at [`bundle::write`]. The component's door to the host is `guest.rs`, built for wasm only;
//! everything else is plain Rust, tested natively with a host made of vectors.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        reason = "a test that unwraps nothing fails as it should"
    )
)]

pub mod bundle;
pub mod case;
pub mod category;
pub mod chronology;
pub mod csv;
pub mod day;
mod evidence;
pub mod gaps;
#[cfg(all(target_arch = "wasm32", feature = "guest"))]
mod guest;
mod index;
pub mod name;
pub mod plan;
pub mod sheet;
pub mod summary;
