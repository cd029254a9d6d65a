//! Names for what requests and answers hold. Shapes of the domain are traced from it; those that a handler puts
//! together are told here in one line each, in the words of [`super::commands`], and every journey's answers are
//! held against them.

#![expect(
    missing_docs,
    reason = "each names an entry of the document, which describes it"
)]

use std::borrow::Cow;

use serde_json::{Value, json};
use utoipa::openapi::schema::{ArrayBuilder, Object, Schema};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use super::commands::{COMMANDS, kind, shape, shape_name};
use super::trace::{Shapes, named, or_null};

macro_rules! names {
    ($($name:ident)*) => {$(
        /// An entry of the document; its shape is put in place when the document is made.
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                RefOr::T(Schema::Object(Object::new()))
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    )*};
}

names! {
    Intake CaseAnswer CasePage AuditedEvent EarlierCase QueueCounts Board Found Command Document NewDocument DueDates
    Me Person Token NewToken Calendar CalendarChange Moved Policy PolicyInForce PolicyDocument NewPolicy Health
    ExportFormat LinkedRecords RecordAnswer PulledDocuments Residents LinkSource LinkCheck Plugins Erasure Assigned Category CategoryTree Categories
    Rate RateTable Rates PluginAnswer PluginRun Backups BackupPlan NewBackupBucket Session
    Learning KeptLearning LearningLog LearningVersions
}

/// A reference for the query parameters that take one of a list.
macro_rules! one_of {
    ($($function:ident $name:literal)*) => {$(
        pub fn $function() -> RefOr<Schema> {
            RefOr::Ref(Ref::from_schema_name($name))
        }
    )*};
}

one_of! { state "State" root_cause "RootCause" risk "Risk" sort "Sort" role "Role" }

pub fn roles() -> RefOr<Schema> {
    ArrayBuilder::new().items(role()).into()
}

/// What handlers put together: name, description, fields. All fields are always there.
#[rustfmt::skip]
const ANSWERS: &[(&str, &str, &str)] = &[
    ("CaseAnswer", "A case with everything that follows from it.",
     "reference:text version:number state:State kind:Kind stage:number title:text received_at:time recorded_at:time \
      updated_at:time channel:Channel heard_by?:text account:text definition?:text outcomes_sought:text handler?:text \
      complainant:Party representative?:Representative members:Party[] triage:Triage points:PointAnswer[] \
      stages:StageRun[] outcome?:Decision clocks:Clock[] flags:CaseFlags refusals:RefusalRecord[] remedies:Remedy[] \
      compensation:Compensation actions:Action[] approvals:Approval[] extensions:ExtensionAnswer[] \
      letters:IssuedLetter[] links:LinkAnswer[] sources:SourceAnswer[] documents:Document[] contacts:Contact[] \
      hazards:Hazard[] related:Related[] linked_cases:texts ombudsman?:HosCase root_causes:RootCause[] \
      closing?:Closing satisfaction:Satisfaction[] readiness:Readiness restricted:flag"),
    ("PointAnswer", "A point with the decision that stands.",
     "id:number text:text category:text theme?:Theme raised_at:time refused:flag accepted?:PointAccepted decision?:Decision reasons?:text references?:texts \
      decisions:PointDecision[] evidence:Evidence"),
    ("Compensation", "Sums in pence, side by side.", "stage1_pence:money stage2_pence:money later_pence:money ordered_pence:money"),
    ("LinkVersion", "One snapshot of a linked record.", "version:number snapshot_at:time hash:text"),
    ("CaseSummary", "A case in a list.",
     "reference:text version:number kind:Kind state:State stage:number title:text received_at:time updated_at:time \
      due?:date due_clock?:text handler?:text complainant:text address?:text categories:texts root_causes:RootCause[] \
      risk:Risk care:flag links:number with_ombudsman:flag restricted:flag"),
    ("CasePage", "A page of a list.", "items:CaseSummary[] next?:text total:number total_is_exact:flag"),
    ("AuditedEvent", "What happened, with its place in the chain. Without a body it was lawfully erased or, of kind `withheld`, is about a case that the caller may not know of.",
     "seq:number kind:text at:time recorded_at:time actor:text body:any body_hash:text link:text"),
    ("ResidentCase", "A case of a resident.", "reference:text state:State title:text received_at:time"),
    ("Resident", "Someone whom a linked system knows, or who complained before: then without `source`. To be confirmed with the resident.",
     "source?:text external_id?:text name:text preferred_name?:text address?:text phone?:text email?:text \
      preferred_contact?:ContactWay language?:text adjustments:texts tenure?:Tenure person_ref?:text tenancy_ref?:text \
      property_ref?:text cases:ResidentCase[]"),
    ("SearchedSource", "How a linked system took part in a search.", "source:text found:number more:flag part:text failure?:text"),
    ("Residents", "Whom a search found.", "residents:Resident[] sources:SearchedSource[]"),
    ("QueueCounts", "How many cases wait in each view of the queue.",
     "mine:number unassigned:number to_acknowledge:number overdue:number due_soon:number stage2:number open:number asked:number"),
    ("BoardOpen", "Open cases of a state, a handler (empty for nobody) or a risk, by how near their next date is.",
     "by:text name:text overdue:number due_today:number due_soon:number on_track:number undated:number"),
    ("BoardFigure", "How many complaints a measure holds in the period and in the one before.", "measure:text now:number before:number"),
    ("BoardMedian", "The median of working days from receipt to answer, in tenths.", "stage:number now_tenths?:number before_tenths?:number"),
    ("BoardGroup", "A theme or root cause in the period and in the one before.", "name:text now:number before:number"),
    ("BoardCount", "How many complaints a measure holds.", "measure:text count:number"),
    ("BoardMonth", "A month; what it does not name is nothing.", "from:date to:date counts:BoardCount[]"),
    ("Board", "What is open, and what became of the complaints of a period beside the one before.",
     "at:time from:date to:date before_from:date before_to:date queue:QueueCounts open:BoardOpen[]
      figures:BoardFigure[] median_working_days:BoardMedian[] themes:BoardGroup[] root_causes:BoardGroup[] months:BoardMonth[]"),
    ("PassagePiece", "A piece of a text, and whether it is one of the words that were sought.", "text:text marked:flag"),
    ("Passage", "Where in a case the words stand: an event by its `seq`, or a document by its `id`.",
     "event?:number document?:number pieces:PassagePiece[]"),
    ("Hit", "A case that was found, and where in it the words stand.", "case:CaseSummary passages:Passage[]"),
    ("Found", "A page of a search, best first; `next` is the `from` of the next page. `building` tells how many cases are indexed while the index is first made.",
     "hits:Hit[] total:number total_is_exact:flag next?:number building?:number"),
    ("Me", "Who calls.", "id:text name:text roles:Role[] is_token:flag"),
    ("Person", "Someone with an account.",
     "id:text name:text roles:Role[] disabled:flag can_sign_in:flag created_at:time away?:Away"),
    ("Away", "Someone's absence: its last day, and who covers.", "until:date cover?:text"),
    ("AssignedCase", "A case with who handles it now.", "reference:text handler:text"),
    ("UnassignedCase", "A case that stayed where it was, and why.", "reference:text detail:text"),
    ("Assigned", "What became of cases that were to change hands.", "assigned:AssignedCase[] refused:UnassignedCase[]"),
    ("Token", "An API token, without its secret.",
     "id:number name:text roles:Role[] created_by:text created_at:time expires_at?:time revoked_at?:time"),
    ("Session", "A browser that is signed in. Its `id` ends it and opens nothing.",
     "id:text account:text name:text began_at:time seen_at:time address?:text"),
    ("NewToken", "A token with its secret, this once.",
     "id:number name:text roles:Role[] created_by:text created_at:time expires_at?:time revoked_at?:time secret:text"),
    ("Holiday", "A bank holiday.", "date:date name:text"),
    ("Closure", "Days on which the office is shut; they are working days all the same.", "from:date to:date name:text"),
    ("Calendar", "A year's bank holidays and closures; `is_seeded` when the government's list for it is built in.",
     "year:integer is_seeded:flag holidays:Holiday[] closures:Closure[]"),
    ("MovedCase", "A case whose dates moved.", "reference:text clocks:DueChange[]"),
    ("Moved", "What a change of the calendar moved.", "moved:MovedCase[]"),
    ("PolicyVersion", "When a policy was set, by whom and why.", "version:number from?:date at:time by:text why:text"),
    ("PolicyInForce", "The policy today, the newest one, and every version.",
     "policy:Policy latest:Policy versions:PolicyVersion[]"),
    ("TreeVersion", "When a version of the categories or rates was set, by whom and why.", "version:number at:time by:text why:text"),
    ("CategoryTree", "A version of the categories.", "version:number categories:Category[]"),
    ("Categories", "The categories in use, and every version the landlord set.",
     "version:number categories:Category[] versions:TreeVersion[]"),
    ("RateTable", "A version of the table of rates.", "version:number rates:Rate[]"),
    ("Rates", "The rates in use, every version the landlord set, and how sums were judged before the Compensation Guidance.",
     "version:number rates:Rate[] bands:Band[] bands_source:text versions:TreeVersion[]"),
    ("Band", "Sums that were found for a failure; a scale to hold an amount beside, never a limit.",
     "from_pence:money to_pence?:money finding:text impact:text"),
    ("Health", "Whether the file can be read and written.", "ok:flag version:text trouble?:text"),
    ("ExportFormat", "A way in which a case can leave.", "key:text title:text summary:text version:text sha256:text media_type:text partial:flag discloses:flag request:any"),
    ("LinkedRecords", "Records of other systems, and how each system answered last.",
     "links:LinkAnswer[] sources:SourceAnswer[]"),
    ("RecordVersion", "One version of a linked record, with what was fetched.",
     "version:number title:text snapshot_at:time hash:text by_hand:flag document:any"),
    ("RecordDocument", "A document that belongs to a linked record, and its number once it is on the case.",
     "id:text name:text title?:text media_type?:text taken_on?:date on_case?:number"),
    ("RecordAnswer", "A linked record in all its versions, oldest first, with its documents and the points it bears on.",
     "source:text kind:text external_id:text title:text unlinked_at?:time documents:RecordDocument[] points:numbers \
      versions:RecordVersion[]"),
    ("KnownDocument", "A document whose very bytes were on the case already.", "name:text document:number"),
    ("FailedDocument", "A document that could not be had.", "name:text detail:text"),
    ("PulledDocuments", "What came of taking documents of a linked record into the case.",
     "added:Document[] known:KnownDocument[] failed:FailedDocument[]"),
    ("SourceAnswer", "How a linked system stands with a case: since when it gives no answer, and when it is asked again by itself.",
     "source:text asked_at:time fetched_at?:time failure?:text notes:texts down_since?:time next_try?:time off:flag"),
    ("LinkSource", "A system whose records are linked to cases.",
     "key:text plugin:text folder?:text settings:any connections:any limits:any refresh_hours?:number enabled:flag"),
    ("LinkCheck", "Whether a system can be read, and what it holds or why not, in the adapter's words.",
     "readable:flag says:text"),
    ("KeptLearning", "A learning with its number and the version that it stands at: who set it, when and why.",
     "number:number version:number at:time by:text why:text learning:Learning"),
    ("LearningLog", "What changes because of complaints, oldest first.", "learnings:KeptLearning[]"),
    ("LearningVersions", "Every version of a learning, newest first.", "versions:KeptLearning[]"),
    ("BackupPlan", "When backups are made and which are kept: each of the last 24 hours, the last of each of so many days and months; `also` is another folder, `encrypt_to` the age public key that copies there are encrypted to.",
     "on:flag hour:number every:number days:number months:number also:text encrypt_to:text"),
    ("BackupFile", "One backup, and the moment that it shows.", "name:text path:text taken_at:time bytes:number sealed:flag"),
    ("NewBackupBucket", "An object store that speaks S3, by https; an empty secret leaves the one that is kept.",
     "on:flag address:text region:text bucket:text folder:text access_key:text secret:text"),
    ("BackupBucket", "The object store that backups are sent to, without its secret.",
     "version:number on:flag address:text region:text bucket:text folder:text access_key:text has_secret:flag"),
    ("SentBackup", "What was sent to the object store last, and how many are kept there.", "name:text kept:number"),
    ("BackupFailure", "Why the last backup did not go well.", "at:time why:text"),
    ("Backups", "The backups beside the data file and in the other folder, the rolling copy `latest`, and how they stand.",
     "plan:BackupPlan version:number folder:text latest?:text beside:BackupFile[] beside_trouble?:text also:BackupFile[] also_trouble?:text \
      next?:time late:flag running:flag bucket:BackupBucket sent?:SentBackup failure?:BackupFailure"),
    ("Erasure", "What is gone now.", "events:number documents:number"),
    ("Plugin", "A plugin that is part of this server.", "name:text kind:text version:text sha256:text"),
    ("PluginAsk", "One thing that a plugin asks for, in words.", "about:text says:text"),
    ("PluginDifference", "How a version differs from the one in use; `more`, `less`, `older` or `other`.", "what:text says:text"),
    ("PluginWaiting", "A version that waits for approval.",
     "version:text sha256:text asks:PluginAsk[] differences:PluginDifference[]"),
    ("PluginAnswer", "A plugin, what it asks for, and what waits for approval.",
     "id:text title:text summary:text source:text kind:text version:text contract:text sha256:text size:number \
      built_in:flag enabled:flag asks:PluginAsk[] waiting?:PluginWaiting settings:any limits:any links:texts manifest:any"),
    ("PluginLine", "A line of a run's log.", "at:time level:text message:text"),
    ("PluginCall", "A request that a run sent, without credentials and values of parameters.",
     "at:time connection:text method:text url:text status?:number error?:text bytes:number milliseconds:number \
      attempt:number correlation_id:text"),
    ("PluginRun", "A run of a plugin, what it said, took and asked.",
     "at:time asked:text failure?:text took_ms:number computing_ms:number memory:number calls:number \
      lines:PluginLine[] lines_dropped:number requests:PluginCall[]"),
    ("Plugins", "What runs in the sandbox.", "plugins:Plugin[]"),
];

fn answer(description: &str, fields: &str) -> Value {
    let mut properties = serde_json::Map::new();
    let mut required = Vec::new();
    for field in fields.split_whitespace() {
        let Some((name, what)) = field.split_once(':') else {
            continue;
        };
        let shape = kind(what);
        let plain = name.trim_end_matches('?');
        let shape = if plain == name { shape } else { or_null(shape) };
        properties.insert(plain.to_owned(), shape);
        required.push(plain);
    }
    json!({"type": "object", "description": description, "properties": properties, "required": required})
}

/// A shape with more fields.
fn with(shapes: &Shapes, name: &str, more: &[(&str, Value)]) -> Value {
    let mut shape = shapes.get(name).cloned().unwrap_or_else(|| json!({}));
    for (field, value) in more {
        shape["properties"][*field] = value.clone();
    }
    shape
}

/// Adds what handlers put together to what was traced.
pub fn complete(shapes: &mut Shapes) {
    for (name, description, fields) in ANSWERS {
        shapes.insert((*name).to_owned(), answer(description, fields));
    }
    for row in COMMANDS {
        shapes.insert(shape_name(row.0), shape(row));
    }
    let commands: Vec<_> = COMMANDS
        .iter()
        .map(|row| named(&shape_name(row.0)))
        .collect();
    let mapping: Shapes = COMMANDS
        .iter()
        .map(|row| (row.0.to_owned(), named(&shape_name(row.0))["$ref"].clone()))
        .collect();
    let command = json!({"description": "What a person means, by name.", "oneOf": commands,
                         "discriminator": {"propertyName": "command", "mapping": mapping}});
    shapes.insert("Command".into(), command);
    let same = json!({"type": "string", "enum": ["resident", "home"]});
    shapes.insert(
        "EarlierCase".into(),
        with(shapes, "CaseSummary", &[("same", same)]),
    );
    shapes.insert(
        "ExtensionAnswer".into(),
        with(shapes, "Extension", &[("stage", kind("number"))]),
    );
    let more = [("document", json!({})), ("versions", kind("LinkVersion[]"))];
    shapes.insert("LinkAnswer".into(), with(shapes, "LinkedRecord", &more));
    shapes.insert("CalendarChange".into(), calendar_change());
    shapes.insert("NewDocument".into(), new_document());
    shapes.insert("NewPolicy".into(), new_policy());
    // A source may be given with its key and adapter alone.
    if let Some(source) = shapes.get_mut("LinkSource") {
        source["required"] = json!(["key", "plugin"]);
    }
}

fn calendar_change() -> Value {
    let add = answer(
        "A day becomes a bank holiday.",
        "date:date name:text why:text",
    );
    let remove = answer("A day is one no longer.", "date:date why:text");
    let tagged = |mut shape: Value, change: &str| {
        shape["properties"]["change"] = json!({"type": "string", "enum": [change]});
        if let Some(required) = shape["required"].as_array_mut() {
            required.push(json!("change"));
        }
        shape
    };
    let close = answer(
        "The office is shut. No date moves.",
        "from:date to:date name:text why:text",
    );
    let reopen = answer("It is not shut after all.", "from:date to:date why:text");
    json!({"oneOf": [tagged(add, "add"), tagged(remove, "remove"), tagged(close, "close"),
                     tagged(reopen, "reopen")]})
}

fn file() -> Value {
    json!({"type": "string", "format": "binary", "description": "The file itself, streamed."})
}

fn new_document() -> Value {
    let fields = "kind:DocumentKind doc_date:date title:text sensitivity:Sensitivity source_system:text \
                  source_id:text from:text to:text why:text at:time";
    let mut form = answer(
        "A document; what is left out is `other`, undated and ordinary.",
        fields,
    );
    form["properties"]["file"] = file();
    form["required"] = json!(["file"]);
    form
}

fn new_policy() -> Value {
    let fields = "kind:text title:text version:text effective_from:date effective_to:date";
    let mut form = answer(
        "A version of one of the landlord's policies; the file comes last.",
        fields,
    );
    form["properties"]["file"] = file();
    form["required"] = json!(["kind", "title", "version", "effective_from", "file"]);
    form
}
