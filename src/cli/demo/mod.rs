//! `redress demo`: a landlord to look around in, on a file that is thrown away.
//!
//! The scripts in `seeds/demo` are played through the same desk that everyone uses, from seven months ago to
//! today, so that the queue has something late, something due and something done on any day. Start at [`fill`].

mod clock;
mod days;
mod fill;
mod folder;
mod landlord;
mod learning;
mod papers;
mod play;
mod script;

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, bail};
use chrono::Utc;

use super::args::Demo;
use super::http::Front;
use super::socket::Listening;
use super::upgrade::Older;
use super::{serve, wiring};
use crate::pdf::Renderer;
use crate::plugins::{HostConfig, PluginHost};

pub use self::fill::{Demonstration, SignIn, fill};

/// Fills a new file with the demonstration and serves it.
pub(super) async fn demo(how: &Demo) -> anyhow::Result<()> {
    let thrown_away = tempfile::Builder::new().prefix("redress-demo-").tempdir()?;
    let (data, exports) = match &how.keep {
        Some(kept) if kept.exists() => bail!(
            "{0} is there already. To serve it: redress serve --data {0}",
            kept.display()
        ),
        Some(kept) => (kept.clone(), kept.with_extension("exports")),
        None => (
            thrown_away.path().join("redress.redb"),
            thrown_away.path().join("exports"),
        ),
    };
    let listener = super::http::listen(how.listen).await?;
    let address = listener.local_addr()?;
    let store = wiring::open_or_create(&data, 2 << 30, Older::Refused)?;
    let renderer = Renderer::new().context("the typesetter could not be started")?;
    let plugins = PluginHost::new(HostConfig::default())?;
    let made = fill(store, renderer, plugins, &exports, Utc::now()).await?;
    let jobs = Listening::start(&data, made.desk.clone())?;
    say!(
        "{}",
        told(&made, address, &data, how.keep.is_none()).trim_end()
    );
    if !address.ip().is_loopback() {
        eprintln!(
            "Warning: {address} can be reached from other machines, and the sign-ins above are no secret."
        );
    }
    serve::run(made.desk, listener, Some(jobs), Front::Plain).await
}

/// What the demonstration says when it is ready.
fn told(made: &Demonstration, address: SocketAddr, data: &Path, thrown_away: bool) -> String {
    let Demonstration {
        landlord: (name, homes),
        people,
        password,
        road,
        token,
        ..
    } = made;
    let cases = made.cases.len();
    let people: Vec<String> = people
        .iter()
        .map(|person| {
            format!(
                "  {:<18} {:<18} {}",
                person.account, person.name, person.roles
            )
        })
        .collect();
    let people = people.join("\n");
    let end = if thrown_away {
        "The file is thrown away when you stop it with Ctrl-C; --keep FILE keeps one."
    } else {
        "The file stays when you stop it with Ctrl-C."
    };
    let file = data.display();
    format!(
        "{name}: an invented landlord of {homes} homes. Every person and case in it is made up; {cases} scripts were played.

listening on http://{address}

Everyone signs in with the password: {password}
{people}

{road} went the whole road: both stages, the Ombudsman, its orders. Its bundle:
  page     http://{address}/cases/{road}
  address  http://{address}/api/v1/cases/{road}/exports/ombudsman-bundle
  by API   curl -H 'Authorization: Bearer {token}' -o {road}.zip http://{address}/api/v1/cases/{road}/exports/ombudsman-bundle
  by verb  redress export {road} -o {road}.zip --data {file}
  check    redress verify {road}.zip

{end}
"
    )
}
