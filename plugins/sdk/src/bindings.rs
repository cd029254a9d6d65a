//! What `wit-bindgen` makes of `plugins/wit`: one module a world, sharing the common types.
//! Plugins use the modules beside this one; only the macros need these.
//!
//! Both worlds export `about`, and a crate can hold its macro only once: so it stands in a world of its own, and a
//! component is of two of these worlds together.

#![allow(missing_docs, unsafe_code, clippy::all)]

pub mod about {
    wit_bindgen::generate!({
        inline: "
            package redress:sdk-about;
            world about {
                export redress:plugin/about@0.2.0;
            }
        ",
        path: "../wit/0.2.0",
        world: "redress:sdk-about/about",
        pub_export_macro: true,
    });
}

pub mod exporter {
    wit_bindgen::generate!({
        inline: "
            package redress:sdk-exporter;
            world exporter {
                import redress:plugin/log@0.2.0;
                import redress:plugin/run@0.2.0;
                import redress:plugin/cases@0.2.0;
                import redress:plugin/bundle@0.2.0;
                import redress:plugin/documents@0.2.0;
                export redress:plugin/exporting@0.2.0;
            }
        ",
        path: "../wit/0.2.0",
        world: "redress:sdk-exporter/exporter",
        pub_export_macro: true,
        generate_all,
    });
}

pub mod linker {
    wit_bindgen::generate!({
        inline: "
            package redress:sdk-linker;
            world linker {
                import redress:plugin/log@0.2.0;
                import redress:plugin/run@0.2.0;
                import redress:plugin/http@0.2.0;
                import redress:plugin/files@0.2.0;
                import redress:plugin/evidence@0.2.0;
                export redress:plugin/linking@0.2.0;
            }
        ",
        path: "../wit/0.2.0",
        world: "redress:sdk-linker/linker",
        pub_export_macro: true,
        generate_all,
        with: {
            "redress:plugin/types@0.2.0": crate::bindings::exporter::redress::plugin::types,
            "redress:plugin/log@0.2.0": crate::bindings::exporter::redress::plugin::log,
            "redress:plugin/run@0.2.0": crate::bindings::exporter::redress::plugin::run,
        },
    });
}
