//! Filling a file: the landlord settles in, the scripts are played day by day, and then it is now.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use chrono::{DateTime, NaiveTime, Utc};

use super::clock::Clock;
use super::days::Days;
use super::folder::Folder;
use super::landlord::{Person, Seed};
use super::papers::Papers;
use super::play::Play;
use super::script;
use crate::desk::{CaseView, Desk, PRACTICE};
use crate::domain::access::Role;
use crate::domain::calendar::Calendar;
use crate::domain::case::State;
use crate::pdf::Renderer;
use crate::plugins::PluginHost;
use crate::store::{Store, StoreError, T, WriteError};

/// The case whose bundle is the richest.
const ROAD: &str = "mould-behind-the-cot";

/// The working days before today on which the landlord takes Redress into use.
const BEGINS: i32 = -142;

/// Someone who can sign in.
pub struct SignIn {
    /// The account.
    pub account: String,
    /// The name people read.
    pub name: String,
    /// The roles, in words.
    pub roles: String,
}

/// A landlord that is ready to be looked at.
pub struct Demonstration {
    /// The desk, at the present time.
    pub desk: Desk,
    /// The landlord's name and number of homes.
    pub landlord: (String, u32),
    /// Who signs in.
    pub people: Vec<SignIn>,
    /// With what.
    pub password: String,
    /// The secret of a token with which the API can be tried.
    pub token: String,
    /// The case that went the whole road.
    pub road: String,
    /// Each script's case, with the state that the script says it ends in.
    pub cases: BTreeMap<String, (CaseView, State)>,
}

/// Fills a new file with the demonstration as if it had been in use until `now`.
///
/// # Errors
/// What the desk refused, with the script and the step.
pub async fn fill(
    store: Store,
    renderer: Renderer,
    plugins: PluginHost,
    folder: &Path,
    now: DateTime<Utc>,
) -> Result<Demonstration> {
    let calendar = Calendar::england();
    let days = Days::around(now, &calendar);
    let seed = Seed::read()?;
    let scenes = script::scenes()?;
    let cues = script::cues(&scenes, &days)?;
    let begins = days.working_day(BEGINS);
    let papers = Papers::make(
        &scenes,
        &cues,
        &seed.papers(begins),
        &days,
        &seed.landlord.name,
        &renderer,
    )?;
    tracing::debug!("the demonstration's papers are set");
    let clock = Clock::default();
    clock.set(days.moment(begins, NaiveTime::from_hms_opt(9, 0, 0).unwrap_or_default()));
    let marked = store.write(|tx| tx.put_record(T::Note, PRACTICE, &true));
    marked.map_err(WriteError::<StoreError>::flatten)?;
    let desk = Desk::new(store, renderer, plugins, clock.now())?;
    let exports = Folder::make(folder)?;
    seed.settle(&desk, &days, begins, &papers, folder).await?;
    tracing::debug!("the demonstration's landlord has settled");
    let play = Play {
        desk: &desk,
        clock: &clock,
        people: &seed.actors(),
        days: &days,
        folder: &exports,
        papers: &papers,
    };
    let views = play.all(&scenes, &cues).await?;
    exports.write(&days, now)?;
    clock.set(now);
    super::learning::enter(&desk, &days, &seed.actors(), &views).await?;
    clock.run();
    let roles = [Role::ComplaintsOfficer, Role::Auditor].into();
    let administrator = seed.administrator()?;
    let token = desk
        .create_token(&administrator, "demonstration", roles, None, None)
        .await?;
    let road = views.get(ROAD).context("the scripts lack the main case")?;
    let road = road.case.reference.to_string();
    let ends: BTreeMap<&str, State> = scenes
        .iter()
        .map(|scene| (scene.key.as_str(), scene.ends))
        .collect();
    let cases = views
        .into_iter()
        .filter_map(|(key, view)| {
            let end = *ends.get(key.as_str())?;
            Some((key, (view, end)))
        })
        .collect();
    Ok(Demonstration {
        desk,
        landlord: (seed.landlord.name.clone(), seed.homes),
        people: seed.people.iter().map(sign_in).collect(),
        password: seed.password,
        token: token.secret.reveal().to_owned(),
        road,
        cases,
    })
}

fn sign_in(person: &Person) -> SignIn {
    let titles: Vec<&str> = person.roles.iter().map(|role| role.title()).collect();
    SignIn {
        account: person.id.clone(),
        name: person.name.clone(),
        roles: titles.join(", "),
    }
}
