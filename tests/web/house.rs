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

#[test]
fn the_pages_carry_the_landlords_colour_and_logo_and_stay_readable() {
    let site = Site::started();
    let look = "/settings/look";
    let plain = site.get("/");
    assert!(!plain.text.contains("/brand.css") && !plain.text.contains("/brand/logo"));
    assert_eq!(site.get("/brand/logo").status, 404);
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(120, 40, image::Rgb([200, 20, 20]))
        .write_to(&mut png, image::ImageFormat::Png)
        .expect("a picture");
    let png = png.get_ref().as_slice();
    let answers = [("colour", "#FFCC00"), ("why", "The board chose it")];
    let set = site.send_as("logo", look, &answers, "logo.png", png);
    assert_eq!(set.status, 200, "{}", set.text);
    let page = site.get("/");
    let link = |text: &str, from: &str| {
        let (_, after) = text.split_once(from).expect(from);
        after.split('"').next().expect("an address").to_owned()
    };
    let sheet = site.get(
        &link(&page.text, "<link rel=\"stylesheet\" href=\"/brand").replace(".css", "/brand.css"),
    );
    assert!(
        sheet.text.starts_with(":root{--rd-brand:#"),
        "{}",
        sheet.text
    );
    assert!(
        !sheet.text.contains("ffcc00"),
        "too light to be read: {}",
        sheet.text
    );
    assert_eq!(sheet.header("content-type"), "text/css; charset=utf-8");
    let logo = site.get(&link(&page.text, "<img class=\"rd-bar__logo\" src=\""));
    assert_eq!(logo.status, 200);
    assert_eq!(logo.header("content-type"), "image/png");
    assert_eq!(logo.header("x-content-type-options"), "nosniff");

    // What is no picture, or no colour, comes back beside its field and changes nothing.
    for (colour, name, bytes, id) in [
        ("red", "", &b""[..], "colour-error"),
        ("", "logo.svg", &b"<svg onload=alert(1)>"[..], "logo-error"),
        ("", "logo.png", &[0x89; 80_000][..], "logo-error"),
        ("", "logo.png", &png[..40], "logo-error"),
    ] {
        let answers = [("colour", colour), ("why", "Another")];
        let refused = site.send_as("logo", look, &answers, name, bytes);
        assert_eq!(refused.status, 422, "{}", refused.text);
        assert!(
            refused.text.contains(&format!("id=\"{id}\"")),
            "{id}: {}",
            refused.text
        );
    }
    assert!(site.get("/").text.contains("rd-bar__logo"));
    // A letter has it at its head.
    let reference = site.log(&call("Damp", &[]));
    site.done(
        &reference,
        "acknowledge",
        &[
            ("stage", "1"),
            ("definition", "Damp"),
            ("outcomes_sought", "A repair"),
            ("handler", "dprice"),
        ],
    );
    let letter = site.bytes(&format!("/cases/{reference}/documents/1/picture"));
    let letter = image::load_from_memory(&letter)
        .expect("a page")
        .into_rgb8();
    let red = letter
        .pixels()
        .filter(|pixel| pixel.0[0] > 180 && pixel.0[1] < 60);
    assert!(red.count() > 1_000, "the logo is on it");
    let without = [
        ("colour", ""),
        ("no_logo", "true"),
        ("why", "Back to plain"),
    ];
    let set = site.send_as("logo", look, &without, "", b"");
    assert_eq!(set.status, 200, "{}", set.text);
    let plain = site.get("/");
    assert!(!plain.text.contains("/brand.css") && !plain.text.contains("rd-bar__logo"));
    assert!(
        site.get("/settings/history")
            .text
            .contains("Colour: #ffcc00, taken out")
    );
    let officer = site.as_role("complaints_officer");
    let answers = [("colour", "#112233"), ("why", "Mine")];
    assert_eq!(officer.send_as("logo", look, &answers, "", b"").status, 403);
}

#[test]
fn my_deadlines_are_in_my_calendar_until_i_end_it() {
    let site = Site::started();
    let mine = just_logged(&site);
    site.done(&mine, "assign", &[("stage", "1"), ("handler", "dprice")]);
    let other = just_logged(&site);
    let made = site.post("/feed", &[("make", "yes")]);
    assert_eq!(made.status, 200, "{}", made.text);
    let address = |page: &str| {
        let (_, after) = page.split_once("/feed/rdf_").expect("an address");
        format!("/feed/rdf_{}", after.split('"').next().expect("its end"))
    };
    let first = address(&made.text);
    assert!(!site.get("/feed").text.contains("/feed/rdf_"), "shown once");
    let calendar = site.stranger().get(&first);
    assert_eq!(calendar.status, 200, "without signing in");
    assert_eq!(
        calendar.header("content-type"),
        "text/calendar; charset=utf-8"
    );
    assert!(
        calendar.text.contains(&format!("SUMMARY:{mine}: ")),
        "{}",
        calendar.text
    );
    assert!(calendar.text.contains("DTSTART;VALUE=DATE:20"));
    assert!(!calendar.text.contains(&other), "not mine");
    assert!(
        !calendar.text.contains("Okonjo") && !calendar.text.contains("Beech"),
        "nobody's name"
    );

    let second = address(&site.post("/feed", &[("make", "yes")]).text);
    assert_eq!(site.get(&first).status, 404, "one at a time");
    assert_eq!(site.get(&second).status, 200);
    site.post("/feed", &[("end", "true")]);
    assert_eq!(site.get(&second).status, 404);
    assert_eq!(site.get("/feed/rdf_none.ics").status, 404);
}
