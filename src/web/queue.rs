//! The work queue with its views, and the list of all cases with filters. Both page by cursor.

use super::case_handlers::done;
use super::case_page::Tag;
use super::command_page::people;
use super::form::{Choice, Field, Kind, Posted};
use super::list_filter;
use super::page::{render, see};
use super::rows::{CaseLine, CasesPage, OwnView, Tab, changed, deadline, stage};
use super::shell::{Visitor, Web};
use super::views_page;
use super::words::{civil, count, long_date, sentence};
use crate::desk::DeskError;
use crate::desk::lists::{CaseRow, ListOrder, ListQuery, Page, QueueCounts};
use crate::desk::nudges::MOST as MOST_REMINDERS;
use crate::desk::typed::FILTERS;
use crate::domain::access::{Actor, Permission};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;

/// How many cases a page of a list shows.
const PAGE: usize = 40;

type Pairs = Vec<(String, String)>;

/// `GET /`: the work queue.
pub async fn queue(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Query(asked): Query<Pairs>,
) -> Response {
    if !actor.may(Permission::ReadCases) && actor.may(Permission::Administer) {
        // An administrator sees no case content; the settings are their front page.
        return see("/settings");
    }
    if asked.is_empty() && actor.may(Permission::ReadCases) && !actor.handles_cases() {
        // A board member, or an auditor, has no queue of their own.
        return see("/board");
    }
    let (at_work, who) = (web.clone(), actor.clone());
    let page = web
        .desk
        .away(move |_| work_queue(&at_work, &who, &Posted(asked)));
    answer(page.await, &web, &actor)
}

/// `GET /cases`: all cases.
pub async fn cases(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Query(asked): Query<Pairs>,
) -> Response {
    let (at_work, who) = (web.clone(), actor.clone());
    let page = web
        .desk
        .away(move |_| all_cases(&at_work, &who, &Posted(asked)));
    answer(page.await, &web, &actor)
}

fn answer(page: Result<CasesPage, DeskError>, web: &Web, actor: &Actor) -> Response {
    match page {
        Ok(page) if page.frame.trouble => render(StatusCode::UNPROCESSABLE_ENTITY, &page),
        Ok(page) => render(StatusCode::OK, &page),
        Err(error) => web.sorry(actor, &error),
    }
}

/// A view: its name in the address, its words, its count, and the filters it stands for.
struct View {
    name: &'static str,
    label: &'static str,
    count: u64,
    filters: &'static str,
}

/// The views that everybody has. The two by date ask for no open case: an ended one may still have an order of the
/// Ombudsman to meet.
fn views(counts: &QueueCounts) -> Vec<View> {
    let view = |name, label, count, filters| View {
        name,
        label,
        count,
        filters,
    };
    let mut views = vec![
        view("mine", "My cases", counts.mine, "is:mine is:open"),
        view(
            "unassigned",
            "Unassigned",
            counts.unassigned,
            "is:unassigned kind:complaint is:open",
        ),
        view(
            "to-acknowledge",
            "To acknowledge",
            counts.to_acknowledge,
            "is:to-acknowledge",
        ),
        view("due", "Due in 5 days", counts.due_soon, "due:today..5d"),
        view("overdue", "Overdue", counts.overdue, "is:overdue"),
        view("stage-2", "Stage 2", counts.stage2, "stage:2 is:open"),
        view("open", "All open", counts.open, "is:open"),
    ];
    // Most people are asked for nothing most of the time.
    if counts.asked > 0 {
        let asked = view("asked", "Asked of me", counts.asked, "is:asked");
        views.insert(1, asked);
    }
    views
}

/// The name in the address under which only what is typed narrows: what views of one's own stand on.
const ALL: &str = "all";

/// The tabs of a person's own views, and the one that is on.
fn own_views(
    web: &Web,
    actor: &Actor,
    on: Option<(&str, ListOrder)>,
) -> Result<(Vec<Tab>, Option<OwnView>), DeskError> {
    let mut own = None;
    let tabs = web.desk.saved_views(actor)?.into_iter().map(|kept| {
        let (href, view) = (views_page::address(&kept.view), kept.view);
        let current = own.is_none() && on == Some((view.q.as_str(), view.order));
        if current {
            own = Some(OwnView {
                number: view.number,
                name: view.name.clone(),
                href: href.clone(),
            });
        }
        Tab {
            href,
            label: view.name,
            count: match kept.count {
                Some((count, true)) => count.to_string(),
                Some((0, false)) => "…".into(),
                Some((count, false)) => format!("{count}+"),
                None => "?".into(),
            },
            current,
        }
    });
    let tabs = tabs.collect();
    Ok((tabs, own))
}

/// A page of cases; what was typed and not understood is said at its field, and nothing is listed.
fn found(
    web: &Web,
    actor: &Actor,
    query: &ListQuery,
    fields: &mut [Field],
) -> Result<Option<Page>, DeskError> {
    match web.desk.cases(actor, query) {
        Ok(page) => Ok(Some(page)),
        Err(DeskError::Invalid { field, detail }) => {
            for at_fault in fields.iter_mut().filter(|f| f.name == field) {
                at_fault.error.clone_from(&detail);
            }
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn work_queue(web: &Web, actor: &Actor, asked: &Posted) -> Result<CasesPage, DeskError> {
    let today = civil(web.desk.now());
    let counts = web.desk.queue_counts(actor)?;
    let views = views(&counts);
    let wanted = match asked.get("view") {
        "" if counts.mine == 0 && counts.asked > 0 => "asked",
        "" if counts.mine == 0 => "open",
        "" => "mine",
        name => name,
    };
    let view = views.iter().find(|view| view.name == wanted);
    // A view that there is not is the widest that there is.
    let view = view.or(views.last().filter(|_| wanted != ALL));
    let (name, filters) = view.map_or((ALL, ""), |view| (view.name, view.filters));
    let typed = asked.get("q");
    let query = ListQuery {
        order: list_filter::order(asked, ListOrder::Due),
        q: format!("{filters} {typed}").trim().to_owned(),
        cursor: Some(asked.get("cursor").to_owned()).filter(|cursor| !cursor.is_empty()),
        limit: PAGE,
        ..ListQuery::default()
    };
    let label = match name {
        ALL => "Find in all cases",
        _ => "Find in this view",
    };
    let mut filter = vec![Field::new(Kind::Hidden, "view", "").with(name)];
    let mut here = format!("/?view={name}&q={}", encode(typed));
    if !asked.get("sort").is_empty() {
        filter.push(Field::new(Kind::Hidden, "sort", "").with(asked.get("sort")));
        here = format!("{here}&sort={}", encode(asked.get("sort")));
    }
    filter.push(Field::new(Kind::Line, "q", label).with(typed));
    let page = found(web, actor, &query, &mut filter)?;
    let on = (name == ALL).then_some((typed, query.order));
    let (own_tabs, own) = own_views(web, actor, on)?;
    let keep = if page.is_none() || typed.is_empty() || own.is_some() {
        String::new()
    } else {
        views_page::keep_at(&query.q, query.order)
    };
    let mut frame = web.frame(actor, "/");
    frame.done = done(asked.get("done")).to_owned();
    frame.trouble = page.is_none();
    let page = page.unwrap_or_default();
    if let Some(me) = &mut frame.me {
        me.open = Some(counts.mine);
    }
    Ok(CasesPage {
        frame,
        title: "Work queue".into(),
        lede: vec![
            count(
                i64::try_from(counts.open).unwrap_or(i64::MAX),
                "open case",
                "open cases",
            ),
            format!("Today is {}", long_date(today)),
        ],
        reminders: reminders(web, actor)?,
        tabs: views
            .iter()
            .map(|v| Tab {
                href: format!("/?view={}", v.name),
                label: v.label.to_owned(),
                count: v.count.to_string(),
                current: v.name == name,
            })
            .collect(),
        own_tabs,
        own,
        keep,
        takers: takers(web, actor),
        here: here.clone(),
        action: "/",
        filter,
        typed: FILTERS,
        rows: lines(web, page.rows),
        empty: "No case is in this view.",
        first: if query.cursor.is_some() {
            here.clone()
        } else {
            String::new()
        },
        next: page.next.map_or(String::new(), |cursor| {
            format!("{here}&cursor={}", encode(&cursor))
        }),
    })
}

/// What a person was told and has not seen, in words; empty for nothing.
fn reminders(web: &Web, actor: &Actor) -> Result<String, DeskError> {
    let all = web.desk.nudges(actor)?;
    let fresh = all.iter().filter(|(nudge, _)| nudge.seen_at.is_none());
    Ok(match fresh.count() {
        0 => String::new(),
        1 => "You have a new reminder.".into(),
        more if more < all.len() || more < MOST_REMINDERS => {
            format!("You have {more} new reminders.")
        }
        _ => format!("You have more than {} new reminders.", MOST_REMINDERS - 1),
    })
}

/// Whom this person may give cases to.
fn takers(web: &Web, actor: &Actor) -> Vec<Choice> {
    if actor.may(Permission::Assign) {
        people(web)
    } else {
        Vec::new()
    }
}

fn all_cases(web: &Web, actor: &Actor, asked: &Posted) -> Result<CasesPage, DeskError> {
    let mut filter = list_filter::fields(web, asked);
    let query = ListQuery {
        order: list_filter::order(asked, ListOrder::Received),
        q: list_filter::words(asked),
        undated: asked.get("undated") == "true",
        cursor: Some(asked.get("cursor").to_owned()).filter(|cursor| !cursor.is_empty()),
        limit: PAGE,
        ..ListQuery::default()
    };
    let query = list_filter::during(asked, query);
    let page = found(web, actor, &query, &mut filter)?;
    let pairs: Vec<String> = asked
        .0
        .iter()
        .filter(|(name, value)| !matches!(name.as_str(), "cursor" | "done") && !value.is_empty())
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    let here = format!("/cases?{}", pairs.join("&"));
    let mut frame = web.frame(actor, "/cases");
    frame.done = done(asked.get("done")).to_owned();
    frame.trouble = page.is_none();
    let keep = if page.is_none() || query.q.is_empty() {
        String::new()
    } else {
        views_page::keep_at(&query.q, query.order)
    };
    let lede = page.as_ref().map(|page| {
        let total = i64::try_from(page.total).unwrap_or(i64::MAX);
        let total = count(total, "case", "cases");
        match page.total_is_exact {
            true => total,
            false => format!("More than {total}"),
        }
    });
    let page = page.unwrap_or_default();
    Ok(CasesPage {
        frame,
        title: "Cases".into(),
        lede: lede.into_iter().collect(),
        reminders: String::new(),
        tabs: Vec::new(),
        own_tabs: Vec::new(),
        own: None,
        keep,
        takers: takers(web, actor),
        here: here.clone(),
        action: "/cases",
        filter,
        typed: FILTERS,
        rows: lines(web, page.rows),
        empty: "No case matches. Take a filter away or look for fewer words.",
        first: if query.cursor.is_some() {
            here.clone()
        } else {
            String::new()
        },
        next: page.next.map_or(String::new(), |cursor| {
            format!("{here}&cursor={}", encode(&cursor))
        }),
    })
}

/// Cases as lines of a list.
pub fn lines(web: &Web, rows: Vec<CaseRow>) -> Vec<CaseLine> {
    let book = web.desk.book();
    let today = civil(web.desk.now());
    let due_soon = book.policy(today).clocks.due_soon;
    let tag = |label: &str, icon| Tag {
        label: label.into(),
        style: "line",
        icon,
    };
    let line = |row: CaseRow| {
        let ended = row.state.is_ended();
        let due = row.due.as_ref().map(|due| due.on);
        let (chip, due) = deadline(due, ended, today, due_soon, book.calendar());
        let mut tags = Vec::new();
        if row.care {
            tags.push(tag("Care", "heart-handshake"));
        }
        if row.with_ombudsman {
            tags.push(tag("Ombudsman", "scale"));
        }
        if row.only_for.is_some() {
            tags.push(tag("Restricted", "lock"));
        }
        CaseLine {
            reference: row.reference.to_string(),
            title: row.title,
            theme: sentence(&row.theme),
            tags,
            links: match row.links {
                0 => String::new(),
                1 => "1 linked record".into(),
                links => format!("{links} linked records"),
            },
            resident: row.complainant,
            address: row.address.unwrap_or_default(),
            stage: stage(row.stage, &row.state),
            owner: row.handler.map_or(String::new(), |id| {
                book.person(&id)
                    .map_or(id.clone(), |person| person.name.clone())
            }),
            assigns: !ended && row.stage > 0,
            chip,
            due,
            changed: changed(row.updated_at, today),
        }
    };
    rows.into_iter().map(line).collect()
}

/// Percent-encodes what goes into an address.
pub fn encode(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    text.bytes()
        .map(|byte| {
            if keep(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}
