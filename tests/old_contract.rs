//! Plugins built against the version of the contract before this one still run. Their bytes are kept as they were built
//! and never built again: what people have installed does not change either.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use chrono::{TimeZone, Utc};
use redress::plugins::{
    Contract, Folder, HostConfig, Kind, Limits, LinkJob, LinkQuery, NoConnections, Plugin,
    PluginHost, Run,
};

const CSV_FOLDER: &[u8] = include_bytes!("old-contract/csv-folder-0.1.0.wasm");
const OMBUDSMAN_BUNDLE: &[u8] = include_bytes!("old-contract/ombudsman-bundle-0.1.0.wasm");

fn job(folder: &std::path::Path) -> LinkJob {
    LinkJob {
        run: Run {
            settings_json: "{}".into(),
            started_at: Utc.with_ymd_and_hms(2026, 3, 2, 9, 30, 0).unwrap(),
            language: "en-GB".into(),
            progress: None,
            limits: Limits::link(),
        },
        folder: Some(Folder::open(folder).unwrap()),
        connections: Arc::new(NoConnections),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adapter_of_the_contract_before_finds_its_records() {
    let host = PluginHost::new(HostConfig::default()).unwrap();
    let plugin = Plugin::new("csv-folder", CSV_FOLDER);
    let described = host.describe(&plugin).await.unwrap();
    assert_eq!(
        (described.contract, described.kind),
        (Contract::V0_1, Kind::Linker)
    );
    assert_eq!(described.manifest, None, "0.1 has no manifest");

    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("repairs.csv"),
        "external_ref,property_ref,reported_on,description\nR-1,00700123,2026-01-05,Damp\nR-2,00700999,2026-01-05,Lift\n",
    )
    .unwrap();
    let (said, _) = host.link_check(&plugin, job(folder.path())).await.unwrap();
    assert!(said.contains("repairs.csv"), "{said}");
    let query = LinkQuery {
        document: r#"{"schema":"redress-link-query/1","property_ref":"00700123"}"#.into(),
        limit: 10,
        cursor: None,
    };
    let (page, log) = host
        .link_find(&plugin, job(folder.path()), query)
        .await
        .unwrap();
    let ids: Vec<&str> = page
        .records
        .iter()
        .map(|record| record.id.as_str())
        .collect();
    assert_eq!(ids, ["R-1"]);
    assert!(log.used.calls > 0 && log.used.memory > 0, "{:?}", log.used);

    let document = r#"{"schema":"redress-link-document/1"}"#.to_owned();
    let fetched = host.link_fetch(
        &plugin,
        job(folder.path()),
        document,
        Box::new(std::io::sink()),
    );
    let refused = fetched.await.unwrap_err().to_string();
    assert!(
        refused.contains("version 0.1 of the plugin contract"),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exporter_of_the_contract_before_makes_its_archive() {
    let host = PluginHost::new(HostConfig::default()).unwrap();
    let plugin = Plugin::new("ombudsman-bundle", OMBUDSMAN_BUNDLE);
    let described = host.describe(&plugin).await.unwrap();
    assert_eq!(
        (described.contract, described.kind),
        (Contract::V0_1, Kind::Exporter)
    );
    crate::hostile_plugins::exports_with(&host, &plugin, r#"{"reference":"C-2026-0042","landlord":{"name":"Marsh End"},"as_of":"2026-03-02T09:30:00Z"}"#).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_of_the_present_contract_says_what_it_is() {
    let host = PluginHost::new(HostConfig::default()).unwrap();
    let plugin = Plugin::new("csv-folder", redress::link::CSV_FOLDER);
    let described = host.describe(&plugin).await.unwrap();
    assert_eq!(
        (described.contract, described.kind),
        (Contract::V0_2, Kind::Linker)
    );
    let manifest = redress::plugins::Manifest::read(&described.manifest.unwrap()).unwrap();
    assert_eq!(manifest.id, "csv-folder");
    assert!(manifest.folder.unwrap().required);
    let no_plugin = host
        .describe(&Plugin::new("text", &b"no component"[..]))
        .await
        .unwrap_err();
    assert!(
        no_plugin.to_string().contains("choose the .wasm file"),
        "{no_plugin}"
    );
}
