//! Finding the resident while a complaint is logged: in the linked systems that can search, all at once and none for
//! long, and among those who complained before.

use futures_util::future::join_all;

use crate::desk::lists::{CaseRow, ListOrder, ListQuery, may_see};
use crate::desk::{Desk, DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::link::residents::{Part, Resident, Searched, search};

/// The shortest text that is looked for: one letter would be everyone.
const SHORTEST: usize = 2;
/// The longest: nobody types more of a name and an address.
const LONGEST: usize = 200;
/// Cases that are looked through for residents, and residents given.
const CASES: usize = 200;
const MOST: usize = 50;

/// A resident with the cases they had before.
#[derive(Clone, Debug)]
pub struct FoundResident {
    /// The resident.
    pub resident: Resident,
    /// Their cases, newest first, of those that may be seen.
    pub cases: Vec<CaseRow>,
}

/// How a linked system took part in a search.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SearchedSource {
    /// The link.
    pub source: String,
    /// How many it gave.
    pub found: usize,
    /// Whether it knows more: more words would narrow them.
    pub more: bool,
    /// How it took part.
    pub part: Part,
    /// Why it gave no answer.
    pub failure: Option<String>,
}

/// What a search for a resident gave.
#[derive(Clone, Debug, Default)]
pub struct ResidentSearch {
    /// Whom it may be, the likeliest first.
    pub residents: Vec<FoundResident>,
    /// Which linked systems were asked.
    pub sources: Vec<SearchedSource>,
}

impl Desk {
    /// Residents by the words typed so far: those of earlier cases for whoever may read cases, those of the linked
    /// systems for whoever may log.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or [`DeskError::Invalid`] for a text too short or too long; never because a system
    /// is down.
    pub async fn find_residents(
        &self,
        actor: &Actor,
        text: &str,
    ) -> Result<ResidentSearch, DeskError> {
        if !actor.may(Permission::Log) {
            need(actor, Permission::ReadCases)?;
        }
        let text = text.trim();
        let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
        if letters < SHORTEST || text.chars().count() > LONGEST {
            return Err(DeskError::Invalid {
                field: "q",
                detail: format!(
                    "Give the beginning of a name, an address or a number: at least {SHORTEST} letters, at most \
                     {LONGEST}."
                ),
            });
        }
        let before = if actor.may(Permission::ReadCases) {
            let (who, words) = (actor.clone(), text.to_owned());
            self.away(move |desk| desk.residents_before(&who, &words))
                .await?
        } else {
            Vec::new()
        };
        let searched = if actor.may(Permission::Log) {
            self.search_links(text).await?
        } else {
            Vec::new()
        };
        if !searched.is_empty() {
            self.record_search(actor, text, &searched).await?;
        }
        Ok(merged(before, searched))
    }

    async fn search_links(&self, text: &str) -> Result<Vec<Searched>, DeskError> {
        let now = self.now();
        let mut asking = Vec::new();
        for link in self.sources()?.into_iter().filter(|link| link.enabled) {
            let source = self.source_of(&link);
            if let Ok(source) = &source
                && !self
                    .inner
                    .finders
                    .can(&self.inner.plugins, &source.plugin)
                    .await
            {
                continue;
            }
            asking.push(async move {
                let failed = |failure| Searched::failed(&link.key, failure);
                if let Some(trouble) = self.inner.watch.pausing(&link.key, now) {
                    return failed(trouble.why);
                }
                match source {
                    Ok(source) => {
                        let found = search(&self.inner.plugins, &source, text, now).await;
                        if let Some(failure) = &found.failure
                            && found.part == Part::Failed
                        {
                            tracing::warn!(source = %link.key, %failure, "a search for a resident gave no answer");
                        }
                        found
                    }
                    Err(failure) => failed(failure),
                }
            });
        }
        Ok(join_all(asking).await)
    }

    /// The residents of earlier cases whose own name, address or number begins with each of the words.
    fn residents_before(&self, actor: &Actor, text: &str) -> Result<Vec<FoundResident>, DeskError> {
        let reader = self.reader()?;
        let query = ListQuery {
            order: ListOrder::Received,
            q: text.to_owned(),
            limit: CASES,
            ..ListQuery::default()
        };
        let mut found: Vec<FoundResident> = Vec::new();
        for row in reader.list(&query, &may_see(actor))?.rows {
            let Some(case) = reader.case(&row.reference)? else {
                continue;
            };
            let resident = Resident::of_case(&case.complainant);
            let reference = row.reference.to_string();
            if !speaks_of(&resident, &reference, text) {
                continue;
            }
            let full = found.len() >= MOST;
            match found.iter_mut().find(|one| one.resident.is_same(&resident)) {
                Some(known) => known.cases.push(row),
                None if full => {}
                None => found.push(FoundResident {
                    resident,
                    cases: vec![row],
                }),
            }
        }
        Ok(found)
    }
}

/// Whether each word typed begins a word of the resident: the search of cases also finds members and linked records.
fn speaks_of(resident: &Resident, reference: &str, text: &str) -> bool {
    let own = [
        Some(resident.name.as_str()),
        resident.address.as_deref(),
        resident.phone.as_deref(),
        resident.email.as_deref(),
        resident.person_ref.as_deref(),
        resident.tenancy_ref.as_deref(),
        resident.property_ref.as_deref(),
        Some(reference),
    ];
    let words = |text: &str| -> Vec<String> {
        let parts = text.split(|c: char| !c.is_alphanumeric());
        let parts = parts.filter(|word| !word.is_empty());
        parts.map(str::to_lowercase).collect()
    };
    let theirs: Vec<String> = own.into_iter().flatten().flat_map(words).collect();
    words(text)
        .iter()
        .all(|word| theirs.iter().any(|their| their.starts_with(word.as_str())))
}

/// The linked systems know a resident best; their earlier cases stand beside them.
fn merged(before: Vec<FoundResident>, searched: Vec<Searched>) -> ResidentSearch {
    let mut out = ResidentSearch::default();
    for answer in searched {
        out.sources.push(SearchedSource {
            source: answer.source,
            found: answer.residents.len(),
            more: answer.more,
            part: answer.part,
            failure: answer.failure,
        });
        out.residents
            .extend(answer.residents.into_iter().map(|resident| FoundResident {
                resident,
                cases: Vec::new(),
            }));
    }
    for earlier in before {
        let mut known = false;
        for one in &mut out.residents {
            if one.resident.is_same(&earlier.resident) {
                one.cases.extend(earlier.cases.iter().cloned());
                known = true;
            }
        }
        if !known {
            out.residents.push(earlier);
        }
    }
    out.residents.truncate(MOST);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resident_is_found_by_their_own_words_only() {
        let resident = Resident {
            name: "Ms Amara Okonjo".into(),
            address: Some("7 Alder Court".into()),
            ..Resident::default()
        };
        for (text, expected) in [
            ("okon", true),
            ("alder 7", true),
            ("c-2026-0042", true),
            ("extractor", false),
            ("okonjo fan", false),
        ] {
            assert_eq!(
                speaks_of(&resident, "C-2026-0042", text),
                expected,
                "{text}"
            );
        }
    }
}
