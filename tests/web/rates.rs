//! The page of the rates, and the offer that follows one, without a script.

use super::call;
use super::site::Site;

const HOSTILE: &str = "</td><script>x</script> \"'=1";

#[test]
fn rates_are_added_changed_and_retired_on_the_version_that_was_seen() {
    let site = Site::started();
    let page = site.get("/settings/rates");
    for told in [
        "Total loss of power",
        "£10.00 a day",
        "1 April 2026",
        "Compensation rates</a>",
    ] {
        assert!(page.text.contains(told), "{told}: {}", page.text);
    }
    let version = site.hidden("/settings/rates", "version");
    let mut room = vec![
        ("version", version.as_str()),
        ("label", HOSTILE),
        ("head", "room_loss"),
        ("unit", "week"),
        ("rate_pence", "0"),
        ("source.of", "landlord"),
        ("source.title", "Compensation policy 3.0, table 2"),
        ("until", "2020-01-01"),
        ("from", "2020-02-01"),
        ("why", "Our policy"),
    ];
    let refused = |answers: &[(&str, &str)], field: &str| {
        let wrong = site.post("/settings/rates", answers);
        let place = format!("href=\"#{field}\"");
        assert!(
            wrong.status == 422 && wrong.text.contains(&place),
            "{}",
            wrong.text
        );
        assert!(!wrong.text.contains("<script>x"), "{}", wrong.text);
    };
    refused(&room, "rate_pence");
    room[4].1 = "25.50";
    refused(&room, "until");
    room[7].1 = "2030-01-01";
    let added = site.post("/settings/rates", &room);
    assert!(
        added.status == 200 && added.text.contains("£25.50 a week"),
        "{}",
        added.text
    );
    assert!(!added.text.contains("<script>x"), "{}", added.text);
    let late = site.post("/settings/rates", &room);
    assert!(
        late.status == 422 && late.text.contains("have changed since"),
        "{}",
        late.text
    );

    let change = "/settings/rates/change?key=no_power";
    let shown = site.get(change).text;
    assert!(
        shown.contains("value=\"10.00\"") && shown.contains("value=\"2026-04-01\""),
        "{shown}"
    );
    let version = site.hidden(change, "version");
    let power = [
        ("version", version.as_str()),
        ("key", "no_power"),
        ("label", "Total loss of power"),
        ("head", "power"),
        ("unit", "day"),
        ("rate_pence", "11"),
        ("source.of", "ombudsman"),
        ("source.title", "Housing Ombudsman Compensation Guidance"),
        ("source.on", "2027-04-01"),
        ("from", "2026-04-01"),
        ("why", "The Guidance changed"),
    ];
    let changed = site.post("/settings/rates/change", &power);
    assert!(changed.text.contains("£11.00 a day"), "{}", changed.text);
    assert_eq!(
        site.post("/settings/rates/change", &power).status,
        422,
        "a stale version"
    );
    let version = site.hidden("/settings/rates", "version");
    let retire = [
        ("key", "no_power"),
        ("offered", "false"),
        ("version", version.as_str()),
    ];
    let retired = site.post("/settings/rates/offer", &retire);
    assert!(retired.text.contains("Bring back"), "{}", retired.text);
    assert_eq!(
        site.post("/settings/rates/offer", &retire).status,
        409,
        "a stale version"
    );
    assert_eq!(site.get("/settings/rates/change?key=none").status, 404);

    let leader = site.stranger();
    leader.post(
        "/sign-in",
        &[("id", "smalik"), ("password", super::site::PASSWORD)],
    );
    let seen = leader.get("/settings/rates").text;
    assert!(
        seen.contains("£11.00 a day")
            && !seen.contains("Add the rate")
            && !seen.contains("/settings/rates/offer")
    );
    assert_eq!(leader.post("/settings/rates", &room).status, 403);
    assert_eq!(leader.post("/settings/rates/change", &power).status, 403);
    assert_eq!(leader.post("/settings/rates/offer", &retire).status, 403);
}

#[test]
fn a_sum_is_worked_out_before_it_is_offered_and_only_then_recorded() {
    let site = Site::started();
    let reference = site.log(&call("No heating for twelve days.", &[]));
    let mut money = vec![
        ("try", "yes"),
        ("rate", "no_heating_and_hot_water"),
        ("from", "2026-11-01"),
        ("to", "2026-11-12"),
    ];
    let version = site.version(&reference);
    let worked = site.act(&reference, "offer_remedy", &money);
    assert_eq!(worked.status, 200, "{}", worked.text);
    for told in [
        "12 days at £15.00: £180.00.",
        "Housing Ombudsman Compensation Guidance, 1 April 2026",
        "£100 to £600",
        "id=\"trial\"",
    ] {
        assert!(worked.text.contains(told), "{told}: {}", worked.text);
    }
    assert!(
        !worked.text.contains("There is a problem"),
        "the other questions may wait"
    );
    assert_eq!(site.version(&reference), version, "nothing is recorded");
    money.push(("amount_pence", "100"));
    let below = site.act(&reference, "offer_remedy", &money);
    assert!(
        below.status == 422 && below.text.contains("href=\"#rate_reason\""),
        "{}",
        below.text
    );
    money.push(("rate_reason", "We lent two heaters from the second day"));
    money.extend([
        ("kind", "financial_remedy"),
        ("description", "For the cold"),
        ("due", "2099-01-04"),
    ]);
    money.remove(0);
    site.done(&reference, "offer_remedy", &money);
    let case = site.get(&format!("/cases/{reference}")).text;
    assert!(
        case.contains("£80.00 less than the £180.00") && case.contains("lent two heaters"),
        "{case}"
    );
}
