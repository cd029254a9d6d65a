//! Acts the scripts out at the desk: every line is a real call by a real account, on the day it happened.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use chrono::NaiveDate;
use futures_util::future::join_all;
use serde_json::{Map, Value};

use super::clock::{Clock, MOMENT};
use super::days::Days;
use super::folder::Folder;
use super::papers::Papers;
use super::script::{Cue, Scene};
use crate::desk::cases::Order;
use crate::desk::documents::NewDocument;
use crate::desk::{CaseView, Desk};
use crate::domain::access::Actor;
use crate::domain::calendar::london_date;
use crate::domain::case::Command;
use crate::domain::ids::CaseRef;
use crate::domain::intake::Intake;

/// What a scene has come to.
#[derive(Default)]
struct Standing {
    reference: Option<CaseRef>,
    /// Documents by the label the script gives them.
    documents: BTreeMap<String, u32>,
    /// The case as its last step left it.
    view: Option<CaseView>,
    /// What was refused; the rest would make no sense then.
    wrong: Option<String>,
}

/// The cases by the names that the scripts give them.
type Known = Mutex<BTreeMap<String, CaseRef>>;

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
    /// Plays `scenes` day by day in the order of `cues`; gives each scene's case.
    ///
    /// # Errors
    /// Everything that the desk refused, so that a script is corrected in one go; a scene ends at its first.
    pub async fn all(&self, scenes: &[Scene], cues: &[Cue]) -> Result<BTreeMap<String, CaseView>> {
        let mut standings: Vec<Standing> = scenes.iter().map(|_| Standing::default()).collect();
        let known = Mutex::default();
        for day in cues.chunk_by(|a, b| london_date(a.at) == london_date(b.at)) {
            let Some(evening) = day.last() else { continue };
            self.clock.set(evening.at);
            self.folder.write(self.days, evening.at)?;
            // One after the other, so that the references are the same every time.
            for cue in day.iter().filter(|cue| cue.step.is_none()) {
                self.follow(scenes, &[cue], &mut standings[cue.scene], &known)
                    .await;
            }
            let mut steps: BTreeMap<usize, Vec<&Cue>> = BTreeMap::new();
            for cue in day.iter().filter(|cue| cue.step.is_some()) {
                steps.entry(cue.scene).or_default().push(cue);
            }
            let (known, numbers): (_, Vec<usize>) = (&known, steps.keys().copied().collect());
            let side_by_side = steps.into_iter().map(|(scene, cues)| {
                let mut standing = std::mem::take(&mut standings[scene]);
                async move {
                    self.follow(scenes, &cues, &mut standing, known).await;
                    standing
                }
            });
            let after = join_all(side_by_side).await;
            for (scene, standing) in numbers.into_iter().zip(after) {
                standings[scene] = standing;
            }
        }
        let wrong: Vec<&str> = standings
            .iter()
            .filter_map(|one| one.wrong.as_deref())
            .collect();
        if !wrong.is_empty() {
            bail!(
                "the demonstration's scripts were refused:\n{}",
                wrong.join("\n")
            );
        }
        scenes
            .iter()
            .zip(standings)
            .map(|(scene, standing)| Ok((scene.key.clone(), self.at_last(scene, standing)?)))
            .collect()
    }

    /// A scene's case as everything has left it. Another scene may have moved it on: a duplicate ends with the
    /// case it is merged into.
    fn at_last(&self, scene: &Scene, standing: Standing) -> Result<CaseView> {
        let view = standing.view.context("a scene was not played")?;
        if view.case.restricted.is_some() {
            // Looking at it would be an event of its own.
            return Ok(view);
        }
        let by = self.actor(&scene.logged_by)?;
        Ok(self.desk.case(by, &view.case.reference)?)
    }

    /// What happens in one scene, each at its moment.
    async fn follow(
        &self,
        scenes: &[Scene],
        cues: &[&Cue],
        standing: &mut Standing,
        known: &Known,
    ) {
        for cue in cues {
            if standing.wrong.is_some() {
                return;
            }
            let scene = &scenes[cue.scene];
            match MOMENT
                .scope(cue.at, self.act(scene, cue, standing, known))
                .await
            {
                Ok(Some(view)) => standing.view = Some(view),
                Ok(None) => {}
                Err(error) => {
                    let step = cue
                        .step
                        .map_or("logging".to_owned(), |step| format!("step {}", step + 1));
                    standing.wrong = Some(format!("{}, {step}: {error:#}", scene.key));
                }
            }
        }
    }

    /// One thing that happens; gives the scene's own case as it leaves it.
    async fn act(
        &self,
        scene: &Scene,
        cue: &Cue,
        standing: &mut Standing,
        known: &Known,
    ) -> Result<Option<CaseView>> {
        let view = match cue.step {
            None => {
                let view = self.log(scene, cue).await?;
                name(known, &scene.key, &view.case.reference);
                standing.reference = Some(view.case.reference.clone());
                view
            }
            Some(step) => self.step(&scene.steps[step], cue, standing, known).await?,
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
        Ok(self.desk.log(actor, intake, None).await?)
    }

    async fn step(
        &self,
        step: &Map<String, Value>,
        cue: &Cue,
        standing: &mut Standing,
        known: &Known,
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
            Some(key) => &named(known, &key)?,
            None => standing
                .reference
                .as_ref()
                .context("its case has not begun")?,
        };
        let mut step = Value::Object(step);
        self.days.fill(&mut step, cue.day);
        resolve(&mut step, standing, known)?;
        let view = match step["command"].as_str().unwrap_or_default() {
            "attach" => {
                let (id, view) = self.attach(actor, reference, &step, cue.day).await?;
                if let Some(label) = label {
                    standing.documents.insert(label, id);
                }
                view
            }
            "refresh_links" => self.desk.refresh_links(actor, reference).await?,
            _ => {
                let command: Command = serde_json::from_value(step)?;
                self.desk
                    .command(actor, reference, Order::now(command).at(cue.at))
                    .await?
            }
        };
        if let Some(key) = opens {
            let opened = view
                .case
                .linked_cases
                .last()
                .context("no case was opened beside it")?;
            name(known, &key, opened);
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
            from: step["from"].as_str().map(str::to_owned),
            to: step["to"].as_str().map(str::to_owned),
            why: step["why"].as_str().map(str::to_owned),
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

fn name(known: &Known, key: &str, reference: &CaseRef) {
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    known.insert(key.to_owned(), reference.clone());
}

fn named(known: &Known, key: &str) -> Result<CaseRef> {
    let known = known.lock().unwrap_or_else(PoisonError::into_inner);
    known
        .get(key)
        .cloned()
        .with_context(|| format!("there is no case {key} yet"))
}

/// Puts numbers where the script names documents (`@label`) and cases (`@case:key`).
fn resolve(value: &mut Value, standing: &Standing, known: &Known) -> Result<()> {
    match value {
        Value::String(text) => {
            if let Some(key) = text.strip_prefix("@case:") {
                *value = named(known, key)?.to_string().into();
            } else if let Some(label) = text.strip_prefix('@') {
                let Some(id) = standing.documents.get(label) else {
                    bail!("no document is labelled {label} yet");
                };
                *value = (*id).into();
            }
        }
        Value::Array(items) => {
            for item in items {
                resolve(item, standing, known)?;
            }
        }
        Value::Object(members) => {
            for item in members.values_mut() {
                resolve(item, standing, known)?;
            }
        }
        _ => {}
    }
    Ok(())
}
