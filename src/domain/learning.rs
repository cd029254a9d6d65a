//! What the landlord changes because of complaints (Code 9.1 to 9.3; domain rules §10): a learning has an owner, a day,
//! a way to see whether it worked, and in the end the evidence that something changed.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::category::RootCause;
use super::ids::CaseRef;
use super::refusal::{Code, Refusal, bounded, required};

/// What sort of change it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Something is mended, beyond one home.
    Fix,
    /// A way of working.
    #[default]
    Process,
    /// A policy.
    Policy,
    /// Training.
    Training,
    /// A contract, or how a contractor is held to it.
    Contract,
    /// A computer system.
    System,
}

impl ChangeKind {
    /// Every kind, in the order it is offered.
    pub const ALL: [Self; 6] = [
        Self::Fix,
        Self::Process,
        Self::Policy,
        Self::Training,
        Self::Contract,
        Self::System,
    ];
}

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Agreed, not begun.
    #[default]
    Planned,
    /// Begun.
    UnderWay,
    /// Done, with its evidence.
    Done,
    /// Given up, with the reason.
    Dropped,
}

impl Progress {
    /// Every state, in the order it is offered.
    pub const ALL: [Self; 4] = [Self::Planned, Self::UnderWay, Self::Done, Self::Dropped];

    /// Whether nothing more is expected of it.
    pub fn is_ended(self) -> bool {
        matches!(self, Self::Done | Self::Dropped)
    }
}

/// What residents may read of it: “You said, we did”.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct YouSaid {
    /// What complaints said.
    pub you_said: String,
    /// What changed.
    pub we_did: String,
}

/// A learning and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Learning {
    /// What complaints have shown.
    pub learnt: String,
    /// What will change.
    pub change: String,
    /// What sort of change.
    #[serde(default)]
    pub kind: ChangeKind,
    /// The category of the points behind it, as its key.
    #[serde(default)]
    pub category: Option<String>,
    /// Why it happened.
    #[serde(default)]
    pub root_cause: Option<RootCause>,
    /// Who sees to it, by account.
    pub owner: String,
    /// By when.
    pub due: NaiveDate,
    /// How it will be seen that it worked.
    pub measure: String,
    /// Complaints behind it.
    #[serde(default)]
    pub cases: Vec<CaseRef>,
    /// How far it is.
    #[serde(default)]
    pub progress: Progress,
    /// The evidence that it changed, or why it was given up.
    #[serde(default)]
    pub outcome: String,
    /// When it was done or given up.
    #[serde(default)]
    pub ended_on: Option<NaiveDate>,
    /// Files that show it, such as the new procedure.
    #[serde(default)]
    pub files: Vec<Proof>,
    /// What is published of it; none for nothing.
    #[serde(default)]
    pub published: Option<YouSaid>,
}

/// A file that shows a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// As recognised from the bytes.
    pub media_type: String,
    /// A safe file name.
    pub file_name: String,
}

impl Learning {
    /// Whether it is open and its day has passed.
    pub fn is_late(&self, today: NaiveDate) -> bool {
        !self.progress.is_ended() && self.due < today
    }

    /// What it lacks.
    ///
    /// # Errors
    /// A refusal at the field, under Code 9.1 where it is about evidence.
    pub fn check(&self, today: NaiveDate) -> Result<(), Refusal> {
        for (text, field, what) in [
            (&self.learnt, "learnt", "what complaints have shown"),
            (&self.change, "change", "what will change"),
            (&self.owner, "owner", "who sees to it"),
            (
                &self.measure,
                "measure",
                "how it will be seen that it worked",
            ),
        ] {
            required(text, field, what)?;
            bounded(text, field)?;
        }
        bounded(&self.outcome, "outcome")?;
        if self.progress.is_ended() {
            let what = match self.progress {
                Progress::Done => "what shows that it changed",
                _ => "why it was given up",
            };
            required(&self.outcome, "outcome", what).map_err(|refusal| refusal.under("9.1"))?;
            match self.ended_on {
                Some(on) if on <= today => {}
                Some(_) => {
                    let detail = "It cannot have ended on a day to come.";
                    return Err(Refusal::invalid("ended_on", detail));
                }
                None => {
                    return Err(Refusal::invalid(
                        "ended_on",
                        "Give the day on which it ended.",
                    ));
                }
            }
        }
        if let Some(YouSaid { you_said, we_did }) = &self.published {
            if self.progress != Progress::Done {
                let detail =
                    "Only what is done is published: residents would read a promise as a fact.";
                return Err(Refusal::new(Code::WrongState, detail).at("we_did"));
            }
            for (text, field) in [(you_said, "you_said"), (we_did, "we_did")] {
                required(text, field, "the words that residents read")?;
                bounded(text, field)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn learning() -> Learning {
        Learning {
            learnt: "Contractors keep complaints in their office.".into(),
            change: "They send them the same day.".into(),
            kind: ChangeKind::Contract,
            category: None,
            root_cause: None,
            owner: "olive".into(),
            due: day("2026-12-18"),
            measure: "No complaint older than a day at the monthly meeting.".into(),
            cases: Vec::new(),
            progress: Progress::Planned,
            outcome: String::new(),
            ended_on: None,
            files: Vec::new(),
            published: None,
        }
    }

    #[test]
    fn it_is_not_done_without_its_evidence() {
        let today = day("2026-11-24");
        let refused = |change: fn(&mut Learning)| {
            let mut one = learning();
            change(&mut one);
            one.check(today).map_err(|refusal| refusal.field)
        };
        assert_eq!(refused(|_| {}), Ok(()));
        assert_eq!(refused(|l| l.measure = " ".into()), Err(Some("measure")));
        assert_eq!(
            refused(|l| l.progress = Progress::Done),
            Err(Some("outcome"))
        );
        fn done(l: &mut Learning) {
            l.progress = Progress::Done;
            l.outcome = "Minutes of November: none.".into();
            l.ended_on = Some(NaiveDate::from_ymd_opt(2026, 11, 20).expect("a date"));
        }
        assert_eq!(refused(done), Ok(()));
        let tomorrow = |l: &mut Learning| {
            done(l);
            l.ended_on = Some(NaiveDate::from_ymd_opt(2026, 11, 25).expect("a date"));
        };
        assert_eq!(refused(tomorrow), Err(Some("ended_on")));
        let told = |l: &mut Learning| l.published = Some(YouSaid::default());
        assert_eq!(refused(told), Err(Some("we_did")));
        let half = |l: &mut Learning| {
            done(l);
            l.published = Some(YouSaid {
                you_said: "x".into(),
                we_did: String::new(),
            });
        };
        assert_eq!(refused(half), Err(Some("we_did")));
    }

    #[test]
    fn it_is_late_only_while_it_is_open() {
        let mut one = learning();
        assert!(!one.is_late(day("2026-12-18")) && one.is_late(day("2026-12-19")));
        one.progress = Progress::Dropped;
        assert!(!one.is_late(day("2026-12-19")));
    }
}
