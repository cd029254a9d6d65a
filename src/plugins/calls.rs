//! The calls that the host makes into a plugin, for each version of the contract.

use wasmtime::Store;
use wasmtime::component::InstancePre;

use super::Cause;
use super::bindings::{exporter, linker, v0_1 as older};
use super::contract::Contract;
use super::exporter::Exporting;
use super::linker::{LinkPage, LinkQuery, Linking, page};
use super::run_log::clip;
use super::state::State;

type Exports = State<Exporting>;
type Links = State<Linking>;

pub(super) async fn run_export(
    mut store: Store<Exports>,
    pre: InstancePre<Exports>,
    contract: Contract,
) -> wasmtime::Result<Vec<String>> {
    let answer = match contract {
        Contract::V0_2 => {
            let guest = exporter::ExporterPre::new(pre)?;
            let guest = guest.instantiate_async(&mut store).await?;
            let exporting = guest.redress_plugin_exporting();
            exporting.call_run_export(&mut store).await?
        }
        Contract::V0_1 => {
            let guest = older::exporter::ExporterPre::new(pre)?;
            let guest = guest.instantiate_async(&mut store).await?;
            let exporting = guest.redress_plugin_exporting();
            exporting.call_run_export(&mut store).await?
        }
    };
    let notes = answer.map_err(|failure| Cause::Failed(failure.into()))?;
    store.data_mut().close()?;
    Ok(notes.iter().take(100).map(|note| clip(note, 500)).collect())
}

pub(super) async fn check(
    mut store: Store<Links>,
    pre: InstancePre<Links>,
    contract: Contract,
) -> wasmtime::Result<String> {
    let answer = match contract {
        Contract::V0_2 => {
            let guest = linker::LinkerPre::new(pre)?;
            let guest = guest.instantiate_async(&mut store).await?;
            guest
                .redress_plugin_linking()
                .call_check(&mut store)
                .await?
        }
        Contract::V0_1 => {
            let guest = older::linker::LinkerPre::new(pre)?;
            let guest = guest.instantiate_async(&mut store).await?;
            guest
                .redress_plugin_linking()
                .call_check(&mut store)
                .await?
        }
    };
    let side = &store.data().job;
    let said = answer.map_err(|failure| side.failed(failure))?;
    Ok(clip(&side.redacted(said), 500))
}

pub(super) async fn find(
    mut store: Store<Links>,
    pre: InstancePre<Links>,
    contract: Contract,
    query: LinkQuery,
) -> wasmtime::Result<LinkPage> {
    use linker::exports::redress::plugin::linking as now;
    use older::linker::exports::redress::plugin::linking as then;
    let answer = match contract {
        Contract::V0_2 => {
            let guest = linker::LinkerPre::new(pre)?;
            let guest = guest.instantiate_async(&mut store).await?;
            let asked = now::Query {
                document: query.document.clone(),
                limit: query.limit,
                cursor: query.cursor.clone(),
            };
            let linking = guest.redress_plugin_linking();
            linking.call_find(&mut store, &asked).await?
        }
        Contract::V0_1 => {
            let guest = older::linker::LinkerPre::new(pre)?;
            let guest = guest.instantiate_async(&mut store).await?;
            let asked = then::Query {
                document: query.document.clone(),
                limit: query.limit,
                cursor: query.cursor.clone(),
            };
            let linking = guest.redress_plugin_linking();
            let answer = linking.call_find(&mut store, &asked).await?;
            answer.map(|page| now::Page {
                records: page.records.into_iter().map(found).collect(),
                next: page.next,
            })
        }
    };
    let side = &store.data().job;
    let given = answer.map_err(|failure| side.failed(failure))?;
    Ok(page(&query, given, side)?)
}

fn found(
    found: older::linker::exports::redress::plugin::linking::Found,
) -> linker::exports::redress::plugin::linking::Found {
    linker::exports::redress::plugin::linking::Found {
        id: found.id,
        kind: found.kind,
        title: found.title,
        document: found.document,
    }
}

pub(super) async fn fetch(
    mut store: Store<Links>,
    pre: InstancePre<Links>,
    contract: Contract,
    document: String,
) -> wasmtime::Result<String> {
    if contract == Contract::V0_1 {
        let why = "it was made for version 0.1 of the plugin contract, which knows no documents of records";
        return Err(Cause::Answer(why.into()).into());
    }
    let guest = linker::LinkerPre::new(pre)?;
    let guest = guest.instantiate_async(&mut store).await?;
    let linking = guest.redress_plugin_linking();
    let answer = linking.call_fetch(&mut store, &document).await?;
    let side = &store.data().job;
    let name = answer.map_err(|failure| side.failed(failure))?;
    Ok(clip(&side.redacted(name), 255))
}

pub(super) async fn linker_manifest(
    mut store: Store<Links>,
    pre: InstancePre<Links>,
    _contract: Contract,
) -> wasmtime::Result<String> {
    let guest = linker::LinkerPre::new(pre)?;
    let guest = guest.instantiate_async(&mut store).await?;
    guest.redress_plugin_about().call_manifest(&mut store).await
}

pub(super) async fn exporter_manifest(
    mut store: Store<Exports>,
    pre: InstancePre<Exports>,
    _contract: Contract,
) -> wasmtime::Result<String> {
    let guest = exporter::ExporterPre::new(pre)?;
    let guest = guest.instantiate_async(&mut store).await?;
    guest.redress_plugin_about().call_manifest(&mut store).await
}
