//! `redress plugin test`: runs a component in the real sandbox, with its tests' recorded cases and answers where on a
//! server the case and the other system would be, and says what a reviewer would want to know.
//!
//! Everything is run twice, because what changes by itself makes a new version of a record on every refresh, and an
//! export that nobody can make again.

mod exporter;
mod linker;
mod moods;
mod record;
mod recorded;
mod report;
mod wire;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::project::Project;
use crate::desk::plugins::words::asks;
use crate::plugins::{
    Cause, Contract, HostConfig, Kind, Limits, Manifest, Plugin, PluginHost, Run, RunError,
};
use recorded::Recorded;
use report::Report;

/// Tests a project or a component.
pub async fn test(args: &super::Test) -> anyhow::Result<ExitCode> {
    let (component, tests) = found(args)?;
    let bytes =
        fs::read(&component).with_context(|| format!("{} cannot be read", component.display()))?;
    let name = component.file_stem().unwrap_or_default().to_string_lossy();
    let mut report = Report {
        schema: "redress-plugin-report/1",
        plugin: name.clone().into_owned(),
        bytes: bytes.len(),
        ..Report::default()
    };
    let plugin = Plugin::new(name, bytes);
    report.sha256 = plugin.sha256().to_owned();
    if !args.json {
        eprintln!(
            "Compiling {}; a large one takes a while.",
            component.display()
        );
    }
    let host = PluginHost::new(HostConfig {
        cache_dir: args.cache.clone(),
        ..HostConfig::default()
    })?;
    let recorded = Recorded::read(&tests)?;
    examine(&mut report, &host, &plugin, &recorded, args).await?;
    Ok(if report.print(args.json)? {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The component and the folder of its tests.
fn found(args: &super::Test) -> anyhow::Result<(PathBuf, PathBuf)> {
    let (component, beside) = if args.what.is_dir() {
        let project = Project::open(&args.what)?;
        let component = project.component();
        if !component.exists() {
            bail!(
                "{} is not there; build it first: redress plugin build {}",
                component.display(),
                args.what.display()
            );
        }
        if let Some(newer) = project.newer_than_component().first() {
            bail!(
                "{} has changed since the component was built; build it again: redress plugin build {}",
                newer.display(),
                args.what.display()
            );
        }
        (component, project.folder)
    } else if args.what.exists() {
        let beside = args.what.parent().unwrap_or(Path::new("."));
        (args.what.clone(), beside.to_owned())
    } else {
        bail!("there is no {}", args.what.display());
    };
    let tests = args.tests.clone().unwrap_or_else(|| beside.join("tests"));
    Ok((component, tests))
}

async fn examine(
    report: &mut Report,
    host: &PluginHost,
    plugin: &Plugin,
    recorded: &Recorded,
    args: &super::Test,
) -> anyhow::Result<()> {
    let described = match host.describe(plugin).await {
        Ok(described) => described,
        Err(error) => {
            report.failed("contract", error.cause.to_string());
            return Ok(());
        }
    };
    report.contract = described.contract.number();
    let kind = match described.kind {
        Kind::Linker => "a linking adapter",
        Kind::Exporter => "an exporter",
    };
    match described.contract {
        Contract::V0_2 => report.passed("contract", format!("{kind} for version 0.2, the present one")),
        Contract::V0_1 => report.warned(
            "contract",
            format!("{kind} for version 0.1: it runs, and the next version of the contract will end that; see \"From 0.1 to 0.2\" in the guide"),
        ),
    }
    let again = host.describe(plugin).await.map(|again| again.manifest);
    let manifest = match &described.manifest {
        None => None,
        Some(text) => match Manifest::read(text) {
            Err(why) => {
                report.failed("manifest", why);
                return Ok(());
            }
            Ok(manifest) => {
                match again {
                    Ok(Some(again)) if again == *text => {
                        report.passed("manifest", "it can be read and is the same on every call");
                    }
                    _ => report.failed("manifest", "it is another on every call"),
                }
                Some(manifest)
            }
        },
    };
    if let Some(manifest) = &manifest {
        report.plugin = format!(
            "{} {}, {kind}: {}",
            manifest.id, manifest.version, manifest.title
        );
        report.asks = words(manifest, described.contract);
        if manifest.kind != described.kind {
            report.failed(
                "manifest",
                format!("its kind is not what the component is: {kind}"),
            );
        }
        if manifest.summary.trim().is_empty() {
            report.warned(
                "manifest",
                "it has no summary, so nobody learns what it does",
            );
        }
    }
    let limits = limits(described.kind, manifest.as_ref());
    report.limits = Some(limits.clone());
    let subject = Subject {
        host,
        plugin,
        manifest,
        limits,
    };
    match described.kind {
        Kind::Linker => linker::examine(report, &subject, recorded).await,
        Kind::Exporter => exporter::examine(report, &subject, recorded, args).await,
    }
}

/// The manifest as the page of the plugin shows it to the administrator who decides.
fn words(manifest: &Manifest, contract: Contract) -> Vec<String> {
    let own = [&manifest.summary, &manifest.source].map(|text| text.replace('\n', " "));
    let asks = asks(manifest, contract).into_iter().map(|ask| ask.says);
    own.into_iter()
        .filter(|text| !text.trim().is_empty())
        .chain(asks)
        .collect()
}

/// What is tested.
struct Subject<'a> {
    host: &'a PluginHost,
    plugin: &'a Plugin,
    manifest: Option<Manifest>,
    limits: Limits,
}

impl Subject<'_> {
    /// A run with these settings. The second time round is another time, which must make no difference.
    fn run(&self, settings_json: String, round: u32) -> Run {
        Run {
            settings_json,
            started_at: DateTime::<Utc>::UNIX_EPOCH
                + TimeDelta::days(20_500 + 40 * i64::from(round)),
            language: "en-GB".into(),
            progress: None,
            limits: self.limits.clone(),
        }
    }

    /// The settings of a test as the host would give them, or what is wrong with them.
    fn settings(&self, given: &Value) -> Result<String, String> {
        let given = if given.is_null() {
            json!({})
        } else {
            given.clone()
        };
        let Some(manifest) = &self.manifest else {
            return Ok(given.to_string());
        };
        match manifest.settings.filled(&given) {
            Ok(filled) => Ok(filled.to_string()),
            Err(misfits) => {
                let said: Vec<_> = misfits
                    .iter()
                    .map(|misfit| format!("{}: {}", misfit.member, misfit.detail))
                    .collect();
                Err(format!(
                    "the test's settings do not fit the manifest: {}",
                    said.join(" ")
                ))
            }
        }
    }
}

/// What the plugin gets when the administrator grants what it asks for.
fn limits(kind: Kind, manifest: Option<&Manifest>) -> Limits {
    let mut limits = match kind {
        Kind::Linker => Limits::link(),
        Kind::Exporter => Limits::export(),
    };
    let Some(asked) = manifest.map(|manifest| manifest.limits) else {
        return limits;
    };
    if let Some(memory) = asked.memory_mb {
        limits.memory = usize::try_from(memory)
            .unwrap_or(usize::MAX)
            .saturating_mul(1 << 20);
    }
    if let Some(seconds) = asked.seconds {
        limits.wall = Duration::from_secs(seconds.into());
        limits.computing = limits.computing.min(limits.wall);
    }
    if let (Some(requests), Kind::Linker) = (asked.requests, kind) {
        limits.requests = requests;
    }
    limits
}

/// Whether a run ended by the plugin's own word, as it should, and not by a crash or a limit.
fn own_word(error: &RunError) -> Option<(&'static str, &str)> {
    use crate::plugins::Failure;
    let Cause::Failed(failure) = &error.cause else {
        return None;
    };
    Some(match failure {
        Failure::BadSettings(why) => ("bad-settings", why),
        Failure::Refused(why) => ("refused", why),
        Failure::Unavailable(why) => ("unavailable", why),
        Failure::BadInput(why) => ("bad-input", why),
        Failure::Denied(why) => ("denied", why),
        Failure::Other(why) => ("other", why),
    })
}
