//! Filters that are typed into the box of the queue and of the list of all cases.

use super::call;
use super::site::{Answer, Site};
use crate::support::until;

fn rows(page: &Answer, reference: &str) -> bool {
    page.text.contains(&format!("href=\"/cases/{reference}\""))
}

#[test]
fn words_and_filters_are_typed_into_one_box() {
    let site = Site::started();
    let beech = site.log(&call("It comes back every time it rains.", &[]));
    let mut other = call("Nobody rang back.", &[]);
    for (name, answer) in &mut other {
        *answer = match *name {
            "complainant.name" => "Mr Tom Ashdown",
            "complainant.address" => "3 Elm Close",
            "points.0.category" => "complaint_handling.late_response",
            "triage.risk" => "high",
            _ => answer,
        };
    }
    let elm = site.log(&other);
    // Each finds the one and not the other.
    for typed in [
        "ashd",
        "risk:high",
        "theme:complaint_handling",
        "theme:late_r",
        "%22elm%20close%22",
        "-okonjo",
        "-%22beech%20court%22%20is:open",
        "-theme:damp",
        "stage:1%20elm",
        "-risk:standard%20due:%3C2099",
    ] {
        for list in ["/?view=open&q=", "/cases?q="] {
            let page = site.get(&format!("{list}{typed}"));
            assert_eq!(page.status, 200, "{typed}: {}", page.text);
            assert!(rows(&page, &elm) && !rows(&page, &beech), "{list}{typed}");
        }
    }
    for typed in [
        "%22close%20elm%22",
        "stage:2",
        "is:mine",
        "elm%20okonjo",
        "received:%3C2020",
        "due:%3E%3D2099",
    ] {
        let page = site.get(&format!("/cases?q={typed}"));
        assert!(page.text.contains("No case matches."), "{typed}");
    }
    let one = site.get(&format!("/cases?q=ref:{beech}"));
    assert!(rows(&one, &beech) && !rows(&one, &elm));
    // What is chosen and what is typed narrow together.
    let both = site.get("/cases?q=risk:high&category=property_condition");
    assert!(both.text.contains("No case matches."));
}

#[test]
fn a_filter_that_is_not_understood_is_said_beside_the_box() {
    let site = Site::started();
    let reference = site.log(&call("It comes back every time it rains.", &[]));
    for list in ["/?view=open&q=", "/cases?q="] {
        let page = site.get(&format!("{list}okonjo%20stage:3"));
        assert_eq!(page.status, 422);
        assert!(page.text.contains("<title>Error: "), "{}", page.text);
        assert!(page.text.contains("aria-describedby=\"q-error\""));
        assert!(
            page.text
                .contains("“stage:3” is not understood. Write stage:1 or stage:2.")
        );
        assert!(page.text.contains("value=\"okonjo stage:3\""));
        assert!(!rows(&page, &reference));
    }
    let hostile = site.get("/cases?q=%3Cscript%3E:%22%3E");
    assert!(!hostile.text.contains("<script>"), "{}", hostile.text);
    // A choice that the page does not offer is said there too.
    let made_up = site.get("/cases?handler=nobody.here");
    assert_eq!(made_up.status, 422);
    assert!(
        made_up
            .text
            .contains("“owner:nobody.here” is not understood.")
    );
}

#[test]
fn a_list_is_kept_as_a_view_shared_by_its_address_and_removed() {
    let site = Site::started();
    let reference = site.log(&call("It comes back every time it rains.", &[]));
    assert!(!site.get("/?view=open").text.contains("Keep this list"));
    let list = site.get("/?view=open&q=theme:damp%20-%22Elm%20Close%22");
    let keep = list.link("Keep this list as a view").expect("a link");
    let keep = keep.replace("&#38;", "&").replace("&amp;", "&");
    let form = site.get(&keep);
    assert!(
        form.text
            .contains("value=\"is:open theme:damp -&#34;Elm Close&#34;\""),
        "{}",
        form.text
    );

    let q = "is:open  Theme:damp -\"Elm Close\"";
    let unnamed = site.post("/views", &[("q", q), ("sort", "due")]);
    assert_eq!(unnamed.status, 422);
    let wrong = site.post(
        "/views",
        &[("name", "Damp"), ("q", "stage:3"), ("sort", "due")],
    );
    assert!(wrong.status == 422 && wrong.text.contains("“stage:3” is not understood."));
    let hostile = "Damp <b> & “co”";
    let kept = site.post(
        "/views",
        &[("name", hostile), ("q", q), ("sort", "received")],
    );
    assert!(kept.text.contains("The view is kept."), "{}", kept.text);
    assert!(rows(&kept, &reference) && !kept.text.contains("<b>"));
    assert!(
        kept.text.contains("is a view of yours") && kept.text.contains("aria-label=\"My views\"")
    );

    // A tab of the queue with its count, for its owner alone; its address is good for anyone who reads cases.
    let address = kept
        .address
        .split("&done")
        .next()
        .expect("an address")
        .to_owned();
    let address = address[address.find("/?").expect("a path")..].to_owned();
    let queue = site.get("/");
    assert!(
        queue
            .text
            .contains("Damp &#60;b&#62; &#38; “co” <span>1</span>"),
        "{}",
        queue.text
    );
    let board = site.as_role("board");
    assert!(!board.get("/").text.contains("My views"));
    let shared = board.get(&address);
    assert!(rows(&shared, &reference) && shared.text.contains("Keep this list as a view"));
    assert_eq!(board.post("/views/remove", &[("number", "1")]).status, 404);

    // Kept again under its name it is changed; what it means follows the record.
    site.post(
        "/views",
        &[("name", hostile), ("q", "stage:2"), ("sort", "due")],
    );
    let queue = site.get("/");
    assert!(queue.text.contains("“co” <span>0</span>") && !queue.text.contains("<span>1+"));
    let removed = site.post("/views/remove", &[("number", "1")]);
    assert!(removed.text.contains("The view is removed.") && !removed.text.contains("My views"));
    let administrator = site.as_role("administrator");
    assert_eq!(administrator.get("/views?q=stage:2").status, 403);
    assert_eq!(
        administrator
            .post(
                "/views",
                &[("name", "x"), ("q", "stage:2"), ("sort", "due")]
            )
            .status,
        403
    );
}

#[test]
fn what_was_written_is_found_with_its_words_marked_and_stays_text() {
    let site = Site::started();
    site.keep_search();
    let reference = site.log(&call("It comes back every time it rains.", &[]));
    let hostile = "Mr <script>alert(1)</script> says <b>gutters</b> & “drains” overflow";
    site.done(&reference, "note", &[("text", hostile)]);
    let mut page = site.get("/search?q=gutter");
    until("the note", || {
        page = site.get("/search?q=gutter");
        page.text.contains("<mark>gutters</mark>")
    });
    assert!(!page.text.contains("<script>alert"), "{}", page.text);
    assert!(
        page.text
            .contains("&#60;b&#62;<mark>gutters</mark>&#60;/b&#62;"),
        "{}",
        page.text
    );
    let entry = format!("/cases/{reference}?all=1#entry-");
    assert!(page.text.contains(&entry), "leads to where it stands");
    let number = page.text.split(&entry).nth(1).expect("an entry");
    let number: String = number.chars().take_while(char::is_ascii_digit).collect();
    let case = site.get(&format!("/cases/{reference}?all=1"));
    assert!(case.text.contains(&format!("id=\"entry-{number}\"")));

    // A name is found as it is typed; a reference opens its case.
    assert!(rows(&site.get("/search?q=okon"), &reference));
    let opened = site.get(&format!("/search?q={}", reference.to_lowercase()));
    assert!(
        opened.address.ends_with(&format!("/cases/{reference}")),
        "{}",
        opened.address
    );
    let wrong = site.get("/search?q=stage:9%20gutter");
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("id=\"q-error\""), "said beside the box");
    let none = site.get("/search?q=zeppelin");
    assert!(
        none.text
            .contains("No note, letter or document has all of these words.")
    );
    assert_eq!(
        site.as_role("administrator").get("/search?q=gutter").status,
        403
    );
}
