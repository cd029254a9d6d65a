//! The demonstration's landlord from `seeds/demo/landlord.toml`: its name on letters, its people with their
//! sign-ins, its register of policies, its rates and the link to its other system.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};
use chrono::NaiveDate;
use serde::Deserialize;

use super::days::{Days, token};
use super::papers::Papers;
use crate::desk::Desk;
use crate::desk::people::{FirstRun, NewPerson};
use crate::desk::plugins::sources::LinkSource;
use crate::desk::register::NewPolicy;
use crate::domain::access::{Actor, Role};
use crate::domain::policy::Landlord;
use crate::domain::rate::Rate;

const SEED: &str = include_str!("../../../seeds/demo/landlord.toml");

/// The landlord as its seed tells it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seed {
    /// What everyone signs in with.
    pub password: String,
    /// How many homes it lets.
    pub homes: u32,
    /// Its name and address.
    pub landlord: Landlord,
    /// Its people; the first is the administrator.
    #[serde(rename = "person")]
    pub people: Vec<Person>,
    /// Its policies.
    #[serde(rename = "policy")]
    policies: Vec<PolicySeed>,
    /// The rates of its own, which follow those of the Ombudsman's guidance.
    #[serde(rename = "rate")]
    rates: Vec<Rate>,
}

/// Someone who signs in.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The account.
    pub id: String,
    /// The name people read.
    pub name: String,
    /// Roles held.
    pub roles: BTreeSet<Role>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicySeed {
    kind: String,
    title: String,
    version: String,
    from: String,
    file: String,
}

impl Seed {
    /// Reads the seed.
    pub fn read() -> Result<Self> {
        toml::from_str(SEED).context("seeds/demo/landlord.toml")
    }

    /// Everyone as they act at the desk, by account.
    pub fn actors(&self) -> BTreeMap<String, Actor> {
        self.people
            .iter()
            .map(|person| {
                let actor = Actor::new(&person.id, &person.name, person.roles.iter().copied());
                (person.id.clone(), actor)
            })
            .collect()
    }

    /// The first of them, who sets things up.
    pub fn administrator(&self) -> Result<Actor> {
        let first = self.people.first().context("landlord.toml has no people")?;
        Ok(Actor::new(
            &first.id,
            &first.name,
            first.roles.iter().copied(),
        ))
    }

    /// The policies' papers, to be set before anything else happens.
    pub fn papers(&self, day: NaiveDate) -> Vec<(String, NaiveDate)> {
        self.policies
            .iter()
            .map(|policy| (policy.file.clone(), day))
            .collect()
    }

    /// Names the landlord, makes the accounts, fills the register, sets the rates and sets up the link.
    pub async fn settle(
        &self,
        desk: &Desk,
        days: &Days<'_>,
        day: NaiveDate,
        papers: &Papers,
        folder: &Path,
    ) -> Result<()> {
        let (first, others) = self
            .people
            .split_first()
            .context("landlord.toml has no people")?;
        let new = |person: &Person| NewPerson {
            id: person.id.clone(),
            name: person.name.clone(),
            roles: person.roles.clone(),
            password: Some(self.password.clone()),
        };
        desk.first_run(FirstRun {
            landlord: self.landlord.clone(),
            administrator: new(first),
            setup_code: desk.setup_code()?.context("the file is not new")?,
        })
        .await?;
        let administrator = &self.administrator()?;
        // Hashing a password takes a while on purpose; the desk does two at a time.
        let added = others
            .iter()
            .map(|person| desk.add_person(administrator, new(person), None));
        futures_util::future::try_join_all(added).await?;
        for policy in &self.policies {
            let from = token(&policy.from).and_then(|from| days.read(from, days.today()));
            let about = NewPolicy {
                kind: policy.kind.clone(),
                title: policy.title.clone(),
                version: policy.version.clone(),
                effective_from: from
                    .with_context(|| format!("{} has no first day", policy.file))?,
                effective_to: None,
                file_name: policy.file.clone(),
            };
            desk.add_policy(administrator, about, &*papers.get(&policy.file, day)?, None)
                .await?;
        }
        let table = desk.book().rates().clone();
        let rates = [table.rates, self.rates.clone()].concat();
        let why = "Our own policy, beside the Ombudsman's guidance";
        desk.set_rates(administrator, table.version, rates, why)
            .await?;
        let link = LinkSource {
            key: "housing".into(),
            plugin: "csv-folder".into(),
            folder: Some(folder.display().to_string()),
            settings: serde_json::json!({}),
            refresh_hours: None,
            enabled: true,
            ..LinkSource::default()
        };
        desk.set_link_sources(
            administrator,
            vec![link],
            "The housing system's nightly exports",
        )
        .await?;
        Ok(())
    }
}
