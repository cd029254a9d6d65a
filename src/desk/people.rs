//! People: the first run, accounts, roles and passwords.
//!
//! A new password, changed roles or a shut account hold from the person's next request on. Every change is an event
//! of the house with the name of who made it. Signing in is in [`super::sign_in`], machines in [`super::tokens`].

use std::collections::BTreeSet;
use std::sync::PoisonError;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::book::POLICY;
use super::keys::{Key, remember, repeated};
use super::tokens::Token;
use super::{Desk, DeskError, Person, need};
use crate::auth::password::{self, PasswordError};
use crate::auth::secret;
use crate::domain::access::{Actor, Permission, Role, same_person};
use crate::domain::policy::Landlord;
use crate::domain::refusal::required;
use crate::store::audit::{HOUSE, NewEvent};
use crate::store::settings::Change;
use crate::store::{T, WriteTx};

/// A person to be added.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// The account's name: letters, digits, dot, dash, underscore and at; never changed.
    pub id: String,
    /// The name people read.
    pub name: String,
    /// Roles held.
    pub roles: BTreeSet<Role>,
    /// The password; none makes an account that cannot sign in until one is set.
    pub password: Option<String>,
}

/// The first administrator and the landlord, as the first page asks for them.
#[derive(Clone, Debug)]
pub struct FirstRun {
    /// The landlord as it signs letters.
    pub landlord: Landlord,
    /// The administrator.
    pub administrator: NewPerson,
    /// The code that the server printed when it started.
    pub setup_code: String,
}

fn refused_password(error: PasswordError) -> DeskError {
    match error {
        PasswordError::Unavailable(why) => DeskError::Internal(why),
        error => DeskError::Invalid {
            field: "password",
            detail: error.to_string(),
        },
    }
}

/// Puts an event of the house in the chain.
pub(super) fn note(
    tx: &mut WriteTx<'_>,
    kind: &'static str,
    by: &str,
    now: DateTime<Utc>,
    body: &Value,
) -> Result<(), DeskError> {
    let event = NewEvent {
        kind,
        at: now,
        recorded_at: now,
        actor: by,
    };
    tx.append(HOUSE, &event, body)?;
    Ok(())
}

/// Whether the record means Redress itself or the command line by this name.
pub(super) fn is_ours(name: &str) -> bool {
    ["redress", "command-line", "command line"]
        .iter()
        .any(|ours| same_person(ours, name))
}

/// Refuses what cannot be the name of an account.
pub(super) fn check_account_name(id: &str) -> Result<(), DeskError> {
    let fits = (1..=64).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-@".contains(&b));
    if fits && !is_ours(id) {
        return Ok(());
    }
    Err(DeskError::Invalid {
        field: "id",
        detail:
            "Choose an account name of at most 64 small letters, digits, dots, dashes or an @, \
                 such as meera.kapoor."
                .into(),
    })
}

pub(super) fn check_roles(roles: &BTreeSet<Role>) -> Result<(), DeskError> {
    if roles.is_empty() {
        let names: Vec<_> = Role::ALL.iter().map(|role| role.wire()).collect();
        return Err(DeskError::Invalid {
            field: "roles",
            detail: format!("Give at least one role of: {}.", names.join(", ")),
        });
    }
    Ok(())
}

fn is_administrator(person: &Person) -> bool {
    !person.disabled && person.roles.contains(&Role::Administrator)
}

impl Desk {
    /// Whether nobody can administer yet: the first-run page is shown then.
    pub fn is_new(&self) -> bool {
        !self
            .book()
            .people()
            .any(|person| is_administrator(person) && person.password.is_some())
    }

    /// The code that the first run asks for, on a new file only; the same until the server stops.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn setup_code(&self) -> Result<Option<String>, DeskError> {
        if !self.is_new() {
            return Ok(None);
        }
        let mut kept = self
            .doors()
            .setup_code
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if kept.is_none() {
            *kept = Some(secret::code()?);
        }
        Ok(kept.clone())
    }

    /// Makes the first administrator and names the landlord. Only once, and only with the code that the server
    /// printed, so that a stranger cannot take a fresh server.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`] when there is an administrator already, [`DeskError::Invalid`] for the code or a
    /// field, [`DeskError::TooMany`] after too many wrong codes.
    pub async fn first_run(&self, first: FirstRun) -> Result<Person, DeskError> {
        let now = self.now();
        self.braked("first run", None, now)?;
        let given = self
            .doors()
            .setup_code
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if !given.is_some_and(|given| secret::same_code(&first.setup_code, &given)) {
            return Err(DeskError::Invalid {
                field: "setup_code",
                detail: "Type the setup code that the server printed when it started.".into(),
            });
        }
        required(&first.landlord.name, "landlord", "the landlord's name")?;
        let person = self.new_person(first.administrator, now).await?;
        if person.password.is_none() {
            return Err(refused_password(PasswordError::TooShort));
        }
        let (made, landlord) = (person.clone(), first.landlord);
        let mut policy = self.book().latest_policy().clone();
        self.store()
            .write_async(move |tx| -> Result<(), DeskError> {
                let people = tx.records::<Person>(T::User, "", None, usize::MAX)?;
                let taken = |person: &Person| is_administrator(person) && person.password.is_some();
                if people.iter().any(|(_, person)| taken(person)) {
                    return Err(DeskError::Forbidden(
                        "This server has an administrator already. Sign in instead.".into(),
                    ));
                }
                tx.put_record(T::User, &made.id, &made)?;
                policy.landlord = landlord;
                let change = Change {
                    at: now,
                    by: made.id.clone(),
                    why: "first run".into(),
                    from: None,
                };
                tx.set_setting(POLICY, &policy, &change)?;
                let body = json!({"account": made.id, "roles": made.roles});
                note(tx, "first_run", &made.id, now, &body)
            })
            .await?;
        self.reread()?;
        Ok(person)
    }

    /// Everyone with an account. Their password hashes never leave the desk's own types.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`].
    pub fn people(&self, by: &Actor) -> Result<Vec<Person>, DeskError> {
        need(by, Permission::Administer)?;
        Ok(self.book().people().cloned().collect())
    }

    /// Adds a person. With a `key`, a repeated call gives the person of the first.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], [`DeskError::Invalid`] with the field at fault, or [`DeskError::Conflict`] when the
    /// key was used for something else.
    pub async fn add_person(
        &self,
        by: &Actor,
        new: NewPerson,
        key: Option<&str>,
    ) -> Result<Person, DeskError> {
        need(by, Permission::Administer)?;
        check_roles(&new.roles)?;
        // Not the password: a quick hash of it must not lie about.
        let what = (&new.id, &new.name, &new.roles);
        let key = key.map(|key| Key::of(by, "person", key, &what));
        let now = self.now();
        let made = self.new_person(new, now).await?;
        let by = by.id.clone();
        let person = self
            .store()
            .write_async(move |tx| -> Result<Person, DeskError> {
                if let Some(earlier) = repeated(tx, key.as_ref())? {
                    let person = tx.record::<Person>(T::User, &earlier)?;
                    return person.ok_or(DeskError::NotFound);
                }
                let tokens = tx.records::<Token>(T::Token, "", None, usize::MAX)?;
                if tokens
                    .iter()
                    .any(|(_, token)| same_person(&token.name, &made.id))
                {
                    return Err(DeskError::Invalid {
                        field: "id",
                        detail: format!(
                            "A token is called {}: the record would not tell them apart. Choose \
                             another name.",
                            made.id
                        ),
                    });
                }
                if tx.record::<Person>(T::User, &made.id)?.is_some() {
                    return Err(DeskError::Invalid {
                        field: "id",
                        detail: format!("There is an account {} already.", made.id),
                    });
                }
                tx.put_record(T::User, &made.id, &made)?;
                let body = json!({"account": made.id, "roles": made.roles});
                note(tx, "person_added", &by, now, &body)?;
                remember(tx, key, &made.id, now)?;
                Ok(made)
            })
            .await?;
        self.reread()?;
        Ok(person)
    }

    /// Replaces the roles of a person, from their next request on.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], [`DeskError::NotFound`], or [`DeskError::Invalid`] when nobody would be left to
    /// administer.
    pub async fn set_roles(
        &self,
        by: &Actor,
        account: &str,
        roles: BTreeSet<Role>,
    ) -> Result<Person, DeskError> {
        need(by, Permission::Administer)?;
        check_roles(&roles)?;
        self.change_person(by, account, "roles_changed", move |person| {
            person.roles = roles.into_iter().collect();
            json!({"account": person.id, "roles": person.roles})
        })
        .await
    }

    /// Shuts an account, or opens it again. What it has open ends at its next request.
    ///
    /// # Errors
    /// As [`Self::set_roles`].
    pub async fn disable_person(
        &self,
        by: &Actor,
        account: &str,
        disabled: bool,
    ) -> Result<Person, DeskError> {
        need(by, Permission::Administer)?;
        let kind = if disabled {
            "person_disabled"
        } else {
            "person_enabled"
        };
        self.change_person(by, account, kind, move |person| {
            person.disabled = disabled;
            person.generation += 1;
            json!({"account": person.id})
        })
        .await
    }

    /// Sets someone's password; every session of theirs ends.
    ///
    /// # Errors
    /// As [`Self::set_roles`], or [`DeskError::Invalid`] for a weak password.
    pub async fn set_password(
        &self,
        by: &Actor,
        account: &str,
        new: String,
    ) -> Result<Person, DeskError> {
        need(by, Permission::Administer)?;
        let hash = self.hash(account, new).await?;
        self.change_person(by, account, "password_set", move |person| {
            person.password = Some(hash);
            person.generation += 1;
            json!({"account": person.id})
        })
        .await
    }

    /// Changes one's own password; every session, this one too, ends.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] when the old one is wrong or the new one is weak, [`DeskError::TooMany`].
    pub async fn change_password(
        &self,
        by: &Actor,
        old: String,
        new: String,
    ) -> Result<Person, DeskError> {
        let now = self.now();
        self.braked(&by.id, None, now)?;
        let kept = self
            .book()
            .person(&by.id)
            .and_then(|person| person.password.clone());
        if !self.is_right(old, kept).await? {
            return Err(DeskError::Invalid {
                field: "old_password",
                detail: "This is not your present password.".into(),
            });
        }
        self.let_in(&by.id, None);
        let hash = self.hash(&by.id, new).await?;
        self.change_person(by, &by.id, "password_set", move |person| {
            person.password = Some(hash);
            person.generation += 1;
            json!({"account": person.id})
        })
        .await
    }

    pub(super) async fn change_person(
        &self,
        by: &Actor,
        account: &str,
        kind: &'static str,
        change: impl FnOnce(&mut Person) -> Value + Send + 'static,
    ) -> Result<Person, DeskError> {
        let (by, account, now) = (by.id.clone(), account.to_owned(), self.now());
        let person = self
            .store()
            .write_async(move |tx| -> Result<Person, DeskError> {
                let mut person = tx
                    .record::<Person>(T::User, &account)?
                    .ok_or(DeskError::NotFound)?;
                let administered = is_administrator(&person);
                let body = change(&mut person);
                let people = tx.records::<Person>(T::User, "", None, usize::MAX)?;
                let others = people
                    .iter()
                    .any(|(_, other)| other.id != person.id && is_administrator(other));
                if administered && !is_administrator(&person) && !others {
                    return Err(DeskError::Invalid {
                        field: "roles",
                        detail:
                            "Nobody would be left to administer. Make another administrator first."
                                .into(),
                    });
                }
                tx.put_record(T::User, &account, &person)?;
                note(tx, kind, &by, now, &body)?;
                Ok(person)
            })
            .await?;
        self.reread()?;
        Ok(person)
    }

    async fn new_person(&self, new: NewPerson, now: DateTime<Utc>) -> Result<Person, DeskError> {
        let id = new.id.trim().to_lowercase();
        check_account_name(&id)?;
        required(&new.name, "name", "the person's name")?;
        let password = match new.password {
            Some(password) => Some(self.hash(&id, password).await?),
            None => None,
        };
        Ok(Person {
            id,
            name: new.name.trim().to_owned(),
            roles: new.roles.into_iter().collect(),
            password,
            disabled: false,
            generation: 0,
            created_at: now,
            away: None,
        })
    }

    async fn hash(&self, account: &str, password: String) -> Result<String, DeskError> {
        password::check(&password, account).map_err(refused_password)?;
        let _turn = self.turn().await?;
        self.away(move |_| password::hash(&password).map_err(refused_password))
            .await
    }
}
