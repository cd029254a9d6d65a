//! The workflow, proved: a fixture that brings a case to any state in one line, the table of every
//! command in every state, every invariant by its code, and random histories.
#![allow(clippy::unwrap_used)]

mod adjustments;
mod beside;
mod conflicts;
mod contributions;
mod dice;
mod ending;
mod hostile;
mod invariants;
mod letter_blocks;
mod letters;
mod ombudsman;
mod people;
mod properties;
mod putting_right;
mod rates;
mod readiness;
mod second_person;
mod states;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{Case, Command, Context, Directory, Event, Recorded, State, log};
use crate::domain::access::{Actor, Role, same_person};
use crate::domain::calendar::Calendar;
use crate::domain::category::Tree;
use crate::domain::ids::CaseRef;
use crate::domain::intake::Intake;
use crate::domain::policy::Policy;
use crate::domain::rate::RateTable;
use crate::domain::refusal::Refusal;

/// The landlord's people: account, name, role.
const STAFF: [(&str, &str, Role); 8] = [
    ("olive", "Olive Officer", Role::ComplaintsOfficer),
    ("otto", "Otto Other", Role::ComplaintsOfficer),
    ("hal", "Hal Houseman", Role::HousingOfficer),
    ("rita", "Rita Reviewer", Role::Stage2Reviewer),
    ("tom", "Tom Teamlead", Role::TeamLeader),
    ("dina", "Dina Director", Role::Director),
    ("fay", "Fay Finance", Role::Finance),
    ("cal", "Cal Callcentre", Role::ContactCentre),
];

struct Staff;

/// The one that `person` means, by account or by name.
fn known(person: &str) -> Option<&'static (&'static str, &'static str, Role)> {
    STAFF
        .iter()
        .find(|(id, name, _)| same_person(id, person) || same_person(name, person))
}

impl Directory for Staff {
    fn roles(&self, person: &str) -> Option<Vec<Role>> {
        known(person).map(|(.., role)| vec![*role])
    }

    fn name(&self, person: &str) -> String {
        known(person).map_or(person, |(_, name, _)| name).to_owned()
    }

    fn id(&self, person: &str) -> String {
        known(person).map_or(person, |(id, ..)| id).to_owned()
    }
}

fn actor(id: &str) -> Actor {
    let role = STAFF
        .iter()
        .find(|(known, ..)| *known == id)
        .map(|(.., role)| *role);
    Actor::new(id, Staff.name(id), role)
}

fn at(text: &str) -> DateTime<Utc> {
    let text = if text.contains('T') {
        text.to_owned()
    } else {
        format!("{text}T10:00:00Z")
    };
    text.parse().unwrap()
}

/// A case being lived through, with everything that a decision may know.
#[derive(Clone)]
struct Play {
    case: Case,
    events: Vec<Recorded>,
    now: DateTime<Utc>,
    calendar: Calendar,
    policy: Policy,
}

fn intake() -> Value {
    json!({
        "received_at": at("2026-11-20T16:05:00Z"), "channel": "phone", "account": "Black mould since March. Nobody came.",
        "outcomes_sought": "Fix it.",
        "complainant": { "name": "Ann Resident", "tenure": "assured", "address": "1 High Street" },
        "points": [
            { "text": "Mould on the bedroom wall", "category": "property_condition.damp_and_mould" },
            { "text": "Nobody rang back", "category": "complaint_handling.late_response" },
        ],
    })
}

impl Play {
    /// A case logged on Monday 23 November 2026, received the Friday before.
    fn logged(intake: Value) -> Self {
        Self::try_log(intake).unwrap()
    }

    fn try_log(intake: Value) -> Result<Self, Refusal> {
        let (now, calendar, mut policy) =
            (at("2026-11-23"), Calendar::england(), Policy::default());
        policy.landlord.name = "Example Homes".into();
        let intake: Intake = serde_json::from_value(intake).unwrap();
        let who = actor("olive");
        let context = Context {
            actor: &who,
            now,
            at: intake.received_at.min(now),
            calendar: &calendar,
            policy: &policy,
            categories: &Tree::seeded(),
            rates: &RateTable::seeded(),
            people: &Staff,
        };
        let events = log(&intake, &context)?;
        let events: Vec<Recorded> = (1..)
            .zip(events)
            .map(|(seq, event)| context.record(seq, event))
            .collect();
        let case = Case::fold(CaseRef::new(2026, 1), &events).unwrap();
        Ok(Self {
            case,
            events,
            now,
            calendar,
            policy,
        })
    }

    /// A case in `state`, by the shortest way there.
    fn at(state: State) -> Self {
        use State::*;
        let kind = |kind: &str| {
            let mut intake = intake();
            intake["decision"] = json!({ "kind": kind, "reason": "A first report." });
            Self::logged(intake)
        };
        let from = |before: State, who: &str, command: Value| Self::at(before).does(who, command);
        match state {
            ServiceRequest => kind("service_request"),
            SurveyFeedback => kind("survey_feedback"),
            S1Received => Self::logged(intake()),
            S1Acknowledged => from(S1Received, "olive", acknowledge(1, "olive")).on("2026-11-24"),
            S2Acknowledged => from(S2Requested, "otto", acknowledge(2, "rita")).on("2026-12-03"),
            S1Investigating => from(S1Acknowledged, "olive", note()),
            S2Investigating => from(S2Acknowledged, "rita", note()),
            S1Responded => Self::at(S1Investigating)
                .does("olive", decide(1, "upheld"))
                .does("olive", decide(2, "not_upheld"))
                .does("olive", respond(1))
                .on("2026-12-01"),
            S2Requested => {
                from(S1Responded, "cal", json!({ "command": "escalate" })).on("2026-12-02")
            }
            S2Responded => Self::at(S2Investigating)
                .does("rita", decide(1, "upheld"))
                .does("rita", decide(2, "partly_upheld"))
                .does("rita", respond(2)),
            Refused => from(S1Received, "olive", refuse()),
            Withdrawn => from(
                S1Received,
                "olive",
                json!({ "command": "withdraw", "account": "Leave it." }),
            ),
            Closed => from(S1Responded, "olive", close()),
        }
    }

    /// The same, on a later day.
    fn on(mut self, day: &str) -> Self {
        self.now = at(day);
        self
    }

    fn with(mut self, change: impl FnOnce(&mut Policy)) -> Self {
        change(&mut self.policy);
        self
    }

    fn tries_at(
        &self,
        who: &str,
        command: &Value,
        at: DateTime<Utc>,
    ) -> Result<Vec<Event>, Refusal> {
        let command: Command = serde_json::from_value(command.clone())
            .unwrap_or_else(|error| panic!("{command}: {error}"));
        let who = actor(who);
        let context = Context {
            actor: &who,
            now: self.now,
            at,
            calendar: &self.calendar,
            policy: &self.policy,
            categories: &Tree::seeded(),
            rates: &RateTable::seeded(),
            people: &Staff,
        };
        self.case.decide(&command, &context)
    }

    /// What the command would do now.
    fn tries(&self, who: &str, command: Value) -> Result<Vec<Event>, Refusal> {
        self.tries_at(who, &command, self.now)
    }

    /// Why the command is refused.
    fn refused(&self, who: &str, command: Value) -> Refusal {
        let said = command.to_string();
        match self.tries(who, command) {
            Err(refusal) => refusal,
            Ok(events) => panic!("{said} was not refused: {events:?}"),
        }
    }

    /// Carries the command out.
    fn does(self, who: &str, command: Value) -> Self {
        let now = self.now;
        self.does_at(who, command, now)
    }

    fn does_at(mut self, who: &str, command: Value, at: DateTime<Utc>) -> Self {
        let events = self
            .tries_at(who, &command, at)
            .unwrap_or_else(|refusal| panic!("{command} in {:?}: {refusal:?}", self.case.state));
        self.record(who, events, at);
        self
    }

    fn record(&mut self, who: &str, events: Vec<Event>, at: DateTime<Utc>) {
        for event in events {
            let recorded = Recorded {
                seq: self.case.version + 1,
                at,
                recorded_at: self.now,
                actor: who.to_owned(),
                event,
            };
            self.case.apply(&recorded);
            self.events.push(recorded);
        }
    }
}

fn acknowledge(stage: u8, handler: &str) -> Value {
    json!({ "command": "acknowledge", "stage": stage, "definition": "Mould, and no call back.",
        "outcomes_sought": "A repair.", "handler": handler })
}

fn note() -> Value {
    json!({ "command": "note", "text": "Looked into it." })
}

fn decide(point: u32, decision: &str) -> Value {
    json!({ "command": "decide_point", "point": point, "decision": decision, "reasons": "The records show it." })
}

fn respond(stage: u8) -> Value {
    json!({ "command": "respond", "stage": stage, "summary": "We took too long." })
}

fn close() -> Value {
    json!({ "command": "close", "root_causes": ["delay_contractor"], "learning": "Ring back." })
}

fn refuse() -> Value {
    json!({ "command": "refuse", "ground": "already_considered", "reasons": "Answered in C-2025-0007.",
        "approved_by": "tom" })
}

/// The names of the events, for tables.
fn kinds(events: &[Event]) -> Vec<&'static str> {
    events.iter().map(Event::kind).collect()
}

fn distinct<T: Ord>(items: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    items.into_iter().collect()
}
