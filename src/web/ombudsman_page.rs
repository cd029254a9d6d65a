//! The Ombudsman room: what is waited for, by when, and where it is done; what was determined, and what came of it.

use super::case_page::Chip;
use super::page::render;
use super::rows;
use super::shell::{Visitor, Web};
use super::words::{civil, count, short_date, spoken};
use crate::desk::ombudsman::{Branch, Room};

use crate::domain::ombudsman::{Awaited, Order, Recommendation};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{Months, NaiveDate};
use std::collections::BTreeMap;

/// Determinations shown; the older ones are on their cases.
const SHOWN: usize = 50;

/// The page.
#[derive(askama::Template)]
#[template(path = "ombudsman.html")]
pub struct OmbudsmanPage {
    /// Around it.
    pub frame: super::frame::Frame,
    /// The figures at the top: number, what it is, its edge, and the list behind it.
    pub tiles: Vec<Tile>,
    /// What the Ombudsman waits for.
    pub waiting: Vec<Waiting>,
    /// What it determined, newest first.
    pub determined: Vec<Determined>,
    /// Findings of the last twelve months with their number.
    pub findings: Vec<(String, usize)>,
    /// Orders of the last twelve months, as a sentence.
    pub orders: String,
    /// The other cases that it has.
    pub others: Vec<Other>,
    /// Whether these are all.
    pub complete: bool,
}

/// One of the figures at the top.
pub struct Tile {
    /// The number.
    pub number: usize,
    /// What it counts.
    pub label: &'static str,
    /// Where it leads.
    pub href: &'static str,
    /// Its edge: `late`, `soon` or empty.
    pub tone: &'static str,
}

/// A case, as it is named here.
pub struct Named {
    /// `C-2026-0042`.
    pub reference: String,
    /// Its title.
    pub title: String,
    /// The resident, and the Ombudsman's own reference.
    pub about: String,
    /// Who handles it; empty for nobody.
    pub owner: String,
}

/// Something that is waited for.
pub struct Waiting {
    /// The pill.
    pub chip: Chip,
    /// The date; empty for none.
    pub due: String,
    /// What it is.
    pub what: String,
    /// Its wording.
    pub text: String,
    /// Its case.
    pub case: Named,
    /// Where it is done.
    pub href: String,
    /// The words of that link.
    pub doing: &'static str,
}

/// A determination.
pub struct Determined {
    /// The day it came.
    pub on: String,
    /// Its case.
    pub case: Named,
    /// What was found, head by head.
    pub heads: Vec<String>,
    /// Its orders, with what came of each.
    pub orders: Vec<Came>,
    /// Its recommendations, with the answers given.
    pub recommendations: Vec<String>,
    /// Whether somebody asked for a review; empty for nobody.
    pub review: String,
}

/// What came of an order.
pub struct Came {
    /// The order.
    pub text: String,
    /// Done when, or due when.
    pub state: String,
    /// Whether it is late or was.
    pub late: bool,
    /// The documents that prove it: words and address.
    pub proof: Vec<(String, String)>,
}

/// A case with the Ombudsman for which nothing is waited for from us.
pub struct Other {
    /// The case.
    pub case: Named,
    /// Where the branch stands.
    pub state: String,
    /// Since when.
    pub since: String,
}

/// `GET /ombudsman`.
pub async fn show(State(web): State<Web>, Visitor(actor): Visitor) -> Response {
    let who = actor.clone();
    match web.desk.away(move |desk| desk.ombudsman_room(&who)).await {
        Ok(room) => {
            let mut page = page(&web, &room);
            page.frame = web.frame(&actor, "/ombudsman");
            render(StatusCode::OK, &page)
        }
        Err(error) => web.sorry(&actor, &error),
    }
}

fn page(web: &Web, room: &Room) -> OmbudsmanPage {
    let today = civil(web.desk.now());
    let mut waiting: Vec<(Option<NaiveDate>, Waiting)> = Vec::new();
    let mut others = Vec::new();
    for branch in &room.branches {
        let awaited = branch.hos.awaited();
        waiting.extend(
            awaited
                .iter()
                .map(|one| (one.due(), wait(web, branch, one, today))),
        );
        if awaited.is_empty() && branch.hos.determinations.is_empty() {
            others.push(Other {
                case: named(branch),
                state: spoken(&branch.hos.state),
                since: short_date(civil(branch.hos.notified_at)),
            });
        }
    }
    waiting.sort_by_key(|(due, _)| (due.is_none(), *due));
    let late = |(due, _): &&(Option<NaiveDate>, Waiting)| due.is_some_and(|due| due < today);
    let late = waiting.iter().filter(late).count();
    let of = |fits: fn(&Awaited<'_>) -> bool| {
        let all = room.branches.iter();
        all.map(|branch| branch.hos.awaited().iter().filter(|a| fits(a)).count())
            .sum::<usize>()
    };
    let tile = |number, label, href, tone| Tile {
        number,
        label,
        href,
        tone,
    };
    let open = |branch: &&Branch| !branch.row.state.is_ended();
    let tiles = vec![
        tile(late, "Late", "#waiting", if late > 0 { "late" } else { "" }),
        tile(
            of(|one| matches!(one, Awaited::Evidence(_))),
            "Evidence asked for",
            "#waiting",
            "",
        ),
        tile(
            of(|one| matches!(one, Awaited::Order(_))),
            "Orders open",
            "#waiting",
            "",
        ),
        tile(
            room.branches.iter().filter(open).count(),
            "Open cases there",
            "/cases?q=is%3Aombudsman+is%3Aopen",
            "",
        ),
    ];
    let year = today.checked_sub_months(Months::new(12)).unwrap_or(today);
    OmbudsmanPage {
        frame: super::frame::Frame::bare(),
        tiles,
        waiting: waiting.into_iter().map(|(_, waiting)| waiting).collect(),
        determined: determined(room, today),
        findings: findings(room, year),
        orders: orders(room, year, today),
        others,
        complete: room.complete,
    }
}

fn named(branch: &Branch) -> Named {
    let row = &branch.row;
    Named {
        reference: row.reference.to_string(),
        title: super::words::sentence(&row.title),
        about: format!("{}, Ombudsman {}", row.complainant, branch.hos.reference),
        owner: row.handler.clone().unwrap_or_default(),
    }
}

fn wait(web: &Web, branch: &Branch, one: &Awaited<'_>, today: NaiveDate) -> Waiting {
    let book = web.desk.book();
    let soon = book.policy(today).clocks.due_soon;
    let (what, text, command, query, doing) = match one {
        Awaited::Response(_) => (
            "Response directed".to_owned(),
            String::new(),
            "respond",
            String::new(),
            "Respond",
        ),
        Awaited::Evidence(task) => (
            format!("Evidence request {}", task.id),
            super::forms::folder_names(&task.items),
            "bundle",
            String::new(),
            "Make the bundle",
        ),
        Awaited::Order(order) => (
            order_words(order),
            order.text.clone(),
            "complete_order",
            format!("?order={}", order.id),
            "Record compliance",
        ),
        Awaited::Notice(number, notice) => (
            "Complaint handling failure".to_owned(),
            notice.text.clone(),
            "complete_hos_notice",
            format!("?notice={number}"),
            "Record compliance",
        ),
        Awaited::Answer(recommendation) => (
            format!("Recommendation {}", recommendation.id),
            recommendation.text.clone(),
            "answer_recommendation",
            format!("?recommendation={}", recommendation.id),
            "Answer it",
        ),
    };
    let case = named(branch);
    let href = match command {
        "bundle" => format!("/cases/{}/bundle", case.reference),
        command => format!("/cases/{}/do/{command}{query}", case.reference),
    };
    let (chip, due) = match one.due() {
        Some(due) => rows::deadline(Some(due), false, today, soon, book.calendar()),
        None => (undated(), String::new()),
    };
    let owner = match book.person(&case.owner) {
        Some(person) => person.name.clone(),
        None => case.owner,
    };
    Waiting {
        chip,
        due,
        what,
        text,
        case: Named { owner, ..case },
        href,
        doing,
    }
}

fn undated() -> Chip {
    Chip {
        label: "No date".into(),
        style: "",
        icon: "clock",
    }
}

fn order_words(order: &Order) -> String {
    let sum = order.amount.map_or(String::new(), |sum| format!(", {sum}"));
    format!("Order {}: {}{sum}", order.id, spoken(&order.kind))
}

fn recommended(recommendation: &Recommendation) -> String {
    let reason = recommendation.reason.as_deref().unwrap_or_default();
    let answer = match recommendation.accepted {
        None => "not answered yet".to_owned(),
        Some(true) => format!("accepted. {reason}"),
        Some(false) => format!("not accepted. {reason}"),
    };
    format!(
        "Recommendation {}: {}: {}",
        recommendation.id,
        recommendation.text,
        answer.trim()
    )
}

fn determined(room: &Room, today: NaiveDate) -> Vec<Determined> {
    let mut all: Vec<_> = room
        .branches
        .iter()
        .flat_map(|branch| branch.hos.determinations.iter().map(move |d| (branch, d)))
        .collect();
    all.sort_by_key(|(_, determination)| std::cmp::Reverse(determination.received_on));
    let came = |branch: &Branch, order: &Order| Came {
        text: format!("{}. {}", order_words(order), order.text),
        state: match order.complied_on {
            Some(on) => format!("complied {}", short_date(on)),
            None => format!("due {}", short_date(order.due)),
        },
        late: order.complied_on.unwrap_or(today) > order.due,
        proof: order
            .evidence
            .iter()
            .map(|id| {
                let href = super::document_page::address(&branch.row.reference, *id);
                let title = branch.titles.get(id).cloned().unwrap_or_default();
                (title, href)
            })
            .collect(),
    };
    all.into_iter()
        .take(SHOWN)
        .map(|(branch, determination)| Determined {
            on: short_date(determination.received_on),
            case: named(branch),
            heads: determination
                .heads
                .iter()
                .map(|head| format!("{}: {}", head.text, spoken(&head.finding).to_lowercase()))
                .collect(),
            orders: determination
                .orders
                .iter()
                .map(|order| came(branch, order))
                .collect(),
            recommendations: determination
                .recommendations
                .iter()
                .map(recommended)
                .collect(),
            review: determination
                .review_requested_by
                .map_or(String::new(), |by| {
                    format!("Review asked for by the {}", spoken(&by).to_lowercase())
                }),
        })
        .collect()
}

/// Findings since a day, the most frequent first.
fn findings(room: &Room, since: NaiveDate) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let all = room.branches.iter().flat_map(|b| &b.hos.determinations);
    for head in all.filter(|d| d.received_on > since).flat_map(|d| &d.heads) {
        *counts.entry(spoken(&head.finding)).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

/// What became of the orders that were complied with, or fell due, since a day.
fn orders(room: &Room, since: NaiveDate, today: NaiveDate) -> String {
    let all = room.branches.iter().flat_map(|branch| branch.hos.orders());
    let settled = |order: &&Order| {
        let day = order.complied_on.unwrap_or(order.due);
        day > since && (day < today || order.complied_on.is_some())
    };
    let due: Vec<&Order> = all.filter(settled).collect();
    if due.is_empty() {
        return "No order was complied with or fell due in the last 12 months.".into();
    }
    let in_time = |order: &&&Order| order.complied_on.is_some_and(|on| on <= order.due);
    let (all, good) = (due.len(), due.iter().filter(in_time).count());
    format!(
        "{} complied with or due in the last 12 months: {good} in time, {} late.",
        count(i64::try_from(all).unwrap_or(i64::MAX), "order", "orders"),
        all - good
    )
}
