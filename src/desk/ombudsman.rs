//! The Ombudsman room: every case that the Ombudsman has or had, with what is waited for.

use super::lists::{CaseRow, ListOrder, ListQuery, may_see};
use super::{Desk, DeskError, need};
use std::collections::BTreeMap;

use crate::domain::access::{Actor, Permission};
use crate::domain::case::Case;
use crate::domain::ids::DocumentId;
use crate::domain::ombudsman::HosCase;
use crate::store::derive::Facet;

/// Cases looked at; a landlord with more of them at the Ombudsman uses the list.
const MOST: usize = 2_000;
/// Rows of a page of the list that is walked.
const PAGE: usize = 200;

/// A case at the Ombudsman.
#[derive(Clone, Debug)]
pub struct Branch {
    /// Its row in the lists.
    pub row: CaseRow,
    /// The branch.
    pub hos: HosCase,
    /// The titles of the documents that prove something in it.
    pub titles: BTreeMap<DocumentId, String>,
}

/// Everything at the Ombudsman that one person may see.
#[derive(Clone, Debug, Default)]
pub struct Room {
    /// The cases, those with the soonest date first.
    pub branches: Vec<Branch>,
    /// False when there are more than were looked at.
    pub complete: bool,
}

impl Desk {
    /// Every case that the Ombudsman has or had.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or what the file says.
    pub fn ombudsman_room(&self, actor: &Actor) -> Result<Room, DeskError> {
        need(actor, Permission::ReadCases)?;
        let (reader, see) = (self.reader()?, may_see(actor));
        let mut room = Room {
            branches: Vec::new(),
            complete: true,
        };
        let mut query = ListQuery {
            facets: vec![Facet::WithOmbudsman],
            order: ListOrder::Due,
            limit: PAGE,
            ..ListQuery::default()
        };
        loop {
            let page = reader.list(&query, &see)?;
            for row in page.rows {
                let case: Option<Case> = reader.case(&row.reference)?;
                let Some(case) = case else { continue };
                let Some(hos) = case.ombudsman else { continue };
                let proofs: Vec<_> = hos.orders().flat_map(|order| &order.evidence).collect();
                let documents = case.documents.into_iter();
                let titles = documents
                    .filter(|document| proofs.contains(&&document.id))
                    .map(|document| (document.id, document.title))
                    .collect();
                room.branches.push(Branch { row, hos, titles });
            }
            if page.next.is_none() {
                return Ok(room);
            }
            if room.branches.len() >= MOST {
                room.complete = false;
                return Ok(room);
            }
            query.cursor = page.next;
        }
    }
}
