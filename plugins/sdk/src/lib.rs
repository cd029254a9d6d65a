//! Write an exporter or a linking adapter for Redress in a few lines.
//!
//! Implement [`Exporter`] or [`Linker`] for an empty struct and hand it to [`exporter!`] or
//! [`linker!`]; the crate must be a `cdylib`. What a plugin may do is in the modules:
//! [`run`] and [`log`] for both, [`cases`], [`bundle`] and [`documents`] for exporters,
//! [`files`], [`http`] and [`evidence`] for adapters. There is nothing else: no clock, no network, no disk.
//!
//! An adapter reads its query with [`Ask`], answers with [`Record`]s in a [`Page`], and reads the other system's answers
//! with [`Json`] or types of its own. `redress plugin new` writes one to begin with. [`belongs`] decides whose a record
//! is, [`fields`] names what the contract knows of each kind, [`dates`] reads dates however they are written, and rules
//! that speak to a [`wire`] are tested without a host.
//!
//! ```ignore
//! use redress_plugin::{Exporter, Failure, bundle, cases};
//!
//! struct Plain;
//! impl Exporter for Plain {
//!     fn export() -> Result<Vec<String>, Failure> {
//!         bundle::put("case.json", "application/json", cases::document_json().as_bytes())?;
//!         Ok(vec![])
//!     }
//! }
//! redress_plugin::exporter!(Plain);
//! ```

mod ask;
pub mod belongs;
#[doc(hidden)]
pub mod bindings;
pub mod bundle;
pub mod cases;
pub mod dates;
pub mod evidence;
mod failure;
pub mod fields;
pub mod files;
pub mod http;
mod json;
pub mod log;
mod record;
pub mod run;
mod stream;
pub mod wire;

pub use ask::{Ask, Wanted};
pub use json::Json;
pub use record::{Document, Record, Text};
pub use serde_json::Value;

pub use bindings::exporter::redress::plugin::documents;
pub use bindings::exporter::redress::plugin::types::{Failure, Level};
pub use bindings::linker::exports::redress::plugin::linking::{Found, Page, Query};

/// Everything a plugin is likely to name: `use redress_plugin::prelude::*;`.
pub mod prelude {
    pub use crate::{
        Ask, Document, Exporter, Failure, Json, Linker, Page, Query, Record, Value, Wanted, bundle,
        cases, documents, evidence, files, http, log, run,
    };
}

/// An export format. A fresh instance serves each export.
pub trait Exporter {
    /// What the plugin says of itself: JSON, schema `redress-plugin/1`; usually `include_str!("../plugin.json")`.
    const MANIFEST: &str;
    /// Writes the bundle; the notes are for the person who asked ("2 photos have no date").
    fn export() -> Result<Vec<String>, Failure>;
}

/// An adapter to another system. A fresh instance serves each call.
pub trait Linker {
    /// What the plugin says of itself: JSON, schema `redress-plugin/1`; usually `include_str!("../plugin.json")`.
    const MANIFEST: &str;
    /// Says in one sentence that the other system can be reached; cheap, it is behind "Test connection".
    fn check() -> Result<String, Failure>;
    /// Finds records of the query's tenancy, home, address or person.
    fn find(query: Query) -> Result<Page, Failure>;
    /// Puts the bytes of a document that a record named into [`evidence`] and gives the file's name. Asked with JSON,
    /// schema `redress-link-document/1`.
    fn fetch(document: String) -> Result<String, Failure> {
        let _ = document;
        Err(Failure::BadInput(
            "the records of this adapter have no documents".into(),
        ))
    }
}

/// Makes the type the exporter of this component.
#[macro_export]
macro_rules! exporter {
    ($plugin:ident) => {
        const _: () = {
            struct Component;
            impl $crate::bindings::exporter::exports::redress::plugin::exporting::Guest for Component {
                fn run_export() -> Result<Vec<String>, $crate::Failure> {
                    $crate::log::panics();
                    <$plugin as $crate::Exporter>::export()
                }
            }
            impl $crate::bindings::about::exports::redress::plugin::about::Guest for Component {
                fn manifest() -> String {
                    <$plugin as $crate::Exporter>::MANIFEST.into()
                }
            }
            $crate::bindings::about::export!(Component with_types_in $crate::bindings::about);
            $crate::bindings::exporter::export!(Component with_types_in $crate::bindings::exporter);
        };
    };
}

/// Makes the type the linking adapter of this component.
#[macro_export]
macro_rules! linker {
    ($plugin:ident) => {
        const _: () = {
            struct Component;
            impl $crate::bindings::linker::exports::redress::plugin::linking::Guest for Component {
                fn check() -> Result<String, $crate::Failure> {
                    $crate::log::panics();
                    <$plugin as $crate::Linker>::check()
                }
                fn find(query: $crate::Query) -> Result<$crate::Page, $crate::Failure> {
                    $crate::log::panics();
                    <$plugin as $crate::Linker>::find(query)
                }
                fn fetch(document: String) -> Result<String, $crate::Failure> {
                    $crate::log::panics();
                    <$plugin as $crate::Linker>::fetch(document)
                }
            }
            impl $crate::bindings::about::exports::redress::plugin::about::Guest for Component {
                fn manifest() -> String {
                    <$plugin as $crate::Linker>::MANIFEST.into()
                }
            }
    $crate::bindings::about::export!(Component with_types_in $crate::bindings::about);
    $crate::bindings::linker::export!(Component with_types_in $crate::bindings::linker);
        };
    };
}
