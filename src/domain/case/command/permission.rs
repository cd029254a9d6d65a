//! What the person who gives a command must be allowed to do (domain rules §11).

use super::Command;
use crate::domain::access::Permission;

impl Command {
    /// What the person must be allowed to do (domain rules §11).
    pub fn permission(&self) -> Permission {
        match self {
            Self::RecordContact { .. }
            | Self::Note { .. }
            | Self::Attach { .. }
            | Self::AddPoint { .. }
            | Self::Escalate { .. }
            | Self::ReportHazard { .. }
            | Self::OpenRelated { .. }
            | Self::ConvertToComplaint { .. }
            | Self::Withdraw { .. }
            | Self::UpdateComplainant { .. }
            | Self::RecordAdjustment { .. }
            | Self::AppointRepresentative { .. }
            | Self::EndRepresentative { .. }
            | Self::AddMember { .. }
            | Self::RecordSatisfaction { .. }
            | Self::DeclareConflict { .. }
            | Self::TakeSnapshots { .. } => Permission::Log,
            Self::DecidePoint { .. }
            | Self::OfferRemedy { .. }
            | Self::AnswerRemedy { .. }
            | Self::PromiseAction { .. }
            | Self::CompleteAction { .. }
            | Self::CancelAction { .. }
            | Self::TellResident { .. }
            | Self::RequestApproval { .. }
            | Self::LinkRecord { .. }
            | Self::UnlinkRecord { .. }
            | Self::Triage { .. }
            | Self::EndAdjustment { .. }
            | Self::TakeHazardStep { .. }
            | Self::AnswerRelated { .. }
            | Self::ReviewServiceRequest { .. }
            | Self::CompleteOrder { .. }
            | Self::ExplainGap { .. } => Permission::Investigate,
            Self::Approve { .. } | Self::DeclineApproval { .. } => Permission::Approve,
            Self::RecordPayment { .. } => Permission::Pay,
            Self::Assign { .. } => Permission::Assign,
            Self::Restrict { .. } | Self::LiftRestriction { .. } => Permission::Restrict,
            Self::Acknowledge { .. }
            | Self::Refuse { .. }
            | Self::Extend { .. }
            | Self::Pause { .. }
            | Self::Respond { .. }
            | Self::Close { .. }
            | Self::Reopen { .. }
            | Self::IssueLetter { .. }
            | Self::Refer { .. }
            | Self::RecordHosDirection { .. }
            | Self::RecordHosTask { .. }
            | Self::SendHosEvidence { .. }
            | Self::RecordDetermination { .. }
            | Self::AnswerRecommendation { .. }
            | Self::RecordHosNotice { .. }
            | Self::CorrectReceivedAt { .. }
            | Self::MergeDuplicate { .. } => Permission::RunProcess,
        }
    }
}
