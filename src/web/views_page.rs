//! Keeping a list as a view of one's own, and letting it go.

use super::form::{Choice, Field, Form, Kind, Posted};
use super::page::{FormPage, see};
use super::queue::encode;
use super::session::refuse;
use super::shell::{Visitor, Web};
use super::{list_filter, words};
use crate::desk::DeskError;
use crate::desk::lists::ListOrder;
use crate::desk::need;
use crate::desk::saved::SavedView;
use crate::domain::access::{Actor, Permission};
use axum::Form as Body;
use axum::extract::{Query, State};
use axum::response::Response;

/// The address of a view: all of it is in there, so that it may be shared.
pub fn address(view: &SavedView) -> String {
    let sort = words::wire(&view.order);
    format!("/?view=all&sort={sort}&q={}", encode(&view.q))
}

/// Where a list is kept from.
pub fn keep_at(q: &str, order: ListOrder) -> String {
    format!("/views?sort={}&q={}", words::wire(&order), encode(q))
}

/// `GET /views`: asks for the name.
pub async fn ask(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Query(asked): Query<Vec<(String, String)>>,
) -> Response {
    if let Err(error) = need(&actor, Permission::ReadCases) {
        return web.sorry(&actor, &error);
    }
    let asked = Posted(asked);
    let mut form = form();
    for field in form.fields_mut() {
        field.values = asked.all(&field.name);
    }
    page(&web, &actor, form)
}

/// `POST /views`: keeps it.
pub async fn keep(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Response {
    let posted = Posted(pairs);
    let mut form = form();
    if form.read(&posted).is_some() {
        let order = list_filter::order(&posted, ListOrder::Due);
        let (name, q) = (posted.get("name"), posted.get("q"));
        match web.desk.save_view(&actor, name, q, order).await {
            Ok(view) => return see(&format!("{}&done=view-kept", address(&view))),
            Err(error @ (DeskError::Invalid { .. } | DeskError::Refused(_))) => {
                refuse(&mut form, &error);
            }
            Err(error) => return web.sorry(&actor, &error),
        }
    }
    page(&web, &actor, form)
}

/// `POST /views/remove`: lets it go.
pub async fn remove(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Response {
    let posted = Posted(pairs);
    let removed = match posted.get("number").parse() {
        Ok(number) => web.desk.remove_view(&actor, number).await,
        Err(_) => Err(DeskError::NotFound),
    };
    match removed {
        Ok(()) => see("/?done=view-removed"),
        Err(error) => web.sorry(&actor, &error),
    }
}

fn form() -> Form {
    Form::new(
        "/views",
        "Keep the view",
        vec![
            Field::new(Kind::Line, "name", "What the view is called")
                .hint("A few words without a resident’s name. A view of yours with the same name is replaced."),
            Field::new(Kind::Line, "q", "What it finds").hint(
                "Words and filters as in the box of a list, such as stage:2 due:<3d owner:me.",
            ),
            Field::new(Kind::Select, "sort", "Sort by").of(vec![
                Choice::new("due", "Deadline, soonest first"),
                Choice::new("received", "Received, newest first"),
                Choice::new("updated", "Changed, newest first"),
            ]),
        ],
    )
}

fn page(web: &Web, actor: &Actor, form: Form) -> Response {
    FormPage {
        frame: web.frame(actor, "/"),
        title: "Keep this list as a view".into(),
        intro: "It becomes a tab of yours on the work queue. Its address can be sent to a colleague, who sees what \
                they may see; “me” then means them."
            .into(),
        back: "/".into(),
        back_label: "Work queue".into(),
        care: Vec::new(),
        form,
    }
    .answer()
}
