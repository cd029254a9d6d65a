//! The house's own rules on pages: what a holiday would move is shown first, times never exceed the Code, and every
//! change stands with what was before it.

use super::call;
use super::site::Site;

/// Logs a call that just came in, so that its dates are still to come.
fn just_logged(site: &Site) -> String {
    let now = chrono::Utc::now().with_timezone(&chrono_tz::Europe::London);
    let now = now.format("%Y-%m-%dT%H:%M").to_string();
    let mut answers = call("It comes back every time it rains.", &[]);
    answers.retain(|(name, _)| !["received_at", "backdating_reason"].contains(name));
    answers.push(("received_at", &now));
    site.log(&answers)
}

fn first(list: &str, from: &str, to: &str) -> String {
    let (_, after) = list.split_once(from).expect(from);
    after.split(to).next().expect(to).to_owned()
}

#[test]
fn a_holiday_shows_what_it_moves_before_it_moves_anything() {
    let site = Site::started();
    let reference = just_logged(&site);
    let due = || {
        first(
            &site.get(&format!("/cases/{reference}")).text,
            "id=\"clocks\"",
            "</section>",
        )
    };
    let before = due();
    // The next working day, which every open clock counts.
    let day = redress::domain::calendar::Calendar::england();
    let day = day
        .next_working_day(chrono::Utc::now().date_naive())
        .expect("a day")
        .to_string();
    let holiday = [
        ("what", "holiday"),
        ("date", day.as_str()),
        ("name", "Feast of Redress"),
        ("why", "Proclaimed"),
    ];
    let looked = site.post("/settings/calendar", &holiday);
    assert!(
        looked.text.contains("Nothing is changed yet."),
        "{}",
        looked.text
    );
    assert!(
        looked.text.contains(&reference) && looked.text.to_lowercase().contains("acknowledgement"),
        "{}",
        looked.text
    );
    assert_eq!(due(), before, "only looked at");
    assert!(
        !site
            .get("/settings/calendar")
            .text
            .contains("Feast of Redress")
    );
    let sure: Vec<_> = holiday.into_iter().chain([("sure", "yes")]).collect();
    let done = site.post("/settings/calendar", &sure);
    assert!(done.text.contains("Feast of Redress"), "{}", done.text);
    assert_ne!(due(), before);
    // Out again, the same way.
    let looked = site.post("/settings/calendar/remove", &[("date", &day)]);
    assert!(looked.text.contains("Nothing is changed yet.") && looked.text.contains(&reference));
    let done = site.post(
        "/settings/calendar/remove",
        &[("date", &day), ("sure", "yes")],
    );
    assert!(!done.text.contains("Feast of Redress"));
    // A day that moves nothing asks nothing.
    let far = [
        ("what", "holiday"),
        ("date", "2031-03-03"),
        ("name", "Jubilee"),
        ("why", "Proclaimed"),
    ];
    let done = site.post("/settings/calendar", &far);
    assert!(
        done.address.ends_with("/settings/calendar"),
        "{}",
        done.address
    );
}

#[test]
fn times_keep_to_the_code_and_every_change_stands_with_what_was_before() {
    let site = Site::started();
    let page = site.get("/settings/rules");
    let mut answers: Vec<(String, String)> = Vec::new();
    for input in page.text.split("<input ").skip(1) {
        let input = input.split('>').next().expect("a tag");
        let of = |name: &str| {
            let (_, after) = input.split_once(&format!(" {name}=\""))?;
            after.split('"').next().map(str::to_owned)
        };
        let input = format!(" {input}");
        let name = input
            .split_once(" name=\"")
            .map(|(_, after)| after.split('"').next().expect("a name"));
        if let Some(name) = name
            .filter(|name| name.contains('.') || *name == "version" || *name == "upload_ceiling")
        {
            answers.push((name.to_owned(), of("value").unwrap_or_default()));
        }
    }
    answers.push(("clocks.receipt".into(), "strict".into()));
    answers.push(("why".into(), "We promise more than the Code asks".into()));
    let with = |name: &str, value: &str| {
        let mut all = answers.clone();
        for (known, answer) in &mut all {
            if known == name {
                value.clone_into(answer);
            }
        }
        let all: Vec<(&str, &str)> = all.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        site.post("/settings/rules", &all)
    };
    for (name, value) in [
        ("clocks.s1_ack", "6"),
        ("clocks.s1_ack", "0"),
        ("clocks.s2_response", "99999999"),
        ("clocks.office_closes", "late"),
        ("limits.officer", "lots"),
    ] {
        let refused = with(name, value);
        assert_eq!(refused.status, 422, "{name}={value}: {}", refused.text);
        let id = name.replace('.', "-");
        assert!(
            refused.text.contains(&format!("id=\"{id}-error\""))
                || refused.text.contains(&format!("id=\"{name}-error\"")),
            "beside {name}: {}",
            refused.text
        );
    }
    let set = with("clocks.s1_ack", "3");
    assert_eq!(set.status, 200, "{}", set.text);
    let reference = just_logged(&site);
    assert!(
        site.get(&format!("/cases/{reference}"))
            .text
            .contains("3 working days")
    );

    let history = site.get("/settings/history");
    assert!(
        history.text.contains("Clocks s1 ack: 5 → 3"),
        "{}",
        history.text
    );
    assert!(history.text.contains("We promise more than the Code asks"));
    assert!(
        history.text.contains("Person added: ") && history.text.contains("Saira Malik"),
        "{}",
        history.text
    );
    assert!(!history.text.contains("Signed in: "));
    assert!(
        site.get("/settings/history?show=all")
            .text
            .contains("Signed in: ")
    );
    let leader = site.as_role("contact_centre");
    assert_eq!(leader.get("/settings/history").status, 403);
    let refused = leader.post("/settings/rules", &[("clocks.s1_ack", "3")]);
    assert!([403, 422].contains(&refused.status), "{}", refused.status);
}
