//! Addresses by which somebody without an account answers one question on one case: a contractor, a surveyor. They see
//! what they are asked and nothing else, can answer once, and only until the address ends (domain rules §11).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::cases::{Order, append};
use super::{Desk, DeskError, need, open};
use crate::auth::secret::{self, Secret};
use crate::domain::access::{Actor, Permission, Role};
use crate::domain::calendar::london_date;
use crate::domain::case::{Command, Contribution, Event};
use crate::domain::ids::{CaseRef, ContributionId, DocumentId};
use crate::domain::refusal::required;
use crate::store::T;

/// The records of the addresses, by the hash of their secret.
const INVITES: &str = "invite/";
/// What the secrets begin with.
const PREFIX: &str = "rdi_";
/// The longest that an address works, in days.
const LONGEST: i64 = 90;
/// Files that may come with an answer.
pub const MOST_FILES: usize = 20;

/// Who may answer what, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Invite {
    case: CaseRef,
    contribution: ContributionId,
    name: String,
    made_by: String,
    made_at: DateTime<Utc>,
    until: NaiveDate,
    #[serde(default)]
    used_at: Option<DateTime<Utc>>,
}

/// What somebody who came by an address may know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    /// Whom the address was made for.
    pub name: String,
    /// The case, to be quoted.
    pub reference: CaseRef,
    /// What is asked.
    pub what: String,
    /// The last day on which the answer helps.
    pub due: NaiveDate,
    /// The last day on which the address works.
    pub until: NaiveDate,
    /// When it was answered, if it was.
    pub used_at: Option<DateTime<Utc>>,
    case: CaseRef,
    contribution: ContributionId,
}

impl Invited {
    /// Who acts in the record. It holds no more than answering takes; the case is found by the address alone.
    pub fn actor(&self) -> Actor {
        let name = format!("{} (by link)", self.name);
        Actor::new(name.clone(), name, [Role::ContactCentre])
    }
}

impl Desk {
    /// Makes an address for `name` to answer one question until the end of a day. The secret is shown this once; that
    /// there is an address is noted on the case.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] for a day or a name that will not do, a restricted case, or a question that is not
    /// waited for; [`DeskError::NotFound`].
    pub async fn invite(
        &self,
        actor: &Actor,
        reference: &CaseRef,
        contribution: ContributionId,
        name: &str,
        until: NaiveDate,
    ) -> Result<Secret, DeskError> {
        need(actor, Permission::Investigate)?;
        required(name, "name", "who will answer")?;
        let (name, now, book) = (name.trim().to_owned(), self.now(), self.book());
        let invalid = |field, detail: &str| DeskError::Invalid {
            field,
            detail: detail.to_owned(),
        };
        if name.chars().count() > 100 || name.chars().any(char::is_control) {
            return Err(invalid(
                "name",
                "Enter a name of at most 100 characters, on one line.",
            ));
        }
        let today = london_date(now);
        if until < today || (until - today).num_days() > LONGEST {
            let detail = format!("Choose a day from today to {LONGEST} days ahead.");
            return Err(invalid("until", &detail));
        }
        let secret = Secret::new(PREFIX)?;
        let key = format!("{INVITES}{}", secret::kept(secret.reveal()));
        let (who, about) = (actor.clone(), reference.clone());
        let made = self
            .store()
            .write_async(move |tx| -> Result<(), DeskError> {
                let case = open(tx, &who, &about)?;
                if case.restricted.is_some() {
                    return Err(invalid(
                        "name",
                        "The case is restricted: nobody but the people named on it may see any of it. Ask by other means \
                         and take the answer down yourself.",
                    ));
                }
                let asked = waited_for(&case.contributions, contribution);
                let asked = asked.ok_or_else(|| invalid("name", "This is not waited for any more."))?;
                let text = format!(
                    "An address to answer question {} to others ({}) was made for {name}. It works until {}.",
                    asked.id,
                    asked.team,
                    until.format("%-d %B %Y")
                );
                let invite = Invite {
                    case: about.clone(),
                    contribution,
                    name: name.clone(),
                    made_by: who.id.clone(),
                    made_at: now,
                    until,
                    used_at: None,
                };
                tx.put_record(T::Note, &key, &invite)?;
                let told = vec![Event::NoteAdded { text }];
                append(tx, &book, &who, Some(&case), &about, told, now, now)?;
                Ok(())
            });
        made.await?;
        Ok(secret)
    }

    /// What an address is for.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for an address that is none, has ended, or whose question is not asked any more.
    pub fn invited(&self, secret: &str) -> Result<Invited, DeskError> {
        let reader = self.reader()?;
        let key = format!("{INVITES}{}", secret::kept(secret));
        let invite: Option<Invite> = reader.record(T::Note, &key)?;
        let invite = invite.ok_or(DeskError::NotFound)?;
        if london_date(self.now()) > invite.until {
            return Err(DeskError::NotFound);
        }
        let case = reader.case(&invite.case)?.ok_or(DeskError::NotFound)?;
        let mut asked = case.contributions.iter();
        let asked = asked.find(|asked| asked.id == invite.contribution);
        let asked = asked.filter(|asked| asked.withdrawn.is_none() && case.restricted.is_none());
        let asked = asked.ok_or(DeskError::NotFound)?;
        Ok(Invited {
            name: invite.name,
            reference: invite.case.clone(),
            what: asked.what.clone(),
            due: asked.due,
            until: invite.until,
            // Somebody may have taken the answer down by telephone.
            used_at: invite
                .used_at
                .or(asked.given.as_ref().map(|given| given.at)),
            case: invite.case,
            contribution: invite.contribution,
        })
    }

    /// Records the answer of whoever came by an address; it works once.
    ///
    /// # Errors
    /// As [`Self::invited`], or a refusal of the core.
    pub async fn answer_invite(
        &self,
        secret: &str,
        text: String,
        evidence: Vec<DocumentId>,
    ) -> Result<(), DeskError> {
        let invited = self.invited(secret)?;
        let command = Command::GiveContribution {
            contribution: invited.contribution,
            text,
            evidence,
            from: Some(invited.name.clone()),
        };
        let order = Order::now(command);
        self.command(&invited.actor(), &invited.case, order).await?;
        let (key, now) = (format!("{INVITES}{}", secret::kept(secret)), self.now());
        let used = self
            .store()
            .write_async(move |tx| -> Result<(), DeskError> {
                if let Some(mut invite) = tx.record::<Invite>(T::Note, &key)? {
                    invite.used_at = Some(now);
                    tx.put_record(T::Note, &key, &invite)?;
                }
                Ok(())
            });
        Ok(used.await?)
    }
}

/// The question of this number, while it is waited for.
fn waited_for(all: &[Contribution], id: ContributionId) -> Option<&Contribution> {
    all.iter().find(|asked| asked.id == id && asked.is_open())
}
