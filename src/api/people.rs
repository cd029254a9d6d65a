//! People, sessions, tokens and who one is oneself.

#![allow(unused_qualifications, reason = "utoipa writes paths in full")]

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::doc::told;
use super::extract::{Asked, Caller, Given, Last, Number, idempotency_key};
use super::problem::Problem;
use crate::desk::people::NewPerson;
use crate::desk::sessions::{OpenSession, Whose};
use crate::desk::tokens::Token;
use crate::desk::{Desk, Person};
use crate::domain::access::Role;

/// Who calls, with which roles.
#[utoipa::path(get, path = "/me", tag = "people",
    responses((status = 200, description = "The caller.", body = told::Me)))]
pub async fn me(Caller(actor): Caller) -> Json<Value> {
    Json(
        json!({"id": actor.id, "name": actor.name, "roles": actor.roles, "is_token": actor.is_token}),
    )
}

pub(super) fn person_json(person: &Person) -> Value {
    json!({"id": person.id, "name": person.name, "roles": person.roles, "disabled": person.disabled,
           "can_sign_in": person.password.is_some() && !person.disabled, "created_at": person.created_at, "away": person.away})
}

/// Which sessions.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SessionParams {
    /// Everyone's, for administrators; else one's own.
    everyone: bool,
}

/// Who is signed in with a browser, last used first.
#[utoipa::path(get, path = "/sessions", tag = "people", params(SessionParams),
    responses((status = 200, description = "Sessions that hold.", body = Vec<told::Session>)))]
pub async fn sessions(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Asked(asked): Asked<SessionParams>,
) -> Result<Json<Vec<Value>>, Problem> {
    let whose = match asked.everyone {
        true => Whose::Everyones,
        false => Whose::Mine,
    };
    let all = desk
        .away(move |desk| desk.sessions(&actor, whose, None))
        .await?;
    let one = |session: &OpenSession| {
        json!({"id": session.id, "account": session.account, "name": session.name, "began_at": session.began_at,
               "seen_at": session.seen_at, "address": session.address})
    };
    Ok(Json(all.iter().map(one).collect()))
}

/// End a session: who has it must sign in again.
#[utoipa::path(delete, path = "/sessions/{id}", tag = "people",
    params(("id" = String, Path, description = "As listed.")),
    responses((status = 204, description = "It has ended.")))]
pub async fn end_session(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Last(id): Last,
) -> Result<StatusCode, Problem> {
    desk.end_session(&actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Everyone with an account.
#[utoipa::path(get, path = "/people", tag = "people",
    responses((status = 200, description = "By account name.", body = Vec<told::Person>)))]
pub async fn people(
    State(desk): State<Desk>,
    Caller(actor): Caller,
) -> Result<Json<Vec<Value>>, Problem> {
    Ok(Json(desk.people(&actor)?.iter().map(person_json).collect()))
}

/// A person to be added.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonBody {
    /// The account's name; never changed.
    id: String,
    /// The name people read.
    name: String,
    /// Roles held.
    #[schema(schema_with = told::roles)]
    roles: BTreeSet<Role>,
    /// A password of at least 12 characters; none makes an account that cannot sign in yet.
    #[serde(default)]
    password: Option<String>,
}

/// Add a person.
#[utoipa::path(post, path = "/people", tag = "people", request_body = PersonBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request the same request.")),
    responses((status = 201, description = "Added.", body = told::Person)))]
pub async fn add(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Given(body): Given<PersonBody>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let new = NewPerson {
        id: body.id,
        name: body.name,
        roles: body.roles,
        password: body.password,
    };
    let key = idempotency_key(&headers)?;
    let person = desk.add_person(&actor, new, key.as_deref()).await?;
    Ok((StatusCode::CREATED, Json(person_json(&person))))
}

/// What changes about a person; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PersonChange {
    /// All roles held from now on.
    #[schema(schema_with = told::roles)]
    roles: Option<BTreeSet<Role>>,
    /// Shuts the account, or opens it again.
    disabled: Option<bool>,
    /// A new password; every session of theirs ends.
    password: Option<String>,
}

/// Change a person. It holds from their next request on.
#[utoipa::path(patch, path = "/people/{id}", tag = "people", request_body = PersonChange,
    params(("id" = String, Path, description = "The account's name.")),
    responses((status = 200, description = "As they stand now.", body = told::Person)))]
pub async fn change(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Last(id): Last,
    Given(body): Given<PersonChange>,
) -> Result<Json<Value>, Problem> {
    let mut person = None;
    if let Some(password) = body.password {
        person = Some(desk.set_password(&actor, &id, password).await?);
    }
    if let Some(roles) = body.roles {
        person = Some(desk.set_roles(&actor, &id, roles).await?);
    }
    if let Some(disabled) = body.disabled {
        person = Some(desk.disable_person(&actor, &id, disabled).await?);
    }
    match person {
        Some(person) => Ok(Json(person_json(&person))),
        None => Err(Problem::invalid("", "Give roles, disabled or password.")),
    }
}

fn token_json(token: &Token) -> Value {
    json!({"id": token.id, "name": token.name, "roles": token.roles, "created_by": token.created_by,
           "created_at": token.created_at, "expires_at": token.expires_at, "revoked_at": token.revoked_at})
}

/// Every token, ended ones included; never their secrets.
#[utoipa::path(get, path = "/tokens", tag = "people",
    responses((status = 200, description = "In the order they were made.", body = Vec<told::Token>)))]
pub async fn tokens(
    State(desk): State<Desk>,
    Caller(actor): Caller,
) -> Result<Json<Vec<Value>>, Problem> {
    let tokens = desk.away(move |desk| desk.tokens(&actor)).await?;
    Ok(Json(tokens.iter().map(token_json).collect()))
}

/// A token to be made.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenBody {
    /// Its name, which the record shows.
    name: String,
    /// Roles held.
    #[schema(schema_with = told::roles)]
    roles: BTreeSet<Role>,
    /// When it ends; none while nobody ends it.
    #[serde(default)]
    expires_at: Option<DateTime<Utc>>,
}

/// Make a token. Its secret is in this answer and nowhere else.
#[utoipa::path(post, path = "/tokens", tag = "people", request_body = TokenBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "A repeated request makes nothing and is told so, because the secret is shown once.")),
    responses((status = 201, description = "Made.", body = told::NewToken)))]
pub async fn create_token(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Given(body): Given<TokenBody>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let key = idempotency_key(&headers)?;
    let made = desk.create_token(
        &actor,
        &body.name,
        body.roles,
        body.expires_at,
        key.as_deref(),
    );
    let new = made.await?;
    let mut answer = token_json(&new.token);
    answer["secret"] = json!(new.secret.reveal());
    Ok((StatusCode::CREATED, Json(answer)))
}

/// End a token, from its next request on.
#[utoipa::path(delete, path = "/tokens/{id}", tag = "people",
    params(("id" = u32, Path, description = "Its number.")),
    responses((status = 200, description = "Ended.", body = told::Token)))]
pub async fn revoke_token(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Number(id): Number,
) -> Result<Json<Value>, Problem> {
    Ok(Json(token_json(&desk.revoke_token(&actor, id).await?)))
}
