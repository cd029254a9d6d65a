//! The repairs API: a home's work orders, page by page, each with what is known beside the list.

use redress_plugin::{Failure, Value, http};

use crate::api::{Api, REPAIRS};
use crate::read::{at, text};
use crate::settings::Settings;

/// The most that the API gives at once.
pub const PAGE: usize = 50;
/// The most requests that one work order takes.
pub const EACH: u32 = 6;

/// A page of a home's work orders; pages count from 1.
pub fn page(api: &mut Api, property: &str, page: usize) -> Result<Vec<Value>, Failure> {
    let (page, size) = (page.to_string(), PAGE.to_string());
    let query = [
        ("propertyReference", property),
        ("PageNumber", &page),
        ("PageSize", &size),
    ];
    match api.get(REPAIRS, &http::url("workOrders", &query))? {
        None => Ok(Vec::new()),
        Some(Value::Array(orders)) => Ok(orders),
        Some(_) => Err(Failure::Unavailable(
            "\"repairs\" gave something else than a list of work orders; check the connection's address".into(),
        )),
    }
}

/// Everything about one work order.
#[derive(Debug, Clone, Default)]
pub struct WorkOrder {
    /// As in the list.
    pub item: Value,
    /// The details, if they were asked for.
    pub detail: Value,
    /// Notes, oldest first as the API gives them.
    pub notes: Vec<Value>,
    /// Lines of the schedule of rates.
    pub tasks: Vec<Value>,
    /// The appointment's details.
    pub appointment: Value,
    /// The work orders that it followed and that followed it.
    pub hierarchy: Vec<Value>,
    /// Groups of photos.
    pub photos: Vec<Value>,
}

/// Asks for the rest of a work order of the list. What cannot be read of it is left out with a warning: the list alone
/// is evidence too.
pub fn whole(api: &mut Api, item: Value, settings: &Settings) -> WorkOrder {
    let reference = text(&item, "reference");
    let mut order = WorkOrder {
        item,
        ..WorkOrder::default()
    };
    if !settings.details {
        return order;
    }
    let mut ask = |what: &str, path: String| {
        let read = api.get(REPAIRS, &path).map(Option::unwrap_or_default);
        api.part(&format!("The {what} of work order {reference}"), read)
    };
    let at_order = format!("workOrders/{}", http::encode(&reference));
    order.detail = ask("details", at_order.clone());
    order.notes = listed(ask("notes", format!("{at_order}/notes")));
    order.tasks = listed(ask("tasks", format!("{at_order}/tasks")));
    let below = |what: &str| format!("workOrders/{what}/{}", http::encode(&reference));
    order.appointment = ask("appointments", below("appointments"));
    let hierarchy = ask("follow-on jobs", format!("{at_order}/hierarchy"));
    order.hierarchy = listed(at(&hierarchy, "workOrders").clone());
    // Where the number of files is said, nobody need be asked for none.
    let files = at(&order.detail, "uploadedFileCount.totalFileCount");
    if settings.photos && files.as_u64() != Some(0) {
        order.photos = listed(ask("photos", below("images")));
    }
    order
}

fn listed(value: Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list,
        _ => Vec::new(),
    }
}
