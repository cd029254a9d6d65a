//! Every command of the core as a form. A row of the table below is all a command needs: its name on the wire, the
//! words on its button (the audit trail uses the same verb and noun), and its questions. No rules are here: what is
//! offered is a convenience, what is allowed `desk` decides.

mod asking;
mod money;
mod ombudsman;
mod people;
mod process;
mod putting_right;
mod record;

use super::form::{Choice, Field, Form, Kind};
use crate::domain::case::{Case, State};
use crate::domain::category::{Category, Tree};
use crate::domain::rate::RateTable;
use chrono::NaiveDate;

/// What the questions of a command may be drawn from.
pub struct Subject<'a> {
    /// The case.
    pub case: &'a Case,
    /// People who may handle, own or approve, as choices.
    pub people: &'a [Choice],
    /// The categories in use.
    pub categories: &'a Tree,
    /// The rates in use.
    pub rates: &'a RateTable,
    /// Today in England.
    pub today: NaiveDate,
}

/// One command as people meet it.
pub struct Spec {
    /// Its name in the API.
    pub name: &'static str,
    /// The words on its button.
    pub label: &'static str,
    /// What the page says afterwards.
    pub done: &'static str,
    /// A sentence over the questions.
    pub intro: &'static str,
    /// The heading it stands under in the menu.
    pub group: &'static str,
    /// Whether offering it makes sense now.
    pub fits: fn(&Case) -> bool,
    /// Its questions.
    pub fields: fn(&Subject) -> Vec<Field>,
    /// Questions that are rarely needed, closed behind a title.
    pub more: fn(&Subject) -> Vec<Field>,
}

/// Every command, in the order of the menu.
pub fn all() -> impl Iterator<Item = &'static Spec> {
    [
        process::SPECS,
        putting_right::SPECS,
        record::SPECS,
        asking::SPECS,
        people::SPECS,
        ombudsman::SPECS,
    ]
    .into_iter()
    .flatten()
}

/// The command of that name.
pub fn find(name: &str) -> Option<&'static Spec> {
    all().find(|spec| spec.name == name)
}

/// The commands with which letters go out.
const SEND: [&str; 5] = ["acknowledge", "respond", "extend", "refuse", "issue_letter"];

impl Spec {
    /// The form, for the version of the case that was looked at.
    pub fn form(&self, subject: &Subject) -> Form {
        let action = format!("/cases/{}/do/{}", subject.case.reference, self.name);
        let mut more = (self.more)(subject);
        if self.name != "correct_received_at" {
            more.push(
                Field::new(Kind::Moment, "at", "When it happened, if not just now")
                    .optional()
                    .hint("Clocks run on this moment. The record keeps the time of entry as well."),
            );
        }
        let mut form = Form::new(action, self.label, (self.fields)(subject));
        form.letter = SEND.contains(&self.name);
        form.puts = self.name == "respond";
        let form = if self.name == "offer_remedy" {
            money::ask(form, subject)
        } else {
            form
        };
        form.section("More choices", "", true, more)
            .version(subject.case.version.to_string())
    }
}

/// The next real step of a case: the one green button. None when nothing is left to do.
pub fn next_step(case: &Case) -> Option<&'static Spec> {
    let undecided = case
        .open_points()
        .any(|point| case.decision_at(point.id, case.stage()).is_none());
    find(match case.state {
        State::S1Received | State::S2Requested => "acknowledge",
        State::S1Acknowledged
        | State::S1Investigating
        | State::S2Acknowledged
        | State::S2Investigating => {
            if undecided {
                "decide_point"
            } else {
                "respond"
            }
        }
        State::S1Responded | State::S2Responded => {
            if case.open_actions().next().is_some() {
                "complete_action"
            } else {
                "close"
            }
        }
        State::ServiceRequest => "review_service_request",
        State::SurveyFeedback => "convert_to_complaint",
        State::Refused | State::Withdrawn | State::Closed => return None,
    })
}

fn always(_: &Case) -> bool {
    true
}

fn running(case: &Case) -> bool {
    case.stage() > 0 && !case.state.is_ended()
}

fn none(_: &Subject) -> Vec<Field> {
    Vec::new()
}

/// The stage that a command is about, which the page has fixed.
fn stage(s: &Subject) -> Field {
    Field::new(Kind::HiddenNumber, "stage", "Stage").with(s.case.stage().to_string())
}

fn person(s: &Subject, name: &str, label: &str) -> Field {
    Field::new(Kind::Select, name, label).of(s.people.to_vec())
}

fn long(name: &str, label: &str) -> Field {
    Field::new(Kind::Text, name, label)
}

fn line(name: &str, label: &str) -> Field {
    Field::new(Kind::Line, name, label)
}

fn date(name: &str, label: &str) -> Field {
    Field::new(Kind::Date, name, label)
}

fn tick(name: &str, label: &str) -> Field {
    Field::new(Kind::Tick, name, label).optional()
}

fn yes_no(name: &str, label: &str) -> Field {
    Field::new(Kind::YesNo, name, label)
        .of(vec![Choice::new("yes", "Yes"), Choice::new("no", "No")])
}

/// The points that a decision or remedy may be about.
fn points(s: &Subject) -> Vec<Choice> {
    let shorten = |text: &str| text.chars().take(120).collect::<String>();
    s.case
        .open_points()
        .map(|p| Choice::new(p.id.to_string(), format!("{}. {}", p.id, shorten(&p.text))))
        .collect()
}

/// The documents that may serve as evidence.
fn documents(s: &Subject) -> Vec<Choice> {
    s.case
        .documents
        .iter()
        .map(|d| Choice::new(d.id.to_string(), format!("{}, {}", d.title, d.file_name)))
        .collect()
}

fn evidence(s: &Subject) -> Field {
    Field::new(Kind::CheckboxNumbers, "evidence", "Evidence").of(documents(s)).optional().hint(if s.case.documents.is_empty() {
        "There is no document on the case yet. Add the proof as a document first if there is one."
    } else {
        "The documents that prove it."
    })
}

/// The categories that a new point may carry, each under its heading.
pub fn category_choices(tree: &Tree) -> Vec<Choice> {
    tree.offered().map(category_choice).collect()
}

/// Every category that a case may carry, those that are no longer offered too.
pub fn all_categories(tree: &Tree) -> Vec<Choice> {
    tree.categories.iter().map(category_choice).collect()
}

fn category_choice(category: &Category) -> Choice {
    Choice {
        value: category.key.clone(),
        label: super::words::sentence(&category.title),
        group: category.top.clone(),
    }
}

/// How a letter goes out.
fn sending(_: &Subject) -> Vec<Field> {
    vec![
        Field::new(Kind::Select, "sent_by", "How it is sent")
            .of(channels())
            .optional()
            .hint("Left empty, it goes the way the resident prefers."),
        long("adjustments_note", "How the resident's adjustments are met, or why not")
            .optional()
            .hint("Needed when a generated letter cannot meet them by itself, such as braille or a translation.")
            .rule("5.10"),
    ]
}

/// Every channel, labelled.
pub fn channels() -> Vec<Choice> {
    let names: Vec<String> = crate::domain::intake::Channel::ALL
        .iter()
        .map(super::words::wire)
        .collect();
    super::form::choices(&names.iter().map(String::as_str).collect::<Vec<_>>())
}

pub use money::{is_about_money, reckoned};
pub use people::{NEEDS, party, party_more, representative};
pub use putting_right::approval_words;
