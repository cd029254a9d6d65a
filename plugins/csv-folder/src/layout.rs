//! Which file is of which kind, and which column is which field.

use crate::settings::Settings;
use serde::Deserialize;
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Repairs and works orders.
    Repair,
    /// Anti-social behaviour.
    Asb,
    /// Tenancies and leases.
    Tenancy,
    /// Calls, letters, visits.
    Contact,
}

/// A field and the headers it is known under, in plain form.
type Field = (&'static str, &'static [&'static str]);

/// In the order in which they are asked: a file named `asb_contacts` is of anti-social behaviour.
pub const KINDS: [Kind; 4] = [Kind::Repair, Kind::Asb, Kind::Tenancy, Kind::Contact];

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
    /// As the contract calls it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Repair => "repair",
            Kind::Asb => "asb",
            Kind::Tenancy => "tenancy",
            Kind::Contact => "contact",
        }
    }

    /// As people call many of them.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Repair => "repairs",
            Kind::Asb => "anti-social behaviour",
            Kind::Tenancy => "tenancies",
            Kind::Contact => "contacts",
        }
    }

    /// The kind that a file name tells.
    fn of_file(name: &str) -> Option<Kind> {
        let name = plain(name);
        let tells = |words: &[&str]| words.iter().any(|w| name.contains(w));
        if tells(&["asb", "antisocial", "nuisance"]) {
            Some(Kind::Asb)
        } else if tells(&["repair", "workorder", "jobs", "maintenance"]) {
            Some(Kind::Repair)
        } else if tells(&["contact", "call", "comms", "correspondence"]) {
            Some(Kind::Contact)
        } else if tells(&["tenanc", "tenure", "lease", "rentaccount"]) {
            Some(Kind::Tenancy)
        } else {
            None
        }
    }

    fn table(self) -> &'static [Field] {
        match self {
            Kind::Repair => &REPAIR,
            Kind::Asb => &ASB,
            Kind::Tenancy => &TENANCY,
            Kind::Contact => &CONTACT,
        }
    }

    /// All fields, the id and the references too.
    pub fn fields(self) -> impl Iterator<Item = &'static str> {
        self.table()
            .iter()
            .chain(&REFERENCES)
            .map(|(name, _)| *name)
    }

    /// True for a field of this kind.
    pub fn knows(self, field: &str) -> bool {
        self.fields().any(|name| name == field)
    }
}

/// A header without case, spaces, accents and signs: `Date Raised` and `date_raised` are one, and so is an accented
/// letter however the file writes it.
pub fn plain(text: &str) -> String {
    text.nfd()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The files of each kind that is there, as set or as their names tell.
pub fn files(settings: &Settings, names: &[String]) -> Vec<(Kind, String)> {
    let mut files = Vec::new();
    for kind in KINDS {
        match settings.files.get(&kind) {
            Some(set) => files.extend(set.iter().map(|name| (kind, name.clone()))),
            None => {
                let tables = names
                    .iter()
                    .filter(|n| is_table(n) && Kind::of_file(n) == Some(kind));
                let free =
                    tables.filter(|n| !settings.files.values().flatten().any(|set| set == *n));
                files.extend(free.map(|name| (kind, name.clone())));
            }
        }
    }
    files
}

fn is_table(name: &str) -> bool {
    let name = name.to_lowercase();
    [".csv", ".tsv", ".txt"]
        .iter()
        .any(|end| name.ends_with(end))
}

/// Where each field of a kind stands in one file.
#[derive(Debug, Default, PartialEq)]
pub struct Columns {
    fields: BTreeMap<&'static str, usize>,
    /// The columns that are no known field, under their own names.
    pub other: Vec<(String, usize)>,
}

impl Columns {
    /// Reads a header. A column set by the operator that is not there is an error.
    pub fn read(kind: Kind, header: &[String], settings: &Settings) -> Result<Self, String> {
        let plains: Vec<String> = header.iter().map(|h| plain(h)).collect();
        let place = |wanted: &str| plains.iter().position(|h| h == wanted);
        let set = settings.columns.get(&kind);
        let mut columns = Columns::default();
        for (field, known) in kind.table().iter().chain(&REFERENCES) {
            let at = match set.and_then(|s| s.get(*field)) {
                Some(own) => Some(
                    place(&plain(own))
                        .ok_or_else(|| format!("it has no column `{own}` for `{field}`"))?,
                ),
                None => known.iter().find_map(|name| place(name)),
            };
            if let Some(at) = at.filter(|at| !settings.drops(&header[*at])) {
                columns.fields.insert(field, at);
            }
        }
        let taken: Vec<usize> = columns.fields.values().copied().collect();
        let free = header
            .iter()
            .enumerate()
            .filter(|(at, h)| !taken.contains(at) && !settings.drops(h));
        columns.other = free
            .filter(|(_, h)| !h.trim().is_empty())
            .map(|(at, h)| (h.trim().to_owned(), at))
            .collect();
        Ok(columns)
    }

    /// A field of a row, trimmed; empty when the file has no such column.
    pub fn get<'a>(&self, row: &'a [String], field: &str) -> &'a str {
        self.fields
            .get(field)
            .and_then(|at| row.get(*at))
            .map_or("", |cell| cell.trim())
    }

    /// How many columns are known fields.
    pub fn known(&self) -> usize {
        self.fields.len()
    }

    /// True when the file can say whose a row is.
    pub fn can_match(&self) -> bool {
        let has = |field| self.fields.contains_key(field);
        has("property_ref") || has("tenancy_ref") || has("person_ref") || has("address")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> Vec<String> {
        text.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn common_headers_are_recognised() {
        let ours = "external_ref,property_ref,reported_on,description,trade,priority,target_on,appointment_on,appointment_slot,attended_on,completed_on,status,outcome,contractor,follow_on_of,hazard,notes";
        let theirs = "Job No,Property Reference,Date Raised,Description of Works,Trade,Priority,Target Date,Appt Date,Slot,Date Attended,Completed Date,Status,Result,Contractor Name,Parent Job,Hazard Type,Comments";
        let read = |h| Columns::read(Kind::Repair, &header(h), &Settings::default()).unwrap();
        assert_eq!(read(ours), read(theirs));
        assert_eq!(read(ours).known(), 17);
    }

    #[test]
    fn a_mapping_of_the_operator_wins_and_must_exist() {
        let settings = Settings::read(
            r#"{"columns":{"repair":{"reported_on":"Logged at"}},"drop":["Secret"]}"#,
        )
        .unwrap();
        let columns = Columns::read(
            Kind::Repair,
            &header("Ref,Logged At,Date raised,SECRET,Dob"),
            &settings,
        )
        .unwrap();
        assert_eq!(columns.get(&header("1,a,b,c,d"), "reported_on"), "a");
        assert_eq!(columns.other, [("Date raised".to_owned(), 2)]);
        assert!(
            Columns::read(Kind::Repair, &header("Ref"), &settings)
                .unwrap_err()
                .contains("`Logged at`")
        );
    }

    #[test]
    fn file_names_tell_the_kind_unless_set() {
        let names = [
            "Repairs 2026.csv",
            "ASB contacts.csv",
            "tenancies.csv",
            "call-log.CSV",
            "readme.md",
            "x.csv",
        ]
        .map(String::from);
        let found = files(&Settings::default(), &names);
        let kinds: Vec<&str> = found.iter().map(|(k, _)| k.name()).collect();
        assert_eq!(kinds, ["repair", "asb", "tenancy", "contact"]);
        let settings = Settings::read(r#"{"files":{"contact":["x.csv"],"repair":[]}}"#).unwrap();
        let found = files(&settings, &names);
        assert_eq!(found.last().unwrap(), &(Kind::Contact, "x.csv".to_owned()));
        assert_eq!(found.len(), 3);
    }
}
