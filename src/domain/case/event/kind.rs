//! The name of each event on the wire, and whether it belongs to the case's story.

use super::Event;

impl Event {
    /// The event's name on the wire, such as `complaint_logged`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::ComplaintLogged { .. } => "complaint_logged",
            Self::ServiceRequestLogged { .. } => "service_request_logged",
            Self::SurveyFeedbackLogged { .. } => "survey_feedback_logged",
            Self::ServiceRequestReviewed { .. } => "service_request_reviewed",
            Self::Assigned { .. } => "assigned",
            Self::ConflictDeclared { .. } => "conflict_declared",
            Self::ConflictSetAside { .. } => "conflict_set_aside",
            Self::Triaged { .. } => "triaged",
            Self::Acknowledged { .. } => "acknowledged",
            Self::Refused { .. } => "refused",
            Self::PointAdded { .. } => "point_added",
            Self::SeparateComplaintNeeded { .. } => "separate_complaint_needed",
            Self::CaseLinked { .. } => "case_linked",
            Self::PointAccepted { .. } => "point_accepted",
            Self::PointDecided { .. } => "point_decided",
            Self::EvidenceChosen { .. } => "evidence_chosen",
            Self::RemedyOffered { .. } => "remedy_offered",
            Self::RemedyAnswered { .. } => "remedy_answered",
            Self::CompensationApproved { .. } => "compensation_approved",
            Self::CompensationPaid { .. } => "compensation_paid",
            Self::ActionPromised { .. } => "action_promised",
            Self::ActionCompleted { .. } => "action_completed",
            Self::ActionCancelled { .. } => "action_cancelled",
            Self::ResidentToldOfAction { .. } => "resident_told_of_action",
            Self::ApprovalRequested { .. } => "approval_requested",
            Self::ApprovalGiven { .. } => "approval_given",
            Self::ApprovalDeclined { .. } => "approval_declined",
            Self::Extended { .. } => "extended",
            Self::ResponseIssued { .. } => "response_issued",
            Self::Escalated { .. } => "escalated",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Closed { .. } => "closed",
            Self::Reopened { .. } => "reopened",
            Self::ContactRecorded { .. } => "contact_recorded",
            Self::NoteAdded { .. } => "note_added",
            Self::DocumentAttached { .. } => "document_attached",
            Self::LetterIssued { .. } => "letter_issued",
            Self::RecordLinked { .. } => "record_linked",
            Self::RecordUnlinked { .. } => "record_unlinked",
            Self::SourceAsked { .. } => "source_asked",
            Self::ComplainantUpdated { .. } => "complainant_updated",
            Self::AdjustmentRecorded { .. } => "adjustment_recorded",
            Self::AdjustmentEnded { .. } => "adjustment_ended",
            Self::RepresentativeAppointed { .. } => "representative_appointed",
            Self::RepresentativeWithdrawn { .. } => "representative_withdrawn",
            Self::MemberAdded { .. } => "member_added",
            Self::MemberLettersSet { .. } => "member_letters_set",
            Self::HazardReported { .. } => "hazard_reported",
            Self::HazardStepTaken { .. } => "hazard_step_taken",
            Self::HazardStepNotNeeded { .. } => "hazard_step_not_needed",
            Self::ContributionAsked { .. } => "contribution_asked",
            Self::ContributionGiven { .. } => "contribution_given",
            Self::ContributionWithdrawn { .. } => "contribution_withdrawn",
            Self::RelatedRequestOpened { .. } => "related_request_opened",
            Self::RelatedRequestExtended { .. } => "related_request_extended",
            Self::RelatedRequestAnswered { .. } => "related_request_answered",
            Self::ReferredToOmbudsman { .. } => "referred_to_ombudsman",
            Self::OmbudsmanDirected { .. } => "ombudsman_directed",
            Self::HosTaskRecorded { .. } => "hos_task_recorded",
            Self::HosEvidenceSent { .. } => "hos_evidence_sent",
            Self::DeterminationRecorded { .. } => "determination_recorded",
            Self::OrderCompleted { .. } => "order_completed",
            Self::RecommendationAnswered { .. } => "recommendation_answered",
            Self::HosNoticeRecorded { .. } => "hos_notice_recorded",
            Self::HosNoticeComplied { .. } => "hos_notice_complied",
            Self::HosReviewRequested { .. } => "hos_review_requested",
            Self::SatisfactionRecorded { .. } => "satisfaction_recorded",
            Self::Restricted { .. } => "restricted",
            Self::RestrictionLifted { .. } => "restriction_lifted",
            Self::RestrictedCaseViewed { .. } => "restricted_case_viewed",
            Self::ReceivedAtCorrected { .. } => "received_at_corrected",
            Self::DuplicateMerged { .. } => "duplicate_merged",
            Self::MergedInto { .. } => "merged_into",
            Self::ClockMoved { .. } => "clock_moved",
            Self::GapExplained { .. } => "gap_explained",
            Self::PhotosPaired { .. } => "photos_paired",
            Self::EntryReworded { .. } => "entry_reworded",
            Self::BundleExported { .. } => "bundle_exported",
            Self::Unknown => "unknown",
        }
    }

    /// Whether it belongs to the case's story: looking at or exporting a case does not, so that
    /// the same case exports to the same bytes.
    pub fn is_substance(&self) -> bool {
        !matches!(
            self,
            Self::RestrictedCaseViewed { .. } | Self::BundleExported { .. }
        )
    }
}
