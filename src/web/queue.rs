//! The work queue with its saved views, and the list of all cases with filters. Both page by cursor.

use super::case_handlers::done;
use super::case_page::Tag;
use super::command_page::people;
use super::commands::all_categories;
use super::form::{Choice, Field, Form, Kind, Posted, choices};
use super::page::{render, see};
use super::rows::{CaseLine, CasesPage, Tab, changed, deadline, stage};
use super::shell::{Visitor, Web};
use super::words::{civil, count, long_date, sentence};
use crate::desk::DeskError;
use crate::desk::lists::{CaseRow, Facet, ListOrder, ListQuery, QueueCounts};
use crate::domain::access::{Actor, Permission};
use crate::domain::case::State as CaseState;
use crate::domain::intake::Kind as CaseKind;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::NaiveDate;

/// How many cases a page of a list shows.
const PAGE: usize = 50;

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
        Ok(page) => render(StatusCode::OK, &page),
        Err(error) => web.sorry(actor, &error),
    }
}

/// A saved view: its name in the address, its words, its count, what it is narrowed to.
struct View {
    name: &'static str,
    label: &'static str,
    count: u64,
    facets: Vec<Facet>,
    due_from: Option<NaiveDate>,
    due_before: Option<NaiveDate>,
}

fn views(actor: &Actor, counts: &QueueCounts, today: NaiveDate, soon: NaiveDate) -> Vec<View> {
    let open = || Facet::Ended(false);
    let view = |name, label, count, facets| View {
        name,
        label,
        count,
        facets,
        due_from: None,
        due_before: None,
    };
    let mine = vec![Facet::Handler(actor.id.clone()), open()];
    let unassigned = vec![Facet::Unassigned, Facet::Kind(CaseKind::Complaint), open()];
    // By date, not by state: an ended case may still have an order of the Ombudsman to meet.
    let due = View {
        due_from: Some(today),
        due_before: Some(soon),
        ..view("due", "Due in 5 days", counts.due_soon, Vec::new())
    };
    let overdue = View {
        due_before: Some(today),
        ..view("overdue", "Overdue", counts.overdue, Vec::new())
    };
    vec![
        view("mine", "My cases", counts.mine, mine),
        view("unassigned", "Unassigned", counts.unassigned, unassigned),
        view(
            "to-acknowledge",
            "To acknowledge",
            counts.to_acknowledge,
            vec![Facet::ToAcknowledge],
        ),
        due,
        overdue,
        view(
            "stage-2",
            "Stage 2",
            counts.stage2,
            vec![Facet::Stage(2), open()],
        ),
        view("open", "All open", counts.open, vec![open()]),
    ]
}

fn work_queue(web: &Web, actor: &Actor, asked: &Posted) -> Result<CasesPage, DeskError> {
    let today = civil(web.desk.now());
    let book = web.desk.book();
    // "Due in 5 days" holds day 5 itself: the bound is the day after it.
    let soon = book.calendar().add_working_days(today, 6).unwrap_or(today);
    let counts = web.desk.queue_counts(actor)?;
    let views = views(actor, &counts, today, soon);
    let wanted = match asked.get("view") {
        "" if counts.mine == 0 => "open",
        "" => "mine",
        name => name,
    };
    let view = views
        .iter()
        .find(|view| view.name == wanted)
        .unwrap_or(&views[views.len() - 1]);
    let query = ListQuery {
        facets: view.facets.clone(),
        order: ListOrder::Due,
        due_from: view.due_from,
        due_before: view.due_before,
        q: asked.get("q").to_owned(),
        cursor: Some(asked.get("cursor").to_owned()).filter(|cursor| !cursor.is_empty()),
        limit: PAGE,
        ..ListQuery::default()
    };
    let page = web.desk.cases(actor, &query)?;
    let here = format!("/?view={}&q={}", view.name, encode(asked.get("q")));
    let hidden = Field::new(Kind::Hidden, "view", "").with(view.name);
    let find = Field::new(Kind::Line, "q", "Find in this view").with(asked.get("q"));
    let mut frame = web.frame(actor, "/");
    frame.done = done(asked.get("done")).to_owned();
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
        tabs: views
            .iter()
            .map(|v| Tab {
                href: format!("/?view={}", v.name),
                label: v.label,
                count: v.count.to_string(),
                current: v.name == view.name,
            })
            .collect(),
        takers: takers(web, actor),
        here: here.clone(),
        action: "/",
        filter: vec![hidden, find],
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

/// Whom this person may give cases to.
fn takers(web: &Web, actor: &Actor) -> Vec<Choice> {
    if actor.may(Permission::Assign) {
        people(web)
    } else {
        Vec::new()
    }
}

/// What the list of all cases may be narrowed to.
fn filter(web: &Web) -> Form {
    let states: Vec<String> = CaseState::ALL.iter().map(super::words::wire).collect();
    let field = |kind, name: &str, label: &str| Field::new(kind, name, label).or_any();
    Form::new(
        "/cases",
        "Apply",
        vec![
            field(Kind::Line, "q", "Name, address, reference or linked record"),
            field(Kind::Select, "state", "Where it stands").of(choices(
                &states.iter().map(String::as_str).collect::<Vec<_>>(),
            )),
            field(Kind::Select, "stage", "Stage").of(vec![
                Choice::new("1", "Stage 1"),
                Choice::new("2", "Stage 2"),
            ]),
            field(Kind::Select, "category", "Theme")
                .of(all_categories(web.desk.book().categories())),
            field(Kind::Select, "handler", "Owner").of(people(web)),
            field(Kind::Select, "linked", "Linked records").of(choices(&[
                "repair",
                "asb",
                "tenancy",
                "contact",
                "inspection",
            ])),
            field(Kind::Select, "refused", "Refused")
                .of(vec![Choice::new("true", "Refused, wholly or in part")]),
            field(Kind::Date, "due_before", "Due before"),
            field(Kind::Date, "received_from", "Received from"),
            field(Kind::Date, "received_to", "Received to"),
            Field {
                blank: "Received, newest first",
                ..Field::new(Kind::Select, "sort", "Sort by")
            }
            .of(vec![
                Choice::new("due", "Deadline, soonest first"),
                Choice::new("updated", "Changed, newest first"),
            ]),
        ],
    )
}

fn all_cases(web: &Web, actor: &Actor, asked: &Posted) -> Result<CasesPage, DeskError> {
    let mut form = filter(web);
    for section in &mut form.sections {
        section.fields.iter_mut().for_each(|field| {
            field.values = asked.all(&field.name);
        });
    }
    let query = narrowed(asked);
    let page = web.desk.cases(actor, &query)?;
    let pairs: Vec<String> = asked
        .0
        .iter()
        .filter(|(name, value)| !matches!(name.as_str(), "cursor" | "done") && !value.is_empty())
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    let here = format!("/cases?{}", pairs.join("&"));
    let total = count(
        i64::try_from(page.total).unwrap_or(i64::MAX),
        "case",
        "cases",
    );
    let fields = form
        .sections
        .into_iter()
        .flat_map(|section| section.fields)
        .collect();
    let mut frame = web.frame(actor, "/cases");
    frame.done = done(asked.get("done")).to_owned();
    Ok(CasesPage {
        frame,
        title: "Cases".into(),
        lede: vec![if page.total_is_exact {
            total
        } else {
            format!("More than {total}")
        }],
        tabs: Vec::new(),
        takers: takers(web, actor),
        here: here.clone(),
        action: "/cases",
        filter: fields,
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

/// The query that the filter means. A value that is none of the list's narrows to nothing and is passed over.
fn narrowed(asked: &Posted) -> ListQuery {
    let day = |name| NaiveDate::parse_from_str(asked.get(name), "%Y-%m-%d").ok();
    let mut facets = Vec::new();
    if let Some(state) = CaseState::ALL
        .into_iter()
        .find(|state| super::words::wire(state) == asked.get("state"))
    {
        facets.push(Facet::State(state));
    }
    if let Ok(stage) = asked.get("stage").parse() {
        facets.push(Facet::Stage(stage));
    }
    if !asked.get("category").is_empty() {
        facets.push(Facet::Category(asked.get("category").to_owned()));
    }
    if !asked.get("handler").is_empty() {
        facets.push(Facet::Handler(asked.get("handler").to_owned()));
    }
    if !asked.get("linked").is_empty() {
        facets.push(Facet::Linked(asked.get("linked").to_owned()));
    }
    if asked.get("refused") == "true" {
        facets.push(Facet::Refused);
    }
    let order = match asked.get("sort") {
        "due" => ListOrder::Due,
        "updated" => ListOrder::Updated,
        _ => ListOrder::Received,
    };
    ListQuery {
        facets,
        order,
        due_from: None,
        due_before: day("due_before"),
        received_from: day("received_from").map(crate::domain::calendar::start_of_day),
        received_to: day("received_to")
            .and_then(|day| day.succ_opt())
            .map(crate::domain::calendar::start_of_day),
        q: asked.get("q").to_owned(),
        cursor: Some(asked.get("cursor").to_owned()).filter(|cursor| !cursor.is_empty()),
        limit: PAGE,
    }
}

fn lines(web: &Web, rows: Vec<CaseRow>) -> Vec<CaseLine> {
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
