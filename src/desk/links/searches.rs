//! Who looked for residents in the linked systems: other people's personal data was looked up, so each search is an
//! event of the house, and the last ones stand on the pages of the links. It belongs to no case; there is none yet.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::desk::people::note;
use crate::desk::{Desk, DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::link::residents::{Part, Searched};
use crate::store::T;

/// The event of the house.
const EVENT: &str = "residents_searched";
/// Under which the last searches are kept for the pages; the chain has them all.
const PREFIX: &str = "residents-searched/";
const SHOWN: u64 = 300;

/// One search for a resident in the linked systems.
///
/// The words typed are somebody's name and would stand in the chain for ever: only how many there were is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResidentSearched {
    /// When.
    pub at: DateTime<Utc>,
    /// Who searched.
    pub by: String,
    /// How many words they gave.
    pub words: usize,
    /// The systems that were asked.
    pub links: Vec<SearchedLink>,
}

/// How a linked system took part in a recorded search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchedLink {
    /// The link.
    pub link: String,
    /// How many residents it gave.
    pub found: usize,
    /// Whether it answered.
    pub answered: bool,
}

fn key(number: u64) -> String {
    format!("{PREFIX}{number:012}")
}

impl Desk {
    /// Puts a search on the record before anybody sees what it gave.
    pub(super) async fn record_search(
        &self,
        actor: &Actor,
        text: &str,
        searched: &[Searched],
    ) -> Result<(), DeskError> {
        let links = searched.iter().map(|one| SearchedLink {
            link: one.source.clone(),
            found: one.residents.len(),
            answered: matches!(one.part, Part::Answered | Part::BeingRead),
        });
        let search = ResidentSearched {
            at: self.now(),
            by: actor.id.clone(),
            words: text.split_whitespace().count(),
            links: links.collect(),
        };
        let recorded = self
            .store()
            .write_async(move |tx| -> Result<(), DeskError> {
                let body = json!({"words": search.words, "links": search.links});
                note(tx, EVENT, &search.by, search.at, &body)?;
                let number = tx.next_number(PREFIX)?;
                tx.put_record(T::Plugin, &key(number), &search)?;
                if let Some(old) = number.checked_sub(SHOWN) {
                    tx.delete_record(T::Plugin, &key(old))?;
                }
                Ok(())
            });
        Ok(recorded.await?)
    }

    /// The last searches for residents that asked this link, newest first.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or what the file says.
    pub fn resident_searches(
        &self,
        by: &Actor,
        link: &str,
    ) -> Result<Vec<ResidentSearched>, DeskError> {
        need(by, Permission::Administer)?;
        let reader = self.reader()?;
        let rows: &dyn crate::store::Rows = &*reader;
        let kept = rows.records::<ResidentSearched>(T::Plugin, PREFIX, None, 2 * SHOWN as usize)?;
        let asked = |search: &ResidentSearched| search.links.iter().any(|asked| asked.link == link);
        let searches = kept.into_iter().rev().map(|(_, search)| search);
        Ok(searches.filter(asked).collect())
    }
}
