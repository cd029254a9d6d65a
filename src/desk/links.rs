//! Linked records: asked for on logging and on refresh, kept as snapshots, and never in anyone's way.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::cases::Order;
use super::settings::LinkSource;
use super::{CaseView, Desk, DeskError, need, open};
use crate::domain::access::{Actor, Permission};
use crate::domain::case::{Case, Command, Found};
use crate::domain::ids::CaseRef;
use crate::link::{self, CSV_FOLDER, Gathered, Query, Source};
use crate::plugins::Plugin;

/// How long logging waits for linked records.
const PATIENCE: Duration = Duration::from_secs(5);

impl Desk {
    /// The adapters that are part of the program: name and SHA-256 of each.
    pub fn adapters(&self) -> Vec<(String, String)> {
        let csv = Plugin::new("csv-folder", CSV_FOLDER);
        vec![(csv.name().to_owned(), csv.sha256().to_owned())]
    }

    /// Asks a link whether it can be read, and what it sees.
    ///
    /// # Errors
    /// [`DeskError::Plugin`] with the sentence it answered.
    pub async fn check_link(
        &self,
        actor: &Actor,
        source: &LinkSource,
    ) -> Result<String, DeskError> {
        need(actor, Permission::Administer)?;
        let asked = source_of(source).map_err(DeskError::Plugin)?;
        link::check(&self.inner.plugins, &asked, self.now())
            .await
            .map_err(DeskError::Plugin)
    }

    /// Asks every source again about a case and keeps what is new or has changed.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] or what the disk says; never because a source is down.
    pub async fn refresh_links(
        &self,
        actor: &Actor,
        reference: &CaseRef,
    ) -> Result<CaseView, DeskError> {
        need(actor, Permission::Log)?;
        let case = open(&*self.reader()?, actor, reference)?;
        self.take_snapshots(actor, &case).await?;
        self.case(actor, reference)
    }

    /// Begins to ask the sources about a case that has just been logged and waits for them a little, so that most
    /// cases show their records at once. Slow ones go on by themselves; logging has already succeeded.
    pub(crate) async fn begin_snapshots(&self, actor: &Actor, case: &Case) {
        let (desk, who, about) = (self.clone(), actor.clone(), case.clone());
        let taking = tokio::spawn(async move {
            if let Err(error) = desk.take_snapshots(&who, &about).await {
                tracing::warn!(case = %about.reference, %error, "linked records were not taken");
            }
        });
        if tokio::time::timeout(PATIENCE, taking).await.is_err() {
            tracing::info!(case = %case.reference, "linked records are still being read");
        }
    }

    /// Asks the sources about a case and keeps what they give. What goes wrong stands on the case.
    pub(crate) async fn take_snapshots(&self, actor: &Actor, case: &Case) -> Result<(), DeskError> {
        for source in self.sources()?.into_iter().filter(|source| source.enabled) {
            let gathered = match source_of(&source) {
                Ok(asked) => {
                    link::gather(&self.inner.plugins, &asked, &Query::of(case), self.now()).await
                }
                Err(failure) => unreachable_source(&source.key, failure, self.now()),
            };
            if let Some(failure) = &gathered.failure {
                tracing::warn!(source = %source.key, case = %case.reference, %failure, "a linked source gave no answer");
            }
            let command = Command::TakeSnapshots {
                source: source.key,
                found: gathered.records,
                failure: gathered.failure,
                notes: gathered.notes,
            };
            self.command(actor, &case.reference, Order::now(command))
                .await?;
        }
        Ok(())
    }

    /// One record of a source by its identifier, among those about this case's resident and home.
    pub(crate) async fn find_record(
        &self,
        actor: &Actor,
        reference: &CaseRef,
        source: &str,
        external_id: &str,
    ) -> Result<Option<Found>, DeskError> {
        let case = open(&*self.reader()?, actor, reference)?;
        let sources = self.sources()?;
        let Some(known) = sources.iter().find(|known| known.key == source) else {
            return Err(DeskError::Invalid {
                field: "source",
                detail: format!("No link is called {source}."),
            });
        };
        let asked = source_of(known).map_err(DeskError::Plugin)?;
        let gathered =
            link::gather(&self.inner.plugins, &asked, &Query::of(&case), self.now()).await;
        match gathered
            .records
            .into_iter()
            .find(|found| found.external_id == external_id)
        {
            Some(found) => Ok(Some(found)),
            None => match gathered.failure {
                Some(failure) => Err(DeskError::Plugin(format!(
                    "{source} gave no answer: {failure}"
                ))),
                None => Ok(None),
            },
        }
    }
}

/// A linked system as the adapters know it.
fn source_of(kept: &LinkSource) -> Result<Source, String> {
    let settings = match &kept.settings {
        settings if settings.is_object() => settings.to_string(),
        _ => "{}".to_owned(),
    };
    match (kept.plugin.as_str(), &kept.folder) {
        ("csv-folder", Some(folder)) => Ok(Source::csv_folder(&kept.key, folder.into(), settings)),
        ("csv-folder", None) => Err(format!(
            "{} has no folder to read. Ask the administrator.",
            kept.key
        )),
        (other, _) => Err(format!(
            "There is no adapter called {other}. Ask the administrator."
        )),
    }
}

fn unreachable_source(name: &str, failure: String, now: DateTime<Utc>) -> Gathered {
    Gathered {
        source: name.to_owned(),
        asked_at: now,
        records: Vec::new(),
        notes: Vec::new(),
        failure: Some(failure),
    }
}
