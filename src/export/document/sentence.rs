//! Each event as a sentence of the chronology. The words are the record's own wherever it has some.

use super::CaseFile;
use super::words::{day, maybe, subject_words, tail, words};
use crate::domain::case::{BEING_READ, Direction, Event, NOT_ASKED, folder_title};
use crate::domain::ids::{ActionId, OrderId};
use crate::domain::letter::{decision_words, ground_words};
use crate::domain::ombudsman::NoticeKind;

impl CaseFile<'_> {
    /// What happened, in a sentence.
    pub(super) fn sentence(&self, event: &Event) -> String {
        use Event as E;
        let person = self.person;
        match event {
            E::ComplaintLogged { intake, .. } => {
                format!(
                    "Complaint received by {} and logged at stage 1{}",
                    words(intake.channel),
                    tail(&intake.account)
                )
            }
            E::ServiceRequestLogged { intake, .. } => format!(
                "Service request received by {}{}",
                words(intake.channel),
                tail(&intake.account)
            ),
            E::SurveyFeedbackLogged { intake, .. } => {
                format!("Survey comment received{}", tail(&intake.account))
            }
            E::ServiceRequestReviewed { note, .. } => {
                format!("Service request reviewed{}", tail(note))
            }
            E::Assigned { stage, handler } => {
                format!("Stage {stage} assigned to {}", person(handler))
            }
            E::ConflictDeclared {
                person: who,
                reason,
            } => {
                format!(
                    "{} declared a conflict of interest{}",
                    person(who),
                    tail(reason)
                )
            }
            E::ConflictSetAside {
                person: who,
                reason,
            } => format!(
                "A possible conflict of interest of {} was considered and set aside{}",
                person(who),
                tail(reason)
            ),
            E::Triaged { triage } => {
                format!("Triaged: {} risk{}", words(triage.risk), tail(&triage.note))
            }
            E::Acknowledged {
                stage, definition, ..
            } => format!(
                "Stage {stage} acknowledged. Complaint defined as{}",
                tail(definition)
            ),
            E::Refused { refusal } => {
                let what = if refusal.points.is_empty() {
                    "The complaint".to_owned()
                } else {
                    format!("{} point(s)", refusal.points.len())
                };
                format!(
                    "{what} refused at stage {}. {} {}",
                    refusal.stage,
                    ground_words(refusal.ground),
                    refusal.reasons.trim()
                )
            }
            E::PointAdded { point, text, .. } => format!("Point {point} added{}", tail(text)),
            E::SeparateComplaintNeeded { text, why, .. } => {
                format!("New issue to be its own complaint ({why}){}", tail(text))
            }
            E::CaseLinked {
                reference,
                relation,
            } => format!("Linked with {reference}{}", tail(relation)),
            E::EvidenceChosen { point, evidence } => format!(
                "The evidence on point {point} was chosen; documents: {}, linked records: {}",
                evidence.documents.len(),
                evidence.records.len(),
            ),
            E::PointAccepted {
                point,
                reason,
                by_ombudsman,
            } => format!(
                "Point {point}, refused before, is considered after all{}{}",
                if *by_ombudsman {
                    " as the Ombudsman directed"
                } else {
                    ""
                },
                tail(reason)
            ),
            E::PointDecided {
                stage,
                point,
                decision,
                reasons,
                ..
            } => {
                format!(
                    "Stage {stage}: point {point} {}{}",
                    decision_words(*decision).to_lowercase(),
                    tail(reasons)
                )
            }
            E::RemedyOffered { remedy, .. } => {
                let sum = remedy
                    .compensation
                    .as_ref()
                    .map(|c| format!(", {}", c.amount))
                    .unwrap_or_default();
                format!(
                    "Stage {}: offered {}{sum}{}",
                    remedy.offered_at_stage,
                    words(remedy.kind),
                    tail(&remedy.description)
                )
            }
            E::RemedyAnswered { remedy, accepted } => {
                format!(
                    "The resident {} remedy {remedy}",
                    if *accepted {
                        "accepted"
                    } else {
                        "did not accept"
                    }
                )
            }
            E::CompensationApproved {
                remedy,
                approved_by,
            } => format!(
                "Compensation of remedy {remedy} approved by {}",
                person(approved_by)
            ),
            E::CompensationPaid {
                remedy,
                paid_on,
                method,
                ..
            } => format!(
                "Compensation of remedy {remedy} paid on {} by {method}",
                day(*paid_on)
            ),
            E::ActionPromised { action } => {
                format!(
                    "Action promised by {}{}",
                    day(action.due),
                    tail(&action.what)
                )
            }
            E::ActionCompleted { action, note, .. } => {
                format!(
                    "Action {action} completed{}{}",
                    self.what(*action),
                    maybe(note.as_ref())
                )
            }
            E::ActionCancelled { action, reason, .. } => {
                format!(
                    "Action {action} cancelled{}{}",
                    self.what(*action),
                    tail(reason)
                )
            }
            E::ResidentToldOfAction { action } => {
                format!("Resident told of the outcome of action {action}")
            }
            E::ApprovalRequested {
                subject, letter, ..
            } => {
                let with = letter.as_ref().map_or("", |_| ", with its letter");
                format!("Approval asked for: {}{with}", subject_words(subject))
            }
            E::ApprovalGiven { approval, reason } => {
                format!("Approval {approval} given{}", maybe(reason.as_ref()))
            }
            E::ApprovalDeclined { approval, reason } => {
                format!("Approval {approval} declined{}", tail(reason))
            }
            E::Extended { stage, extension } => {
                let late = if extension.retrospective {
                    " (recorded after the date had passed)"
                } else {
                    ""
                };
                format!(
                    "Stage {stage} extended from {} to {}{late}{}",
                    day(extension.old_due),
                    day(extension.new_due),
                    tail(&extension.reason)
                )
            }
            E::ResponseIssued {
                stage,
                summary,
                outcome,
                changed_since,
                ..
            } => {
                let changed = changed_since.as_ref().map_or(String::new(), |why| {
                    format!(" (not word for word as approved{})", tail(why))
                });
                format!(
                    "Stage {stage} response issued: {}{changed}{}",
                    decision_words(*outcome).to_lowercase(),
                    tail(summary)
                )
            }
            E::Escalated {
                channel, account, ..
            } => format!(
                "The resident asked by {} for stage 2{}",
                words(channel),
                maybe(account.as_ref())
            ),
            E::Withdrawn { account } => {
                format!("The resident withdrew the complaint{}", tail(account))
            }
            E::Closed {
                learning, outcome, ..
            } => format!("Case closed{}. Learning{}", outcome.words(), tail(learning)),
            E::Reopened {
                reason,
                by_ombudsman,
            } => {
                format!(
                    "Case reopened{}{}",
                    if *by_ombudsman {
                        " as the Ombudsman directed"
                    } else {
                        ""
                    },
                    tail(reason)
                )
            }
            E::ContactRecorded { contact } => {
                let way = match contact.direction {
                    Direction::In => "Contact from",
                    Direction::Out => "Contact to",
                    Direction::Internal => "Internal contact with",
                };
                let with = contact.with.as_deref().unwrap_or("the resident");
                let how = contact
                    .channel
                    .map(|c| format!(" by {}", words(c)))
                    .unwrap_or_default();
                format!("{way} {with}{how}{}", tail(&contact.summary))
            }
            E::NoteAdded { text } => format!("Note{}", tail(text)),
            E::DocumentAttached { document } => format!("Document added{}", tail(&document.title)),
            E::LetterIssued { letter } => format!(
                "Letter sent by {}{}: {}",
                words(letter.channel),
                letter
                    .to
                    .as_ref()
                    .map_or_else(String::new, |to| format!(" to {to}")),
                letter.kind.title()
            ),
            E::RecordLinked { link } => {
                let version = if link.version > 1 {
                    format!(", version {}", link.version)
                } else {
                    String::new()
                };
                format!(
                    "{} {} linked from {}{version}{}",
                    words(&link.kind),
                    link.external_id,
                    link.source,
                    tail(&link.title)
                )
            }
            E::RecordUnlinked {
                source,
                external_id,
                reason,
            } => format!(
                "Record {external_id} of {source} taken off the case{}",
                maybe(reason.as_ref())
            ),
            E::SourceAsked { state } => match &state.failure {
                Some(why) => {
                    let prefixes = (why.strip_prefix(NOT_ASKED), why.strip_prefix(BEING_READ));
                    let (how, why) = match prefixes {
                        (Some(why), _) => ("was not asked for linked records", why),
                        (_, Some(why)) => ("was being read for the first time", why),
                        _ => ("could not be read", why.as_str()),
                    };
                    format!("{} {how}{}", state.source, tail(why))
                }
                None if state.notes.is_empty() => {
                    format!("{} was read for linked records", state.source)
                }
                None => format!(
                    "{} was read for linked records, not all of it. {}",
                    state.source,
                    state.notes.join(" ")
                ),
            },
            E::ComplainantUpdated { .. } => "The resident's details were updated".into(),
            E::AdjustmentRecorded { adjustment } => format!(
                "Adjustment recorded{}",
                tail(&adjustment.need.replace('_', " "))
            ),
            E::AdjustmentEnded { need, reason, .. } => format!(
                "Adjustment ended: {}{}",
                need.replace('_', " "),
                tail(reason)
            ),
            E::RepresentativeAppointed { representative } => {
                format!("{} now represents the resident", representative.name)
            }
            E::RepresentativeWithdrawn { reason } => format!(
                "The representative no longer acts{}",
                maybe(reason.as_ref())
            ),
            E::MemberAdded { member } => format!("{} joined the complaint", member.name),
            E::MemberLettersSet { member, wanted } => format!(
                "{member} {} to get the letters of the group",
                if *wanted { "chose" } else { "chose not" }
            ),
            E::HazardReported { report, .. } => {
                format!(
                    "{} reported{}",
                    if report.emergency {
                        "Emergency hazard"
                    } else {
                        "Hazard"
                    },
                    tail(&report.description)
                )
            }
            E::HazardStepTaken { hazard, step } => format!("Hazard {hazard}: {}", words(step)),
            E::HazardStepNotNeeded {
                hazard,
                step,
                reason,
            } => format!(
                "Hazard {hazard}: {} is not needed{}",
                words(step),
                tail(reason)
            ),
            E::ContributionAsked {
                contribution,
                team,
                what,
                due,
                ..
            } => format!(
                "Question {contribution} to others: {team}, to answer by {}{}",
                day(*due),
                tail(what)
            ),
            E::ContributionGiven {
                contribution,
                text,
                from: Some(from),
                ..
            } => format!(
                "{from} answered question {contribution} to others{}",
                tail(text)
            ),
            E::ContributionGiven {
                contribution, text, ..
            } => format!("Question {contribution} to others answered{}", tail(text)),
            E::ContributionWithdrawn {
                contribution,
                reason,
            } => format!(
                "Question {contribution} to others withdrawn{}",
                tail(reason)
            ),
            E::RelatedRequestOpened { request, text, .. } => format!(
                "Opened beside the complaint: {}{}",
                words(request),
                tail(text)
            ),
            E::RelatedRequestExtended { related, reason } => {
                format!(
                    "Related request {related} given two further months as complex{}",
                    tail(reason)
                )
            }
            E::RelatedRequestAnswered { related } => format!("Related request {related} answered"),
            E::ReferredToOmbudsman {
                hos_reference,
                route,
            } => format!("With the Ombudsman as {hos_reference}: {}", words(route)),
            E::OmbudsmanDirected { respond_by } => {
                format!("The Ombudsman directed a response by {}", day(*respond_by))
            }
            E::HosTaskRecorded { items, due, .. } => {
                let what = if items.is_empty() {
                    "everything".into()
                } else {
                    let titles = items.iter().map(|item| match folder_title(item) {
                        Some(title) => format!("{item} {title}"),
                        None => item.clone(),
                    });
                    titles.collect::<Vec<_>>().join(", ")
                };
                format!("The Ombudsman asked for evidence by {}: {what}", day(*due))
            }
            E::HosEvidenceSent { task, note } => format!(
                "Evidence for task {task} sent to the Ombudsman{}",
                maybe(note.as_ref())
            ),
            E::DeterminationRecorded { determination } => {
                let heads: Vec<String> = determination
                    .heads
                    .iter()
                    .map(|h| format!("{}: {}", h.text, words(h.finding)))
                    .collect();
                format!("Determination received{}", tail(&heads.join("; ")))
            }
            E::OrderCompleted { order, .. } => {
                format!("Order {order} complied with{}", self.order(*order))
            }
            E::RecommendationAnswered {
                recommendation,
                accepted,
                reason,
            } => {
                format!(
                    "Recommendation {recommendation} {}{}",
                    if *accepted {
                        "accepted"
                    } else {
                        "not accepted"
                    },
                    tail(reason)
                )
            }
            E::HosNoticeRecorded { notice } => format!(
                "Complaint handling failure {} received{}",
                match notice.kind {
                    NoticeKind::Chfo => "order",
                    NoticeKind::Chfn => "notice",
                },
                tail(&notice.text)
            ),
            E::HosNoticeComplied { notice, .. } => {
                format!("Complaint handling failure notice {notice} complied with")
            }
            E::HosReviewRequested { by, reason } => format!(
                "The {} asked the Ombudsman to look at the determination again{}",
                words(by).to_lowercase(),
                maybe(reason.as_ref())
            ),
            E::SatisfactionRecorded {
                stage,
                answer,
                comment,
            } => {
                format!(
                    "Stage {stage}: the resident is {}{}",
                    words(answer),
                    maybe(comment.as_ref())
                )
            }
            E::Restricted { .. } => "Access to the case was restricted".into(),
            E::RestrictionLifted { .. } => "The restriction of access was lifted".into(),
            E::RestrictedCaseViewed { .. } => "The restricted case was viewed".into(),
            E::ReceivedAtCorrected {
                received_at,
                reason,
            } => {
                format!(
                    "Date of receipt corrected to {}{}",
                    received_at
                        .with_timezone(&chrono_tz::Europe::London)
                        .format("%-d %b %Y, %H:%M"),
                    tail(reason)
                )
            }
            E::DuplicateMerged {
                reference, reason, ..
            } => format!("{reference} merged into this case{}", tail(reason)),
            E::MergedInto { reference, reason } => {
                format!("This case goes on as {reference}{}", tail(reason))
            }
            E::ClockMoved {
                clock,
                old_due,
                new_due,
                why,
                ..
            } => {
                format!(
                    "{} moved from {} to {}{}",
                    clock.kind().name,
                    day(*old_due),
                    day(*new_due),
                    tail(why)
                )
            }
            E::GapExplained {
                what, explanation, ..
            } => format!("Explained why this is missing: {what}{}", tail(explanation)),
            E::PhotosPaired { after, before } => match before {
                Some(before) => format!(
                    "Photo {after} shows after the work what photo {before} shows before it"
                ),
                None => format!("Photo {after} stands beside no other photo"),
            },
            E::EntryReworded { entry, reason, .. } => {
                format!("The wording of entry {entry} was corrected{}", tail(reason))
            }
            E::BundleExported { mode, .. } => format!("Bundle exported ({mode})"),
            E::Unknown => "An event of a newer version of Redress".into(),
        }
    }

    /// What an action was, as promised.
    fn what(&self, action: ActionId) -> String {
        let known = self.case.actions.iter().find(|a| a.id == action);
        known.map(|a| tail(&a.what)).unwrap_or_default()
    }

    /// What an order was, as determined.
    fn order(&self, order: OrderId) -> String {
        let known = self
            .case
            .ombudsman
            .iter()
            .flat_map(|h| h.orders())
            .find(|o| o.id == order);
        known.map(|o| tail(&o.text)).unwrap_or_default()
    }
}
