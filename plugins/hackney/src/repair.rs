//! A work order as a record: what the system says, in the contract's words, and the evidence that follows from it.
//!
//! Nothing here depends on today: days are counted only up to what is over, so that the same work order gives the same
//! record tomorrow.

use redress_plugin::belongs::plain;
use redress_plugin::dates::days_between;
use redress_plugin::{Record, Value};

use crate::photos;
use crate::read::{at, day, first, instant, join, list, text, yes};
use crate::status::{self, Standing};
use crate::work_orders::WorkOrder;

/// The most letters of notes in a record; the newest are kept.
const NOTES: usize = 60_000;

/// The day on which a work order was over, from what the list says of it: `None` while it is open.
pub fn ended(item: &Value) -> Option<String> {
    let (_, standing) = status::read(&text(item, "status"));
    let last = first(item, &["closedDated", "lastUpdated"]);
    (standing != Standing::Open && standing != Standing::Unknown && !last.is_empty())
        .then(|| redress_plugin::dates::date_utc(&last))?
}

/// The record of a work order.
pub fn record(order: &WorkOrder) -> Record {
    let of = Of(order);
    let reference = text(&order.item, "reference");
    let (said, standing) = status::read(&of.text("status"));
    let (raised, target, closed) = (
        of.day("dateRaised"),
        of.day("target"),
        of.day("closedDated"),
    );
    let description = of.text("description");
    let mut record = Record::new("repair", reference.clone())
        .title(&description)
        .property_ref(of.text("propertyReference"))
        .field("reported_on", &raised)
        .field("description", &description)
        .field("trade", of.either(&["tradeDescription", "tradeCode"]))
        .field("priority", of.either(&["priority", "priorityCode"]))
        .field("target_on", &target)
        .field("status", said)
        .field("contractor", of.either(&["owner", "contractorReference"]))
        .field("attended_on", attended(order))
        .field("follow_on_of", follows(order, &reference))
        .field("notes", notes(&order.notes))
        .other("Raised by", of.text("raisedBy"))
        .other("Closed", &closed)
        .other("Tasks", tasks(&order.tasks))
        .other("Operatives", operatives(&of))
        .other("Follow-on work asked for", follow_on(&of))
        .other(
            "Planner's comments",
            text(&order.appointment, "plannerComments"),
        )
        .other("Appointment reason", of.text("appointmentReason"));
    record = match standing {
        Standing::Completed => record.field("completed_on", &closed),
        // Closed for the contractor; the repair was not done.
        Standing::NoAccess => record.field("outcome", "No access"),
        Standing::Cancelled => record.field("outcome", "Cancelled"),
        Standing::Superseded => record.field("outcome", "Superseded by another work order"),
        Standing::Open | Standing::Unknown => record,
    };
    let appointment = appointment(order);
    let slot = join(
        &[&text(appointment, "start"), &text(appointment, "end")],
        " to ",
    );
    let slot = join(&[&text(appointment, "description"), &slot], ", ");
    record = record
        .field("appointment_on", day(appointment, "date"))
        .field("appointment_slot", slot);
    if standing != Standing::Open && standing != Standing::Unknown {
        record = record
            .other("Days open", days(&raised, &closed, 0))
            .other("Days over target", days(&target, &closed, 1));
    }
    let count = |n: usize| (n > 0).then(|| n.to_string());
    record
        .other("Appointments missed", count(missed(order, standing)))
        .other("No access recorded", count(no_access(order, standing)))
        .other(
            "Repeat visits",
            count(order.hierarchy.len().saturating_sub(1)),
        )
        .other("First report", first_report(order, &raised))
        .other("Last activity", last_activity(order))
        .documents(photos::documents(&order.photos))
}

/// The details say it, or else the list.
struct Of<'a>(&'a WorkOrder);

impl Of<'_> {
    fn text(&self, path: &str) -> String {
        self.either(&[path])
    }

    fn either(&self, paths: &[&str]) -> String {
        let detail = first(&self.0.detail, paths);
        if detail.is_empty() {
            first(&self.0.item, paths)
        } else {
            detail
        }
    }

    fn day(&self, path: &str) -> String {
        let detail = day(&self.0.detail, path);
        if detail.is_empty() {
            day(&self.0.item, path)
        } else {
            detail
        }
    }
}

fn appointment(order: &WorkOrder) -> &Value {
    match &order.appointment["appointment"] {
        Value::Null => &order.detail["appointment"],
        appointment => appointment,
    }
}

/// When somebody began to work: the appointment's own mark, or the work order's.
fn attended(order: &WorkOrder) -> String {
    let started = day(appointment(order), "startedAt");
    if started.is_empty() {
        day(&order.detail, "startTime")
    } else {
        started
    }
}

fn follows(order: &WorkOrder, reference: &str) -> String {
    let own = order.hierarchy.iter().find(|one| {
        yes(one, "isSelf") == Some(true) || text(one, "workOrder.reference") == reference
    });
    let parent = own
        .map(|own| text(own, "directParentId"))
        .unwrap_or_default();
    if parent == reference || parent == "0" {
        String::new()
    } else {
        parent
    }
}

fn notes(notes: &[Value]) -> String {
    let lines = notes.iter().map(|note| {
        let head = join(&[&instant(note, "time"), &text(note, "user")], " ");
        join(&[&head, &text(note, "note")], ": ")
    });
    let all = lines.collect::<Vec<_>>().join("\n");
    let over = all.chars().count().saturating_sub(NOTES);
    if over == 0 {
        return all;
    }
    let kept: String = all.chars().skip(over).collect();
    format!("[earlier notes are left out]\n{kept}")
}

fn tasks(tasks: &[Value]) -> String {
    let lines = tasks.iter().take(100).map(|task| {
        let quantity = text(task, "quantity");
        let times = if quantity.is_empty() || quantity == "1" || quantity == "1.0" {
            String::new()
        } else {
            format!("× {quantity}")
        };
        let line = join(
            &[&text(task, "code"), &text(task, "description"), &times],
            " ",
        );
        join(&[&line, &text(task, "status")], ", ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn operatives(of: &Of) -> String {
    let names = list(&of.0.detail, "operatives")
        .iter()
        .map(|o| text(o, "name"));
    names
        .filter(|n| !n.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

fn follow_on(of: &Of) -> String {
    let request = &of.0.detail["followOnRequest"];
    let trades = list(request, "requiredFollowOnTrades");
    let trades: Vec<&str> = trades.iter().filter_map(Value::as_str).collect();
    join(
        &[
            &trades.join(", "),
            &text(request, "followOnTypeDescription"),
            &text(request, "materialNotes"),
            &text(request, "additionalNotes"),
        ],
        "; ",
    )
}

fn days(from: &str, to: &str, least: i32) -> String {
    let days = days_between(from, to).filter(|days| *days >= least);
    days.map(|d| d.to_string()).unwrap_or_default()
}

/// An appointment whose day has passed for this work order, with no start, no note of that day and no word of access:
/// nobody came, as far as the system knows.
fn missed(order: &WorkOrder, standing: Standing) -> usize {
    let appointment = appointment(order);
    let on = day(appointment, "date");
    let cancelled = plain(&text(appointment, "bookingLifeCycleStatus")).contains("cancel");
    let visited = !attended(order).is_empty()
        || order.notes.iter().any(|note| day(note, "time") == on)
        || matches!(standing, Standing::NoAccess)
        || Of(order).day("closedDated") == on;
    let passed = days_between(&on, &last_activity(order)).is_some_and(|days| days > 0);
    usize::from(!on.is_empty() && passed && !visited && !cancelled)
}

/// Visits that found nobody, by the notes; a status says at least one.
fn no_access(order: &WorkOrder, standing: Standing) -> usize {
    let says = |note: &&Value| {
        let note = plain(&text(note, "note"));
        ["noaccess", "noanswer", "carded", "deniedaccess", "noreply"]
            .iter()
            .any(|word| note.contains(word))
    };
    let noted = order.notes.iter().filter(says).count();
    noted.max(usize::from(standing == Standing::NoAccess))
}

/// When the first of a chain of work orders was raised.
fn first_report(order: &WorkOrder, raised: &str) -> String {
    let chain = order
        .hierarchy
        .iter()
        .map(|one| day(one, "workOrder.dateRaised"));
    let days = chain.chain([raised.to_owned()]).filter(|d| !d.is_empty());
    days.min().unwrap_or_default()
}

fn last_activity(order: &WorkOrder) -> String {
    let own = ["lastUpdated", "closedDated"].map(|path| Of(order).day(path));
    let noted = order.notes.iter().map(|note| day(note, "time"));
    let days = own.into_iter().chain(noted);
    // Only days compare as texts.
    let days = days.filter(|d| days_between(d, d).is_some());
    days.max().unwrap_or_default()
}

/// Whether a value is an object: a list of anything else holds no work orders.
pub fn is_order(item: &Value) -> bool {
    item.is_object() && !text(item, "reference").is_empty() && at(item, "status").is_string()
}
