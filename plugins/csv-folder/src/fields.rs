//! The fields of each kind, and the headers under which housing systems export them. A table, so it is long.

use crate::layout::Kind;

/// A field and the headers it is known under: in plain form, which has no spaces, with a space between them.
pub(crate) type Field = (&'static str, &'static str);

const EMAIL: Field = ("email", "email emailaddress personalemail contactemail");
const PHONE: Field = (
    "phone",
    "phone telephone phonenumber telephonenumber mobile mobilenumber mobilephone tel \
     contactnumber homephone landline",
);

/// What a row says of whose it is. A name and an address may be in parts.
const REFERENCES: [Field; 13] = [
    (
        "property_ref",
        "propertyref propertyreference propertyid propref propertyno propertycode assetid \
         assetref assetreference unitref unitid placeref sitecode uprn",
    ),
    (
        "tenancy_ref",
        "tenancyref tenancyreference tenancyid tenancyagreementreference tagref tenureid \
         tenureref tenancyno tenancynumber agreementref leaseref rentaccount rentaccountref \
         accountref",
    ),
    (
        "person_ref",
        "personref personid personreference contactref customerid customerref residentid \
         residentref reporterpersonref clientid personguid tenantref tenantid occupantref \
         partyref",
    ),
    (
        "name",
        "name fullname tenant tenantname resident residentname customername customer callername \
         contactname",
    ),
    (
        "address",
        "address propertyaddress fulladdress homeaddress tenancyaddress assetfulladdress \
         correspondenceaddress siteaddress property",
    ),
    (
        "first_name",
        "firstname forename forenames firstnames givenname christianname tenantforename",
    ),
    (
        "surname",
        "surname lastname familyname secondname tenantsurname",
    ),
    (
        "house",
        "house houseno housenumber housename flatno unitno buildingnumber buildingname \
         propertynumber",
    ),
    (
        "address_1",
        "address1 addressline1 addr1 add1 addressline street streetname propertyaddress1",
    ),
    (
        "address_2",
        "address2 addressline2 addr2 add2 propertyaddress2",
    ),
    (
        "address_3",
        "address3 addressline3 addr3 add3 locality propertyaddress3",
    ),
    ("town", "town city posttown address4 addressline4"),
    ("postcode", "postcode postalcode pcode zip propertypostcode"),
];

const REPAIR: [Field; 16] = [
    (
        "id",
        "externalref reference ref jobno jobnumber jobref jobid workorder workorderno \
         workorderref workorderreference orderno ordernumber repairref repairno repairid \
         jobreference worksorder worksorderno worksordernumber wono wonumber taskid ticket id",
    ),
    (
        "reported_on",
        "reportedon reported datereported dateraised raised raisedon datelogged loggeddate \
         reporteddate raiseddate orderdate createddate datecreated createdon issued issuedate \
         dateissued logdate",
    ),
    (
        "description",
        "description descriptionofworks descriptionofwork jobdescription repairdescription \
         details fault problem works jobdetails faultdescription shortdescription longdescription \
         summary sordescription",
    ),
    ("trade", "trade tradedescription tradecode"),
    (
        "priority",
        "priority prioritydescription urgency prioritycode",
    ),
    (
        "target_on",
        "targeton target targetdate duedate due requiredby completeby requiredcompletiondate \
         targetcompletion targetcompletiondate slatarget",
    ),
    (
        "appointment_on",
        "appointmenton appointment appointmentdate appt apptdate booked appointmentstart \
         scheduled scheduleddate bookeddate",
    ),
    (
        "appointment_slot",
        "appointmentslot slot timeslot appointmenttime",
    ),
    (
        "attended_on",
        "attendedon attended dateattended attendeddate visitdate firstvisit",
    ),
    (
        "completed_on",
        "completedon completed datecompleted completeddate completiondate closeddate closeddated \
         closed datecomplete actualcompletion completedat finished finishdate dateclosed \
         practicalcompletion",
    ),
    ("status", "status jobstatus orderstatus repairstatus state"),
    ("outcome", "outcome result resolution completioncode"),
    (
        "contractor",
        "contractor owner supplier contractorname operative",
    ),
    (
        "follow_on_of",
        "followonof followon parentjob originaljob relatedorder",
    ),
    ("hazard", "hazard hazardtype awaab hhsrs"),
    ("notes", "notes comments jobnotes note"),
];

const ASB: [Field; 14] = [
    (
        "id",
        "asbref externalref caseref caseid casenumber caseno reference ref id",
    ),
    (
        "opened_on",
        "openedon opened dateopened opendate datereported reportedon reported raisedon",
    ),
    (
        "closed_on",
        "closedon closed dateclosed closedate closeddate",
    ),
    ("category", "category type asbtype casetype nature"),
    ("hate_incident", "hateincident hate hatecrime"),
    ("description", "description summary details report"),
    ("risk_score", "riskscore risk ramscore riskrating"),
    (
        "risk_assessed_on",
        "riskassessedon riskassessed riskassessmentdate dateofriskassessment",
    ),
    ("action_plan_on", "actionplanon actionplan actionplandate"),
    ("actions", "actions actionstaken"),
    (
        "last_contact_on",
        "lastcontacton lastcontact lastcontactdate",
    ),
    ("outcome", "outcome result"),
    ("closure_reason", "closurereason closedreason reasonclosed"),
    ("status", "status casestatus state"),
];

const TENANCY: [Field; 9] = [
    (
        "id",
        "externalref tenancyref tenancyreference tenancyid tenancyagreementreference tagref \
         tenureid reference ref id",
    ),
    (
        "tenure_type",
        "tenuretype tenure tenancytype agreementtype type",
    ),
    (
        "start",
        "start startdate tenancystart tenancystartdate startofdate commencementoftenancydate \
         startoftenuredate commenced",
    ),
    (
        "end",
        "end enddate tenancyend tenancyenddate endoftenancydate endoftenuredate terminated",
    ),
    (
        "joint_with_refs",
        "jointwithrefs jointwith jointtenants jointtenant",
    ),
    EMAIL,
    PHONE,
    ("population", "population tsmpopulation"),
    (
        "payment_ref",
        "paymentref paymentreference rentaccount rentaccountno",
    ),
];

const CONTACT: [Field; 7] = [
    ("id", "externalref contactid reference ref callid logid id"),
    (
        "at",
        "at date datetime when contactdate calldate createdat dateofcontact timestamp",
    ),
    ("direction", "direction inout inboundoutbound"),
    (
        "channel",
        "channel method medium contacttype contactmethod type",
    ),
    ("subject", "subject reason topic category title"),
    (
        "summary",
        "summary notes note description details comments outcome",
    ),
    (
        "staff",
        "staff officer user takenby handledby agent createdby author",
    ),
];

const PERSON: [Field; 10] = [
    (
        "id",
        "externalref personref personid personreference customerid customerref residentid \
         residentref tenantref contactref clientid partyref reference ref id",
    ),
    ("title", "title salutation"),
    ("preferred_name", "preferredname preferredfirstname knownas"),
    EMAIL,
    PHONE,
    (
        "preferred_channel",
        "preferredchannel preferredcontact contactpreference preferredcontactmethod",
    ),
    (
        "language",
        "language preferredlanguage firstlanguage mainlanguage",
    ),
    (
        "adjustments",
        "adjustments reasonableadjustments communicationneeds",
    ),
    ("tenure_type", "tenuretype tenure tenancytype agreementtype"),
    ("end", "end enddate tenancyend tenancyenddate movedout"),
];

const PROPERTY: [Field; 11] = [
    (
        "id",
        "externalref propertyref propertyreference propertyid propref propertyno propertycode \
         assetid assetref unitref unitid reference ref id uprn",
    ),
    ("uprn", "uprn"),
    ("type", "type propertytype assettype dwellingtype"),
    ("bedrooms", "bedrooms beds numberofbedrooms noofbedrooms"),
    ("floor", "floor floorlevel storey"),
    (
        "built_year",
        "builtyear yearbuilt yearconstructed builddate",
    ),
    ("patch", "patch housingpatch area neighbourhood"),
    ("owner", "owner landlord ownership"),
    (
        "managing_org",
        "managingorg managingorganisation managedby managingagent",
    ),
    ("estate", "estate scheme schemename block blockname"),
    ("heating", "heating heatingtype"),
];

/// The parts of a name and of an address, in order; in records they stand together.
pub(crate) const NAME_PARTS: [&str; 2] = ["first_name", "surname"];
/// See [`NAME_PARTS`].
pub(crate) const ADDRESS_PARTS: [&str; 6] = [
    "house",
    "address_1",
    "address_2",
    "address_3",
    "town",
    "postcode",
];

/// What columns of photos and reports are called, but for `file`, `name` and a number behind it.
const DOCUMENTS: &str = "photo photos photograph photographs picture pictures image images \
    beforephoto afterphoto photobefore photoafter attachment attachments document documents files \
    report surveyreport inspectionreport scan letter";

/// Whether a column, in plain form, names photos and reports in the folder.
pub(crate) fn names_documents(header: &str) -> bool {
    // Photo 1, Photo 2, …
    let header = header.trim_end_matches(|c: char| c.is_ascii_digit());
    let header = header.strip_suffix("name").unwrap_or(header);
    let header = header.strip_suffix("file").unwrap_or(header);
    header.is_empty() || DOCUMENTS.split(' ').any(|known| known == header)
}

impl Kind {
    fn table(self) -> &'static [Field] {
        match self {
            Kind::Repair => &REPAIR,
            Kind::Asb => &ASB,
            Kind::Tenancy => &TENANCY,
            Kind::Contact => &CONTACT,
            Kind::Person => &PERSON,
            Kind::Property => &PROPERTY,
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

#[cfg(test)]
mod tests {
    use crate::layout::KINDS;

    #[test]
    fn every_field_of_the_contract_has_headers() {
        for kind in KINDS {
            for field in redress_plugin::fields::of(kind.name()) {
                assert!(kind.knows(field), "{} {field}", kind.name());
            }
        }
    }

    #[test]
    fn a_header_is_in_plain_form_and_stands_once_in_a_field() {
        for kind in KINDS {
            for (field, headers) in kind.known_headers() {
                let headers: Vec<&str> = headers.split(' ').collect();
                for (at, header) in headers.iter().enumerate() {
                    assert!(
                        redress_plugin::belongs::plain(header) == *header,
                        "{field} {header}"
                    );
                    assert!(
                        !header.is_empty() && !headers[..at].contains(header),
                        "{field} {header}"
                    );
                }
            }
        }
    }
}
