//! Cases that may be about the same as a complaint that is being logged.

use super::lists::may_see;
use super::{Desk, DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::domain::intake::Intake;
use crate::store::derive::{self, CaseRow, Facet, Order};
use crate::store::list::ListQuery;

/// Cases shown at most.
const MOST: usize = 5;
/// Open cases of one home that are looked at.
const LOOKED_AT: usize = 50;

impl Desk {
    /// Open cases of the same resident, and those of the same home under the same heading: the likeliest to be the same
    /// complaint again first. Only what the actor may see.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or what the file says.
    pub fn alike(&self, actor: &Actor, intake: &Intake) -> Result<Vec<CaseRow>, DeskError> {
        need(actor, Permission::ReadCases)?;
        let (reader, see) = (self.reader()?, may_see(actor));
        let heading = |key: &str| key.split('.').next().unwrap_or_default().to_owned();
        let about: Vec<String> = intake.points.iter().map(|p| heading(&p.category)).collect();
        let same = |row: &CaseRow| {
            row.categories
                .iter()
                .any(|key| about.contains(&heading(key)))
        };
        let person = derive::person_of(&intake.complainant).map(Facet::Person);
        let home = derive::home_of(&intake.complainant).map(Facet::Home);
        let mut found: Vec<CaseRow> = Vec::new();
        for facet in person.into_iter().chain(home) {
            let everything = matches!(facet, Facet::Person(_));
            let query = ListQuery {
                facets: vec![facet, Facet::Ended(false)],
                order: Order::Received,
                limit: LOOKED_AT,
                ..ListQuery::default()
            };
            for row in reader.list(&query, &see)?.rows {
                let known = found.iter().any(|other| other.reference == row.reference);
                if !known && (everything || same(&row)) {
                    found.push(row);
                }
            }
        }
        found.sort_by_key(|row| (!same(row), std::cmp::Reverse(row.received_at)));
        found.truncate(MOST);
        Ok(found)
    }
}
