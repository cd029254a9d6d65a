//! Commands thrown by dice: what moves a case on from where it stands, and anything at all.

use chrono::TimeDelta;
use serde_json::json;

use super::states::examples;
use super::*;

/// Dice that are read one after another.
pub(super) struct Dice<'a> {
    pub(super) dice: &'a [u8; 8],
    pub(super) thrown: usize,
    pub(super) play: &'a Play,
}

impl Dice<'_> {
    fn throw(&mut self, sides: usize) -> usize {
        let value = self.dice[self.thrown % 8].wrapping_mul(1 + (self.thrown / 8) as u8) as usize;
        self.thrown += 1;
        value % sides
    }

    fn of<'t>(&mut self, choices: &[&'t str]) -> &'t str {
        choices[self.throw(choices.len())]
    }

    fn id(&mut self) -> usize {
        self.throw(4)
    }

    fn text(&mut self) -> &'static str {
        self.of(&[
            "The records show it.",
            "x",
            "",
            " \n",
            "\u{202e}\u{0}{{x}}<b>",
            "Ünïcodé 🏚️",
        ])
    }

    fn said(&mut self) -> &'static str {
        self.of(&["The records show it.", "We looked.", "x", ""])
    }

    fn person(&mut self) -> &'static str {
        self.of(&[
            "olive",
            "otto",
            "hal",
            "rita",
            "tom",
            "dina",
            "fay",
            "cal",
            "Rita Reviewer",
            "A board member",
            "",
        ])
    }

    fn day(&mut self) -> Value {
        match self.throw(12) {
            0 => json!("0001-01-01"),
            1 => json!("9999-12-31"),
            2 => Value::Null,
            n => json!((self.play.now + TimeDelta::days((n as i64 - 5) * 4)).date_naive()),
        }
    }

    fn moment(&mut self) -> Value {
        match self.throw(10) {
            0 => json!("-262143-01-01T00:00:00Z"),
            1 => json!("+262142-12-31T23:59:59Z"),
            n => json!(self.play.now - TimeDelta::hours((n as i64 - 3) * 20)),
        }
    }

    /// What moves the case on from where it stands.
    pub(super) fn next_step(&mut self) -> Value {
        let stage = self.play.case.stage();
        match self.play.case.state {
            State::S1Received | State::S2Requested => acknowledge(stage, self.person()),
            State::S1Acknowledged
            | State::S2Acknowledged
            | State::S1Investigating
            | State::S2Investigating => {
                let case = &self.play.case;
                let open = case
                    .open_points()
                    .find(|point| case.decision_at(point.id, stage).is_none());
                match open {
                    Some(point) => decide(
                        point.id.0,
                        self.of(&["upheld", "partly_upheld", "not_upheld"]),
                    ),
                    None => {
                        let mut command = respond(stage);
                        command["approved_by"] = json!(self.person());
                        command["adjustments_note"] = json!("Read out by phone.");
                        command
                    }
                }
            }
            State::S1Responded => self.either(json!({ "command": "escalate" }), close()),
            State::S2Responded | State::ServiceRequest | State::SurveyFeedback => close(),
            State::Refused | State::Withdrawn | State::Closed => self.either(
                json!({ "command": "reopen", "reason": "New." }),
                json!({ "command": "escalate" }),
            ),
        }
    }

    fn either(&mut self, one: Value, other: Value) -> Value {
        if self.throw(2) == 0 { one } else { other }
    }

    /// Anything at all.
    pub(super) fn anything(&mut self) -> Value {
        let examples = examples(if self.throw(2) == 0 { 1 } else { 2 });
        let n = self.throw(256) % examples.len();
        let mut command = examples[n].1.clone();
        let fields = match command["command"].as_str().unwrap() {
            "assign" => vec![
                ("stage", json!(self.throw(4))),
                ("handler", json!(self.person())),
                ("conflict_note", json!(self.text())),
            ],
            "declare_conflict" => vec![
                ("person", json!(self.person())),
                ("reason", json!(self.text())),
            ],
            "acknowledge" => vec![
                ("stage", json!(self.throw(4))),
                ("definition", json!(self.text())),
                ("handler", json!(self.person())),
            ],
            "refuse" => vec![
                (
                    "ground",
                    json!(self.of(&[
                        "older_than_12_months",
                        "proceedings_issued",
                        "already_considered",
                        "not_our_responsibility"
                    ])),
                ),
                ("reasons", json!(self.said())),
                ("approved_by", json!(self.person())),
                (
                    "part",
                    match self.throw(5) {
                        0 => json!("all"),
                        1 => json!([]),
                        2 => json!([1]),
                        3 => json!([2, 2]),
                        _ => json!([self.id()]),
                    },
                ),
                ("claim_filed_on", self.day()),
                (
                    "date_of_issue",
                    self.either(json!("2024-01-01"), Value::Null),
                ),
                (
                    "date_became_aware",
                    self.either(json!("2024-02-01"), Value::Null),
                ),
                (
                    "discretion",
                    self.either(
                        json!({ "factors": "Weighed.", "decision": "No." }),
                        Value::Null,
                    ),
                ),
            ],
            "add_point" => vec![
                ("text", json!(self.said())),
                ("related", json!(self.throw(3) > 0)),
                ("unreasonable_delay", json!(self.throw(4) == 0)),
            ],
            "decide_point" => vec![("point", json!(self.id())), ("reasons", json!(self.text()))],
            "offer_remedy" => vec![
                (
                    "kind",
                    json!(self.of(&["financial_remedy", "apology", "meeting"])),
                ),
                ("description", json!(self.said())),
                (
                    "amount_pence",
                    match self.throw(5) {
                        0 => json!(-1),
                        1 => json!(i64::MAX),
                        2 => json!(600_000),
                        3 => json!(5_000),
                        _ => Value::Null,
                    },
                ),
                (
                    "rate",
                    match self.throw(4) {
                        0 => json!("missed_appointment"),
                        1 => json!("no_power"),
                        _ => Value::Null,
                    },
                ),
                ("quantity", json!((self.throw(3) == 0).then_some(400))),
                (
                    "rate_reason",
                    json!((self.throw(3) == 0).then(|| self.said())),
                ),
                ("due", self.day()),
                ("owner", json!(self.person())),
            ],
            "answer_remedy" | "record_payment" => {
                vec![("remedy", json!(self.id())), ("paid_on", self.day())]
            }
            "promise_action" => vec![("due", self.day()), ("owner", json!(self.person()))],
            "complete_action" | "cancel_action" | "tell_resident" => vec![
                ("action", json!(self.id())),
                (
                    "evidence",
                    if self.throw(3) == 0 {
                        json!([self.id()])
                    } else {
                        json!([])
                    },
                ),
                ("reason", json!(self.said())),
                ("resident_told", json!(self.throw(2) == 0)),
            ],
            "request_approval" => vec![
                (
                    "subject",
                    match self.throw(4) {
                        0 => json!({ "what": "remedy", "remedy": self.id() }),
                        1 => json!({ "what": "response", "stage": self.throw(4) }),
                        2 => json!({ "what": "extension", "stage": self.throw(4) }),
                        _ => json!({ "what": "refusal" }),
                    },
                ),
                (
                    "response",
                    match self.throw(2) {
                        0 => json!({ "summary": self.text(), "learning": self.text() }),
                        _ => Value::Null,
                    },
                ),
            ],
            "approve" | "decline_approval" => vec![("approval", json!(self.id()))],
            "extend" => vec![
                ("stage", json!(self.throw(4))),
                ("new_due", self.day()),
                ("reason", json!(self.said())),
                ("update_every_days", json!([0, 1, 5, 65_535][self.throw(4)])),
                ("good_reason", json!(self.said())),
                ("approved_by", json!(self.person())),
            ],
            "respond" => vec![
                ("stage", json!(self.throw(4))),
                ("summary", json!(self.text())),
                ("approved_by", json!(self.person())),
                ("changed_since", json!(self.text())),
            ],
            "escalate" => vec![
                ("received_at", self.moment()),
                ("account", json!(self.text())),
            ],
            "withdraw" => vec![("account", json!(self.text()))],
            "update_complainant" => vec![(
                "complainant",
                json!({ "name": self.said(), "safe_contact": self.either(Value::Null, json!("Text")),
                "preferred_contact": self.of(&["letter", "through_representative"]) }),
            )],
            "report_hazard" => vec![(
                "hazard",
                json!({ "description": self.said(), "emergency": self.throw(2) == 0, "aware_at": self.moment() }),
            )],
            "take_hazard_step" => vec![
                ("hazard", json!(self.id())),
                (
                    "step",
                    json!(self.of(&[
                        "made_safe",
                        "investigated",
                        "summary_sent",
                        "safety_work_done",
                        "further_work_begun"
                    ])),
                ),
            ],
            "open_related" => vec![("received_at", self.moment())],
            "answer_related" => vec![("related", json!(self.id()))],
            "ask_contribution" => vec![
                ("team", json!(self.text())),
                ("of", json!(self.person())),
                ("due", self.day()),
            ],
            "give_contribution" | "withdraw_contribution" => vec![
                ("contribution", json!(self.id())),
                ("evidence", json!([self.id()])),
                ("reason", json!(self.said())),
            ],
            "pair_photos" => vec![
                ("after", json!(self.id())),
                ("before", self.either(Value::Null, json!(1))),
            ],
            "review_service_request" => vec![("next_review", self.day())],
            "record_hos_direction" => vec![(
                "respond_by",
                json!((self.play.now + TimeDelta::days(9)).date_naive()),
            )],
            "record_hos_task" => vec![("due", self.day())],
            "send_hos_evidence" => vec![("task", json!(self.id()))],
            "complete_order" => vec![
                ("order", json!(self.id())),
                ("evidence", json!([self.id()])),
            ],
            "correct_received_at" | "merge_duplicate" => vec![
                ("received_at", self.moment()),
                ("reason", json!(self.said())),
            ],
            "restrict" => vec![("people", json!([self.person(), self.person()]))],
            _ => vec![],
        };
        for (name, value) in fields {
            command[name] = value;
        }
        command
    }
}
