//! Which of the two worlds a component is for and which version of the contract it speaks, told from its exports before
//! anything of it runs.

use serde::{Deserialize, Serialize};
use wasmtime::Engine;
use wasmtime::component::{Component, InstancePre, Linker};

use super::Cause;
use super::run_log::clip;
use super::state::State;

/// Which of the two worlds a plugin is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Writes archives.
    Exporter,
    /// Finds records.
    Linker,
}

/// A version of the contract that this program speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Contract {
    /// The one before: no manifest, no look-ups in tables, no documents of records.
    #[serde(rename = "0.1.0")]
    V0_1,
    /// The present one.
    #[serde(rename = "0.2.0")]
    V0_2,
}

impl Contract {
    /// As the contract's package is numbered.
    pub fn number(self) -> &'static str {
        match self {
            Self::V0_1 => "0.1.0",
            Self::V0_2 => "0.2.0",
        }
    }
}

/// Which world and version a component's exports are of.
pub(super) fn speaks(engine: &Engine, component: &Component) -> Result<(Contract, Kind), Cause> {
    let component = component.component_type();
    let exported: Vec<&str> = component.exports(engine).map(|(name, _)| name).collect();
    for (name, kind) in [("exporting", Kind::Exporter), ("linking", Kind::Linker)] {
        let prefix = format!("redress:plugin/{name}@");
        let Some(version) = exported.iter().find_map(|name| name.strip_prefix(&prefix)) else {
            continue;
        };
        // Within 0.1 and within 0.2 nothing is ever taken away.
        let contract = match version.rsplit_once('.').map(|(minor, _)| minor) {
            Some("0.1") => Contract::V0_1,
            Some("0.2") => Contract::V0_2,
            _ => {
                return Err(Cause::WrongKind {
                    wanted: "a plugin",
                    why: format!(
                        "it was made for version {} of the plugin contract; this program speaks 0.1 and 0.2",
                        clip(version, 20)
                    ),
                });
            }
        };
        return Ok((contract, kind));
    }
    Err(Cause::WrongKind {
        wanted: "a plugin",
        why: "it exports neither redress:plugin/exporting nor redress:plugin/linking".into(),
    })
}

/// Checks a component against a world, before anything of it runs.
pub(super) fn fits<J: 'static, P>(
    kind: Kind,
    linker: &Linker<State<J>>,
    component: &Component,
    exports: impl FnOnce(InstancePre<State<J>>) -> wasmtime::Result<P>,
) -> Result<P, Cause> {
    let wanted = match kind {
        Kind::Exporter => "an exporter",
        Kind::Linker => "a linking adapter",
    };
    linker
        .instantiate_pre(component)
        .and_then(exports)
        .map_err(|error| Cause::WrongKind {
            wanted,
            why: clip(&format!("{error:#}"), 300),
        })
}
