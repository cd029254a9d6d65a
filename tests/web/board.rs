//! The board by page: every number leads to as many cases, and what is published tells no small number.

use super::call;
use super::site::Site;
use redress::domain::calendar::{london_date, london_time};

/// Logs a complaint that came just now, so that every period of the board holds it.
fn log(site: &Site) -> String {
    let now = chrono::Utc::now();
    let received = format!("{}T{}", london_date(now), london_time(now).format("%H:%M"));
    let mut answers = call("It comes back every time it rains.", &[]);
    answers.retain(|(name, _)| !matches!(*name, "received_at" | "backdating_reason"));
    answers.push(("received_at", &received));
    site.log(&answers)
}

/// Every link to a list on a page, with its words.
fn numbers(html: &str) -> Vec<(String, String)> {
    let links = html.split("<a href=\"/cases?").skip(1);
    let read = |link: &str| {
        let (href, rest) = link.split_once("\">").expect("an address");
        let href = href.replace("&#38;", "&").replace("&amp;", "&");
        let text = rest.split("</a>").next().unwrap_or_default();
        (format!("/cases?{href}"), text.to_owned())
    };
    links.map(read).collect()
}

#[test]
fn every_number_of_the_board_leads_to_as_many_cases() {
    let site = Site::started();
    let one = log(&site);
    log(&site);
    let assigned = [("handler", "smalik"), ("reason", "She knows the block")];
    site.act(&one, "assign", &assigned);
    let page = site.get("/board");
    assert_eq!(page.status, 200);
    let numbers = numbers(&page.text);
    assert!(numbers.len() > 10, "{}", page.text);
    for (href, text) in numbers
        .iter()
        .filter(|(_, text)| !text.contains(['%', '.']))
    {
        let list = site.get(href);
        let words = format!("<span>{text} case");
        assert!(list.text.contains(&words), "{href}: {text}\n{}", list.text);
    }
    assert!(site.get("/").text.contains("href=\"/board\""));
}

#[test]
fn a_board_member_begins_at_the_board() {
    let site = Site::started();
    log(&site);
    for (role, front) in [
        ("board", "/board"),
        ("auditor", "/board"),
        ("housing_officer", "/"),
    ] {
        let page = site.as_role(role).get("/");
        assert!(page.address.ends_with(front), "{role}: {}", page.address);
    }
}

#[test]
fn what_is_published_tells_no_number_under_five_and_no_person() {
    let site = Site::started();
    for _ in 0..3 {
        log(&site);
    }
    let published = site.get("/board?published=1");
    assert!(
        published.text.contains("fewer than 5"),
        "{}",
        published.text
    );
    assert!(
        !published
            .text
            .contains("<td data-label=\"Received at stage 1\">3</td>")
    );
    assert!(numbers(&published.text).is_empty());
    let csv = site.get("/board/published.csv?period=month");
    assert_eq!(csv.status, 200);
    assert!(csv.header("content-type").starts_with("text/csv"));
    assert!(
        csv.text
            .contains("\"Stage 1 received\",\"fewer than 5\",\"fewer than 5\""),
        "{}",
        csv.text
    );
    assert!(
        csv.text
            .contains("\"Stage 1 answered in time\",\"not shown\",\"not shown\"")
    );
    for _ in 0..2 {
        log(&site);
    }
    let csv = site.get("/board/published.csv?period=month");
    assert!(
        csv.text
            .contains("\"Stage 1 received\",\"5\",\"fewer than 5\""),
        "{}",
        csv.text
    );
}

#[test]
fn many_complaints_from_one_block_are_seen_as_perhaps_one_problem() {
    let site = Site::started();
    let first = site.log(&call("It comes back every time it rains.", &[]));
    let page = |reference: &str| site.get(&format!("/cases/{reference}")).text;
    assert!(!page(&first).contains("one problem behind them all"));
    for flat in [
        "Flat 3, Beech Court, SM3 9LP",
        "Flat 9, Beech Court, sm39lp",
    ] {
        let mut answers = call("Black mould in the bathroom.", &[]);
        answers.retain(|(name, _)| *name != "complainant.address");
        answers.push(("complainant.address", flat));
        site.log(&answers);
    }
    let told = page(&first);
    assert!(told.contains("from SM3 9LP within a year."), "{told}");
    let link = site.get(&format!("/cases/{first}"));
    let words = link.text.split("from SM3 9LP within a year.").next();
    let at = words.and_then(|before| before.rfind("href=\""));
    let href = &link.text[at.expect("a link") + "href=\"".len()..];
    let href = href
        .split('"')
        .next()
        .expect("its end")
        .replace("&#38;", "&");
    let list = site.get(&href);
    assert!(list.text.contains("3 cases"), "{}", list.text);
    for (by, name) in [
        ("area", "SM3"),
        ("block", "SM3 9LP"),
        ("theme", "Property condition"),
    ] {
        let compared = site.get(&format!("/board/compare?by={by}&period=year"));
        let row = compared
            .text
            .split("<tr>")
            .find(|row| row.contains(&format!(">{name}<")));
        let row = row.unwrap_or_else(|| panic!("{by}: no {name} in {}", compared.text));
        let (_, number) = row.split_once("<b><a href=\"").expect("a number");
        let (href, rest) = number.split_once("\">").expect("a link");
        assert!(rest.starts_with("3<"), "{by}: {row}");
        let list = site.get(&href.replace("&#38;", "&").replace("&amp;", "&"));
        assert!(list.text.contains("3 cases"), "{by}: {}", list.text);
    }
}
