//! The handlers of "Log a complaint".

use super::case_handlers::done;
use super::command_page::code_of;
use super::drafts;
use super::form::{Field, Finder, Form, Kind, Posted};
use super::log_find::{self, Wish};
use super::page::{Begun, LogPage, Same, render, see};
use super::queue::encode;
use super::shell::{Visitor, Web};
use super::words::{civil, long_date, moment, sentence, spoken};
use super::{form, log};
use crate::desk::drafts::Draft;
use crate::desk::lists::CaseRow;
use crate::desk::{DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::domain::clock::{DueQuery, Receipt, due_dates};
use crate::domain::intake::Intake;
use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;

/// The box that says a complaint is another than the open ones.
const ANOTHER: &str = "another";

/// Under which name a complaint that is being logged is kept.
fn slot(key: &str) -> String {
    format!("log/{key}")
}

/// `GET /log`; with `?draft=KEY`, one that was begun.
pub async fn ask(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Query(asked): Query<Vec<(String, String)>>,
) -> Response {
    if let Err(error) = need(&actor, Permission::Log) {
        return web.sorry(&actor, &error);
    }
    let asked = Posted(asked);
    let mut form = empty(&web, &actor).once();
    let begun = match asked.get("draft") {
        "" => Ok(None),
        key => web.desk.draft(&actor, &slot(key)),
    };
    match begun {
        Ok(Some(draft)) => {
            drafts::restore(&mut form, &draft, web.desk.now());
            page(
                &web,
                &actor,
                form.finder(Finder::default()),
                Beside::default(),
            )
        }
        Ok(None) => {
            let beside = Beside {
                done: done(asked.get("done")),
                ..Beside::default()
            };
            page(&web, &actor, form.finder(Finder::default()), beside)
        }
        Err(error) => web.sorry(&actor, &error),
    }
}

fn empty(web: &Web, actor: &Actor) -> Form {
    log::form(web.desk.now(), &actor.name, web.desk.book().categories())
}

/// `POST /log`: the complaint; or a search for the resident, a file, or the wish to go on later, with all that was
/// typed so far.
pub async fn act(State(web): State<Web>, Visitor(actor): Visitor, request: Request) -> Response {
    if let Err(error) = need(&actor, Permission::Log) {
        return web.sorry(&actor, &error);
    }
    let of_key = |posted: &Posted| slot(posted.get("key"));
    let (posted, taken) = match drafts::read(&web, &actor, request, of_key).await {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    let (form, finder) = (empty(&web, &actor), log_find::finder(&posted));
    let is = |name: &str| !posted.get(name).is_empty();
    if let Err(error) = taken {
        return file_trouble(&web, &actor, typed(form, &posted).finder(finder), error);
    }
    if is("keep") || is("add_files") || is("drop_file") {
        return keep(&web, &actor, typed(form, &posted).finder(finder), &posted).await;
    }
    match log_find::wish(&posted) {
        Wish::Log => log_it(&web, &actor, form.finder(finder), &posted).await,
        Wish::Find(text) => find(&web, &actor, form, finder, &posted, &text).await,
        Wish::Take { resident, over } => {
            let (mut form, mut finder) = (typed(form, &posted), finder);
            log_find::take(&mut form, &mut finder, &resident, over);
            page(&web, &actor, form.finder(finder), Beside::default())
        }
    }
}

/// The form with what was typed, looked at by nobody yet.
fn typed(mut form: Form, posted: &Posted) -> Form {
    let _ = form.read_of(posted, |_| false);
    if form.key.is_empty() {
        form.key = form::fresh_key();
    }
    form
}

fn file_trouble(web: &Web, actor: &Actor, mut form: Form, error: DeskError) -> Response {
    let status = web.sorry(actor, &error).status();
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        return web.sorry(actor, &error);
    }
    form.problems.push(form::Problem {
        field: "file".into(),
        text: error.to_string(),
        code: String::new(),
        rule: String::new(),
    });
    page(web, actor, form, Beside::default())
}

/// Keeps the form for later, or a file with it.
async fn keep(web: &Web, actor: &Actor, form: Form, posted: &Posted) -> Response {
    let key = form.key.clone();
    let file = posted.get("drop_file").to_owned();
    let dropped = match file.as_str() {
        "" => Ok(()),
        _ => web
            .desk
            .drop_draft_file(actor, &slot(&key), file)
            .await
            .map(drop),
    };
    let kept = drafts::keep_typed(web, actor, &slot(&key), posted.clone()).await;
    match dropped.and(kept) {
        Ok(_) if !posted.get("keep").is_empty() => see("/log?done=kept"),
        Ok(at) => {
            let mut form = form;
            form.draft_said = drafts::said(at, web.desk.now());
            page(web, actor, form, Beside::default())
        }
        Err(error) => file_trouble(web, actor, form, error),
    }
}

async fn find(
    web: &Web,
    actor: &Actor,
    form: Form,
    mut finder: Finder,
    posted: &Posted,
    text: &str,
) -> Response {
    match web.desk.find_residents(actor, text).await {
        Ok(found) => log_find::show(&mut finder, text, &found),
        Err(DeskError::Invalid { detail, .. }) => finder.error = detail,
        Err(error) => return web.sorry(actor, &error),
    }
    page(
        web,
        actor,
        typed(form, posted).finder(finder),
        Beside::default(),
    )
}

async fn log_it(web: &Web, actor: &Actor, mut form: Form, posted: &Posted) -> Response {
    let another = !posted.get(ANOTHER).is_empty();
    if another {
        form = ask_another(form);
    }
    let Some(intake) = log::read(&mut form, posted) else {
        return page(web, actor, form, Beside::default());
    };
    if !another {
        match alike(web, actor, &intake).await {
            Ok(same) if same.is_empty() => {}
            Ok(same) => {
                form = ask_another(form);
                let text = "This may be known already. Look at the open cases named here, and tick the box at the end \
                            of the form if it is another complaint.";
                form.refuse(Some(ANOTHER), text, "", "");
                let beside = Beside {
                    same,
                    ..Beside::default()
                };
                return page(web, actor, form, beside);
            }
            Err(error) => return web.sorry(actor, &error),
        }
    }
    let key = form.key();
    match web.desk.log(actor, intake, key.as_deref()).await {
        Ok(view) => {
            let reference = view.case.reference;
            match put_papers(web, actor, &reference, key.as_deref()).await {
                Ok(()) => see(&format!("/cases/{reference}?done=logged")),
                Err(error) => {
                    tracing::warn!(case = %reference, %error, "a file given while logging is not on its case");
                    see(&format!("/cases/{reference}?done=logged_without"))
                }
            }
        }
        Err(DeskError::Refused(refusal)) => {
            let rule = refusal.provision.unwrap_or_default();
            form.refuse(refusal.field, &refusal.detail, &code_of(&refusal), rule);
            page(web, actor, form, Beside::default())
        }
        Err(DeskError::Conflict(_)) => {
            form.sent_before();
            page(web, actor, form, Beside::default())
        }
        Err(DeskError::Forbidden(detail)) => {
            form.refuse(None, &detail, "", "");
            page(web, actor, form, Beside::default())
        }
        Err(error) => web.sorry(actor, &error),
    }
}

/// Puts the files that waited on the case, and lets the draft go: in this order, so that a failure loses neither.
async fn put_papers(
    web: &Web,
    actor: &Actor,
    reference: &crate::domain::ids::CaseRef,
    key: Option<&str>,
) -> Result<(), DeskError> {
    let Some(key) = key else { return Ok(()) };
    let Some(draft) = web.desk.draft(actor, &slot(key))? else {
        return Ok(());
    };
    web.desk.attach_waiting(actor, reference, &draft).await?;
    web.desk.drop_draft(actor, &slot(key)).await.map(drop)
}

async fn alike(web: &Web, actor: &Actor, intake: &Intake) -> Result<Vec<CaseRow>, DeskError> {
    if !actor.may(Permission::ReadCases) {
        return Ok(Vec::new());
    }
    let (who, intake) = (actor.clone(), intake.clone());
    web.desk.away(move |desk| desk.alike(&who, &intake)).await
}

fn ask_another(form: Form) -> Form {
    form.section(
        "Known already?",
        "What a resident says more of a complaint that is open belongs on its case.",
        false,
        vec![
            Field::new(
                Kind::Tick,
                ANOTHER,
                "It is another complaint than the open ones",
            )
            .optional(),
        ],
    )
}

/// `GET /log/dates?received_at=…`: by when to acknowledge what was received then, as redress.js shows it.
pub async fn dates(
    State(web): State<Web>,
    Visitor(_): Visitor,
    Query(asked): Query<Vec<(String, String)>>,
) -> Response {
    let asked = Posted(asked);
    let day = asked.get("received_at").get(..10).unwrap_or_default();
    match day.parse() {
        Ok(day) => due_line(&web, Some(day)).into_response(),
        Err(_) => due_line(&web, None).into_response(),
    }
}

/// By when to acknowledge what was received on a day, today if none is known.
fn due_line(web: &Web, received: Option<NaiveDate>) -> String {
    let book = web.desk.book();
    let today = civil(web.desk.now());
    let on = received.unwrap_or(today);
    let query = DueQuery {
        received: Some(Receipt::On(on)),
        ..DueQuery::default()
    };
    let dates = due_dates(&query, book.calendar(), &book.policy(today).clocks).ok();
    let (ack, answer) = dates.map_or((None, None), |dates| (dates.s1_ack, dates.s1_response));
    let Some(ack) = ack else {
        return "Enter when it was received; then the dates stand here.".into();
    };
    let received = match on == today {
        true => "Received today".to_owned(),
        false => format!("Received on {}", long_date(on)),
    };
    let answer = answer.map_or(String::new(), |date| {
        format!(", answer by {} at the latest", long_date(date.due))
    });
    format!("{received}: acknowledge by {}{answer}.", long_date(ack.due))
}

/// The drafts that somebody may go on with, other than the one on the page.
fn begun(web: &Web, actor: &Actor, form: &Form) -> Vec<Begun> {
    // A file that cannot be read says so on the page that needs it.
    let drafts = web.desk.drafts(actor).unwrap_or_default();
    let here = slot(&form.key);
    let line = |draft: &Draft| {
        let key = draft.slot.strip_prefix("log/")?;
        let name = match draft.answer("complainant.name") {
            "" => "Nobody named yet",
            name => name,
        };
        let about = match draft.answer("points.0.text") {
            "" => draft.answer("account"),
            point => point,
        };
        let about: String = about.chars().take(60).collect();
        Some(Begun {
            href: format!("/log?draft={}", encode(key)),
            slot: draft.slot.clone(),
            name: name.to_owned(),
            about,
            when: moment(draft.kept_at),
        })
    };
    drafts
        .iter()
        .filter(|draft| draft.slot != here)
        .filter_map(line)
        .collect()
}

/// What stands beside the form.
#[derive(Default)]
struct Beside {
    /// Open cases that may be the same.
    same: Vec<CaseRow>,
    /// What was just done.
    done: &'static str,
}

fn page(web: &Web, actor: &Actor, mut form: Form, beside: Beside) -> Response {
    form.draft = slot(&form.key);
    form.keeps = true;
    let draft = match web.desk.draft(actor, &form.draft) {
        Ok(draft) => draft,
        Err(error) => return web.sorry(actor, &error),
    };
    let mut papers = drafts::papers(draft.as_ref());
    let of_files = form.problems.iter().find(|p| p.field == "file");
    papers.error = of_files.map_or(String::new(), |problem| problem.text.clone());
    form.papers = Some(papers);
    let received = form.fields().find(|field| field.name == "received_at");
    let received = received.and_then(|field| field.value().get(..10)?.parse().ok());
    let mut frame = web.frame(actor, "/log");
    frame.done = beside.done.to_owned();
    frame.trouble = !form.problems.is_empty();
    let status = if frame.trouble {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let begun = begun(web, actor, &form);
    let same = beside.same.iter().map(|row| Same {
        href: format!("/cases/{}", row.reference),
        reference: row.reference.to_string(),
        title: sentence(&row.title),
        about: format!(
            "{}, received {}, {}",
            row.complainant,
            long_date(civil(row.received_at)),
            spoken(&row.state).to_lowercase()
        ),
    });
    render(
        status,
        &LogPage {
            frame,
            due: due_line(web, received),
            begun,
            same: same.collect(),
            form,
        },
    )
}
