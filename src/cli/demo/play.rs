//! Acts the scripts out at the desk: every line is a real call by a real account, on the day it happened.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::{Context, Result, anyhow, bail};
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Map, Value};

use super::days::Days;
use super::folder::Folder;
use super::papers::Papers;
use super::script::{Cue, Scene};
use crate::desk::cases::Order;
use crate::desk::documents::NewDocument;
use crate::desk::{CaseView, Desk, Now};
use crate::domain::access::Actor;
use crate::domain::case::Command;
use crate::domain::ids::CaseRef;
use crate::domain::intake::Intake;

/// The desk's clock: a moment of the past while the scripts are played, then the real time.
#[derive(Clone, Default)]
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    /// What the desk asks.
    pub fn now(&self) -> Now {
        let told = Arc::clone(&self.0);
        Arc::new(move || match told.load(Ordering::Relaxed) {
            0 => Utc::now(),
            millis => DateTime::from_timestamp_millis(millis).unwrap_or_else(Utc::now),
        })
    }

    /// It is `at` from now on.
    pub fn set(&self, at: DateTime<Utc>) {
        self.0.store(at.timestamp_millis(), Ordering::Relaxed);
    }

    /// It runs by itself again.
    pub fn run(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

/// What a scene has come to.
#[derive(Default)]
struct Standing {
    reference: Option<CaseRef>,
    /// Documents by the label the script gives them.
    documents: BTreeMap<String, u32>,
    /// Refused once: the rest would make no sense.
    failed: bool,
}

/// The stage on which the scripts are played.
pub struct Play<'a> {
    /// The desk.
    pub desk: &'a Desk,
    /// Its clock.
    pub clock: &'a Clock,
    /// Everyone who acts, by account.
    pub people: &'a BTreeMap<String, Actor>,
    /// The days.
    pub days: &'a Days<'a>,
    /// The folder of the other system.
    pub folder: &'a Folder,
    /// Photographs, reports, letters.
    pub papers: &'a Papers,
}

impl Play<'_> {
    /// Plays `scenes` in the order of `cues`; gives each scene's case.
    ///
    /// # Errors
    /// Everything that the desk refused, so that a script is corrected in one go; a scene ends at its first.
    pub async fn all(&self, scenes: &[Scene], cues: &[Cue]) -> Result<BTreeMap<String, CaseView>> {
        let mut standings: Vec<Standing> = scenes.iter().map(|_| Standing::default()).collect();
        let mut beside = BTreeMap::new();
        let mut views = BTreeMap::new();
        let mut wrong = Vec::new();
        for cue in cues.iter() {
            let (scene, standing) = (&scenes[cue.scene], &mut standings[cue.scene]);
            if standing.failed {
                continue;
            }
            self.clock.set(cue.at);
            match self.act(scene, cue, standing, &mut beside).await {
                Ok(Some(view)) => {
                    views.insert(scene.key.clone(), view);
                }
                Ok(None) => {}
                Err(error) => {
                    let step = cue
                        .step
                        .map_or("logging".to_owned(), |step| format!("step {}", step + 1));
                    wrong.push(format!("{}, {step}: {error:#}", scene.key));
                    standing.failed = true;
                }
            }
        }
        if !wrong.is_empty() {
            bail!(
                "the demonstration's scripts were refused:\n{}",
                wrong.join("\n")
            );
        }
        for scene in scenes {
            // Another scene may have moved this one on: a duplicate ends with the case it is merged into.
            let Some(view) = views.get_mut(&scene.key) else {
                continue;
            };
            if view.case.restricted.is_none() {
                let by = self.actor(&scene.logged_by)?;
                *view = self.desk.case(by, &view.case.reference)?;
            }
        }
        Ok(views)
    }

    /// One thing that happens; gives the scene's own case as it leaves it.
    async fn act(
        &self,
        scene: &Scene,
        cue: &Cue,
        standing: &mut Standing,
        beside: &mut BTreeMap<String, CaseRef>,
    ) -> Result<Option<CaseView>> {
        let view = match cue.step {
            None => {
                let view = self.log(scene, cue).await?;
                beside.insert(scene.key.clone(), view.case.reference.clone());
                standing.reference = Some(view.case.reference.clone());
                view
            }
            Some(step) => self.step(&scene.steps[step], cue, standing, beside).await?,
        };
        let own = standing.reference.as_ref() == Some(&view.case.reference);
        Ok(own.then_some(view))
    }

    async fn log(&self, scene: &Scene, cue: &Cue) -> Result<CaseView> {
        let mut intake = Value::Object(scene.intake.clone());
        self.days.fill(&mut intake, cue.day);
        let received_at = self.days.moment(cue.day, scene.at);
        intake["received_at"] = serde_json::to_value(received_at)?;
        let intake: Intake = serde_json::from_value(intake)?;
        let actor = self.actor(&scene.logged_by)?;
        self.folder.write(self.days, cue.at)?;
        Ok(self.desk.log(actor, intake, None).await?)
    }

    async fn step(
        &self,
        step: &Map<String, Value>,
        cue: &Cue,
        standing: &mut Standing,
        beside: &mut BTreeMap<String, CaseRef>,
    ) -> Result<CaseView> {
        let mut step = step.clone();
        let mut take = |name: &str| match step.remove(name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        take("at");
        let (by, label, opens, on) = (take("by"), take("label"), take("opens"), take("on"));
        step.remove("day");
        let actor = self.actor(&by.context("it has nobody who does it")?)?;
        let reference = match on {
            Some(key) => beside
                .get(&key)
                .with_context(|| format!("there is no case {key} yet"))?,
            None => standing
                .reference
                .as_ref()
                .context("its case has not begun")?,
        };
        let mut step = Value::Object(step);
        self.days.fill(&mut step, cue.day);
        resolve(&mut step, standing, beside)?;
        let view = match step["command"].as_str().unwrap_or_default() {
            "attach" => {
                let (id, view) = self.attach(actor, reference, &step, cue.day).await?;
                if let Some(label) = label {
                    standing.documents.insert(label, id);
                }
                view
            }
            "refresh_links" => {
                self.folder.write(self.days, cue.at)?;
                self.desk.refresh_links(actor, reference).await?
            }
            _ => {
                let command: Command = serde_json::from_value(step)?;
                self.desk
                    .command(actor, reference, Order::now(command))
                    .await?
            }
        };
        if let Some(key) = opens {
            let opened = view
                .case
                .linked_cases
                .last()
                .context("no case was opened beside it")?;
            beside.insert(key, opened.clone());
        }
        Ok(view)
    }

    async fn attach(
        &self,
        actor: &Actor,
        reference: &CaseRef,
        step: &Value,
        day: NaiveDate,
    ) -> Result<(u32, CaseView)> {
        let text = |name: &str| step[name].as_str().unwrap_or_default().to_owned();
        let file = text("file");
        let bytes = self.papers.get(&file, day)?;
        let about = NewDocument {
            kind: serde_json::from_value(step["kind"].clone())?,
            doc_date: Some(text("doc_date").parse().unwrap_or(day)),
            title: text("title"),
            sensitivity: serde_json::from_value(step["sensitivity"].clone()).unwrap_or_default(),
            file_name: file,
            source_system: step["source_system"].as_str().map(str::to_owned),
            source_id: step["source_id"].as_str().map(str::to_owned),
            at: None,
        };
        let (document, _) = self
            .desk
            .attach(actor, reference, about, None, &*bytes)
            .await?;
        Ok((document.id.0, self.desk.case(actor, reference)?))
    }

    fn actor(&self, account: &str) -> Result<&Actor> {
        self.people
            .get(account)
            .with_context(|| format!("there is no account {account} in people.toml"))
    }
}

/// Puts numbers where the script names documents (`@label`) and cases (`@case:key`).
fn resolve(
    value: &mut Value,
    standing: &Standing,
    beside: &BTreeMap<String, CaseRef>,
) -> Result<()> {
    match value {
        Value::String(text) => {
            if let Some(key) = text.strip_prefix("@case:") {
                let found = beside
                    .get(key)
                    .ok_or_else(|| anyhow!("there is no case {key} yet"))?;
                *value = found.to_string().into();
            } else if let Some(label) = text.strip_prefix('@') {
                let Some(id) = standing.documents.get(label) else {
                    bail!("no document is labelled {label} yet");
                };
                *value = (*id).into();
            }
        }
        Value::Array(items) => {
            for item in items {
                resolve(item, standing, beside)?;
            }
        }
        Value::Object(members) => {
            for item in members.values_mut() {
                resolve(item, standing, beside)?;
            }
        }
        _ => {}
    }
    Ok(())
}
