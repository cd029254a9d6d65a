//! What wasmtime makes of `plugins/wit`: one module a world and version, sharing the common interfaces.
//! The host is written against the newest version; [`super::older`] brings the one before onto it.

#![allow(missing_docs, unused_qualifications, clippy::all)]

pub(super) mod exporter {
    wasmtime::component::bindgen!({
        path: "plugins/wit/0.2.0",
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
        path: "plugins/wit/0.2.0",
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

/// Version 0.1.0, whose components still run.
pub(super) mod v0_1 {
    pub(in crate::plugins) mod exporter {
        wasmtime::component::bindgen!({
            path: "plugins/wit/0.1.0",
            world: "exporter",
            imports: { default: async | trappable },
            exports: { default: async },
            with: {
                "redress:plugin/types": crate::plugins::bindings::exporter::redress::plugin::types,
                "redress:plugin/cases.reader": crate::plugins::exporter::OpenAttachment,
                "redress:plugin/bundle.entry": crate::plugins::exporter::OpenEntry,
            },
        });
    }

    pub(in crate::plugins) mod linker {
        wasmtime::component::bindgen!({
            path: "plugins/wit/0.1.0",
            world: "linker",
            imports: { default: async | trappable },
            exports: { default: async },
            with: {
                "redress:plugin/types": crate::plugins::bindings::exporter::redress::plugin::types,
                "redress:plugin/log": crate::plugins::bindings::v0_1::exporter::redress::plugin::log,
                "redress:plugin/run": crate::plugins::bindings::v0_1::exporter::redress::plugin::run,
                "redress:plugin/files.reader": crate::plugins::files::OpenFile,
                "redress:plugin/files.table": crate::plugins::table::Table,
            },
        });
    }
}
