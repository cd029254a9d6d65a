//! API tokens: names, roles and an end, for machines. The secret is shown once and kept as its hash.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::keys::{Key, remember, repeated};
use super::people::{check_roles, is_ours, note};
use super::{Book, Desk, DeskError, need};
use crate::auth::secret::{self, Secret};
use crate::domain::access::{Actor, Permission, Role, same_person};
use crate::domain::refusal::required;
use crate::store::{Rows, T};

/// An API token as kept, under the hash of its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Its number.
    pub id: u32,
    /// Its name, which the record shows.
    pub name: String,
    /// Roles held.
    pub roles: BTreeSet<Role>,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it ends; none while nobody ends it.
    #[serde(default)]
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was ended.
    #[serde(default)]
    pub revoked_at: Option<DateTime<Utc>>,
}

impl Token {
    fn works(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// Refuses a name by which the record means someone else. A token that has ended leaves its name to the next one.
fn check_token_name(rows: &dyn Rows, name: &str, now: DateTime<Utc>) -> Result<(), DeskError> {
    let taken = |whose: &str| {
        Err(DeskError::Invalid {
            field: "name",
            detail: format!("{whose} A token's name must not be mistaken for theirs."),
        })
    };
    if is_ours(name) {
        return taken("Redress itself goes by this name in the record.");
    }
    if Book::read(rows)?.person(name).is_some() {
        return taken("A person has this name.");
    }
    let tokens = rows.records::<Token>(T::Token, "", None, usize::MAX)?;
    let living = tokens.iter().map(|(_, token)| token);
    if living
        .filter(|token| token.works(now))
        .any(|token| same_person(&token.name, name))
    {
        return taken("Another token has this name.");
    }
    Ok(())
}

/// A new token. The secret is shown this once.
#[derive(Debug)]
pub struct NewToken {
    /// What the machine sends as `Authorization: Bearer`.
    pub secret: Secret,
    /// What is kept of it.
    pub token: Token,
}

impl Desk {
    /// Makes a token for a machine. Its secret is shown once, so a repeated call with the same `key` makes nothing
    /// and is told so.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], [`DeskError::Invalid`] with the field at fault, or [`DeskError::Conflict`] when the
    /// key was used.
    pub async fn create_token(
        &self,
        by: &Actor,
        name: &str,
        roles: BTreeSet<Role>,
        expires_at: Option<DateTime<Utc>>,
        key: Option<&str>,
    ) -> Result<NewToken, DeskError> {
        need(by, Permission::Administer)?;
        required(
            name,
            "name",
            "a name for the token, which the record will show",
        )?;
        let name: String = name.trim().chars().take(100).collect();
        check_roles(&roles)?;
        let now = self.now();
        if expires_at.is_some_and(|end| end <= now) {
            return Err(DeskError::Invalid {
                field: "expires_at",
                detail: "This is past. Give a day to come, or none.".into(),
            });
        }
        let used = key.map(|key| Key::of(by, "token", key, &(&name, &roles, expires_at)));
        let secret = Secret::new(secret::TOKEN_PREFIX)?;
        let (key, by) = (secret::kept(secret.reveal()), by.id.clone());
        let token = self
            .store()
            .write_async(move |tx| -> Result<Token, DeskError> {
                if let Some(earlier) = repeated(tx, used.as_ref())? {
                    return Err(DeskError::Conflict(format!(
                        "Token {earlier} was made with this Idempotency-Key, and its secret shown \
                         then. If it is lost, revoke the token and make another with a new key."
                    )));
                }
                check_token_name(tx, &name, now)?;
                let id = u32::try_from(tx.next_number("token")?)
                    .map_err(|_| DeskError::Internal("there are too many tokens".into()))?;
                let token = Token {
                    id,
                    name,
                    roles,
                    created_by: by.clone(),
                    created_at: now,
                    expires_at,
                    revoked_at: None,
                };
                tx.put_record(T::Token, &key, &token)?;
                let body = json!({"token": token.id, "name": token.name, "roles": token.roles});
                note(tx, "token_created", &by, now, &body)?;
                remember(tx, used, &token.id.to_string(), now)?;
                Ok(token)
            })
            .await?;
        Ok(NewToken { secret, token })
    }

    /// Who holds this token's secret.
    ///
    /// # Errors
    /// [`DeskError::Unauthenticated`] when it is unknown, has expired or was revoked.
    pub fn token(&self, secret: &str) -> Result<Actor, DeskError> {
        let unknown = || {
            DeskError::Unauthenticated(
                "This token is not known here, has expired or was revoked. Make one with \
                 `redress token create`."
                    .into(),
            )
        };
        let found = self
            .reader()?
            .record::<Token>(T::Token, &secret::kept(secret))?;
        let token = found.ok_or_else(unknown)?;
        let now = self.now();
        if !token.works(now) {
            return Err(unknown());
        }
        Ok(Actor::token(token.name, token.roles))
    }

    /// Every token, ended ones included, in the order they were made.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or what the file says.
    pub fn tokens(&self, by: &Actor) -> Result<Vec<Token>, DeskError> {
        need(by, Permission::Administer)?;
        let found = self
            .reader()?
            .records::<Token>(T::Token, "", None, usize::MAX)?;
        let mut tokens: Vec<_> = found.into_iter().map(|(_, token)| token).collect();
        tokens.sort_by_key(|token| token.id);
        Ok(tokens)
    }

    /// Ends a token, from its next request on.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`] or [`DeskError::NotFound`].
    pub async fn revoke_token(&self, by: &Actor, id: u32) -> Result<Token, DeskError> {
        need(by, Permission::Administer)?;
        let (by, now) = (by.id.clone(), self.now());
        let done = self
            .store()
            .write_async(move |tx| -> Result<Token, DeskError> {
                let all = tx.records::<Token>(T::Token, "", None, usize::MAX)?;
                let found = all.into_iter().find(|(_, token)| token.id == id);
                let (key, mut token) = found.ok_or(DeskError::NotFound)?;
                if token.revoked_at.is_none() {
                    token.revoked_at = Some(now);
                    tx.put_record(T::Token, &key, &token)?;
                    let body = json!({"token": token.id, "name": token.name});
                    note(tx, "token_revoked", &by, now, &body)?;
                }
                Ok(token)
            });
        Ok(done.await?)
    }
}
