//! A case as its events leave it. Read by everyone, changed by `apply` alone.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::records::{
    Approval, ClosingOutcome, Contact, Contribution, Document, Extension, GapExplanation, Hazard,
    IssuedLetter, LinkedRecord, Point, PointDecision, RefusalRecord, Related, Response,
    Restriction, Rewording, Satisfaction, SourceState,
};
use crate::domain::calendar::london_date;
use crate::domain::clock::ReceiptRule;
use crate::domain::ids::{CaseRef, LetterId, PointId};
use crate::domain::intake::{Channel, Intake, Kind, Risk, Triage};
use crate::domain::ombudsman::HosCase;
use crate::domain::party::{Party, Representative};
use crate::domain::remedy::{Action, ActionStatus, Remedy};

/// Where a case stands (domain rules §12.1). Two stages; nothing comes before `s1_received`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the Code's own steps")]
pub enum State {
    SurveyFeedback,
    ServiceRequest,
    S1Received,
    S1Acknowledged,
    S1Investigating,
    S1Responded,
    S2Requested,
    S2Acknowledged,
    S2Investigating,
    S2Responded,
    Refused,
    Withdrawn,
    Closed,
}

impl State {
    /// Every state, in the order of the process.
    pub const ALL: [Self; 13] = [
        Self::SurveyFeedback,
        Self::ServiceRequest,
        Self::S1Received,
        Self::S1Acknowledged,
        Self::S1Investigating,
        Self::S1Responded,
        Self::S2Requested,
        Self::S2Acknowledged,
        Self::S2Investigating,
        Self::S2Responded,
        Self::Refused,
        Self::Withdrawn,
        Self::Closed,
    ];

    /// Whether nothing is left to do on the complaint itself.
    pub fn is_ended(self) -> bool {
        matches!(self, Self::Refused | Self::Withdrawn | Self::Closed)
    }
}

/// One stage of the process as it ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageRun {
    /// 1 or 2.
    pub stage: u8,
    /// When the complaint, or the wish to escalate, was received.
    pub received_at: DateTime<Utc>,
    /// How.
    pub channel: Channel,
    /// The resident's words about escalating, where any were given; never required (Code 6.12).
    #[serde(default)]
    pub account: Option<String>,
    /// Who handles this stage.
    #[serde(default)]
    pub handler: Option<String>,
    /// When the acknowledgement was sent.
    #[serde(default)]
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// Our understanding of the complaint (Code 5.6).
    #[serde(default)]
    pub definition: String,
    /// What the resident wants (Code 5.6).
    #[serde(default)]
    pub outcomes_sought: String,
    /// What the landlord answers for (Code 5.7).
    #[serde(default)]
    pub responsible_for: String,
    /// What it does not (Code 5.7).
    #[serde(default)]
    pub not_responsible_for: String,
    /// Extensions, in order.
    #[serde(default)]
    pub extensions: Vec<Extension>,
    /// The stage's response.
    #[serde(default)]
    pub response: Option<Response>,
    /// Everyone who handled, investigated, wrote or approved at this stage (E05).
    #[serde(default)]
    pub took_part: BTreeSet<String>,
}

impl StageRun {
    /// A stage that has just begun.
    pub fn begun(
        stage: u8,
        received_at: DateTime<Utc>,
        channel: Channel,
        account: Option<String>,
    ) -> Self {
        Self {
            stage,
            received_at,
            channel,
            account,
            handler: None,
            acknowledged_at: None,
            definition: String::new(),
            outcomes_sought: String::new(),
            responsible_for: String::new(),
            not_responsible_for: String::new(),
            extensions: Vec::new(),
            response: None,
            took_part: BTreeSet::new(),
        }
    }
}

/// How a case was closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// When.
    pub at: DateTime<Utc>,
    /// What was learnt (Code 9.1).
    pub learning: String,
    /// How it stood with the resident.
    #[serde(default)]
    pub outcome: ClosingOutcome,
}

/// A case: the fold of its events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Its reference.
    pub reference: CaseRef,
    /// The number of its last event; what `ETag` shows.
    pub version: u32,
    /// Where it stands.
    pub state: State,
    /// Complaint, service request or survey comment.
    pub kind: Kind,
    /// Everything taken down at logging, as it was.
    pub intake: Intake,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// When its last event was recorded.
    pub updated_at: DateTime<Utc>,
    /// When its last event of substance was recorded: views and exports do not count.
    pub as_of: DateTime<Utc>,
    /// The policy version when it was opened.
    pub policy_version: u32,
    /// Strict or deemed receipt, as when it was opened; never switched (domain rules §2.3).
    pub receipt_rule: ReceiptRule,
    /// When it was received, corrections applied.
    pub received_at: DateTime<Utc>,
    /// The resident as known now.
    pub complainant: Party,
    /// Who speaks for them.
    pub representative: Option<Representative>,
    /// Other residents of a group complaint.
    pub members: Vec<Party>,
    /// Triage as it stands.
    pub triage: Triage,
    /// What is complained of.
    pub points: Vec<Point>,
    /// Stage 1 and, once asked for, stage 2.
    pub stages: Vec<StageRun>,
    /// Refusals, of the whole or of points.
    pub refusals: Vec<RefusalRecord>,
    /// Remedies offered.
    pub remedies: Vec<Remedy>,
    /// Actions promised.
    pub actions: Vec<Action>,
    /// Approvals asked for and given.
    pub approvals: Vec<Approval>,
    /// Documents on the case.
    pub documents: Vec<Document>,
    /// Letters issued.
    pub letters: Vec<IssuedLetter>,
    /// Contacts and notes.
    pub contacts: Vec<Contact>,
    /// Linked records, every version.
    pub links: Vec<LinkedRecord>,
    /// How each linked source answered last.
    pub sources: Vec<SourceState>,
    /// Hazards that run their own clocks.
    pub hazards: Vec<Hazard>,
    /// Data-protection complaints and information requests beside the complaint.
    pub related: Vec<Related>,
    /// What others were asked to contribute.
    #[serde(default)]
    pub contributions: Vec<Contribution>,
    /// Other cases this one belongs with.
    pub linked_cases: Vec<CaseRef>,
    /// The Ombudsman's branch.
    pub ombudsman: Option<HosCase>,
    /// Root causes, chosen at closing.
    pub root_causes: Vec<crate::domain::category::RootCause>,
    /// How it was closed.
    pub closing: Option<Closing>,
    /// What the resident thought of the handling.
    pub satisfaction: Vec<Satisfaction>,
    /// Who alone may see it.
    pub restricted: Option<Restriction>,
    /// The resident's words on withdrawing.
    pub withdrawal: Option<String>,
    /// When they withdrew.
    #[serde(default)]
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// When a service request was last reviewed.
    pub reviewed_on: Option<NaiveDate>,
    /// The day set then for the next review, where one was.
    #[serde(default)]
    pub next_review: Option<NaiveDate>,
    /// Why things are missing from the file, as explained by people.
    #[serde(default)]
    pub explanations: Vec<GapExplanation>,
    /// Entries of the chronology whose wording was corrected, oldest first.
    #[serde(default)]
    pub rewordings: Vec<Rewording>,
    /// Who must not handle it, and why (Code 5.8).
    #[serde(default)]
    pub conflicts: Vec<(String, String)>,
    /// The case that this one turned out to be (E16).
    #[serde(default)]
    pub merged_into: Option<CaseRef>,
}

impl Case {
    /// The stage the case is at: 1 or 2; 0 for what is not a complaint.
    pub fn stage(&self) -> u8 {
        self.stages.last().map_or(0, |run| run.stage)
    }

    /// The run of `stage`, if it has begun.
    pub fn stage_run(&self, stage: u8) -> Option<&StageRun> {
        self.stages.iter().find(|run| run.stage == stage)
    }

    /// Who handles the current stage.
    pub fn handler(&self) -> Option<&str> {
        self.stages.last().and_then(|run| run.handler.as_deref())
    }

    /// The point with this number.
    pub fn point(&self, id: PointId) -> Option<&Point> {
        self.points.iter().find(|point| point.id == id)
    }

    /// The points that must be answered: all that were not refused.
    pub fn open_points(&self) -> impl Iterator<Item = &Point> {
        self.points.iter().filter(|point| !point.refused)
    }

    /// What was decided on a point at `stage`.
    pub fn decision_at(&self, point: PointId, stage: u8) -> Option<&PointDecision> {
        self.point(point)?
            .decisions
            .iter()
            .rev()
            .find(|decision| decision.stage == stage)
    }

    /// The definition and outcomes as last stated to the resident.
    pub fn definition(&self) -> Option<&StageRun> {
        self.stages
            .iter()
            .rev()
            .find(|run| run.acknowledged_at.is_some())
    }

    /// Actions not yet done or cancelled.
    pub fn open_actions(&self) -> impl Iterator<Item = &Action> {
        self.actions
            .iter()
            .filter(|action| action.status == ActionStatus::Open)
    }

    /// The letter with this number.
    pub fn letter(&self, id: LetterId) -> Option<&IssuedLetter> {
        self.letters.iter().find(|letter| letter.id == id)
    }

    /// The category of the bundle that a document belongs to; none for legal advice. A notice, its proof or a note of
    /// a call goes with its own stage: that of its letter, or the stage that ran on its day.
    pub fn folder_of(&self, document: &Document) -> Option<&'static str> {
        let folder = document.kind.category()?;
        if !document.kind.of_either_stage() {
            return Some(folder);
        }
        let letter = self
            .letters
            .iter()
            .find(|letter| letter.document == Some(document.id));
        let second = match (letter, self.stage_run(2)) {
            (Some(letter), _) => letter.stage == 2,
            (None, Some(run)) => {
                let on = document
                    .doc_date
                    .unwrap_or_else(|| london_date(document.added_at));
                on >= london_date(run.received_at)
            }
            (None, None) => false,
        };
        Some(if second { "02" } else { folder })
    }

    /// The newest version of each linked record that is still linked.
    pub fn current_links(&self) -> impl Iterator<Item = &LinkedRecord> {
        let mut seen = BTreeSet::new();
        let mut newest: Vec<&LinkedRecord> = self
            .links
            .iter()
            .rev()
            .filter(|link| seen.insert((&link.source, &link.external_id, &link.kind)))
            .collect();
        newest.reverse();
        newest.into_iter().filter(|link| link.unlinked_at.is_none())
    }

    /// Whether `person` may see the case when it is restricted.
    pub fn open_to(&self, person: &str) -> bool {
        self.restricted
            .as_ref()
            .is_none_or(|r| r.people.iter().any(|named| named == person))
    }

    /// The case as a letter to this reader tells it: to a member of the group nothing of the complainant's own
    /// needs and address. None is the complainant.
    pub fn as_read_by(&self, reader: Option<&str>) -> Self {
        let member = self
            .members
            .iter()
            .find(|member| Some(member.name.as_str()) == reader);
        Self {
            complainant: member.unwrap_or(&self.complainant).clone(),
            ..self.clone()
        }
    }

    /// The members who share the complainant's home, and so whatever else happens there.
    pub fn household(&self) -> impl Iterator<Item = &Party> {
        let same = |a: &Option<String>, b: &Option<String>| {
            let plain = |text: &Option<String>| text.as_deref().map(|t| t.trim().to_lowercase());
            plain(a).is_some_and(|a| !a.is_empty() && Some(a) == plain(b))
        };
        let home = &self.complainant;
        self.members.iter().filter(move |member| {
            same(&member.property_ref, &home.property_ref)
                || same(&member.tenancy_ref, &home.tenancy_ref)
                || same(&member.address, &home.address)
        })
    }

    /// A short title in plain words, for lists: the first point, or the start of the account.
    pub fn title(&self) -> String {
        let text = self
            .points
            .first()
            .map_or(self.intake.account.as_str(), |point| point.text.as_str());
        let mut words = String::new();
        for word in text.split_whitespace() {
            if words.chars().count() + word.chars().count() > 90 {
                words.push('…');
                break;
            }
            if !words.is_empty() {
                words.push(' ');
            }
            words.push_str(word);
        }
        if words == "…" {
            text.chars().take(90).chain(['…']).collect()
        } else {
            words
        }
    }

    /// How the entry with this number reads now, where its wording was corrected.
    pub fn rewording(&self, entry: u32) -> Option<&Rewording> {
        self.rewordings.iter().rev().find(|one| one.entry == entry)
    }

    /// How carefully it must be watched.
    pub fn risk(&self) -> Risk {
        self.triage.risk
    }
}
