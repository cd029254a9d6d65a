//! Work changes hands: many at once, and past whom is away.

use serde_json::json;

use crate::support::Server;
use crate::support::words::{complaint, in_days};

#[test]
fn cases_go_to_someone_together_and_those_that_may_not_say_why() {
    let server = Server::start();
    let officer = server.caller("Officer", &["complaints_officer", "administrator"]);
    for (id, name) in [("meera", "Meera Kapoor"), ("saira", "Saira Malik")] {
        let person = json!({"id": id, "name": name, "roles": ["complaints_officer"]});
        officer.post("/people", &person).is(201);
    }
    let (one, two) = (officer.log(&complaint(3)), officer.log(&complaint(2)));
    let given = officer
        .post(
            "/assignments",
            &json!({"to": "Meera Kapoor", "cases": [one, two, "C-2020-9999"], "note": "Her patch."}),
        )
        .is(200);
    assert_eq!(given["assigned"].as_array().map(Vec::len), Some(2));
    assert_eq!(given["assigned"][0]["handler"], "meera");
    assert_eq!(given["refused"][0]["reference"], "C-2020-9999");
    assert!(
        officer
            .get(&format!("/cases/{one}/events"))
            .text()
            .contains("Her patch.")
    );

    let away = json!({"id": "meera", "until": in_days(5), "cover": "saira"});
    let person = officer.post("/absences", &away).is(200);
    assert_eq!(person["away"]["cover"], "saira");
    for wrong in [
        json!({"id": "meera", "until": "2020-01-01"}),
        json!({"id": "meera", "until": in_days(5), "cover": "meera"}),
        json!({"id": "meera", "until": in_days(5), "cover": "nobody"}),
    ] {
        assert_eq!(officer.post("/absences", &wrong).status, 422, "{wrong}");
    }
    officer.done(&one, json!({"command": "assign", "handler": "meera"}));
    let covered = officer.get(&format!("/cases/{one}")).is(200);
    assert_eq!(covered["handler"], "saira");
    assert!(
        officer
            .get(&format!("/cases/{one}/events"))
            .text()
            .contains("Saira Malik covers.")
    );

    // The acknowledgement goes past her too, and its letter names who handles it.
    let acknowledge = |handler: &str| {
        json!({"command": "acknowledge", "stage": 1, "definition": "Mould", "outcomes_sought": "A repair",
               "handler": handler})
    };
    let three = officer.log(&complaint(1));
    for (reference, handler) in [(&three, "Meera Kapoor"), (&two, "")] {
        let case = officer.done(reference, acknowledge(handler));
        assert_eq!(case["handler"], "saira");
        let letter = case["letters"][0].to_string();
        assert!(letter.contains("Saira Malik is handling"), "{letter}");
        assert!(!letter.contains("Meera"), "{letter}");
        let events = officer.get(&format!("/cases/{reference}/events")).text();
        assert!(events.contains("Saira Malik covers."), "{events}");
    }
    let two = officer.log(&complaint(1));
    officer.post("/absences", &json!({"id": "meera"})).is(200);
    officer.done(&two, json!({"command": "assign", "handler": "meera"}));
    officer.post("/absences", &away).is(200);

    // All that is still hers goes at once; what went before is left alone.
    let moved = officer
        .post("/assignments", &json!({"from": "meera", "to": "saira"}))
        .is(200);
    assert_eq!(
        moved,
        json!({"assigned": [{"reference": two, "handler": "saira"}], "refused": []})
    );
    let late = json!({"from": "meera", "to": "saira", "cases": [two]});
    let stayed = officer.post("/assignments", &late).is(200);
    assert_eq!(stayed["refused"][0]["reference"], json!(two));
    assert_eq!(
        officer.post("/assignments", &json!({"to": "saira"})).status,
        422
    );
    let back = officer.post("/absences", &json!({"id": "meera"})).is(200);
    assert!(back["away"].is_null());
}
