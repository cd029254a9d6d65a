//! My deadlines in a calendar program: the page that makes the address, and what the address gives (RFC 5545).

use super::form::{Field, Form, Kind};
use super::page::{FormPage, see};
use super::shell::{Visitor, Web};
use super::words::moment;
use crate::desk::DeskError;
use crate::desk::lists::CaseRow;
use crate::domain::access::Actor;
use crate::domain::clock::ClockId;
use axum::Form as Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Days, Utc};

/// `GET /feed`: whether there is an address, and the button that makes one.
pub async fn ask(State(web): State<Web>, Visitor(actor): Visitor) -> Response {
    page(&web, &actor, "").await
}

/// `POST /feed`: makes an address, which is shown this once, or ends it.
pub async fn act(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    headers: HeaderMap,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Response {
    if pairs.iter().any(|(name, _)| name == "end") {
        return match web.desk.end_feed(&actor).await {
            Ok(()) => see("/feed"),
            Err(error) => web.sorry(&actor, &error),
        };
    }
    match web.desk.new_feed(&actor).await {
        Ok(secret) => {
            let host = headers
                .get(header::HOST)
                .and_then(|host| host.to_str().ok());
            let scheme = if web.secure { "https" } else { "http" };
            let host = host.unwrap_or("localhost");
            let address = format!("{scheme}://{host}/feed/{}.ics", secret.reveal());
            page(&web, &actor, &address).await
        }
        Err(error) => web.sorry(&actor, &error),
    }
}

async fn page(web: &Web, actor: &Actor, address: &str) -> Response {
    let who = actor.clone();
    let made = match web.desk.away(move |desk| desk.feed_made(&who)).await {
        Ok(made) => made,
        Err(error) => return web.sorry(actor, &error),
    };
    let mut fields = Vec::new();
    let submit = match (made, address) {
        (_, address) if !address.is_empty() => {
            let field = Field::new(Kind::Line, "address", "Address, shown this once");
            fields.push(field.with(address).optional().hint(
                "Copy it into your calendar program as a calendar by subscription. Whoever has it sees your dates, so \
                 send it to nobody.",
            ));
            "Make another instead"
        }
        (Some(_), _) => "Make another instead",
        (None, _) => "Make the address",
    };
    if made.is_some() {
        let end = Field::new(
            Kind::Tick,
            "end",
            "End the address: it gives nothing any more",
        );
        fields.push(end.optional());
    }
    let standing = match made {
        Some(at) => format!("There is an address, made on {}.", moment(at)),
        None => "There is no address yet.".to_owned(),
    };
    FormPage {
        frame: web.frame(actor, ""),
        title: "My deadlines in a calendar".into(),
        intro: format!(
            "Outlook, Google Calendar and telephones can show the next deadline of each of your open cases. They get \
             references and dates, and nobody’s name. {standing}"
        ),
        back: String::new(),
        back_label: String::new(),
        care: Vec::new(),
        form: Form::new("/feed", submit, fields),
    }
    .answer_as(StatusCode::OK)
}

/// `GET /feed/{secret}.ics`.
pub async fn calendar(
    State(web): State<Web>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    let secret = name.strip_suffix(".ics").unwrap_or_default().to_owned();
    let rows = web.desk.away(move |desk| desk.feed(&secret)).await;
    let rows = match rows {
        Ok(rows) => rows,
        Err(DeskError::NotFound) => return StatusCode::NOT_FOUND.into_response(),
        Err(_) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
    };
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let scheme = if web.secure { "https" } else { "http" };
    let base = format!("{scheme}://{}", host.unwrap_or("localhost"));
    let told = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "inline; filename=\"deadlines.ics\"",
        ),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (told, written(&rows, web.desk.now(), &base)).into_response()
}

/// The deadlines as an iCalendar object: a whole day each, with a reminder the day before.
fn written(rows: &[CaseRow], now: DateTime<Utc>, base: &str) -> String {
    let mut out = String::new();
    let mut line = |text: &str| folded(text, &mut out);
    line("BEGIN:VCALENDAR");
    line("VERSION:2.0");
    line("PRODID:-//Redress//Deadlines//EN");
    line("METHOD:PUBLISH");
    line("X-WR-CALNAME:Complaint deadlines");
    line("REFRESH-INTERVAL;VALUE=DURATION:PT1H");
    for row in rows {
        let Some(due) = &row.due else { continue };
        let clock = due.clock.parse::<ClockId>();
        let clock = clock.map_or("Deadline", |clock| clock.kind().name);
        let next = due.on.checked_add_days(Days::new(1)).unwrap_or(due.on);
        line("BEGIN:VEVENT");
        line(&format!(
            "UID:{}-{}@redress",
            row.reference,
            due.clock.to_lowercase()
        ));
        line(&format!("DTSTAMP:{}", now.format("%Y%m%dT%H%M%SZ")));
        line(&format!("DTSTART;VALUE=DATE:{}", due.on.format("%Y%m%d")));
        line(&format!("DTEND;VALUE=DATE:{}", next.format("%Y%m%d")));
        line(&format!("SUMMARY:{}: {}", row.reference, plain(clock)));
        line(&format!("URL:{base}/cases/{}", row.reference));
        line("TRANSP:TRANSPARENT");
        line("BEGIN:VALARM");
        line("ACTION:DISPLAY");
        line(&format!("DESCRIPTION:{} is due tomorrow", row.reference));
        line("TRIGGER:-PT15H");
        line("END:VALARM");
        line("END:VEVENT");
    }
    line("END:VCALENDAR");
    out
}

/// A text without what means something in the format.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | ';' | ',') {
            out.push('\\');
        }
        if !c.is_control() {
            out.push(c);
        }
    }
    out
}

/// A line, cut where the format wants it: after 75 bytes at most, never within a character.
fn folded(text: &str, out: &mut String) {
    let mut taken = 0;
    for c in text.chars() {
        if taken + c.len_utf8() > 74 {
            out.push_str("\r\n ");
            taken = 1;
        }
        out.push(c);
        taken += c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_where_the_format_wants_it() {
        let mut out = String::new();
        folded(&"é".repeat(100), &mut out);
        assert!(out.ends_with("\r\n") && out.split("\r\n").all(|line| line.len() <= 75));
        assert_eq!(out.replace("\r\n ", "").trim_end(), "é".repeat(100));
        assert_eq!(plain("a,b;c\\d\ne"), "a\\,b\\;c\\\\de");
        let empty = written(&[], DateTime::UNIX_EPOCH, "http://x");
        assert!(empty.starts_with("BEGIN:VCALENDAR\r\n") && empty.ends_with("END:VCALENDAR\r\n"));
    }
}
