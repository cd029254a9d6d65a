//! The learning log: what changes because of complaints, who sees to it, and what shows that it changed.

mod form;

pub use form::{ask, ask_change, change, enter};

use super::case_page::Row;
use super::documents::{saved_as, streamed};
use super::frame::Frame;
use super::page::{render, see};
use super::shell::{Visitor, Web};
use super::words::{civil, count, long_date, moment, sentence, size, spoken};
use crate::desk::learning::Kept;
use crate::desk::{DeskError, StoreError};
use crate::domain::access::{Actor, Permission};
use crate::domain::ids::CaseRef;
use crate::domain::learning::{Progress, YouSaid};
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use futures_util::TryStreamExt;
use tokio_util::io::StreamReader;

type Pairs = Vec<(String, String)>;

/// A learning as a line.
pub struct Line {
    /// Its page.
    pub href: String,
    /// What will change.
    pub change: String,
    /// What complaints have shown.
    pub learnt: String,
    /// Its sort, category and complaints.
    pub about: Vec<String>,
    /// Who sees to it.
    pub owner: String,
    /// Its day, or the day on which it ended.
    pub day: String,
    /// How far it is.
    pub state: String,
    /// Whether its day has passed.
    pub late: bool,
}

/// A group of lines.
pub struct Group {
    /// Its heading.
    pub title: &'static str,
    /// For its anchor.
    pub id: &'static str,
    /// Its lines.
    pub lines: Vec<Line>,
    /// What it says when there are none.
    pub empty: &'static str,
}

/// The log.
#[derive(askama::Template)]
#[template(path = "learning.html")]
pub struct LearningsPage {
    /// Around it.
    pub frame: Frame,
    /// Whether the reader may enter one.
    pub enters: bool,
    /// Open ones, then those that ended.
    pub groups: Vec<Group>,
}

/// What was changed when, by whom and why.
pub struct Version {
    /// Why.
    pub why: String,
    /// By whom and when.
    pub by: String,
}

/// One learning.
#[derive(askama::Template)]
#[template(path = "learning_one.html")]
pub struct LearningPage {
    /// Around it.
    pub frame: Frame,
    /// Its number.
    pub number: u32,
    /// The line that tells most of it.
    pub line: Line,
    /// Everything else that it says.
    pub facts: Vec<(&'static str, String)>,
    /// The complaints behind it.
    pub cases: Vec<(String, String)>,
    /// The evidence in words; empty for none yet.
    pub outcome: String,
    /// Files that show it: name, about, address.
    pub files: Vec<(String, String, String)>,
    /// “You said” and “we did”, once published.
    pub published: Option<YouSaid>,
    /// Its versions, newest first.
    pub versions: Vec<Version>,
    /// Whether the reader may change it.
    pub changes: bool,
    /// What was wrong with a file that was sent.
    pub error: String,
}

/// `GET /learning`.
pub async fn list(State(web): State<Web>, Visitor(actor): Visitor) -> Response {
    let who = actor.clone();
    let found = match web.desk.away(move |desk| desk.learnings(&who)).await {
        Ok(found) => found,
        Err(error) => return web.sorry(&actor, &error),
    };
    let mut lines: Vec<(&Kept, Line)> = found.iter().map(|kept| (kept, line(&web, kept))).collect();
    lines.sort_by_key(|(kept, _)| (kept.learning.due, kept.number));
    let mut group = |title, id, empty, wanted: fn(Progress) -> bool| {
        let (these, rest) = std::mem::take(&mut lines)
            .into_iter()
            .partition::<Vec<_>, _>(|(kept, _)| wanted(kept.learning.progress));
        lines = rest;
        let lines = these.into_iter().map(|(_, line)| line).collect();
        Group {
            title,
            id,
            lines,
            empty,
        }
    };
    let groups = vec![
        group(
            "To do",
            "open",
            "Nothing is open. What one complaint shows about others is entered here, with who changes it and by when.",
            |progress| !progress.is_ended(),
        ),
        group("Done", "done", "Nothing yet.", |progress| {
            progress == Progress::Done
        }),
        group("Given up", "dropped", "Nothing.", |_| true),
    ];
    let page = LearningsPage {
        frame: web.frame(&actor, "/board"),
        enters: actor.may(Permission::Learn),
        groups,
    };
    render(StatusCode::OK, &page)
}

fn line(web: &Web, kept: &Kept) -> Line {
    let (book, learning) = (web.desk.book(), &kept.learning);
    let today = civil(web.desk.now());
    let category = learning.category.as_deref().and_then(|key| {
        let mut all = book.categories().categories.iter();
        all.find(|category| category.key == key)
    });
    let cases = i64::try_from(learning.cases.len()).unwrap_or(i64::MAX);
    let about = [
        Some(spoken(&learning.kind)),
        category.map(|category| sentence(&category.title)),
        learning.root_cause.map(|cause| spoken(&cause)),
        (cases > 0).then(|| count(cases, "complaint", "complaints")),
    ];
    let owner = book.person(&learning.owner);
    let day = match learning.ended_on {
        Some(on) if learning.progress.is_ended() => long_date(on),
        _ => format!("by {}", long_date(learning.due)),
    };
    Line {
        href: format!("/learning/{}", kept.number),
        change: learning.change.clone(),
        learnt: learning.learnt.clone(),
        about: about.into_iter().flatten().collect(),
        owner: owner.map_or(learning.owner.clone(), |person| person.name.clone()),
        day,
        state: match learning.progress {
            Progress::Dropped => "Given up".into(),
            _ if learning.is_late(today) => "Late".into(),
            progress => spoken(&progress),
        },
        late: learning.is_late(today),
    }
}

/// A learning on the page of a complaint behind it.
pub fn row(web: &Web, kept: &Kept) -> Row {
    let line = line(web, kept);
    Row {
        title: line.change,
        href: line.href,
        by: format!("{}, {}", line.owner, line.day),
        state: line.state,
        late: line.late,
        ..Row::default()
    }
}

/// `GET /learning/{number}`.
pub async fn show(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path(number): Path<u32>,
) -> Response {
    match one(&web, &actor, number, String::new()).await {
        Ok(page) => render(StatusCode::OK, &page),
        Err(error) => web.sorry(&actor, &error),
    }
}

async fn one(
    web: &Web,
    actor: &Actor,
    number: u32,
    error: String,
) -> Result<LearningPage, DeskError> {
    let who = actor.clone();
    let versions = web
        .desk
        .away(move |desk| desk.learning(&who, number))
        .await?;
    let newest = versions.first().ok_or(DeskError::NotFound)?;
    let learning = &newest.learning;
    let book = web.desk.book();
    let name = |id: &str| book.person(id).map_or(id.to_owned(), |p| p.name.clone());
    let line = line(web, newest);
    // The complaints stand in a list of their own.
    let of_cases = usize::from(!learning.cases.is_empty());
    let sort = &line.about[..line.about.len() - of_cases];
    let facts = [
        ("What complaints showed", learning.learnt.clone()),
        ("How we will see that it worked", learning.measure.clone()),
        ("Who sees to it", line.owner.clone()),
        ("When", line.day.clone()),
        ("What sort of change", sort.join(", ")),
    ];
    let title = |case: &CaseRef| (case.to_string(), format!("/cases/{case}"));
    let file = |(nth, file): (usize, &crate::domain::learning::Proof)| {
        let address = format!("/learning/{number}/files/{nth}");
        (file.file_name.clone(), size(file.size), address)
    };
    Ok(LearningPage {
        frame: web.frame(actor, "/board"),
        number,
        facts: facts.into(),
        cases: learning.cases.iter().map(title).collect(),
        outcome: learning.outcome.clone(),
        files: (1..).zip(&learning.files).map(file).collect(),
        published: learning.published.clone(),
        changes: newest.is_changed_by(actor),
        versions: versions
            .iter()
            .map(|kept| Version {
                why: kept.why.clone(),
                by: format!("{}, {}", name(&kept.by), moment(kept.at)),
            })
            .collect(),
        line,
        error,
    })
}

/// `POST /learning/{number}/files`: a file that shows the change.
pub async fn add_file(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path(number): Path<u32>,
    parts: Multipart,
) -> Response {
    let error = match take_file(&web, &actor, number, parts).await {
        Ok(()) => return see(&format!("/learning/{number}#evidence")),
        Err(
            error @ (DeskError::Invalid { .. } | DeskError::Store(StoreError::TooLarge { .. })),
        ) => error,
        Err(error) => return web.sorry(&actor, &error),
    };
    let status = match error {
        DeskError::Store(_) => StatusCode::PAYLOAD_TOO_LARGE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let said = match &error {
        DeskError::Invalid { detail, .. } => detail.clone(),
        error => error.to_string(),
    };
    match one(&web, &actor, number, said).await {
        Ok(mut page) => {
            page.frame.trouble = true;
            render(status, &page)
        }
        Err(error) => web.sorry(&actor, &error),
    }
}

async fn take_file(
    web: &Web,
    actor: &Actor,
    number: u32,
    mut parts: Multipart,
) -> Result<(), DeskError> {
    let invalid = |detail: &str| DeskError::Invalid {
        field: "file",
        detail: detail.into(),
    };
    let broken = |_| invalid("The upload broke off. Try it again.");
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        let name = part.file_name().unwrap_or_default().to_owned();
        if part.name() == Some("file") && !name.is_empty() {
            let bytes = StreamReader::new(part.map_err(std::io::Error::other));
            let bytes = std::pin::pin!(bytes);
            return web.desk.prove_learning(actor, number, &name, bytes).await;
        }
    }
    Err(invalid("Choose a file"))
}

/// `GET /learning/{number}/files/{nth}`.
pub async fn download(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path((number, nth)): Path<(u32, usize)>,
) -> Response {
    let who = actor.clone();
    let found = web
        .desk
        .away(move |desk| desk.learning_file(&who, number, nth));
    match found.await {
        Ok((proof, bytes)) => saved_as(
            &proof.file_name,
            &proof.media_type,
            Some(proof.size),
            streamed(bytes),
        ),
        Err(error) => web.sorry(&actor, &error),
    }
}
