//! What `wit-bindgen` makes of `plugins/wit`: one module a world, sharing the common types.
//! Plugins use the modules beside this one; only the macros need these.

#![allow(missing_docs, unsafe_code, clippy::all)]

pub mod exporter {
    wit_bindgen::generate!({
        path: "../wit/0.2.0",
        world: "exporter",
        pub_export_macro: true,
    });
}

pub mod linker {
    wit_bindgen::generate!({
        path: "../wit/0.2.0",
        world: "linker",
        pub_export_macro: true,
        with: {
            "redress:plugin/types@0.2.0": crate::bindings::exporter::redress::plugin::types,
            "redress:plugin/log@0.2.0": crate::bindings::exporter::redress::plugin::log,
            "redress:plugin/run@0.2.0": crate::bindings::exporter::redress::plugin::run,
        },
    });
}
