//! Who gets new complaints.

use super::{Pairs, page, show};
use crate::desk::DeskError;
use crate::desk::giving::{Giving, To};
use crate::domain::access::{Actor, Permission};
use crate::web::command_page::people;
use crate::web::documents::answer;
use crate::web::form::{Choice, Field, Form, Kind, Posted};
use crate::web::page::see;
use crate::web::session::refuse;
use crate::web::settings::SettingsPage;
use crate::web::shell::{Visitor, Web};
use axum::Form as Body;
use axum::extract::State;
use axum::response::Response;

const HERE: &str = "/settings/giving";

/// `GET /settings/giving`.
pub async fn giving(State(web): State<Web>, Visitor(actor): Visitor) -> Response {
    let shown = web
        .desk
        .giving()
        .map(|rules| giving_page(&web, &actor, form(&web, &rules)));
    show(&web, &actor, shown)
}

/// `POST /settings/giving`: for complaints that are logged from now on.
pub async fn set_giving(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let mut form = match web.desk.giving() {
        Ok(rules) => form(&web, &rules),
        Err(error) => return web.sorry(&actor, &error),
    };
    if let Some(answers) = form.read(&Posted(pairs)) {
        let text = |name: &str| answer::<String>(&answers, name).unwrap_or_default();
        let headings = headings(&web).into_iter().enumerate();
        let mut rules = Giving {
            otherwise: read(&text("otherwise")).unwrap_or_default(),
            ..Giving::default()
        };
        for (at, (heading, _)) in headings {
            if let Some(to) = read(&text(&format!("heading_{at}"))) {
                rules.by_heading.insert(heading, to);
            }
        }
        match web.desk.set_giving(&actor, rules, &text("why")).await {
            Ok(()) => return see(HERE),
            Err(error @ DeskError::Forbidden(_)) => return web.sorry(&actor, &error),
            Err(error) => refuse(&mut form, &error),
        }
    }
    show(&web, &actor, Ok(giving_page(&web, &actor, form)))
}

/// The headings of the categories in use, as key and words.
fn headings(web: &Web) -> Vec<(String, String)> {
    let book = web.desk.book();
    let mut all: Vec<(String, String)> = Vec::new();
    for category in book.categories().offered() {
        let key = category.key.split('.').next().unwrap_or_default();
        if !all.iter().any(|(known, _)| known == key) {
            all.push((key.to_owned(), category.top.clone()));
        }
    }
    all
}

fn written(to: &To) -> String {
    match to {
        To::Nobody => "nobody".into(),
        To::Fewest => "fewest".into(),
        To::Person(id) => format!("person:{id}"),
    }
}

/// Whom a choice means; none for the one that leaves it to the rule for all.
fn read(choice: &str) -> Option<To> {
    match choice {
        "nobody" => Some(To::Nobody),
        "fewest" => Some(To::Fewest),
        other => other
            .strip_prefix("person:")
            .map(|id| To::Person(id.to_owned())),
    }
}

fn form(web: &Web, rules: &Giving) -> Form {
    let people = people(web);
    let people = people
        .into_iter()
        .map(|person| Choice::new(format!("person:{}", person.value), person.label));
    let mut choices = vec![
        Choice::new("nobody", "Nobody: it waits until somebody takes it"),
        Choice::new(
            "fewest",
            "The complaints officer with the fewest open cases",
        ),
    ];
    choices.extend(people);
    let mut fields = vec![
        Field::new(Kind::Select, "otherwise", "Every new complaint")
            .of(choices.clone())
            .with(written(&rules.otherwise)),
    ];
    let mut others = vec![Choice::new("same", "As every new complaint")];
    others.extend(choices);
    for (at, (heading, words)) in headings(web).into_iter().enumerate() {
        let to = rules
            .by_heading
            .get(&heading)
            .map_or("same".to_owned(), written);
        let field = Field::new(Kind::Select, format!("heading_{at}"), words);
        fields.push(field.of(others.clone()).with(to));
    }
    fields.push(Field::new(Kind::Line, "why", "Why it changes"));
    Form::new(HERE, "Change who gets them", fields)
}

fn giving_page(web: &Web, actor: &Actor, form: Form) -> SettingsPage {
    let mut page = page(
        web,
        actor,
        HERE,
        "Who gets new complaints",
        form,
        "New complaints go to",
    );
    page.intro = "A complaint goes by the heading of its first point. Who is away is passed over, or their cover gets it; \
                  so is whoever the complaint names (Code 5.8). The team leader can always give it to somebody else."
        .into();
    if !actor.may(Permission::Administer) {
        page.form = Form::new("", "", Vec::new());
    }
    page
}
