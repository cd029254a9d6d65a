//! What wasmtime makes of `plugins/wit`: one module a world, sharing the common interfaces.

#![allow(missing_docs, unused_qualifications, clippy::all)]

pub(super) mod exporter {
    wasmtime::component::bindgen!({
        path: "plugins/wit",
        world: "exporter",
        imports: { default: async | trappable },
        exports: { default: async },
        with: {
            "redress:plugin/cases.reader": crate::plugins::exporter::OpenAttachment,
            "redress:plugin/bundle.entry": crate::plugins::exporter::OpenEntry,
        },
    });
}

pub(super) mod linker {
    wasmtime::component::bindgen!({
        path: "plugins/wit",
        world: "linker",
        imports: { default: async | trappable },
        exports: { default: async },
        with: {
            "redress:plugin/types": crate::plugins::bindings::exporter::redress::plugin::types,
            "redress:plugin/log": crate::plugins::bindings::exporter::redress::plugin::log,
            "redress:plugin/run": crate::plugins::bindings::exporter::redress::plugin::run,
            "redress:plugin/files.reader": crate::plugins::files::OpenFile,
            "redress:plugin/files.table": crate::plugins::table::Table,
        },
    });
}
