//! The letter that somebody is asked to approve, in full, and word for word what changed before and after.

use super::case_page::{Names, Offers, care};
use super::frame::Frame;
use super::page::render;
use super::shell::{Visitor, Web};
use super::words::moment;
use crate::desk::approvals::{Now, Put};
use crate::desk::{CaseView, DeskError};
use crate::domain::access::Actor;
use crate::domain::case::{Approval, LetterBlock};
use crate::domain::ids::ApprovalId;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use similar::{ChangeTag, TextDiff};

/// A piece of text that stayed, came or went.
pub struct Piece {
    /// `ins`, `del`, or nothing for what stayed.
    pub mark: &'static str,
    /// The words.
    pub text: String,
}

/// What changed under one heading.
pub struct Changed {
    /// The heading.
    pub heading: String,
    /// The text with what came and what went.
    pub pieces: Vec<Piece>,
}

/// One letter against another.
pub struct Against {
    /// Against which, as a heading.
    pub title: String,
    /// What to make of it.
    pub intro: String,
    /// The headings under which they differ.
    pub changed: Vec<Changed>,
}

/// The page.
#[derive(askama::Template)]
#[template(path = "approval.html")]
pub struct ApprovalPage {
    /// Around it.
    pub frame: Frame,
    /// The case.
    pub reference: String,
    /// Its title.
    pub case_title: String,
    /// What letters and calls to the resident must respect.
    pub care: Vec<String>,
    /// What is to be approved.
    pub title: String,
    /// How it stands, in a word or two.
    pub state: String,
    /// What differs, in which respects.
    pub against: Vec<Against>,
    /// The letter as it was put.
    pub blocks: Vec<LetterBlock>,
    /// Who asked whom and when, and the answer.
    pub facts: Vec<(&'static str, String)>,
    /// Where it is approved; empty where it cannot be.
    pub approve: String,
    /// Where it is declined; empty where it cannot be.
    pub decline: String,
}

/// `GET /cases/{reference}/approvals/{id}`.
pub async fn show(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path((reference, id)): Path<(String, u32)>,
) -> Response {
    let view = match web.case(&actor, &reference).await {
        Ok(view) => view,
        Err(error) => return web.sorry(&actor, &error),
    };
    match web.desk.put_letter(&actor, &view, ApprovalId(id)) {
        Some(put) => render(StatusCode::OK, &page(&web, &actor, &view, &put)),
        None => web.sorry(&actor, &DeskError::NotFound),
    }
}

fn page(web: &Web, actor: &Actor, view: &CaseView, put: &Put<'_>) -> ApprovalPage {
    let case = &view.case;
    let reference = case.reference.to_string();
    let asked = put.asked;
    let offers = Offers::to(actor, case);
    let open = asked.approved.is_none() && asked.requested_by != actor.id;
    let to = |command: &str| match open && offers.does(command) {
        true => format!("/cases/{reference}/do/{command}?approval={}", asked.id),
        false => String::new(),
    };
    ApprovalPage {
        frame: web.frame(actor, "/cases"),
        case_title: case.title(),
        care: care(case),
        title: super::commands::approval_words(&asked.subject),
        state: match asked.approved {
            None => "Waiting".into(),
            Some(true) => "Approved".into(),
            Some(false) => "Declined".into(),
        },
        against: against(put),
        blocks: put.letter.blocks.clone(),
        facts: facts(asked, &view.names),
        approve: to("approve"),
        decline: to("decline_approval"),
        reference,
    }
}

fn facts(asked: &Approval, names: &Names) -> Vec<(&'static str, String)> {
    let name = |id: &String| names.get(id).unwrap_or(id).clone();
    let answered = asked.answered_by.as_ref().zip(asked.answered_at);
    let answer = match asked.approved {
        Some(true) => "Approved",
        _ => "Declined",
    };
    [
        Some(("Asked by", name(&asked.requested_by))),
        Some(("Asked", moment(asked.requested_at))),
        asked.requested_of.as_ref().map(|of| ("Asked of", name(of))),
        asked.note.clone().map(|note| ("To know", note)),
        answered.map(|(by, at)| (answer, format!("{}, {}", name(by), moment(at)))),
        asked.reason.clone().map(|why| ("Remark", why)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn against(put: &Put<'_>) -> Vec<Against> {
    let mut all = Vec::new();
    if let Some(before) = put.before {
        all.push(Against {
            title: "Since it was put to somebody before".into(),
            intro: String::new(),
            changed: compare(&before.blocks, &put.letter.blocks),
        });
    }
    match &put.now {
        Now::Issued(blocks) => all.push(Against {
            title: "As it was issued".into(),
            intro: String::new(),
            changed: compare(&put.letter.blocks, blocks),
        }),
        Now::Would(blocks) => {
            let changed = compare(&put.letter.blocks, blocks);
            if !changed.is_empty() {
                all.push(Against {
                    title: "The case has changed since".into(),
                    intro: "This is what the same letter would say now.".into(),
                    changed,
                });
            }
        }
        Now::Cannot(refusal) => all.push(Against {
            title: "The letter could not go now".into(),
            intro: refusal.detail.clone(),
            changed: Vec::new(),
        }),
    }
    all
}

/// What differs between two letters, under their headings.
fn compare(old: &[LetterBlock], new: &[LetterBlock]) -> Vec<Changed> {
    let find = |all: &[LetterBlock], name: &str| {
        let found = all.iter().find(|block| block.name == name);
        found.map_or(String::new(), |block| block.text.clone())
    };
    let gone = old.iter().filter(|b| new.iter().all(|n| n.name != b.name));
    new.iter()
        .chain(gone)
        .map(|block| {
            let (was, is) = (find(old, &block.name), find(new, &block.name));
            (block, was, is)
        })
        .filter(|(_, was, is)| was != is)
        .map(|(block, was, is)| Changed {
            heading: block.heading.clone(),
            pieces: pieces(&was, &is),
        })
        .collect()
}

/// Two texts as one: what stayed, what went and what came, in pieces as long as can be.
fn pieces(old: &str, new: &str) -> Vec<Piece> {
    let diff = TextDiff::from_words(old, new);
    let mut all: Vec<Piece> = Vec::new();
    for change in diff.iter_all_changes() {
        let mark = match change.tag() {
            ChangeTag::Equal => "",
            ChangeTag::Delete => "del",
            ChangeTag::Insert => "ins",
        };
        match all.last_mut().filter(|last| last.mark == mark) {
            Some(last) => last.text.push_str(change.value()),
            None => all.push(Piece {
                mark,
                text: change.value().to_owned(),
            }),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(name: &str, text: &str) -> LetterBlock {
        LetterBlock {
            name: name.into(),
            heading: name.to_uppercase(),
            text: text.into(),
            provision: None,
        }
    }

    fn told(changed: &[Changed]) -> Vec<String> {
        let piece = |p: &Piece| match p.mark {
            "" => p.text.clone(),
            mark => format!("[{mark} {}]", p.text),
        };
        changed
            .iter()
            .map(|c| {
                format!(
                    "{}: {}",
                    c.heading,
                    c.pieces.iter().map(piece).collect::<String>()
                )
            })
            .collect()
    }

    #[test]
    fn what_differs_is_shown_word_by_word() {
        let old = [
            block("sorry", "We came twice."),
            block("same", "x"),
            block("learnt", "Much."),
        ];
        let new = [
            block("sorry", "We never came twice."),
            block("same", "x"),
            block("money", "£50"),
        ];
        assert_eq!(
            told(&compare(&old, &new)),
            [
                "SORRY: We [ins never ]came twice.",
                "MONEY: [ins £50]",
                "LEARNT: [del Much.]"
            ]
        );
        assert!(compare(&old, &old).is_empty());
    }
}
