//! The forms that are no command of a case: signing in, the first run, documents, bundles, settings.

use super::form::{Choice, Field, Form, Kind, choices};
use super::words::{count, size, spoken, wire};
use crate::domain::access::Role;
use crate::domain::case::{Case, Document, DocumentKind};

fn line(name: &str, label: &str) -> Field {
    Field::new(Kind::Line, name, label)
}

/// Sign in.
pub fn sign_in(next: &str) -> Form {
    Form::new(
        "/sign-in",
        "Sign in",
        vec![
            line("id", "Sign-in name").purpose("username"),
            Field::new(Kind::Password, "password", "Password").purpose("current-password"),
            Field::new(Kind::Hidden, "next", "").optional().with(next),
        ],
    )
}

/// The first run: the landlord and the first administrator.
pub fn first_run() -> Form {
    let landlord = vec![
        line("landlord.name", "Name of the landlord").purpose("organization"),
        line("landlord.address", "Address").optional(),
        Field::new(Kind::Phone, "landlord.phone", "Telephone").optional(),
        Field::new(Kind::Email, "landlord.email", "Email").optional(),
        line("landlord.website", "Website").optional(),
    ];
    let code = line("setup_code", "Setup code")
        .hint("The code that the server printed when it started.")
        .purpose("off");
    Form::new("/start", "Create the landlord", vec![code])
        .section("The landlord", "As it signs its letters.", false, landlord)
        .section(
            "The first administrator",
            "You make the other accounts afterwards, on the settings pages.",
            false,
            person(true),
        )
}

/// The questions about an account.
pub fn person(first: bool) -> Vec<Field> {
    let mut fields = vec![
        line("name", "Full name").purpose(if first { "name" } else { "off" }),
        line("id", "Sign-in name")
            .hint("Small letters, digits, dots and dashes, such as meera.kapoor. It is never changed: the record names it.")
            .purpose(if first { "username" } else { "off" }),
        Field::new(Kind::Password, "password", "Password")
            .hint("At least 12 characters. Three unrelated words are good.")
            .purpose("new-password"),
    ];
    let roles = Role::ALL
        .iter()
        .map(|role| Choice::new(role.wire(), role.title()))
        .collect();
    let roles = Field::new(Kind::Checkboxes, "roles", "Roles").of(roles);
    fields.push(if first {
        let mut roles =
            roles.hint("An administrator sees no case content. Tick your other roles as well.");
        roles.values = vec![
            Role::Administrator.wire().to_owned(),
            Role::ComplaintsOfficer.wire().to_owned(),
        ];
        roles
    } else {
        roles
    });
    fields
}

/// Add a document to a case.
pub fn document(case: &Case) -> Form {
    let kinds: Vec<Choice> = DocumentKind::ALL
        .iter()
        .map(|kind| Choice::new(wire(kind), spoken(kind)))
        .collect();
    let sensitivities = choices(&["ordinary", "third_party", "special_category", "privileged"]);
    Form::new(
        format!("/cases/{}/documents", case.reference),
        "Add the document",
        vec![
            Field::new(Kind::Select, "kind", "What it is").of(kinds),
            line("title", "Title")
                .optional()
                .hint("Left empty: the name of the file."),
            Field::new(Kind::Date, "doc_date", "Date on the document").optional(),
            line("from", "Who wrote it")
                .optional()
                .hint("Left empty where the kind says it."),
            line("to", "Who received it").optional(),
            line("why", "Why it matters")
                .optional()
                .hint("For the index of the bundle. Left empty: what papers of this kind show."),
            Field::new(Kind::Radios, "sensitivity", "Whose data it holds")
                .of(sensitivities)
                .with("ordinary"),
            Field::new(Kind::File, "file", "File"),
        ],
    )
}

pub use crate::domain::case::FOLDERS;

/// The folders as choices.
pub fn folders() -> Vec<Choice> {
    FOLDERS
        .iter()
        .map(|(number, title)| Choice::new(*number, format!("{number} {title}")))
        .collect()
}

/// The folders that an evidence request names, in words.
pub fn folder_names(items: &[String]) -> String {
    let titles = items.iter().map(|item| {
        let folder = FOLDERS.iter().find(|(number, _)| number == item);
        folder.map_or(item.as_str(), |(_, title)| *title)
    });
    titles.collect::<Vec<_>>().join("; ")
}

/// A single file that the Ombudsman's Portal takes is no larger, in bytes (domain rules §5.2).
const CEILING: u64 = 20_000_000;

/// Documents in words: how many, how large together, and which of them the Portal takes only in parts.
fn weighed<'d>(documents: impl Iterator<Item = &'d Document>) -> String {
    let (mut number, mut bytes, mut over) = (0, 0, 0);
    for document in documents {
        number += 1;
        bytes += document.size;
        over += i64::from(document.size > CEILING);
    }
    let files = count(number, "document", "documents");
    match over {
        0 => format!("{files}, {}", size(bytes)),
        over => format!(
            "{files}, {}, {over} over {} to go in parts or be reduced",
            size(bytes),
            size(CEILING)
        ),
    }
}

/// The folders with what the case has for each.
fn filled_folders(case: &Case) -> Vec<Choice> {
    let weigh = |number: &str, title: &str| {
        let own = case.documents.iter();
        let mut own = own
            .filter(|document| case.folder_of(document) == Some(number))
            .peekable();
        let label = match own.peek() {
            None => format!("{number} {title}"),
            Some(_) => format!("{number} {title}: {}", weighed(own)),
        };
        Choice::new(number, label)
    };
    FOLDERS
        .iter()
        .map(|(number, title)| weigh(number, title))
        .collect()
}

/// Make a bundle; what an open request asks for is ticked.
pub fn bundle(case: &Case) -> Form {
    let modes = vec![
        Choice::new("full", "Everything on the case"),
        Choice::new("focused", "Only the folders that are ticked"),
        Choice::new("supplement", "Only what has come since the last bundle"),
    ];
    let open = case
        .ombudsman
        .iter()
        .flat_map(|hos| &hos.tasks)
        .filter(|task| task.sent_on.is_none());
    let asked: Vec<String> = open.flat_map(|task| task.items.clone()).collect();
    let mut items = Field::new(Kind::Checkboxes, "items", "Folders")
        .of(filled_folders(case))
        .optional();
    if !asked.is_empty() {
        items = items.hint("Those that the Ombudsman's open request asks for are ticked.");
    }
    let mode = if asked.is_empty() { "full" } else { "focused" };
    items.values = asked;
    Form::new(
        format!("/cases/{}/bundle", case.reference),
        "Make the bundle",
        vec![
            Field::new(Kind::Radios, "mode", "What goes in")
                .of(modes)
                .with(mode)
                .hint(format!(
                    "On the case: {}. Redress adds its own papers: chronology, index, decisions, letters.",
                    weighed(case.documents.iter())
                )),
            items,
        ],
    )
}

/// A day on which nobody works, or days on which the landlord's office is shut.
pub fn holiday() -> Form {
    Form::new(
        "/settings/calendar",
        "Add the days",
        vec![
            Field::new(Kind::Select, "what", "What it is")
                .of(vec![
                    Choice::new("holiday", "A bank holiday: deadlines move"),
                    Choice::new("closure", "Our office is shut: no deadline moves"),
                ])
                .with("holiday")
                .optional(),
            Field::new(Kind::Date, "date", "Day"),
            Field::new(
                Kind::Date,
                "to",
                "Last day, if the office is shut for longer",
            )
            .optional(),
            line("name", "Name").hint("Such as “Coronation of the King” or “Christmas shutdown”."),
            line("why", "Why").hint(
                "Such as the proclamation. It goes into the record of every date that moves.",
            ),
        ],
    )
}

/// A version of a policy.
pub fn policy() -> Form {
    Form::new(
        "/settings/policies",
        "Add the policy",
        vec![
            line("kind", "Which policy").hint("A short name that stays the same from version to version, such as complaints or damp_and_mould."),
            line("title", "Title").hint("Such as “Complaints policy”."),
            line("version", "Version"),
            Field::new(Kind::Date, "effective_from", "In force from"),
            Field::new(Kind::File, "file", "File"),
        ],
    )
}

/// A new password for someone else.
pub fn new_password(people: Vec<Choice>) -> Form {
    Form::new(
        "/settings/password",
        "Set the password",
        vec![
            Field::new(Kind::Select, "id", "Whose").of(people),
            Field::new(Kind::Password, "password", "New password")
                .hint("At least 12 characters. They are signed out everywhere.")
                .purpose("new-password"),
        ],
    )
}

/// Other roles for someone, from their next page on.
pub fn roles(people: Vec<Choice>) -> Form {
    let roles = Role::ALL
        .iter()
        .map(|role| Choice::new(role.wire(), role.title()))
        .collect();
    Form::new(
        "/settings/roles",
        "Change the roles",
        vec![
            Field::new(Kind::Select, "id", "Whose").of(people),
            Field::new(Kind::Checkboxes, "roles", "Roles from now on").of(roles),
        ],
    )
}

/// A new password for oneself.
pub fn own_password() -> Form {
    Form::new(
        "/password",
        "Change my password",
        vec![
            Field::new(Kind::Password, "old_password", "Present password")
                .purpose("current-password"),
            Field::new(Kind::Password, "password", "New password")
                .hint("At least 12 characters.")
                .purpose("new-password"),
        ],
    )
}
