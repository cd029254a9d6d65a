//! The fields of each kind, and the headers under which housing systems export them. A table, so it is long.

use crate::layout::Kind;

/// A field and the headers it is known under, in plain form.
pub(crate) type Field = (&'static str, &'static [&'static str]);

const REFERENCES: [Field; 5] = [
    (
        "property_ref",
        &[
            "propertyref",
            "propertyreference",
            "propertyid",
            "propref",
            "propertyno",
            "propertycode",
            "uprn",
            "assetid",
            "assetref",
        ],
    ),
    (
        "tenancy_ref",
        &[
            "tenancyref",
            "tenancyreference",
            "tenancyid",
            "tenancyagreementreference",
            "tagref",
            "tenureid",
            "tenureref",
            "rentaccount",
            "rentaccountref",
        ],
    ),
    (
        "person_ref",
        &[
            "personref",
            "personid",
            "personreference",
            "contactref",
            "customerid",
            "customerref",
            "residentid",
            "residentref",
            "reporterpersonref",
            "clientid",
        ],
    ),
    (
        "name",
        &[
            "name",
            "fullname",
            "tenant",
            "tenantname",
            "resident",
            "residentname",
            "customername",
            "customer",
            "callername",
            "contactname",
        ],
    ),
    (
        "address",
        &[
            "address",
            "propertyaddress",
            "fulladdress",
            "property",
            "addressline",
            "address1",
        ],
    ),
];

const REPAIR: [Field; 16] = [
    (
        "id",
        &[
            "externalref",
            "reference",
            "ref",
            "jobno",
            "jobnumber",
            "jobref",
            "jobid",
            "workorder",
            "workorderno",
            "workorderref",
            "workorderreference",
            "orderno",
            "ordernumber",
            "repairref",
            "repairno",
            "repairid",
            "id",
        ],
    ),
    (
        "reported_on",
        &[
            "reportedon",
            "reported",
            "datereported",
            "dateraised",
            "raised",
            "raisedon",
            "datelogged",
            "loggeddate",
            "reporteddate",
            "raiseddate",
            "orderdate",
        ],
    ),
    (
        "description",
        &[
            "description",
            "descriptionofworks",
            "descriptionofwork",
            "jobdescription",
            "repairdescription",
            "details",
            "fault",
            "problem",
            "works",
        ],
    ),
    ("trade", &["trade", "tradedescription", "tradecode"]),
    (
        "priority",
        &["priority", "prioritydescription", "urgency", "prioritycode"],
    ),
    (
        "target_on",
        &[
            "targeton",
            "target",
            "targetdate",
            "duedate",
            "due",
            "requiredby",
            "completeby",
            "requiredcompletiondate",
        ],
    ),
    (
        "appointment_on",
        &[
            "appointmenton",
            "appointment",
            "appointmentdate",
            "appt",
            "apptdate",
            "booked",
        ],
    ),
    (
        "appointment_slot",
        &["appointmentslot", "slot", "timeslot", "appointmenttime"],
    ),
    (
        "attended_on",
        &[
            "attendedon",
            "attended",
            "dateattended",
            "attendeddate",
            "visitdate",
            "firstvisit",
        ],
    ),
    (
        "completed_on",
        &[
            "completedon",
            "completed",
            "datecompleted",
            "completeddate",
            "completiondate",
            "closeddate",
            "closeddated",
            "closed",
            "datecomplete",
            "actualcompletion",
        ],
    ),
    (
        "status",
        &[
            "status",
            "jobstatus",
            "orderstatus",
            "repairstatus",
            "state",
        ],
    ),
    (
        "outcome",
        &["outcome", "result", "resolution", "completioncode"],
    ),
    (
        "contractor",
        &[
            "contractor",
            "owner",
            "supplier",
            "contractorname",
            "operative",
        ],
    ),
    (
        "follow_on_of",
        &[
            "followonof",
            "followon",
            "parentjob",
            "originaljob",
            "relatedorder",
        ],
    ),
    ("hazard", &["hazard", "hazardtype", "awaab", "hhsrs"]),
    ("notes", &["notes", "comments", "jobnotes", "note"]),
];

const ASB: [Field; 14] = [
    (
        "id",
        &[
            "asbref",
            "externalref",
            "caseref",
            "caseid",
            "casenumber",
            "caseno",
            "reference",
            "ref",
            "id",
        ],
    ),
    (
        "opened_on",
        &[
            "openedon",
            "opened",
            "dateopened",
            "opendate",
            "datereported",
            "reportedon",
            "reported",
            "raisedon",
        ],
    ),
    (
        "closed_on",
        &[
            "closedon",
            "closed",
            "dateclosed",
            "closedate",
            "closeddate",
        ],
    ),
    (
        "category",
        &["category", "type", "asbtype", "casetype", "nature"],
    ),
    ("hate_incident", &["hateincident", "hate", "hatecrime"]),
    (
        "description",
        &["description", "summary", "details", "report"],
    ),
    (
        "risk_score",
        &["riskscore", "risk", "ramscore", "riskrating"],
    ),
    (
        "risk_assessed_on",
        &[
            "riskassessedon",
            "riskassessed",
            "riskassessmentdate",
            "dateofriskassessment",
        ],
    ),
    (
        "action_plan_on",
        &["actionplanon", "actionplan", "actionplandate"],
    ),
    ("actions", &["actions", "actionstaken"]),
    (
        "last_contact_on",
        &["lastcontacton", "lastcontact", "lastcontactdate"],
    ),
    ("outcome", &["outcome", "result"]),
    (
        "closure_reason",
        &["closurereason", "closedreason", "reasonclosed"],
    ),
    ("status", &["status", "casestatus", "state"]),
];

const TENANCY: [Field; 7] = [
    (
        "id",
        &[
            "externalref",
            "tenancyref",
            "tenancyreference",
            "tenancyid",
            "tenancyagreementreference",
            "tagref",
            "tenureid",
            "reference",
            "ref",
            "id",
        ],
    ),
    (
        "tenure_type",
        &[
            "tenuretype",
            "tenure",
            "tenancytype",
            "agreementtype",
            "type",
        ],
    ),
    (
        "start",
        &[
            "start",
            "startdate",
            "tenancystart",
            "tenancystartdate",
            "startofdate",
            "commencementoftenancydate",
            "startoftenuredate",
            "commenced",
        ],
    ),
    (
        "end",
        &[
            "end",
            "enddate",
            "tenancyend",
            "tenancyenddate",
            "endoftenancydate",
            "endoftenuredate",
            "terminated",
        ],
    ),
    (
        "joint_with_refs",
        &["jointwithrefs", "jointwith", "jointtenants", "jointtenant"],
    ),
    ("population", &["population", "tsmpopulation"]),
    (
        "payment_ref",
        &[
            "paymentref",
            "paymentreference",
            "rentaccount",
            "rentaccountno",
        ],
    ),
];

const CONTACT: [Field; 7] = [
    (
        "id",
        &[
            "externalref",
            "contactid",
            "reference",
            "ref",
            "callid",
            "logid",
            "id",
        ],
    ),
    (
        "at",
        &[
            "at",
            "date",
            "datetime",
            "when",
            "contactdate",
            "calldate",
            "createdat",
            "dateofcontact",
            "timestamp",
        ],
    ),
    ("direction", &["direction", "inout", "inboundoutbound"]),
    (
        "channel",
        &[
            "channel",
            "method",
            "medium",
            "contacttype",
            "contactmethod",
            "type",
        ],
    ),
    (
        "subject",
        &["subject", "reason", "topic", "category", "title"],
    ),
    (
        "summary",
        &[
            "summary",
            "notes",
            "note",
            "description",
            "details",
            "comments",
            "outcome",
        ],
    ),
    (
        "staff",
        &[
            "staff",
            "officer",
            "user",
            "takenby",
            "handledby",
            "agent",
            "createdby",
            "author",
        ],
    ),
];

impl Kind {
    fn table(self) -> &'static [Field] {
        match self {
            Kind::Repair => &REPAIR,
            Kind::Asb => &ASB,
            Kind::Tenancy => &TENANCY,
            Kind::Contact => &CONTACT,
        }
    }

    /// Each field, the references too, with the headers it is known under.
    pub(crate) fn known_headers(self) -> impl Iterator<Item = &'static Field> {
        self.table().iter().chain(&REFERENCES)
    }

    /// All fields, the id and the references too.
    pub fn fields(self) -> impl Iterator<Item = &'static str> {
        self.known_headers().map(|(name, _)| *name)
    }

    /// True for a field of this kind.
    pub fn knows(self, field: &str) -> bool {
        self.fields().any(|name| name == field)
    }
}
