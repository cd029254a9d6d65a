//! What an ended case still owes: its open dates are found, counted and moved like any other.

use chrono::{Datelike, Days, Utc, Weekday};
use serde_json::{Value, json};

use crate::support::Server;
use crate::support::words::complaint;

#[test]
fn the_open_dates_of_an_ended_case_are_found_and_move_with_the_calendar() {
    let server = Server::start();
    let officer = server.caller("Officer", &["complaints_officer", "administrator"]);
    let reference = officer.log(&complaint(3));
    officer.done(
        &reference,
        json!({"command": "withdraw", "account": "Leave it."}),
    );
    let today = Utc::now().date_naive();
    let due = || {
        let list = format!("/cases?due_from={}", today - Days::new(1));
        let page = officer.get(&list).is(200);
        assert_eq!(page["total"], json!(page["items"].as_array().map(Vec::len)));
        page["items"].clone()
    };
    assert_eq!(due(), json!([]), "nothing is owed yet");
    let hazard = json!({"description": "Mould near the cot", "emergency": false});
    officer.done(
        &reference,
        json!({"command": "report_hazard", "hazard": hazard}),
    );
    assert_eq!(due()[0]["reference"], json!(reference));
    assert_eq!(officer.get("/dashboard").is(200)["open"], 0);

    let weekday = |day: &chrono::NaiveDate| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    let mut days = (2..9).map(|more| today + Days::new(more)).filter(weekday);
    let moved: Option<Value> = days.find_map(|day| {
        let change =
            json!({"change": "add", "date": day, "name": "A day of mourning", "why": "Proclaimed"});
        let answer = officer.post("/calendar/changes", &change);
        (answer.status == 200).then(|| answer.is(200))
    });
    let moved = moved.expect("a day that is no holiday yet");
    assert_eq!(moved["moved"][0]["reference"], json!(reference), "{moved}");
    assert_eq!(officer.get("/cases?refused=true").is(200)["total"], 0);
}
