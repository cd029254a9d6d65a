//! The fourteen categories of what the Ombudsman asks for, with their folder and the line that an
//! empty one gets in the index.

/// One category.
#[derive(Debug, PartialEq)]
pub struct Category {
    /// `"04"`.
    pub code: &'static str,
    /// Folder in the bundle.
    pub folder: &'static str,
    /// As people read it.
    pub title: &'static str,
    /// What would be in it; completes "Nothing is held: no …".
    pub holds: &'static str,
}

/// The index folder, which is not a category of evidence.
pub const INDEX_FOLDER: &str = "00_Index";

const fn row(
    code: &'static str,
    folder: &'static str,
    title: &'static str,
    holds: &'static str,
) -> Category {
    Category {
        code,
        folder,
        title,
        holds,
    }
}

/// In the order of the bundle.
pub const CATEGORIES: [Category; 14] = [
    row(
        "01",
        "01_Complaint-stage-1",
        "Complaint, stage 1",
        "stage 1 papers",
    ),
    row(
        "02",
        "02_Complaint-stage-2",
        "Complaint, stage 2",
        "stage 2 papers",
    ),
    row(
        "03",
        "03_Tenancy-and-property",
        "Tenancy and property",
        "tenancy or property records",
    ),
    row(
        "04",
        "04_Repairs-and-inspections",
        "Repairs and inspections",
        "repair or inspection records",
    ),
    row(
        "05",
        "05_ASB-and-neighbour",
        "Anti-social behaviour and neighbours",
        "reports of anti-social behaviour",
    ),
    row("06", "06_Contact-log", "Contact log", "contacts"),
    row(
        "07",
        "07_Vulnerability-and-adjustments",
        "Vulnerability and adjustments",
        "vulnerability or adjustment records",
    ),
    row(
        "08",
        "08_Policies-in-force",
        "Policies in force at the time",
        "policy versions",
    ),
    row(
        "09",
        "09_Remedies",
        "Remedies",
        "offers, payments or other remedies",
    ),
    row(
        "10",
        "10_Charges",
        "Charges",
        "rent or service charge papers",
    ),
    row(
        "11",
        "11_Third-parties",
        "Third parties",
        "papers from or to third parties",
    ),
    row(
        "12",
        "12_Decision-records",
        "Decision records",
        "decision records",
    ),
    row(
        "13",
        "13_After-the-final-response",
        "After the final response",
        "records of what happened since",
    ),
    row("14", "14_Media", "Media", "photos, video or audio"),
];

/// The category of a code; an unknown code belongs with the complaint itself, where nobody overlooks it.
pub fn of(code: &str) -> &'static Category {
    CATEGORIES
        .iter()
        .find(|c| c.code == code)
        .unwrap_or(&CATEGORIES[0])
}

/// "04 Repairs and inspections".
pub fn label(code: &str) -> String {
    let category = of(code);
    format!("{} {}", category.code, category.title)
}
