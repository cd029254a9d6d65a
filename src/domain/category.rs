//! What a complaint is about and why it happened (domain rules §8): themes and root causes.

use serde::{Deserialize, Serialize};

use super::refusal::{Refusal, required};

/// The tree that a landlord starts with: `top.sub`, title of the top, title of the sub.
const SEEDED: &str = include_str!("../../seeds/categories.tsv");

/// The longest heading, category or key.
const MOST_LETTERS: usize = 120;

/// One sub-category a point can carry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Stable key, such as `property_condition.damp_and_mould`; never given to another meaning.
    pub key: String,
    /// The Ombudsman's top-level name, such as “Property condition”.
    pub top: String,
    /// The sub-category, such as “damp and mould”.
    pub title: String,
    /// True where the subject may be a hazard under Awaab's Law.
    #[serde(default)]
    pub hazard: bool,
    /// No longer offered. Cases that carry it keep it.
    #[serde(default)]
    pub retired: bool,
}

/// What a point was filed under when it was raised: words and version stay as they were, whatever the tree becomes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Theme {
    /// The version of the tree; 0 is the one that comes with the program.
    pub tree_version: u32,
    /// The Ombudsman's top-level name.
    pub top: String,
    /// The sub-category.
    pub title: String,
}

/// One version of a landlord's tree of categories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// From 1 as the landlord changes it; 0 is the one that comes with the program.
    pub version: u32,
    /// In the order in which they are offered.
    pub categories: Vec<Category>,
}

impl Tree {
    /// The tree that a landlord starts with.
    pub fn seeded() -> Self {
        let lines = SEEDED
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        let categories = lines.filter_map(|line| {
            let mut cells = line.split('\t').map(str::to_owned);
            Some(Category {
                key: cells.next()?,
                top: cells.next()?,
                title: cells.next()?,
                hazard: cells.next().as_deref() == Some("hazard"),
                retired: false,
            })
        });
        Self {
            version: 0,
            categories: categories.collect(),
        }
    }

    /// The category with this key, retired or not.
    pub fn find(&self, key: &str) -> Option<&Category> {
        self.categories.iter().find(|category| category.key == key)
    }

    /// Those that a new point may carry.
    pub fn offered(&self) -> impl Iterator<Item = &Category> {
        self.categories.iter().filter(|category| !category.retired)
    }

    /// As [`Self::find`], for a key that someone gave as `field`.
    ///
    /// # Errors
    /// A key that the tree does not have.
    pub fn known(&self, key: &str, field: &'static str) -> Result<&Category, Refusal> {
        self.find(key).ok_or_else(|| {
            let shown: String = key.chars().take(60).collect();
            let detail = format!(
                "“{shown}” is not a category. Use one such as property_condition.damp_and_mould."
            );
            Refusal::invalid(field, detail)
        })
    }

    /// What a point raised now under `key` is filed under.
    ///
    /// # Errors
    /// A key that the tree does not have, or no longer offers.
    pub fn theme(&self, key: &str, field: &'static str) -> Result<Theme, Refusal> {
        let found = self.known(key, field)?;
        if found.retired {
            let detail = format!(
                "“{}” is no longer used. Choose another category.",
                found.title
            );
            return Err(Refusal::invalid(field, detail));
        }
        Ok(Theme {
            tree_version: self.version,
            top: found.top.clone(),
            title: found.title.clone(),
        })
    }

    /// A new category under a heading, with a key made of both.
    ///
    /// # Errors
    /// Words without a letter, or a category that is there already.
    pub fn add(&mut self, top: &str, title: &str, hazard: bool) -> Result<(), Refusal> {
        required(top, "top", "the heading it stands under")?;
        required(title, "title", "what the category is called")?;
        let (top, title) = (top.trim(), title.trim());
        let heading = self.categories.iter().find(|other| other.top == top);
        let first = match heading.and_then(|other| other.key.split_once('.')) {
            Some((first, _)) => first.to_owned(),
            None => slug(top, "top")?,
        };
        let key = format!("{first}.{}", slug(title, "title")?);
        if let Some(found) = self.find(&key) {
            let detail = match found.retired {
                true => "It is there already, but retired. Bring it back instead.",
                false => "It is there already.",
            };
            return Err(Refusal::invalid("title", detail));
        }
        let last = self
            .categories
            .iter()
            .rposition(|other| other.top == top)
            .map_or(self.categories.len(), |at| at + 1);
        let new = Category {
            key,
            top: top.to_owned(),
            title: title.to_owned(),
            hazard,
            retired: false,
        };
        self.categories.insert(last, new);
        Ok(())
    }

    /// Whether this tree may follow `before`: nothing that cases carry is lost, and every key has one meaning.
    ///
    /// # Errors
    /// What is wrong, and what to do instead.
    pub fn follows(&self, before: &Self) -> Result<(), Refusal> {
        let wrong = |detail: String| Err(Refusal::invalid("categories", detail));
        if self.offered().next().is_none() {
            return wrong("A complaint needs a category. Leave at least one in use.".into());
        }
        let mut keys = std::collections::BTreeSet::new();
        let mut tops = std::collections::BTreeMap::new();
        for Category {
            key, top, title, ..
        } in &self.categories
        {
            for text in [key, top, title] {
                required(
                    text,
                    "categories",
                    "key, heading and words of each category",
                )?;
                if text.chars().count() > MOST_LETTERS {
                    return wrong(format!(
                        "A key, heading or category has at most {MOST_LETTERS} letters."
                    ));
                }
            }
            let shown: String = key.chars().take(60).collect();
            let Some((first, _)) = key.split_once('.').filter(|_| is_key(key)) else {
                return wrong(format!(
                    "“{shown}” is no key. Use small letters, digits and underscores, with one full stop: heading.category."
                ));
            };
            if !keys.insert(key) {
                return wrong(format!("{shown} is there twice."));
            }
            if *tops.entry(first).or_insert(top) != top {
                return wrong(format!(
                    "{shown} stands under another heading than the rest of {first}. Give all of {first} the same heading."
                ));
            }
        }
        match before
            .categories
            .iter()
            .find(|old| self.find(&old.key).is_none())
        {
            Some(lost) => wrong(format!(
                "{} is missing, but cases may carry it. Retire it instead.",
                lost.key
            )),
            None => Ok(()),
        }
    }
}

fn is_key(key: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    key.split('.').count() == 2
        && key
            .split('.')
            .all(|part| !part.is_empty() && part.chars().all(fits))
}

/// `Damp & mould` becomes `damp_mould`.
fn slug(words: &str, field: &'static str) -> Result<String, Refusal> {
    let parts: Vec<String> = words
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let out: String = parts.join("_").chars().take(60).collect();
    match out.is_empty() {
        true => Err(Refusal::invalid(
            field,
            "Use at least one letter from a to z.",
        )),
        false => Ok(out),
    }
}

/// The words of a category that comes with the program: for cases of the time before their words were recorded.
pub fn seeded_title(key: &str) -> Option<String> {
    // Asked for whenever a case is written: so without making the whole tree.
    let rest = |line: &'static str| line.strip_prefix(key)?.strip_prefix('\t');
    let title = SEEDED.lines().find_map(rest)?.split('\t').nth(1)?;
    Some(title.to_owned())
}

/// Why it happened, chosen at closing (domain rules §8.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the sector's own words")]
pub enum RootCause {
    NoActionTaken,
    DelayInternal,
    DelayContractor,
    PoorWorkmanship,
    RepeatVisitNoDiagnosis,
    MissedAppointment,
    NoAccessDispute,
    CommunicationNotUpdated,
    CommunicationWrong,
    RecordMissing,
    RecordWrong,
    HandoverBetweenTeams,
    PolicyUnclear,
    PolicyNotFollowed,
    PolicyWrong,
    StaffingCapacity,
    StaffConduct,
    ItSystem,
    ThirdParty,
    BudgetOrProcurement,
    VulnerabilityNotActedOn,
    AdjustmentNotMade,
    OutsideOurControl,
    ExpectationGap,
}

impl RootCause {
    /// Every root cause, in the order it is offered.
    pub const ALL: [Self; 24] = [
        Self::NoActionTaken,
        Self::DelayInternal,
        Self::DelayContractor,
        Self::PoorWorkmanship,
        Self::RepeatVisitNoDiagnosis,
        Self::MissedAppointment,
        Self::NoAccessDispute,
        Self::CommunicationNotUpdated,
        Self::CommunicationWrong,
        Self::RecordMissing,
        Self::RecordWrong,
        Self::HandoverBetweenTeams,
        Self::PolicyUnclear,
        Self::PolicyNotFollowed,
        Self::PolicyWrong,
        Self::StaffingCapacity,
        Self::StaffConduct,
        Self::ItSystem,
        Self::ThirdParty,
        Self::BudgetOrProcurement,
        Self::VulnerabilityNotActedOn,
        Self::AdjustmentNotMade,
        Self::OutsideOurControl,
        Self::ExpectationGap,
    ];
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_tree_that_comes_with_the_program_is_sound() {
        let tree = Tree::seeded();
        tree.follows(&tree).unwrap();
        assert!(tree.categories.len() > 70, "{}", tree.categories.len());
        let damp = tree.find("property_condition.damp_and_mould").unwrap();
        assert!(damp.hazard && !damp.retired);
        assert_eq!(tree.find("nonsense"), None);
        assert_eq!(seeded_title(&damp.key).as_deref(), Some("damp and mould"));
        for category in &tree.categories {
            let title = seeded_title(&category.key);
            assert_eq!(title.as_ref(), Some(&category.title));
        }
        assert_eq!(seeded_title("property_condition"), None);
    }

    #[test]
    fn a_new_category_stands_last_under_its_heading_with_a_key_of_its_own() {
        let mut tree = Tree::seeded();
        tree.add("Staff", "Wearing shoes indoors", false).unwrap();
        tree.add("Heat networks", "No heat", true).unwrap();
        tree.follows(&Tree::seeded()).unwrap();
        let at = |key: &str| tree.categories.iter().position(|c| c.key == key).unwrap();
        assert_eq!(
            at("staff.wearing_shoes_indoors"),
            at("staff.not_calling_back") + 1
        );
        assert_eq!(at("heat_networks.no_heat"), tree.categories.len() - 1);
        let again = tree.add("Staff", "wearing shoes: indoors", false);
        assert!(again.unwrap_err().detail.contains("there already"));
        assert!(tree.add("Staff", "…", false).is_err());
    }

    #[test]
    fn a_tree_loses_nothing_that_cases_carry() {
        let before = Tree::seeded();
        let change = |change: fn(&mut Vec<Category>)| {
            let mut after = before.clone();
            change(&mut after.categories);
            after.follows(&before).map_err(|refusal| refusal.detail)
        };
        assert_eq!(change(|all| all[0].retired = true), Ok(()));
        assert_eq!(change(|all| all[0].title = "Mould".into()), Ok(()));
        let refused = |change_it: fn(&mut Vec<Category>), why: &str| {
            let said = change(change_it).unwrap_err();
            assert!(said.contains(why), "{said}");
        };
        refused(|all| drop(all.remove(0)), "Retire it instead");
        refused(|all| all.push(all[0].clone()), "twice");
        refused(|all| all[0].top = "Repairs".into(), "another heading");
        refused(|all| all[0].key = "Damp".into(), "is no key");
        refused(|all| all[0].title = " ".into(), "Give key");
        refused(
            |all| all.iter_mut().for_each(|c| c.retired = true),
            "at least one",
        );
    }

    #[test]
    fn a_retired_category_is_kept_but_not_offered() {
        let mut tree = Tree::seeded();
        tree.version = 3;
        tree.categories[0].retired = true;
        let key = tree.categories[0].key.clone();
        assert!(tree.find(&key).is_some() && tree.offered().all(|c| c.key != key));
        let refused = tree.theme(&key, "points").unwrap_err();
        assert_eq!(refused.field, Some("points"));
        assert!(refused.detail.contains("no longer used"), "{refused}");
        let theme = tree.theme("property_condition.roof", "points").unwrap();
        assert_eq!((theme.tree_version, theme.title.as_str()), (3, "roof"));
    }
}
