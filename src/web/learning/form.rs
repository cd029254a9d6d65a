//! Entering a learning, and changing or finishing it.

use super::Pairs;
use crate::desk::learning::Kept;
use crate::desk::{DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::domain::category::RootCause;
use crate::domain::ids::CaseRef;
use crate::domain::learning::{ChangeKind, Learning, Progress, YouSaid};
use crate::web::command_page::people;
use crate::web::commands::all_categories;
use crate::web::documents::answer;
use crate::web::form::{Choice, Field, Form, Kind, Posted};
use crate::web::page::{FormPage, see};
use crate::web::session::refuse;
use crate::web::shell::{Visitor, Web};
use crate::web::words::{spoken, stopped, wire};
use axum::Form as Body;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use chrono::NaiveDate;
use serde_json::Value;
use std::collections::BTreeMap;

/// `GET /learning/new`: the form; `?case=` names the complaint that it came from.
pub async fn ask(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Query(asked): Query<Pairs>,
) -> Response {
    if let Err(error) = need(&actor, Permission::Learn) {
        return web.sorry(&actor, &error);
    }
    let mut form = new_form(&web).once();
    let asked = Posted(asked);
    if let Ok(view) = web.case(&actor, asked.get("case")).await {
        let case = &view.case;
        form.set("cases", &case.reference.to_string());
        form.set("owner", case.handler().unwrap_or_default());
        if let Some(point) = case.points.first() {
            form.set("category", &point.category);
        }
        if let Some(cause) = case.root_causes.first() {
            form.set("root_cause", &wire(cause));
        }
        let learnt = case.closing.as_ref().map(|closing| &closing.learning);
        form.set("learnt", learnt.map_or("", String::as_str));
    }
    entering(&web, &actor, form)
}

/// `POST /learning`.
pub async fn enter(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let mut form = new_form(&web);
    let posted = Posted(pairs);
    if let Some(learning) = read(&mut form, &posted) {
        let key = form.key();
        match web.desk.learn(&actor, learning, key.as_deref()).await {
            Ok(number) => return see(&format!("/learning/{number}")),
            Err(error @ DeskError::Forbidden(_)) => return web.sorry(&actor, &error),
            Err(DeskError::Conflict(_)) => form.sent_before(),
            Err(error) => refuse(&mut form, &error),
        }
    }
    entering(&web, &actor, form)
}

fn entering(web: &Web, actor: &Actor, form: Form) -> Response {
    FormPage {
        frame: web.frame(actor, "/board"),
        title: "Enter a learning".into(),
        intro: "What one complaint shows about others, and what will change. Name no resident: everybody reads it."
            .into(),
        back: "/learning".into(),
        back_label: "Learning".into(),
        care: Vec::new(),
        form,
    }
    .answer()
}

/// `GET /learning/{number}/change`.
pub async fn ask_change(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path(number): Path<u32>,
) -> Response {
    match to_change(&web, &actor, number).await {
        Ok(kept) => changing(&web, &actor, number, change_form(&web, &kept)),
        Err(error) => web.sorry(&actor, &error),
    }
}

/// `POST /learning/{number}/change`.
pub async fn change(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path(number): Path<u32>,
    Body(pairs): Body<Pairs>,
) -> Response {
    let kept = match to_change(&web, &actor, number).await {
        Ok(kept) => kept,
        Err(error) => return web.sorry(&actor, &error),
    };
    let mut form = change_form(&web, &kept);
    let posted = Posted(pairs);
    if let Some(learning) = read(&mut form, &posted) {
        let seen = posted.get("seen").parse().unwrap_or_default();
        let why = posted.get("why");
        let changed = web
            .desk
            .change_learning(&actor, number, seen, learning, why);
        match changed.await {
            Ok(()) => return see(&format!("/learning/{number}")),
            Err(error @ DeskError::Forbidden(_)) => return web.sorry(&actor, &error),
            Err(DeskError::Stale { current }) => {
                form.set("seen", &current.to_string());
                let by = web.desk.book();
                let by = by.person(&kept.by).map_or(kept.by.as_str(), |p| &p.name);
                let text = format!(
                    "{by} changed it while you wrote: {} Look at it in another tab. What you typed is here; sent \
                     again, it stands instead of theirs.",
                    stopped(&kept.why)
                );
                form.refuse(None, &text, "", "");
            }
            Err(error) => refuse(&mut form, &error),
        }
    }
    changing(&web, &actor, number, form)
}

async fn to_change(web: &Web, actor: &Actor, number: u32) -> Result<Kept, DeskError> {
    let who = actor.clone();
    let versions = web
        .desk
        .away(move |desk| desk.learning(&who, number))
        .await?;
    let newest = versions.into_iter().next().ok_or(DeskError::NotFound)?;
    if !newest.is_changed_by(actor) {
        need(actor, Permission::Learn)?;
    }
    Ok(newest)
}

fn changing(web: &Web, actor: &Actor, number: u32, form: Form) -> Response {
    FormPage {
        frame: web.frame(actor, "/board"),
        title: "Change or finish a learning".into(),
        intro: "Every version is kept. Done takes the evidence that something changed (Code 9.1)."
            .into(),
        back: format!("/learning/{number}"),
        back_label: format!("Learning {number}"),
        care: Vec::new(),
        form,
    }
    .answer()
}

fn new_form(web: &Web) -> Form {
    Form::new("/learning", "Enter the learning", fields(web))
}

fn fields(web: &Web) -> Vec<Field> {
    let text = |name, label| Field::new(Kind::Text, name, label);
    let kinds = ChangeKind::ALL.map(|kind| Choice::new(wire(&kind), spoken(&kind)));
    let causes = RootCause::ALL.map(|cause| Choice::new(wire(&cause), spoken(&cause)));
    vec![
        text("learnt", "What complaints have shown").rule("9.1"),
        text("change", "What will change"),
        Field::new(Kind::Select, "kind", "What sort of change").of(kinds.into()),
        Field::new(Kind::Select, "owner", "Who sees to it").of(people(web)),
        Field::new(Kind::Date, "due", "By when"),
        text("measure", "How we will see that it worked")
            .hint("Such as: no complaint about missed gas checks for three months."),
        Field::new(Kind::Lines, "cases", "Complaints behind it")
            .optional()
            .hint("Their references, one on a line."),
        Field::new(Kind::Select, "category", "Category")
            .of(all_categories(web.desk.book().categories()))
            .optional(),
        Field::new(Kind::Select, "root_cause", "Why it happened")
            .of(causes.into())
            .optional(),
    ]
}

fn change_form(web: &Web, kept: &Kept) -> Form {
    let learning = &kept.learning;
    let progress = Progress::ALL.map(|progress| {
        let words = match progress {
            Progress::Dropped => "Given up".into(),
            progress => spoken(&progress),
        };
        Choice::new(wire(&progress), words)
    });
    let far = vec![
        Field::new(Kind::Radios, "progress", "How far it is").of(progress.into()),
        Field::new(
            Kind::Text,
            "outcome",
            "What shows that it changed, or why it was given up",
        )
        .optional()
        .rule("9.1"),
        Field::new(Kind::Date, "ended_on", "When it was done or given up").optional(),
    ];
    let told = vec![
        Field::new(Kind::Text, "you_said", "You said").optional(),
        Field::new(Kind::Text, "we_did", "We did").optional(),
    ];
    let last = vec![
        Field::new(Kind::HiddenNumber, "seen", "Version"),
        Field::new(Kind::Line, "why", "What you changed, and why"),
    ];
    let mut form = Form::new(format!("/learning/{}/change", kept.number), "Save", far)
        .section(
            "You said, we did",
            "Only once it is done. It stands in the form of the board that is published.",
            learning.published.is_none(),
            told,
        )
        .section("The learning", "", false, fields(web))
        .section("", "", false, last);
    let said = learning.published.clone().unwrap_or_default();
    let day = |day: NaiveDate| day.to_string();
    let cases: Vec<String> = learning.cases.iter().map(ToString::to_string).collect();
    let known: BTreeMap<&str, String> = [
        ("learnt", learning.learnt.clone()),
        ("change", learning.change.clone()),
        ("kind", wire(&learning.kind)),
        ("owner", learning.owner.clone()),
        ("due", day(learning.due)),
        ("measure", learning.measure.clone()),
        ("cases", cases.join("\n")),
        ("category", learning.category.clone().unwrap_or_default()),
        (
            "root_cause",
            learning.root_cause.map_or(String::new(), |c| wire(&c)),
        ),
        ("progress", wire(&learning.progress)),
        ("outcome", learning.outcome.clone()),
        ("ended_on", learning.ended_on.map_or(String::new(), day)),
        ("you_said", said.you_said),
        ("we_did", said.we_did),
        ("seen", kept.version.to_string()),
    ]
    .into();
    known.iter().for_each(|(name, value)| form.set(name, value));
    form
}

/// What was typed as a learning; the form says what is wrong with it otherwise.
fn read(form: &mut Form, posted: &Posted) -> Option<Learning> {
    let answers = form.read(posted)?;
    let text = |name: &str| answer::<String>(&answers, name).unwrap_or_default();
    let mut cases = Vec::new();
    for typed in answer::<Vec<String>>(&answers, "cases").unwrap_or_default() {
        match typed.trim().parse::<CaseRef>() {
            Ok(case) => cases.push(case),
            Err(_) => {
                let detail = format!("“{typed}” is no reference. They look like C-2026-0042.");
                form.refuse(Some("cases"), &detail, "", "");
                return None;
            }
        }
    }
    let said = YouSaid {
        you_said: text("you_said"),
        we_did: text("we_did"),
    };
    Some(Learning {
        learnt: text("learnt"),
        change: text("change"),
        kind: answer(&answers, "kind").unwrap_or_default(),
        category: some(&answers, "category"),
        root_cause: answer(&answers, "root_cause"),
        owner: text("owner"),
        due: answer(&answers, "due")?,
        measure: text("measure"),
        cases,
        progress: answer(&answers, "progress").unwrap_or_default(),
        outcome: text("outcome"),
        ended_on: answer(&answers, "ended_on"),
        files: Vec::new(),
        published: (said != YouSaid::default()).then_some(said),
    })
}

fn some(answers: &Value, name: &str) -> Option<String> {
    answer::<String>(answers, name).filter(|text| !text.is_empty())
}
