//! One command: its form, what was typed, what the desk says. A stale write keeps the text and shows what changed.

use super::case_page::{Names, asks, care, tell_event};
use super::commands::{self, Spec, Subject};
use super::drafts;
use super::form::{Choice, Form, Posted};
use super::live;
use super::page::{ClashPage, FormPage, render, see};
use super::shell::{Visitor, Web};
use super::words::{civil, short_date};
use crate::desk::{CaseView, DeskError, Person, cases::Order, need};
use crate::domain::access::Actor;
use crate::domain::case::{ApprovalSubject, Case, Command};
use axum::Form as Body;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// `GET /cases/{reference}/do/{command}`: the form; the query answers questions beforehand (`?point=2`).
pub async fn ask(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path((reference, name)): Path<(String, String)>,
    Query(known): Query<Vec<(String, String)>>,
) -> Response {
    match allowed(&web, &actor, &reference, &name).await {
        Ok((view, spec)) => {
            let mut form = form(&web, &view, spec).once();
            known.iter().for_each(|(name, value)| form.set(name, value));
            form.draft = slot(&view, spec, &known);
            match web.desk.draft(&actor, &form.draft) {
                Ok(None) => {}
                Ok(Some(draft)) => drafts::restore(&mut form, &draft, web.desk.now()),
                Err(error) => return web.sorry(&actor, &error),
            }
            page(&web, &actor, &view, spec, form)
        }
        Err(error) => web.sorry(&actor, &error),
    }
}

/// `POST /cases/{reference}/do/{command}`.
pub async fn act(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path((reference, name)): Path<(String, String)>,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Response {
    let (view, spec) = match opened(&web, &actor, &reference, &name).await {
        Ok(opened) => opened,
        Err(error) => return web.sorry(&actor, &error),
    };
    let mut form = form(&web, &view, spec);
    let posted = Posted(pairs).settled();
    let own = slot(&view, spec, &[]);
    form.draft = Some(posted.get("draft"))
        .filter(|draft| draft.starts_with(&own))
        .map_or(own, str::to_owned);
    if !posted.get("try").is_empty() {
        try_out(&web, &actor, &mut form, &posted);
        return page(&web, &actor, &view, spec, form);
    }
    let Some(answers) = form.read(&posted) else {
        return page(&web, &actor, &view, spec, form);
    };
    let put = form.puts && !posted.get("put").is_empty();
    if put && posted.get("approved_by").trim().is_empty() {
        let text = "Choose who is asked to approve it.";
        form.refuse(Some("approved_by"), text, "", "");
        return page(&web, &actor, &view, spec, form);
    }
    let (done_now, answers) = match put {
        true => ("request_approval", to_put(&view, &answers)),
        false => (spec.name, answers),
    };
    let order = match order(&view, done_now, answers, &form.version) {
        Ok(order) => Order {
            key: form.key(),
            ..order
        },
        Err(text) => {
            form.refuse(None, &text, "", "");
            return page(&web, &actor, &view, spec, form);
        }
    };
    let reference = &view.case.reference;
    let done = match posted.get("look") {
        "" => web
            .desk
            .command(&actor, reference, order)
            .await
            .map(|_| None),
        _ => {
            let letters = web.desk.preview_letters(&actor, reference, order);
            letters
                .await
                .map(|letters| Some(letters.into_iter().next()))
        }
    };
    match done {
        Ok(Some(Some(pdf))) => shown_in_place(pdf),
        Ok(Some(None)) => {
            let text =
                "No letter of ours goes out with these answers: there is nothing to look at.";
            form.refuse(None, text, "", "");
            page(&web, &actor, &view, spec, form)
        }
        Ok(None) => {
            if let Err(error) = web.desk.drop_draft(&actor, &form.draft).await {
                tracing::warn!(%error, "a draft whose form was sent is still kept");
            }
            see(&format!("/cases/{}?done={done_now}", view.case.reference))
        }
        Err(DeskError::Refused(refusal)) => {
            let rule = refusal.provision.unwrap_or_default();
            let field = match refusal.field {
                // Whom an approval is asked of is named where the approver is.
                Some("of" | "subject") if put => Some("approved_by"),
                field => field,
            };
            form.refuse(field, &refusal.detail, &code_of(&refusal), rule);
            page(&web, &actor, &view, spec, form)
        }
        Err(DeskError::Invalid { field, detail }) => {
            form.refuse(Some(field), &detail, "", "");
            page(&web, &actor, &view, spec, form)
        }
        Err(DeskError::Stale { .. }) => {
            clash(&web, &actor, &view.case.reference.to_string(), spec, form).await
        }
        Err(DeskError::Conflict(_)) => {
            form.sent_before();
            page(&web, &actor, &view, spec, form)
        }
        Err(DeskError::Forbidden(detail)) => {
            form.refuse(None, &detail, "", "");
            let mut kept = page(&web, &actor, &view, spec, form);
            *kept.status_mut() = StatusCode::FORBIDDEN;
            kept
        }
        Err(error) => web.sorry(&actor, &error),
    }
}

/// A PDF that the browser shows in the tab.
fn shown_in_place(pdf: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/pdf"),
        (
            header::CONTENT_DISPOSITION,
            "inline; filename=\"preview-not-sent.pdf\"",
        ),
    ];
    (headers, pdf).into_response()
}

/// Under which name the form of a command is kept: one for each thing that it was opened for.
fn slot(view: &CaseView, spec: &Spec, known: &[(String, String)]) -> String {
    let mut slot = format!("cases/{}/{}", view.case.reference, spec.name);
    for (_, value) in known {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        slot.push('/');
        slot.extend(value.chars().take(40).map(plain));
    }
    slot
}

/// Says what the money in an offer comes to, from the questions about it alone: the others may still be empty.
fn try_out(web: &Web, actor: &Actor, form: &mut Form, posted: &Posted) {
    let Some(mut answers) = form.read_of(posted, commands::is_about_money) else {
        return;
    };
    let at = answers
        .get("at")
        .and_then(|at| serde_json::from_value(at.clone()).ok());
    if let Value::Object(fields) = &mut answers {
        fields.remove("at");
        fields.insert("command".into(), "offer_remedy".into());
        fields.insert("kind".into(), "financial_remedy".into());
    }
    let offer: Command = match serde_json::from_value(answers) {
        Ok(offer) => offer,
        Err(error) => return form.refuse(None, &error.to_string(), "", ""),
    };
    match web.desk.work_out(actor, &offer, at) {
        Ok(line) => form.tried(line.as_ref().map(commands::reckoned).unwrap_or_default()),
        Err(DeskError::Refused(refusal)) => {
            let rule = refusal.provision.unwrap_or_default();
            form.refuse(refusal.field, &refusal.detail, "", rule);
        }
        Err(error) => form.refuse(None, &error.to_string(), "", ""),
    }
}

/// The invariant's code where people can look it up; the others are for machines.
pub fn code_of(refusal: &crate::domain::refusal::Refusal) -> String {
    let code = refusal.code.to_string();
    if code.starts_with('E') {
        code
    } else {
        String::new()
    }
}

async fn opened(
    web: &Web,
    actor: &Actor,
    reference: &str,
    name: &str,
) -> Result<(CaseView, &'static Spec), DeskError> {
    let spec = commands::find(name).ok_or(DeskError::NotFound)?;
    Ok((web.case(actor, reference).await?, spec))
}

/// As [`opened`], if the command is theirs to give: nobody fills in a form that will be refused.
async fn allowed(
    web: &Web,
    actor: &Actor,
    reference: &str,
    name: &str,
) -> Result<(CaseView, &'static Spec), DeskError> {
    let (view, spec) = opened(web, actor, reference, name).await?;
    for permission in asks(spec.name, view.case.stage()) {
        need(actor, permission)?;
    }
    Ok((view, spec))
}

/// Everyone who may be chosen as handler, owner or approver.
pub fn people(web: &Web) -> Vec<Choice> {
    let book = web.desk.book();
    let today = civil(web.desk.now());
    let label = |person: &Person| match person.absent(today) {
        None => person.name.clone(),
        Some(away) => {
            let cover = away.cover.as_deref().and_then(|cover| book.person(cover));
            let cover = cover.map_or(String::new(), |cover| format!(", {} covers", cover.name));
            format!(
                "{} (away until {}{cover})",
                person.name,
                short_date(away.until)
            )
        }
    };
    book.people()
        .filter(|person| !person.disabled)
        .map(|person| Choice::new(&person.id, label(person)))
        .collect()
}

fn form(web: &Web, view: &CaseView, spec: &Spec) -> Form {
    let people = people(web);
    spec.form(&Subject {
        case: &view.case,
        people: &people,
        categories: web.desk.book().categories(),
        rates: web.desk.book().rates(),
        today: civil(view.seen_at),
    })
}

fn page(web: &Web, actor: &Actor, view: &CaseView, spec: &Spec, mut form: Form) -> Response {
    let reference = view.case.reference.to_string();
    form.live = live::address(&view.case, spec.name);
    form.here = live::others(web, actor, &view.case.reference, spec.name);
    FormPage {
        frame: web.frame(actor, "/cases"),
        title: spec.label.to_owned(),
        intro: spec.intro.to_owned(),
        back: format!("/cases/{reference}"),
        back_label: format!("{reference}: {}", view.case.title()),
        care: care(&view.case),
        form,
    }
    .answer()
}

/// What the answers of a response mean as a question to a second person.
fn to_put(view: &CaseView, answers: &Value) -> Value {
    json!({
        "subject": ApprovalSubject::Response { stage: view.case.stage() },
        "of": answers["approved_by"],
        "response": { "summary": answers["summary"].as_str().unwrap_or_default(),
            "learning": answers["learning"].as_str().unwrap_or_default() },
    })
}

/// The order that the answers mean.
fn order(view: &CaseView, name: &str, mut answers: Value, version: &str) -> Result<Order, String> {
    let at: Option<DateTime<Utc>> = answers
        .get("at")
        .and_then(|at| serde_json::from_value(at.clone()).ok());
    if let Value::Object(fields) = &mut answers {
        fields.remove("at");
        fields.insert("command".into(), name.into());
        if let Some(Value::Object(complainant)) = fields.get_mut("complainant") {
            // The form shows no adjustments: they have commands of their own, and must not be lost here.
            let kept = serde_json::to_value(&view.case.complainant.adjustments).unwrap_or_default();
            complainant.insert("adjustments".into(), kept);
        }
    }
    let command: Command = serde_json::from_value(answers)
        .map_err(|error| format!("Something is missing or does not fit together: {error}"))?;
    let mut order = Order::now(command);
    order.at = at;
    order.if_version = Some(
        version
            .parse()
            .map_err(|_| "Open the form again from the case.".to_owned())?,
    );
    Ok(order)
}

async fn clash(web: &Web, actor: &Actor, reference: &str, spec: &Spec, mut form: Form) -> Response {
    let seen: u32 = form.version.parse().unwrap_or_default();
    let (view, events) = match web.case_with_events(actor, reference).await {
        Ok(now) => now,
        Err(error) => return web.sorry(actor, &error),
    };
    let mut taken = Vec::new();
    let who = actor.clone();
    let about = view.case.reference.clone();
    let then = web
        .desk
        .away(move |desk| desk.case_as_of(&who, &about, seen));
    match then.await {
        Ok(Some(then)) => {
            let people = people(web);
            let drawn = |case: &Case| {
                spec.form(&Subject {
                    case,
                    people: &people,
                    categories: web.desk.book().categories(),
                    rates: web.desk.book().rates(),
                    today: civil(view.seen_at),
                })
            };
            taken = form.lay_over(&drawn(&then), &drawn(&view.case)).taken;
        }
        Ok(None) => {}
        Err(error) => return web.sorry(actor, &error),
    }
    let names: &Names = &view.names;
    let since = events
        .iter()
        .filter(|event| event.seq > seen)
        .map(|event| tell_event(event, names))
        .collect();
    form.version = view.case.version.to_string();
    let page = ClashPage {
        frame: web.frame(actor, "/cases"),
        reference: reference.to_owned(),
        care: care(&view.case),
        since,
        taken,
        title: spec.label.to_owned(),
        form,
    };
    render(StatusCode::PRECONDITION_FAILED, &page)
}
