//! The table of rates: who changes it, on which version, and that an offer keeps what it followed.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::words::{complaint, in_days};
use crate::support::{Answer, Caller, Server, unzip};

/// An officer's case that is under way.
fn begun(officer: &Caller) -> String {
    let reference = officer.log(&complaint(3));
    let acknowledged = json!({"command": "acknowledge", "stage": 1, "definition": "No heating", "outcomes_sought":
        "Heat", "handler": "Case system"});
    officer.done(&reference, acknowledged);
    reference
}

fn offer(fields: &Value) -> Value {
    let mut offer = json!({"command": "offer_remedy", "kind": "financial_remedy", "description": "For the cold",
        "points": [1], "due": in_days(20), "owner": "Finance"});
    for (name, value) in fields.as_object().expect("fields") {
        offer[name] = value.clone();
    }
    offer
}

fn put(caller: &Caller, version: u32, rates: &[Value]) -> Answer {
    let body = json!({"version": version, "rates": rates, "why": "The board agreed"});
    caller.call(Method::PUT, "/rates", &body, &[])
}

fn rows(table: &Value) -> Vec<Value> {
    table["rates"].as_array().expect("a list").clone()
}

#[test]
fn the_rates_are_the_landlords_and_are_changed_on_the_version_that_was_read() {
    let server = Server::start();
    let setup = server.caller("Setup", &["administrator"]);
    let officer = server.caller("Case system", &["complaints_officer"]);
    let table = officer.get("/rates").is(200);
    assert_eq!(
        (&table["version"], &table["versions"]),
        (&json!(0), &json!([]))
    );
    let mut rates = rows(&table);
    assert_eq!(rates.len(), 5);
    assert_eq!(rates[0]["source"]["of"], "ombudsman");
    assert_eq!(rates[0]["source"]["on"], "2026-04-01");
    assert_eq!(table["bands"].as_array().expect("bands").len(), 4);

    let room = json!({"key": "loss_of_a_room", "label": "Loss of a room", "head": "room_loss", "unit": "week",
        "rate_pence": 2500, "source": {"of": "landlord", "title": "Compensation policy 3.0, table 1"}});
    rates.push(room.clone());
    put(&officer, 0, &rates).refuses(403, "forbidden", None);
    let set = put(&setup, 0, &rates).is(200);
    assert_eq!(set["version"], 1);
    put(&setup, 0, &rates).refuses(409, "conflict", None);
    let versions = officer.get("/rates").is(200)["versions"].clone();
    assert_eq!(
        (&versions[0]["by"], &versions[0]["why"]),
        (&json!("Setup"), &json!("The board agreed"))
    );

    let wrong = |change: fn(&mut Vec<Value>), why: &str| {
        let mut rates = rows(&set);
        change(&mut rates);
        let refused = put(&setup, 1, &rates).refuses(422, "validation", Some("rates"));
        assert!(refused["detail"].to_string().contains(why), "{refused}");
    };
    wrong(
        |all| all.push(all[5].clone()),
        "loss_of_a_room is there twice",
    );
    wrong(|all| drop(all.remove(5)), "Retire it instead");
    wrong(
        |all| all[5]["rate_pence"] = json!(-1),
        "between 1p and £10,000.00",
    );
    wrong(|all| all[5]["percent"] = json!(10), "of the rent only");
    wrong(
        |all| all[5]["label"] = json!(""),
        "Give what the rate is for",
    );
    let mut strange = rows(&set);
    strange[5]["colour"] = json!("red");
    assert_eq!(
        put(&setup, 1, &strange).status,
        422,
        "a field that is not of the table"
    );

    let everything = tempfile::tempdir().expect("a folder");
    let out = everything.path().join("all");
    let path = out.to_string_lossy().into_owned();
    let mut server = server;
    server.stop();
    let left = server.cli(&["export", "--all", "--output", &path]);
    assert!(
        left.status.success(),
        "{}",
        String::from_utf8_lossy(&left.stderr)
    );
    let settings = std::fs::read(out.join("landlord/settings.json")).expect("the settings");
    let settings: Value = serde_json::from_slice(&settings).expect("JSON");
    assert_eq!(settings["rates"]["version"], 1);
    assert_eq!(settings["rates"]["in_use"][5]["label"], "Loss of a room");
}

#[test]
fn an_offer_keeps_the_rate_it_followed_whatever_becomes_of_the_table() {
    let server = Server::start();
    let setup = server.caller("Setup", &["administrator"]);
    let officer = server.caller("Case system", &["complaints_officer"]);
    let reference = begun(&officer);
    let days =
        json!({"rate": "no_heating_and_hot_water", "from": "2026-11-10", "to": "2026-11-21"});
    let case = officer.done(&reference, offer(&days));
    let line = case["remedies"][0]["compensation"].clone();
    let filled = |name: &str| line[name].clone();
    assert_eq!(filled("amount"), 18_000);
    assert_eq!(
        (filled("quantity"), filled("unit"), filled("rate")),
        (json!(12), json!("day"), json!(1500))
    );
    assert_eq!(
        (&line["rule"]["version"], &line["rule"]["comes_to"]),
        (&json!(0), &json!(18_000))
    );

    let mut rates = rows(&officer.get("/rates").is(200));
    rates[0]["rate_pence"] = json!(1600);
    rates[0]["source"]["title"] = json!("Guidance, revised");
    rates[2]["retired"] = json!(true);
    put(&setup, 0, &rates).is(200);
    let path = format!("/cases/{reference}");
    assert_eq!(
        officer.get(&path).is(200)["remedies"][0]["compensation"],
        line,
        "nothing moves"
    );
    let events = officer.get(&format!("{path}/events")).is(200);
    let mut events = events.as_array().expect("events").iter();
    let offered = events
        .find(|event| event["kind"] == "remedy_offered")
        .expect("the offer");
    assert_eq!(
        offered["body"]["remedy"]["compensation"]["rule"],
        line["rule"]
    );

    let again = officer.done(&reference, offer(&days));
    let next = &again["remedies"][1]["compensation"];
    assert_eq!(
        (&next["amount"], &next["rule"]["version"]),
        (&json!(19_200), &json!(1))
    );
    let retired = json!({"rate": "no_power", "quantity": 2});
    let refused =
        officer
            .does(&reference, offer(&retired))
            .refuses(422, "validation", Some("rate"));
    assert!(
        refused["detail"].to_string().contains("no longer used"),
        "{refused}"
    );
}

#[test]
fn an_offer_may_go_above_its_rate_and_says_why_it_is_below() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer", "compliance"]);
    let reference = begun(&officer);
    let visits = |fields: Value| {
        let mut all = json!({"rate": "missed_appointment", "quantity": 2});
        let more = fields.as_object().expect("fields").clone();
        all.as_object_mut().expect("fields").extend(more);
        officer.does(&reference, offer(&all))
    };
    let unknown = json!({"rate": "<b>nothing</b>"});
    officer
        .does(&reference, offer(&unknown))
        .refuses(422, "validation", Some("rate"));
    let below =
        visits(json!({"amount_pence": 2000})).refuses(422, "validation", Some("rate_reason"));
    assert!(
        below["detail"].to_string().contains("less than the £30.00"),
        "{below}"
    );
    let reason = "£10 was paid on the day";
    visits(json!({"amount_pence": 2000, "rate_reason": reason})).is(200);
    visits(json!({"amount_pence": 5000})).is(200);
    let own = json!({"amount_pence": 7500, "head": "goodwill", "guidance_ref": "Policy 3"});
    let case = officer.done(&reference, offer(&own));
    assert!(
        case["remedies"][2]["compensation"].get("rule").is_none(),
        "a sum of our own"
    );

    // The bundle says of each sum which rule it followed, in which version, and by how much it is another.
    let bundle = officer.get(&format!("/cases/{reference}/exports/ombudsman-bundle"));
    let mut papers = unzip(&bundle.bytes).into_iter();
    let (_, offers) = papers
        .find(|(name, _)| name.ends_with("Remedies-and-actions-as-a-list.csv"))
        .expect("the offers");
    let offers = String::from_utf8(offers).expect("text");
    let rule = "Missed appointment, £15.00 each (Housing Ombudsman Compensation Guidance, 1 April 2026; table of \
                rates, version 0)";
    assert!(offers.contains(rule) && offers.contains(reason), "{offers}");
    assert!(offers.contains("£20.00 more than the £30.00"), "{offers}");
}
