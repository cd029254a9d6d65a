//! Filters that are typed into the box of the queue and of the list of all cases.

use super::call;
use super::site::{Answer, Site};

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
