//! The handbook: a quick start for each role and a page for each subject, inside the program, found by words.

use super::form::Posted;
use super::page::{Message, render};
use super::shell::{Visitor, Web};
use crate::domain::access::{Actor, Role};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use pulldown_cmark::{Event, Options, Parser, TagEnd, html};
use std::sync::LazyLock;

/// The pages, in their order: name in the address, and the text, which begins with `# Title` and may say `for:` whom.
const SOURCES: [(&str, &str); 20] = [
    (
        "contact-centre",
        include_str!("../../seeds/handbook/01-contact-centre.md"),
    ),
    (
        "housing-officer",
        include_str!("../../seeds/handbook/02-housing-officer.md"),
    ),
    (
        "complaints-officer",
        include_str!("../../seeds/handbook/03-complaints-officer.md"),
    ),
    (
        "team-leader",
        include_str!("../../seeds/handbook/04-team-leader.md"),
    ),
    (
        "compliance",
        include_str!("../../seeds/handbook/05-compliance.md"),
    ),
    (
        "board-member",
        include_str!("../../seeds/handbook/06-board-member.md"),
    ),
    (
        "administrator",
        include_str!("../../seeds/handbook/07-administrator.md"),
    ),
    (
        "what-is-a-complaint",
        include_str!("../../seeds/handbook/10-what-is-a-complaint.md"),
    ),
    ("dates", include_str!("../../seeds/handbook/11-dates.md")),
    (
        "extending",
        include_str!("../../seeds/handbook/12-extending.md"),
    ),
    (
        "refusing",
        include_str!("../../seeds/handbook/13-refusing.md"),
    ),
    (
        "remedies",
        include_str!("../../seeds/handbook/14-remedies.md"),
    ),
    (
        "ombudsman",
        include_str!("../../seeds/handbook/15-ombudsman.md"),
    ),
    (
        "finding",
        include_str!("../../seeds/handbook/16-finding.md"),
    ),
    (
        "together",
        include_str!("../../seeds/handbook/17-together.md"),
    ),
    (
        "restricted",
        include_str!("../../seeds/handbook/18-restricted.md"),
    ),
    (
        "letters",
        include_str!("../../seeds/handbook/19-letters.md"),
    ),
    (
        "backups",
        include_str!("../../seeds/handbook/20-backups.md"),
    ),
    (
        "plugins",
        include_str!("../../seeds/handbook/21-plugins.md"),
    ),
    (
        "learning",
        include_str!("../../seeds/handbook/22-learning.md"),
    ),
];

/// A page of the handbook.
struct Article {
    name: &'static str,
    title: &'static str,
    /// For whom it is a quick start; empty for a subject.
    roles: Vec<Role>,
    /// Its text without marks.
    text: String,
    /// Its text as HTML. Ours alone: nothing that anybody typed is in it.
    html: String,
}

static ARTICLES: LazyLock<Vec<Article>> = LazyLock::new(|| {
    SOURCES
        .iter()
        .map(|(name, text)| read(name, text))
        .collect()
});

fn read(name: &'static str, source: &'static str) -> Article {
    let (head, rest) = source.split_once('\n').unwrap_or((source, ""));
    let (first, after) = rest.split_once('\n').unwrap_or((rest, ""));
    let (roles, text) = match first.strip_prefix("for: ") {
        Some(names) => (names.split(", ").filter_map(role).collect(), after),
        None => (Vec::new(), rest),
    };
    let mut plain = String::new();
    for event in Parser::new_ext(text, Options::empty()) {
        match event {
            Event::Text(text) | Event::Code(text) => plain.push_str(&text),
            Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::Paragraph | TagEnd::Item) => {
                plain.push(' ');
            }
            _ => {}
        }
    }
    let mut html = String::new();
    html::push_html(&mut html, Parser::new_ext(text, Options::empty()));
    Article {
        name,
        title: head.trim_start_matches("# "),
        roles,
        text: plain.split_whitespace().collect::<Vec<_>>().join(" "),
        html,
    }
}

fn role(name: &str) -> Option<Role> {
    Role::ALL
        .into_iter()
        .find(|role| role.wire() == name.trim())
}

/// The page.
#[derive(askama::Template)]
#[template(path = "help.html")]
pub struct HelpPage {
    /// Around it.
    pub frame: super::frame::Frame,
    /// The heading.
    pub title: String,
    /// What was looked for.
    pub q: String,
    /// The article, as HTML of ours; empty on the list.
    pub body: String,
    /// Links under their headings.
    pub groups: Vec<Group>,
    /// What a search that found nothing says.
    pub nothing: String,
    /// Whether to tell the keys.
    pub keys: bool,
}

/// Articles under a heading.
pub struct Group {
    /// The heading.
    pub title: &'static str,
    /// Address, title and a line of each.
    pub links: Vec<(String, &'static str, String)>,
}

/// `GET /help`, with `q` to look for words.
pub async fn list(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Query(asked): Query<Vec<(String, String)>>,
) -> Response {
    let asked = Posted(asked);
    let q = asked.get("q").to_owned();
    let (groups, nothing) = if q.is_empty() {
        (contents(&actor), String::new())
    } else {
        let found = search(&q);
        let nothing = match found.is_empty() {
            true => format!("Nothing in the handbook has “{q}”. Try fewer or other words."),
            false => String::new(),
        };
        let links = found.into_iter().map(link).collect();
        (
            vec![Group {
                title: "Found",
                links,
            }],
            nothing,
        )
    };
    render(
        StatusCode::OK,
        &HelpPage {
            frame: web.frame(&actor, "/help"),
            title: "Help".into(),
            q,
            body: String::new(),
            groups,
            nothing,
            keys: true,
        },
    )
}

/// `GET /help/{name}`.
pub async fn article(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path(name): Path<String>,
) -> Response {
    let Some(article) = ARTICLES.iter().find(|article| article.name == name) else {
        return Message {
            frame: web.frame(&actor, ""),
            title: "Not found".into(),
            text: "The handbook has no such page. Look for words in it instead.".into(),
            incident: String::new(),
        }
        .answer(StatusCode::NOT_FOUND);
    };
    render(
        StatusCode::OK,
        &HelpPage {
            frame: web.frame(&actor, "/help"),
            title: article.title.to_owned(),
            q: String::new(),
            body: article.html.clone(),
            groups: contents(&actor),
            nothing: String::new(),
            keys: false,
        },
    )
}

/// Everything, with the quick starts of the reader's own roles first.
fn contents(actor: &Actor) -> Vec<Group> {
    let own = |article: &&Article| article.roles.iter().any(|role| actor.roles.contains(role));
    let start = |article: &&Article| !article.roles.is_empty();
    let of = |title, fits: &dyn Fn(&&Article) -> bool| Group {
        title,
        links: ARTICLES.iter().filter(fits).map(link).collect(),
    };
    let groups = [
        of("For you", &own),
        of("Subjects", &|article| !start(article)),
        of("For others", &|article| start(article) && !own(article)),
    ];
    groups
        .into_iter()
        .filter(|group| !group.links.is_empty())
        .collect()
}

fn link(article: &Article) -> (String, &'static str, String) {
    let line = article
        .text
        .split_inclusive(". ")
        .next()
        .unwrap_or_default();
    (
        format!("/help/{}", article.name),
        article.title,
        line.trim().to_owned(),
    )
}

/// The articles that have every word, those with a word in the title first, then by how often they have them.
fn search(q: &str) -> Vec<&'static Article> {
    let words: Vec<String> = q.split_whitespace().map(str::to_lowercase).collect();
    let mut found: Vec<(usize, &Article)> = ARTICLES
        .iter()
        .filter_map(|article| {
            let (title, text) = (article.title.to_lowercase(), article.text.to_lowercase());
            let mut score = 0;
            for word in &words {
                let times = text.matches(word.as_str()).count();
                let named = usize::from(title.contains(word.as_str())) * 100;
                if times + named == 0 {
                    return None;
                }
                score += times + named;
            }
            Some((score, article))
        })
        .collect();
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().map(|(_, article)| article).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_has_a_title_a_body_and_roles_that_there_are() {
        for ((name, source), article) in SOURCES.iter().zip(ARTICLES.iter()) {
            assert!(source.starts_with("# "), "{name}");
            assert!(article.text.len() > 200, "{name}");
            assert!(
                !article.html.contains("for: "),
                "{name}: a role is misspelt"
            );
            let named = source
                .lines()
                .nth(1)
                .and_then(|line| line.strip_prefix("for: "));
            let given = named.map_or(0, |names| names.split(", ").count());
            assert_eq!(article.roles.len(), given, "{name}");
        }
        for role in Role::ALL {
            let found = ARTICLES.iter().any(|article| article.roles.contains(&role));
            let none = role == Role::Finance;
            assert_eq!(found, !none, "{role:?}");
        }
    }

    #[test]
    fn words_lead_to_the_page_about_them() {
        let first = |q| search(q).first().map(|article| article.name);
        assert_eq!(first("extend"), Some("extending"));
        assert_eq!(first("Backups"), Some("backups"));
        assert_eq!(first("minus quotation"), Some("finding"));
        assert_eq!(first("zzz"), None);
    }
}
