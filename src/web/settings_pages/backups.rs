//! The backups: what there is, how the last ones went, the schedule, a check of each.

use super::Pairs;
use crate::desk::DeskError;
use crate::desk::backups::{Backup, Backups, Checked, INTERVALS, Place, Plan, Step};
use crate::domain::access::Actor;
use crate::web::documents::answer;
use crate::web::form::{Choice, Field, Form, Kind, Posted};
use crate::web::frame::Frame;
use crate::web::page::{render, see};
use crate::web::session::refuse;
use crate::web::settings::{SettingsTab, tabs};
use crate::web::shell::{Visitor, Web};
use crate::web::words::{count, moment, size};
use axum::Form as Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

const HERE: &str = "/settings/backups";

/// The page.
#[derive(askama::Template)]
#[template(path = "backups.html")]
pub struct BackupsPage {
    /// Around it.
    pub frame: Frame,
    /// The settings' own navigation.
    pub tabs: Vec<SettingsTab>,
    /// How backups stand, in a word: `good`, `late` or `failed`.
    pub standing: &'static str,
    /// The same as a sentence.
    pub says: String,
    /// What more there is to say, a sentence each.
    pub facts: Vec<String>,
    /// What is being done now; empty for nothing.
    pub doing: String,
    /// The rolling copy; empty before there is one.
    pub latest: String,
    /// The backups, newest first.
    pub rows: Vec<BackupRow>,
    /// Why a folder cannot be seen, a sentence each.
    pub troubles: Vec<String>,
    /// Whether they are sent to an object store.
    pub bucket: bool,
    /// The data file, for the command that restores.
    pub data: String,
    /// The schedule.
    pub form: Form,
}

/// One backup of the list.
pub struct BackupRow {
    /// When it was taken.
    pub taken: String,
    /// How large it is.
    pub size: String,
    /// Its file.
    pub path: String,
    /// Where it is, in words.
    pub place: &'static str,
    /// What the last check found; empty before one.
    pub found: String,
    /// Whether that was a fault.
    pub fault: bool,
    /// Encrypted, so that it cannot be checked here.
    pub sealed: bool,
    /// What its button sends.
    pub sends: [(&'static str, String); 2],
}

/// `GET /settings/backups`.
pub async fn backups(State(web): State<Web>, Visitor(actor): Visitor) -> Response {
    show(&web, &actor, None, "").await
}

/// `POST /settings/backups`: change the schedule.
pub async fn set_plan(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let posted = Posted(pairs);
    let mut form = match web.desk.backup_plan() {
        Ok((version, plan)) => plan_form(version, &plan),
        Err(error) => return web.sorry(&actor, &error),
    };
    if let Some(answers) = form.read(&posted) {
        let number = |name: &str| answer(&answers, name).unwrap_or(0);
        let plan = Plan {
            on: posted.get("on") == "true",
            hour: u8::try_from(number("hour")).unwrap_or(u8::MAX),
            every: u8::try_from(number("every")).unwrap_or(0),
            days: u16::try_from(number("days")).unwrap_or(u16::MAX),
            months: u16::try_from(number("months")).unwrap_or(u16::MAX),
            also: answer(&answers, "also").unwrap_or_default(),
            encrypt_to: answer(&answers, "encrypt_to").unwrap_or_default(),
        };
        let why: String = answer(&answers, "why").unwrap_or_default();
        let version = u32::try_from(number("version")).unwrap_or(0);
        match web.desk.plan_backups(&actor, version, plan, &why).await {
            Ok(_) => return see(HERE),
            Err(error @ DeskError::Forbidden(_)) => return web.sorry(&actor, &error),
            Err(error) => refuse(&mut form, &error),
        }
    }
    show(&web, &actor, Some(form), "").await
}

/// `POST /settings/backups/make`: one now.
pub async fn make(State(web): State<Web>, Visitor(actor): Visitor) -> Response {
    begun(&web, &actor, web.desk.begin_backup(&actor)).await
}

/// `POST /settings/backups/check`: open one as a restore would.
pub async fn check(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let posted = Posted(pairs);
    let place = match posted.get("place") {
        "also" => Place::Also,
        _ => Place::Beside,
    };
    let (who, name) = (actor.clone(), posted.get("name").to_owned());
    let check = web
        .desk
        .away(move |desk| desk.begin_check(&who, place, &name));
    begun(&web, &actor, check.await).await
}

async fn begun(web: &Web, actor: &Actor, begun: Result<(), DeskError>) -> Response {
    match begun {
        Ok(()) => see(HERE),
        Err(DeskError::Conflict(why)) => show(web, actor, None, &why).await,
        Err(error) => web.sorry(actor, &error),
    }
}

async fn show(web: &Web, actor: &Actor, form: Option<Form>, amiss: &str) -> Response {
    let who = actor.clone();
    match web.desk.away(move |desk| desk.backups(&who)).await {
        Ok(backups) => {
            let form = form.unwrap_or_else(|| plan_form(backups.version, &backups.plan));
            let mut page = page(web, actor, &backups, form);
            page.frame.amiss = amiss.to_owned();
            let status = if page.frame.trouble {
                StatusCode::UNPROCESSABLE_ENTITY
            } else {
                StatusCode::OK
            };
            render(status, &page)
        }
        Err(error) => web.sorry(actor, &error),
    }
}

fn page(web: &Web, actor: &Actor, backups: &Backups, form: Form) -> BackupsPage {
    let mut frame = web.frame(actor, "/settings");
    frame.trouble = !form.problems.is_empty();
    let (standing, says) = standing(backups);
    let lists = [
        (Place::Beside, backups.beside.as_slice()),
        (Place::Also, backups.also.as_deref().unwrap_or_default()),
    ];
    let rows = lists
        .into_iter()
        .flat_map(|(place, list)| list.iter().map(move |backup| row(place, backup, backups)));
    let troubles = [
        backups.beside_trouble.clone(),
        backups.also.as_ref().err().cloned(),
    ];
    let path = |path: &std::path::Path| path.display().to_string();
    BackupsPage {
        frame,
        tabs: tabs(HERE),
        standing,
        says,
        facts: facts(backups),
        doing: backups.doing.as_ref().map_or(String::new(), |doing| {
            let what = match &doing.checks {
                Some(name) => format!("{name} is being checked"),
                None => "A backup is being made".to_owned(),
            };
            format!("{what}{}.", doing.step.map_or(String::new(), progress))
        }),
        latest: backups.latest.as_deref().map_or(String::new(), path),
        rows: rows.collect(),
        troubles: troubles.into_iter().flatten().collect(),
        bucket: backups.bucket.on,
        data: path(web.desk.store().path()),
        form,
    }
}

fn standing(backups: &Backups) -> (&'static str, String) {
    let newest = backups.beside.first();
    let last = newest.map_or("There is no backup yet.".to_owned(), |backup| {
        format!("The last backup is of {}.", moment(backup.taken_at))
    });
    match &backups.failure {
        Some(failure) => (
            "failed",
            format!("{last} On {}: {}", moment(failure.at), failure.why),
        ),
        None if backups.late => (
            "late",
            format!("{last} One should have come since: was the server off, or its clock wrong?"),
        ),
        None if newest.is_none() => ("late", last),
        None => ("good", last),
    }
}

fn facts(backups: &Backups) -> Vec<String> {
    let next = match backups.next {
        Some(next) => format!("The next one comes by itself on {}.", moment(next)),
        None => "None is made by itself: the schedule is off.".to_owned(),
    };
    let folder = format!(
        "Backups are kept in {}. That is the same disk as the data file’s: have them copied to another machine as well.",
        backups.folder.display()
    );
    let also = format!("Each one is copied to {} as well.", backups.plan.also);
    let bucket = &backups.bucket;
    let sent = match &backups.sent {
        Some(sent) => format!(
            "The last one went as {}; {} are kept there.",
            sent.name, sent.kept
        ),
        None => "None has been sent since Redress was started.".to_owned(),
    };
    let sent = format!(
        "Each one is sent to the bucket {} as well. {sent}",
        bucket.bucket
    );
    let mut all = vec![next];
    match (backups.plan.also.is_empty(), bucket.on) {
        (true, false) => all.push(folder),
        (has_no_folder, sends) => {
            all.extend((!has_no_folder).then_some(also));
            all.extend(sends.then_some(sent));
        }
    }
    all
}

fn progress(step: Step) -> String {
    let share = |done: u64, all: u64| format!("{} of {}", size(done), size(all));
    match step {
        Step::Copying(done, all) => format!(": {} copied", share(done, all)),
        Step::Pages => ": its pages are being read".to_owned(),
        Step::Chains(events) => format!(": {events} events followed"),
        Step::States(cases) => format!(": {cases} cases compared with their events"),
        Step::Documents(bytes) => format!(": {} of documents read", size(bytes)),
        Step::Changing => String::new(),
    }
}

fn row(place: Place, backup: &Backup, backups: &Backups) -> BackupRow {
    let checked = backups.checks.get(&(place, backup.name.clone()));
    let (found, fault) = checked.map_or((String::new(), false), found);
    let (wire, words) = match place {
        Place::Beside => ("beside", "Beside the data file"),
        Place::Also => ("also", "In the other folder"),
    };
    BackupRow {
        taken: moment(backup.taken_at),
        size: size(backup.bytes),
        path: backup.path.display().to_string(),
        place: words,
        found,
        fault,
        sealed: backup.sealed,
        sends: [("place", wire.to_owned()), ("name", backup.name.clone())],
    }
}

/// What a check found, and whether it is a fault.
fn found(checked: &Checked) -> (String, bool) {
    let at = moment(checked.at);
    match &checked.found {
        Err(why) => (format!("{at}: {why}"), true),
        Ok(drill) => {
            let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
            let counts = format!(
                "{}, {}, {}",
                count(number(drill.report.cases), "case", "cases"),
                count(number(drill.report.events), "event", "events"),
                count(number(drill.report.documents), "document", "documents"),
            );
            match drill.since {
                Some(since) => (
                    format!(
                        "{at}: sound and of this record. {counts}; {} since.",
                        count(number(since), "event", "events")
                    ),
                    false,
                ),
                None => (
                    format!("{at}: whole, but not of this record, or newer than it. {counts}."),
                    true,
                ),
            }
        }
    }
}

fn plan_form(version: u32, plan: &Plan) -> Form {
    let hours = (0..24).map(|hour| Choice::new(hour.to_string(), format!("{hour:02}:00")));
    let every = INTERVALS.iter().map(|hours| {
        let label = match hours {
            1 => "Every hour".to_owned(),
            24 => "Once a day".to_owned(),
            hours => format!("Every {hours} hours"),
        };
        Choice::new(hours.to_string(), label)
    });
    let on = vec![
        Choice::new("true", "By themselves"),
        Choice::new("false", "Only when somebody asks for one"),
    ];
    Form::new(
        HERE,
        "Change the schedule",
        vec![
            Field::new(Kind::Radios, "on", "Backups are made")
                .of(on)
                .with(plan.on.to_string()),
            Field::new(Kind::SelectNumber, "every", "How often")
                .of(every.collect())
                .with(plan.every.to_string()),
            Field::new(Kind::SelectNumber, "hour", "Counted from")
                .of(hours.collect())
                .hint("The hour in England at which a backup is made. One that was missed is made up for.")
                .with(plan.hour.to_string()),
            Field::new(Kind::Number, "days", "Days to keep")
                .hint("The last backup of each of these days is kept, and every one of the last 24 hours.")
                .with(plan.days.to_string()),
            Field::new(Kind::Number, "months", "Months to keep")
                .hint("The last backup of each of these months is kept.")
                .with(plan.months.to_string()),
            Field::new(Kind::Line, "also", "Another folder")
                .optional()
                .hint("Its full path on the server, on another disk or machine: each backup is copied there, and tidied there in the same way.")
                .with(&plan.also),
            Field::new(Kind::Line, "encrypt_to", "Encrypt what leaves this machine to")
                .optional()
                .hint("The public key that “redress backup-key FILE” printed, such as age1…. Keep that file apart from the backups: without it nobody can open them, and we cannot help.")
                .with(&plan.encrypt_to),
            Field::new(Kind::HiddenNumber, "version", "Version").with(version.to_string()),
            Field::new(Kind::Line, "why", "Why it changes"),
        ],
    )
}
