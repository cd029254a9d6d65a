//! From what a person means to what happened. Each noun decides for itself in its own module;
//! this one holds the context, the times and the door.

use chrono::{DateTime, Utc};

use super::{
    Case, Command, Event, Recorded, acknowledge, approvals, assignment, correction, ending,
    escalation,
};
use super::{
    extension, file, letters, ombudsman, people, points, refusing, remedies, response, running,
};
use crate::domain::access::{Actor, Role, same_person};
use crate::domain::calendar::{Calendar, in_range};
use crate::domain::category::Tree;
use crate::domain::policy::Policy;
use crate::domain::rate::RateTable;
use crate::domain::refusal::{Code, Refusal};

/// What a decision may know besides the case: who, when, and the landlord's rules.
pub struct Context<'a> {
    /// Who acts.
    pub actor: &'a Actor,
    /// Now.
    pub now: DateTime<Utc>,
    /// When it happened in the world; never after `now`.
    pub at: DateTime<Utc>,
    /// The working days.
    pub calendar: &'a Calendar,
    /// The policy in force at `at`.
    pub policy: &'a Policy,
    /// The categories in use now.
    pub categories: &'a Tree,
    /// The table of rates in use now.
    pub rates: &'a RateTable,
    /// Who is who.
    pub people: &'a dyn Directory,
}

/// The landlord's people, as far as a decision must know them.
pub trait Directory {
    /// The roles of the account with this name; `None` if there is none.
    fn roles(&self, person: &str) -> Option<Vec<Role>>;
    /// The name people read for an account; the account's own name if it is not known.
    fn name(&self, person: &str) -> String;
    /// The account that `person` means, by its own name or by the name people read; itself if there is none.
    fn id(&self, person: &str) -> String {
        person.trim().to_owned()
    }
}

/// A directory of nobody, for decisions that need none.
pub struct Nobody;

impl Directory for Nobody {
    fn roles(&self, _: &str) -> Option<Vec<Role>> {
        None
    }

    fn name(&self, person: &str) -> String {
        person.to_owned()
    }
}

impl Context<'_> {
    /// Wraps an event as the `seq`th of its case.
    pub fn record(&self, seq: u32, event: Event) -> Recorded {
        Recorded {
            seq,
            at: self.at,
            recorded_at: self.now,
            actor: self.actor.id.clone(),
            event,
        }
    }

    /// Refuses a moment that has not come yet, or of a year nobody can mean (E01 for receipts,
    /// validation otherwise).
    pub fn not_in_the_future(&self, at: DateTime<Utc>, field: &'static str) -> Result<(), Refusal> {
        let code = if field == "received_at" {
            Code::E01
        } else {
            Code::Validation
        };
        if at > self.now {
            let detail = "This is in the future. Give the time at which it happened.";
            return Err(Refusal::new(code, detail).at(field));
        }
        // The day in UTC: the ends of time have no day in London.
        in_range(at.date_naive())
            .map_err(|error| Refusal::new(code, error.to_string()).at(field))?;
        Ok(())
    }

    /// Whether two names mean the same person, by account or as people write them.
    pub fn is_same(&self, a: &str, b: &str) -> bool {
        same_person(a, b) || same_person(&self.people.id(a), &self.people.id(b))
    }

    /// Whether `name` means the one who acts.
    pub fn is_actor(&self, name: &str) -> bool {
        self.is_same(name, &self.actor.id) || same_person(name, &self.actor.name)
    }
}

impl Case {
    /// What `command` means for this case, or why it cannot be done. Changes nothing.
    pub fn decide(&self, command: &Command, context: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        context.not_in_the_future(context.at, "at")?;
        if context.at < self.earliest_receipt() && !command.may_predate_receipt() {
            return Err(Refusal::invalid(
                "at",
                "This is before the complaint was received. Check the date.",
            ));
        }
        match command {
            Command::Assign { .. } | Command::DeclareConflict { .. } | Command::Triage { .. } => {
                assignment::decide(self, command, context)
            }
            Command::Acknowledge { .. } => acknowledge::decide(self, command, context),
            Command::Refuse { .. } => refusing::decide(self, command, context),
            Command::AddPoint { .. }
            | Command::AcceptPoint { .. }
            | Command::DecidePoint { .. }
            | Command::ChooseEvidence { .. } => points::decide(self, command, context),
            Command::OfferRemedy { .. }
            | Command::AnswerRemedy { .. }
            | Command::RecordPayment { .. }
            | Command::PromiseAction { .. }
            | Command::CompleteAction { .. }
            | Command::CancelAction { .. }
            | Command::TellResident { .. } => remedies::decide(self, command, context),
            Command::RequestApproval { .. }
            | Command::Approve { .. }
            | Command::DeclineApproval { .. } => approvals::decide(self, command, context),
            Command::Extend { .. } | Command::Pause { .. } => {
                extension::decide(self, command, context)
            }
            Command::Respond { .. } => response::decide(self, command, context),
            Command::Escalate { .. } => escalation::decide(self, command, context),
            Command::Withdraw { .. } | Command::Close { .. } | Command::Reopen { .. } => {
                ending::decide(self, command, context)
            }
            Command::RecordContact { .. }
            | Command::Note { .. }
            | Command::Attach { .. }
            | Command::PairPhotos { .. }
            | Command::ExplainGap { .. }
            | Command::RewordEntry { .. }
            | Command::LinkRecord { .. }
            | Command::UnlinkRecord { .. }
            | Command::TakeSnapshots { .. } => file::decide(self, command, context),
            Command::IssueLetter { .. } => letters::decide(self, command, context),
            Command::UpdateComplainant { .. }
            | Command::RecordAdjustment { .. }
            | Command::EndAdjustment { .. }
            | Command::AppointRepresentative { .. }
            | Command::EndRepresentative { .. }
            | Command::AddMember { .. }
            | Command::SetMemberLetters { .. }
            | Command::Restrict { .. }
            | Command::LiftRestriction { .. }
            | Command::RecordSatisfaction { .. } => people::decide(self, command, context),
            Command::ReportHazard { .. }
            | Command::TakeHazardStep { .. }
            | Command::OpenRelated { .. }
            | Command::AnswerRelated { .. }
            | Command::ExtendRelated { .. }
            | Command::ReviewServiceRequest { .. }
            | Command::ConvertToComplaint { .. } => running::decide(self, command, context),
            Command::AskContribution { .. }
            | Command::GiveContribution { .. }
            | Command::WithdrawContribution { .. } => {
                super::contributions::decide(self, command, context)
            }
            Command::Refer { .. }
            | Command::RecordHosDirection { .. }
            | Command::RecordHosTask { .. }
            | Command::SendHosEvidence { .. }
            | Command::RecordDetermination { .. }
            | Command::CompleteOrder { .. }
            | Command::AnswerRecommendation { .. }
            | Command::RequestHosReview { .. }
            | Command::CompleteHosNotice { .. }
            | Command::RecordHosNotice { .. } => ombudsman::decide(self, command, context),
            Command::CorrectReceivedAt { .. }
            | Command::LinkCase { .. }
            | Command::MergeDuplicate { .. } => correction::decide(self, command, context),
        }
    }

    fn earliest_receipt(&self) -> DateTime<Utc> {
        self.received_at.min(self.intake.received_at)
    }

    /// The case after `events`, as if they had been recorded now.
    pub fn after(&self, events: &[Event], context: &Context<'_>) -> Self {
        let mut case = self.clone();
        for (seq, event) in (self.version + 1..).zip(events) {
            case.apply(&context.record(seq, event.clone()));
        }
        case
    }
}

impl Command {
    fn may_predate_receipt(&self) -> bool {
        matches!(
            self,
            Self::RecordContact { .. }
                | Self::Note { .. }
                | Self::Attach { .. }
                | Self::CorrectReceivedAt { .. }
                | Self::MergeDuplicate { .. }
                | Self::ReportHazard { .. }
                | Self::OpenRelated { .. }
                | Self::TakeSnapshots { .. }
                | Self::LinkRecord { .. }
        )
    }
}
