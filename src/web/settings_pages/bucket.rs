//! The object store that backups are sent to.

use super::Pairs;
use crate::desk::DeskError;
use crate::desk::backups::{BucketAnswers, BucketView};
use crate::domain::access::Actor;
use crate::web::documents::answer;
use crate::web::form::{Choice, Field, Form, Kind, Posted};
use crate::web::page::{FormPage, see};
use crate::web::session::refuse;
use crate::web::shell::{Visitor, Web};
use axum::Form as Body;
use axum::extract::State;
use axum::response::Response;

const HERE: &str = "/settings/backups/bucket";
const BACK: &str = "/settings/backups";

/// `GET /settings/backups/bucket`.
pub async fn ask(State(web): State<Web>, Visitor(actor): Visitor) -> Response {
    match web.desk.bucket(&actor) {
        Ok(bucket) => page(&web, &actor, form(&bucket)),
        Err(error) => web.sorry(&actor, &error),
    }
}

/// `POST /settings/backups/bucket`.
pub async fn set(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let posted = Posted(pairs);
    let mut form = match web.desk.bucket(&actor) {
        Ok(bucket) => form(&bucket),
        Err(error) => return web.sorry(&actor, &error),
    };
    if let Some(answers) = form.read(&posted) {
        let text = |name: &str| answer::<String>(&answers, name).unwrap_or_default();
        let given = BucketAnswers {
            on: posted.get("on") == "true",
            address: text("address"),
            region: text("region"),
            bucket: text("bucket"),
            folder: text("folder"),
            access_key: text("access_key"),
            secret: text("secret"),
        };
        let version = answer(&answers, "version").unwrap_or(0);
        let why = text("why");
        match web.desk.set_bucket(&actor, version, given, &why).await {
            Ok(_) => return see(BACK),
            Err(error @ DeskError::Forbidden(_)) => return web.sorry(&actor, &error),
            Err(error) => refuse(&mut form, &error),
        }
    }
    page(&web, &actor, form)
}

fn form(bucket: &BucketView) -> Form {
    let on = vec![
        Choice::new("true", "Each backup is sent"),
        Choice::new("false", "None is sent"),
    ];
    let secret = if bucket.has_secret {
        "Left empty, the one that is kept stays. It is never shown again."
    } else {
        "It is kept encrypted under the key file beside the data file, and never shown again."
    };
    let line = |name: &str, label: &str, value: &str| {
        Field::new(Kind::Line, name, label).with(value).optional()
    };
    Form::new(
        HERE,
        "Try it and keep it",
        vec![
            Field::new(Kind::Radios, "on", "Sending")
                .of(on)
                .with(bucket.on.to_string()),
            line("address", "Address", &bucket.address)
                .hint("As the provider gives it, such as https://s3.eu-west-2.amazonaws.com."),
            line("region", "Region", &bucket.region)
                .hint("Such as eu-west-2; us-east-1 where the provider names none."),
            line("bucket", "Bucket", &bucket.bucket),
            line("folder", "Folder in the bucket", &bucket.folder),
            line("access_key", "Access key", &bucket.access_key).hint(
                "One that may list, read, write and delete in this bucket, and nothing else.",
            ),
            Field::new(Kind::Password, "secret", "Secret of the access key")
                .optional()
                .hint(secret),
            Field::new(Kind::HiddenNumber, "version", "Version").with(bucket.version.to_string()),
            Field::new(Kind::Line, "why", "Why it changes"),
        ],
    )
}

fn page(web: &Web, actor: &Actor, form: Form) -> Response {
    FormPage {
        frame: web.frame(actor, "/settings"),
        title: "Send backups to an object store".into(),
        intro: "A store that speaks S3, at another provider or another site: a fire here leaves it whole. What is sent is \
                encrypted if the schedule names a public key; give it one."
            .into(),
        back: BACK.into(),
        back_label: "Backups".into(),
        care: Vec::new(),
        form,
    }
    .answer()
}
