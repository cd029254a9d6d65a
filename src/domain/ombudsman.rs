//! The Housing Ombudsman's branch of a case (domain rules §5): referral, tasks,
//! determination, orders, recommendations and notices. It runs beside the stages and never blocks them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::ids::{DocumentId, OrderId, Pence, RecommendationId, TaskId};

/// Where the Ombudsman's branch stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the process's own words")]
pub enum HosState {
    #[default]
    EnquiryNotified,
    DirectedToRespond,
    EvidenceRequested,
    EvidenceSent,
    UnderInvestigation,
    Determined,
    OrdersOpen,
    OrdersComplied,
    ReviewRequested,
    OutsideJurisdiction,
    EarlyResolution,
    Chfn,
}

/// How the case reached the Ombudsman.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the Ombudsman's own words")]
pub enum HosRoute {
    Enquiry,
    Assessment,
    FocusedInvestigation,
    FullInvestigation,
    EarlyResolution,
    OutsideJurisdiction,
    Review,
}

/// A request for evidence with its date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HosTask {
    /// Its number in the case.
    pub id: TaskId,
    /// The bundle categories asked for, such as `04`; empty asks for everything.
    pub items: Vec<String>,
    /// The date the Ombudsman stated, or the usual one as it stood when the task came.
    pub due: NaiveDate,
    /// No date was stated: the usual length runs.
    #[serde(default)]
    pub usual_length: bool,
    /// When it was set.
    pub set_on: NaiveDate,
    /// When the evidence was uploaded.
    #[serde(default)]
    pub sent_on: Option<NaiveDate>,
    /// What was sent, such as the bundle's hash.
    #[serde(default)]
    pub note: Option<String>,
}

/// A finding on one head of complaint (domain rules §4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the Ombudsman's own words")]
pub enum Finding {
    NoMaladministration,
    ServiceFailure,
    Maladministration,
    SevereMaladministration,
    ReasonableRedress,
    OutsideJurisdiction,
    ResolvedWithIntervention,
    Withdrawn,
}

/// One head of complaint as determined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeterminedHead {
    /// The Ombudsman's wording.
    pub text: String,
    /// Our category key for it.
    #[serde(default)]
    pub category: Option<String>,
    /// The finding.
    pub finding: Finding,
}

/// What an order tells the landlord to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the Ombudsman's own words")]
pub enum OrderKind {
    Compensation,
    Apology,
    Repairs,
    Inspection,
    PolicyReview,
    RecordKeepingReview,
    StaffTraining,
    ActionPlan,
    Meeting,
    Monitoring,
    Decant,
    WiderReview,
    Other,
}

/// A binding order: due date and documentary proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its number across the case's determinations.
    pub id: OrderId,
    /// What kind.
    pub kind: OrderKind,
    /// The wording.
    pub text: String,
    /// The sum ordered.
    #[serde(default)]
    pub amount: Option<Pence>,
    /// The printed due date.
    pub due: NaiveDate,
    /// When proof of compliance was sent.
    #[serde(default)]
    pub complied_on: Option<NaiveDate>,
    /// The proof.
    #[serde(default)]
    pub evidence: Vec<DocumentId>,
}

/// A recommendation: not binding, but answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recommendation {
    /// Its number across the case's determinations.
    pub id: RecommendationId,
    /// The wording.
    pub text: String,
    /// Whether the landlord accepts it; none until answered.
    #[serde(default)]
    pub accepted: Option<bool>,
    /// Why, or how.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A determination as received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Determination {
    /// The day it came.
    pub received_on: NaiveDate,
    /// A finding per head.
    pub heads: Vec<DeterminedHead>,
    /// Binding orders.
    #[serde(default)]
    pub orders: Vec<Order>,
    /// Recommendations.
    #[serde(default)]
    pub recommendations: Vec<Recommendation>,
    /// Who asked the Ombudsman to look at it again, if anyone did.
    #[serde(default)]
    pub review_requested_by: Option<ReviewRequestedBy>,
}

/// Who asked for a review of a determination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewRequestedBy {
    /// The resident.
    Resident,
    /// The landlord.
    Landlord,
}

/// A complaint handling failure order or notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HosNotice {
    /// `chfo` (order, to 2024) or `chfn` (notice, from 2025).
    pub kind: NoticeKind,
    /// Its type as the Ombudsman numbers it.
    #[serde(default)]
    pub notice_type: Option<u8>,
    /// What it says.
    pub text: String,
    /// When it was issued.
    pub issued_on: NaiveDate,
    /// By when to comply.
    #[serde(default)]
    pub comply_by: Option<NaiveDate>,
    /// When it was complied with.
    #[serde(default)]
    pub complied_on: Option<NaiveDate>,
    /// What shows it.
    #[serde(default)]
    pub evidence: Vec<DocumentId>,
    /// The Ombudsman published it.
    #[serde(default)]
    pub published: bool,
}

/// Order or notice of a complaint handling failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// Complaint handling failure order.
    Chfo,
    /// Complaint handling failure notice.
    Chfn,
}

/// A direction to respond by a date that a later one replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directed {
    /// When it came.
    pub directed_at: DateTime<Utc>,
    /// The date set.
    pub due: NaiveDate,
}

/// The Ombudsman's branch of one case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HosCase {
    /// The Ombudsman's own reference.
    pub reference: String,
    /// How it got there.
    pub route: HosRoute,
    /// When the landlord was told.
    pub notified_at: DateTime<Utc>,
    /// Where it stands.
    pub state: HosState,
    /// Requests for evidence.
    #[serde(default)]
    pub tasks: Vec<HosTask>,
    /// A date by which the Ombudsman directed the landlord to respond, which overrides its own.
    #[serde(default)]
    pub directed_due: Option<NaiveDate>,
    /// When it did.
    #[serde(default)]
    pub directed_at: Option<DateTime<Utc>>,
    /// Earlier directions, each replaced by the next, in order.
    #[serde(default)]
    pub replaced: Vec<Directed>,
    /// Determinations, first and reviewed.
    #[serde(default)]
    pub determinations: Vec<Determination>,
    /// Failure orders and notices.
    #[serde(default)]
    pub notices: Vec<HosNotice>,
}

impl HosCase {
    /// Every order of every determination.
    pub fn orders(&self) -> impl Iterator<Item = &Order> {
        self.determinations
            .iter()
            .flat_map(|determination| &determination.orders)
    }

    /// Every recommendation of every determination.
    pub fn recommendations(&self) -> impl Iterator<Item = &Recommendation> {
        self.determinations
            .iter()
            .flat_map(|determination| &determination.recommendations)
    }
}

/// Something that the Ombudsman waits for from the landlord.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited<'a> {
    /// A response by the date it set.
    Response(NaiveDate),
    /// Evidence.
    Evidence(&'a HosTask),
    /// Proof that an order was complied with.
    Order(&'a Order),
    /// Proof that a failure notice was complied with, by its number from 1.
    Notice(usize, &'a HosNotice),
    /// An answer to a recommendation, which has no date of its own.
    Answer(&'a Recommendation),
}

impl Awaited<'_> {
    /// By when, where there is a date.
    pub fn due(&self) -> Option<NaiveDate> {
        match self {
            Self::Response(due) => Some(*due),
            Self::Evidence(task) => Some(task.due),
            Self::Order(order) => Some(order.due),
            Self::Notice(_, notice) => notice.comply_by,
            Self::Answer(_) => None,
        }
    }
}

impl HosCase {
    /// What the Ombudsman waits for, the soonest first and what has no date last.
    pub fn awaited(&self) -> Vec<Awaited<'_>> {
        let response = self
            .directed_due
            .filter(|_| self.state == HosState::DirectedToRespond)
            .map(Awaited::Response);
        let tasks = self.tasks.iter().filter(|task| task.sent_on.is_none());
        let orders = self.orders().filter(|order| order.complied_on.is_none());
        let notices = (1..).zip(&self.notices);
        let notices = notices.filter(|(_, notice)| notice.complied_on.is_none());
        let answers = self.recommendations().filter(|r| r.accepted.is_none());
        let mut all: Vec<Awaited<'_>> = response
            .into_iter()
            .chain(tasks.map(Awaited::Evidence))
            .chain(orders.map(Awaited::Order))
            .chain(notices.map(|(number, notice)| Awaited::Notice(number, notice)))
            .chain(answers.map(Awaited::Answer))
            .collect();
        all.sort_by_key(|one| (one.due().is_none(), one.due()));
        all
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_waited_for_comes_soonest_first_and_what_is_done_not_at_all() {
        let order = |id: u32, due: &str, complied: Option<&str>| serde_json::json!({"id": id, "kind": "apology", "text": "Say sorry", "due": due, "complied_on": complied});
        let hos: HosCase = serde_json::from_value(serde_json::json!({
            "reference": "202600001", "route": "full_investigation", "notified_at": "2026-09-01T09:00:00Z",
            "state": "orders_open", "directed_due": "2026-09-05",
            "tasks": [
                {"id": 1, "items": [], "due": "2026-09-10", "set_on": "2026-09-01", "sent_on": "2026-09-09"},
                {"id": 2, "items": ["04"], "due": "2026-12-01", "set_on": "2026-11-10"}
            ],
            "determinations": [{"received_on": "2026-11-01", "heads": [],
                "orders": [order(1, "2026-11-29", None), order(2, "2026-11-15", Some("2026-11-14"))],
                "recommendations": [{"id": 1, "text": "Train"}, {"id": 2, "text": "Write", "accepted": false}]}],
            "notices": [{"kind": "chfn", "text": "Late", "issued_on": "2026-11-02", "comply_by": "2026-11-20"}]
        }))
        .unwrap();
        let dues: Vec<_> = hos.awaited().iter().map(Awaited::due).collect();
        let day = |text: &str| Some(text.parse().unwrap());
        assert_eq!(
            dues,
            [
                day("2026-11-20"),
                day("2026-11-29"),
                day("2026-12-01"),
                None
            ],
            "the direction is over: the branch went on"
        );
    }
}
