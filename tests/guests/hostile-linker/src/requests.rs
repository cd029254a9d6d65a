//! Requests that are not to leave, and what an adapter may do with answers that it should not tell.

use redress_plugin::{Failure, Found, http, log, run};
use serde::Deserialize;

use crate::found;

/// The request that the settings ask for.
#[derive(Deserialize)]
struct Wanted {
    connection: String,
    method: String,
    url: String,
    #[serde(default)]
    headers: Vec<(String, String)>,
}

fn wanted() -> Result<http::Request, Failure> {
    let wanted: Wanted = run::settings()?;
    Ok(http::Request {
        connection: wanted.connection,
        method: wanted.method,
        url: wanted.url,
        headers: wanted.headers,
        body: None,
    })
}

/// Sends it and gives the answer as a record.
pub fn send() -> Result<Found, Failure> {
    let answer = http::send(&wanted()?)?;
    let body = String::from_utf8_lossy(&answer.body);
    Ok(found(
        "answer",
        &format!("{{\"status\":{},\"body\":{body:?}}}", answer.status),
    ))
}

/// Tells the answer in every way there is: the log and the failure.
pub fn tell() -> Result<Found, Failure> {
    let answer = http::send(&wanted()?)?;
    let body = String::from_utf8_lossy(&answer.body).into_owned();
    log::info(&format!("{:?} {body}", answer.headers));
    log::debug(&format!("{} {body}", answer.url));
    Err(Failure::Other(body))
}

/// Says a secret that it was given by who knows whom.
pub fn say(secret: &str) -> Result<Found, Failure> {
    log::warn(secret);
    Ok(Found {
        title: secret.into(),
        ..found("said", &format!("{{\"said\":{secret:?}}}"))
    })
}

/// Sends without end, whatever the answer.
pub fn flood() -> Result<Found, Failure> {
    let request = wanted()?;
    loop {
        let _ = http::send(&request);
    }
}
