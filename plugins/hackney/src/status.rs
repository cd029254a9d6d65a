//! What a work order's status means. Wording changed between versions of the API, so case and spelling do not count.

use redress_plugin::belongs::plain;

/// Where a work order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Something is outstanding.
    Open,
    /// Done.
    Completed,
    /// Closed because nobody was let in: an access dispute, not a finished repair.
    NoAccess,
    /// Closed without the work.
    Cancelled,
    /// Another work order took its place.
    Superseded,
    /// A word that this adapter does not know.
    Unknown,
}

const KNOWN: [(&str, &str, Standing); 21] = [
    ("onhold", "On hold", Standing::Open),
    ("hold", "On hold", Standing::Open),
    ("inprogress", "In progress", Standing::Open),
    ("open", "In progress", Standing::Open),
    ("new", "In progress", Standing::Open),
    ("scheduled", "In progress", Standing::Open),
    ("awaitingdesign", "In progress", Standing::Open),
    ("materialsneeded", "Materials needed", Standing::Open),
    ("pendmaterial", "Materials needed", Standing::Open),
    (
        "variationpendingapproval",
        "Variation pending approval",
        Standing::Open,
    ),
    (
        "authorisationpendingapproval",
        "Authorisation pending approval",
        Standing::Open,
    ),
    ("variationapproved", "Variation approved", Standing::Open),
    ("variationrejected", "Variation rejected", Standing::Open),
    ("noaccess", "No access", Standing::NoAccess),
    ("cancelled", "Cancelled", Standing::Cancelled),
    ("canceled", "Cancelled", Standing::Cancelled),
    ("workcancelled", "Cancelled", Standing::Cancelled),
    ("closed", "Completed", Standing::Completed),
    ("completed", "Completed", Standing::Completed),
    ("workcomplete", "Completed", Standing::Completed),
    ("workcompleted", "Completed", Standing::Completed),
];

const CODES: [(&str, &str); 16] = [
    ("10", "onhold"),
    ("70", "onhold"),
    ("20", "inprogress"),
    ("60", "inprogress"),
    ("80", "inprogress"),
    ("100", "inprogress"),
    ("120", "inprogress"),
    ("110", "materialsneeded"),
    ("90", "variationpendingapproval"),
    ("1010", "authorisationpendingapproval"),
    ("1080", "variationapproved"),
    ("1090", "variationrejected"),
    ("1000", "noaccess"),
    ("30", "cancelled"),
    ("40", "completed"),
    ("50", "completed"),
];

/// One wording for all versions, and what it means. A word that is not known stays as it is.
pub fn read(text: &str) -> (String, Standing) {
    let word = plain(text);
    let word = CODES
        .iter()
        .find(|(code, _)| *code == word)
        .map_or(word.as_str(), |(_, word)| word);
    if matches!(word, "superseded" | "130") {
        return ("Superseded".into(), Standing::Superseded);
    }
    if matches!(word, "locked" | "200") {
        // Migrated and disputed; nobody can say whether the work was done.
        return ("Locked".into(), Standing::Unknown);
    }
    let known = KNOWN.iter().find(|(name, ..)| *name == word);
    known.map_or_else(
        || (text.trim().to_owned(), Standing::Unknown),
        |(_, said, standing)| ((*said).to_owned(), *standing),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wordings_of_all_versions_are_one() {
        for (text, said, standing) in [
            ("In progress", "In progress", Standing::Open),
            ("In Progress", "In progress", Standing::Open),
            ("IN PROGRESS", "In progress", Standing::Open),
            ("Work Completed", "Completed", Standing::Completed),
            ("Work complete", "Completed", Standing::Completed),
            ("completed", "Completed", Standing::Completed),
            ("No Access", "No access", Standing::NoAccess),
            ("Work Cancelled", "Cancelled", Standing::Cancelled),
            ("1010", "Authorisation pending approval", Standing::Open),
            ("50", "Completed", Standing::Completed),
            ("130", "Superseded", Standing::Superseded),
            ("Locked", "Locked", Standing::Unknown),
            (
                "Parked by moonlight",
                "Parked by moonlight",
                Standing::Unknown,
            ),
            ("", "", Standing::Unknown),
        ] {
            assert_eq!(read(text), (said.to_owned(), standing), "{text}");
        }
    }
}
