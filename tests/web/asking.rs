//! Asking other teams and people without an account, and reminding whom a date concerns.

use super::call;
use super::site::Site;

/// Asks a question of others on a new case; gives the case.
fn asked(site: &Site, of: &str) -> String {
    let reference = site.log(&call("It comes back every time it rains.", &[]));
    let page = format!("/cases/{reference}/do/ask_contribution");
    let version = site.hidden(&page, "version");
    let done = site.post(
        &page,
        &[
            ("version", &version),
            ("team", "Harbour Repairs"),
            (
                "what",
                "Who attended on 3 November, and what did they find?",
            ),
            ("of", of),
            ("due", "2031-03-03"),
        ],
    );
    assert!(done.text.contains("Asked of others"), "{}", done.text);
    reference
}

#[test]
fn whoever_is_asked_has_it_on_their_list_until_they_answer() {
    let site = Site::started();
    let officer = site.as_role("housing_officer");
    let reference = asked(&site, "housing_officer");
    let queue = officer.get("/");
    assert!(
        queue.text.contains("Asked of me <span>1</span>"),
        "{}",
        queue.text
    );
    assert!(queue.text.contains(&reference));
    assert!(!site.get("/").text.contains("Asked of me"));
    let found = officer.get("/cases?q=is:asked");
    assert!(found.text.contains(&reference));
    let page = format!("/cases/{reference}/do/give_contribution?contribution=1");
    let version = officer.hidden(&page, "version");
    let given = officer.post(
        &page,
        &[
            ("version", &version),
            ("contribution", "1"),
            ("text", "Two fitters; the gutter is cracked."),
        ],
    );
    assert!(
        given.text.contains("the gutter is cracked"),
        "{}",
        given.text
    );
    assert!(!officer.get("/").text.contains("Asked of me"));
    let audit = site.get(&format!("/cases/{reference}"));
    assert!(audit.text.contains("Question 1 to others answered"));
}

#[test]
fn somebody_without_an_account_answers_one_question_once() {
    let site = Site::started();
    let reference = asked(&site, "");
    let page = format!("/cases/{reference}/invite/1");
    let made = site.post(
        &page,
        &[
            ("name", "A. Fitter, Harbour Repairs"),
            ("until", "2019-01-01"),
        ],
    );
    assert_eq!(made.status, 422, "{}", made.text);
    let until = (chrono::Utc::now() + chrono::TimeDelta::days(20))
        .date_naive()
        .to_string();
    let made = site.post(
        &page,
        &[("name", "A. Fitter, Harbour Repairs"), ("until", &until)],
    );
    let (_, rest) = made.text.split_once("/answer/").expect("an address");
    let secret = rest.split('"').next().expect("its end");
    let address = format!("/answer/{secret}");
    let told = site.get(&format!("/cases/{reference}"));
    assert!(
        told.text
            .contains("was made for A. Fitter, Harbour Repairs")
    );
    assert!(
        !told.text.contains(secret),
        "the secret is nowhere in the record"
    );

    let guest = site.stranger();
    let shown = guest.get(&address);
    assert_eq!(shown.status, 200);
    assert!(shown.text.contains("Who attended on 3 November") && shown.text.contains(&reference));
    for hidden in ["Okonjo", "Beech Court", "It comes back", "href=\"/cases"] {
        assert!(!shown.text.contains(hidden), "a guest reads {hidden}");
    }
    let empty = guest.send(&address, &[("text", "")], "job.jpg", b"x");
    assert_eq!(empty.status, 422, "{}", empty.text);
    let done = guest.send(
        &address,
        &[(
            "text",
            "Two visits; the gutter is cracked. <script>alert(1)</script>",
        )],
        "job sheet.txt",
        b"Visit 1: 3 November",
    );
    assert!(
        done.status == 200 && done.text.contains("Thank you"),
        "{}",
        done.text
    );
    let again = guest.send(&address, &[("text", "More")], "", b"");
    assert!(again.text.contains("Thank you") && again.status == 200);
    let case = site.get(&format!("/cases/{reference}"));
    for told in [
        "the gutter is cracked",
        "job sheet.txt",
        "A. Fitter, Harbour Repairs (by link)",
    ] {
        assert!(case.text.contains(told), "the case lacks {told}");
    }
    assert!(!case.text.contains("<script>alert") && !case.text.contains(">More<"));
    assert_eq!(guest.get("/answer/rdi_0000").status, 404);
    // The address opens nothing else.
    assert!(
        guest
            .get(&format!("/cases/{reference}"))
            .address
            .contains("/sign-in")
    );
}

#[test]
fn a_question_of_a_restricted_or_settled_case_has_no_address() {
    let site = Site::started();
    let reference = asked(&site, "");
    let until = (chrono::Utc::now() + chrono::TimeDelta::days(20))
        .date_naive()
        .to_string();
    let page = format!("/cases/{reference}/invite/1");
    let made = site.post(&page, &[("name", "A. Fitter"), ("until", &until)]);
    let (_, rest) = made.text.split_once("/answer/").expect("an address");
    let address = format!("/answer/{}", rest.split('"').next().expect("its end"));
    assert_eq!(site.stranger().get(&address).status, 200);
    let restrict = format!("/cases/{reference}/do/restrict");
    let version = site.hidden(&restrict, "version");
    let done = site.post(
        &restrict,
        &[
            ("version", &version),
            ("people", "dprice"),
            ("reason", "A member of staff"),
        ],
    );
    assert_eq!(done.status, 200, "{}", done.text);
    assert_eq!(
        site.stranger().get(&address).status,
        404,
        "it ends with the restriction"
    );
    let refused = site.post(&page, &[("name", "A. Fitter"), ("until", &until)]);
    assert!(
        refused.status == 422 && refused.text.contains("restricted"),
        "{}",
        refused.text
    );
}

#[test]
fn a_missed_date_is_told_to_those_it_concerns_once() {
    let site = Site::started();
    let board = site.as_role("board");
    let reference = site.log(&call("It comes back every time it rains.", &[]));
    assert_eq!(
        site.nudge(),
        2,
        "the team leader, and the board for the week"
    );
    assert_eq!(site.nudge(), 0, "once");
    let leader = site.signed_in("smalik");
    let queue = leader.get("/?view=open");
    assert!(
        queue.text.contains("You have a new reminder."),
        "{}",
        queue.text
    );
    let told = leader.get("/reminders");
    assert!(
        told.text.contains(&reference) && told.text.contains("is late"),
        "{}",
        told.text
    );
    assert!(
        board
            .get("/reminders")
            .text
            .contains("1 case is late this week.")
    );
    assert!(
        !site.get("/reminders").text.contains(&reference),
        "nobody else is told"
    );
    let until = leader.hidden("/reminders", "until");
    let seen = leader.post("/reminders", &[("until", &until)]);
    assert!(seen.text.contains("Nothing new.") && seen.text.contains(&reference));
    assert!(!leader.get("/?view=open").text.contains("new reminder"));
    // Settled, it goes away by itself.
    let page = format!("/cases/{reference}/do/withdraw");
    let version = site.hidden(&page, "version");
    site.post(
        &page,
        &[
            ("version", &version),
            ("account", "They told us by telephone."),
        ],
    );
    assert!(!leader.get("/reminders").text.contains(&reference));
}

#[test]
fn a_new_complaint_goes_by_its_heading_and_never_to_whom_it_names() {
    let site = Site::started();
    let handler = |reference: &str| {
        let page = site.get(&format!("/cases/{reference}/do/assign")).text;
        let (_, field) = page.split_once("name=\"handler\"").expect("the question");
        let field = field.split("</select>").next().expect("its end");
        let chosen = field
            .split("<option ")
            .find(|option| option.contains(" selected"));
        let value = chosen
            .and_then(|option| option.split('"').nth(1))
            .unwrap_or_default();
        value.to_owned()
    };
    let waits = site.log(&call("Nobody gets it.", &[]));
    let queue = site.get("/?view=unassigned");
    assert!(queue.text.contains(&waits), "{}", queue.text);
    let page = site.get("/settings/giving").text;
    let (before, _) = page.split_once("Property condition").expect("a heading");
    let field = before
        .rsplit("for=\"")
        .next()
        .and_then(|rest| rest.split('"').next());
    let field = field.expect("its field").to_owned();
    let mut rules = vec![("otherwise", "fewest"), ("why", "So that none waits")];
    for at in 0..40 {
        let name: &'static str = format!("heading_{at}").leak();
        if page.contains(&format!("name=\"{name}\"")) {
            rules.push((
                name,
                if name == field {
                    "person:smalik"
                } else {
                    "same"
                },
            ));
        }
    }
    let set = site.post("/settings/giving", &rules);
    assert_eq!(set.status, 200, "{}", set.text);
    let damp = site.log(&call("It comes back every time it rains.", &[]));
    assert!(!site.get("/?view=unassigned").text.contains(&damp));
    assert_eq!(handler(&damp), "smalik", "by its heading");
    let mut other = call("They never ring back.", &[]);
    other.retain(|(name, _)| *name != "points.0.category");
    other.push(("points.0.category", "complaint_handling.delay"));
    let told = site.get(&format!("/cases/{damp}")).text;
    assert!(
        told.contains("Redress"),
        "the record says that nobody gave it by hand"
    );
    let named = site.log(&call("Saira Malik was rude to me on the stairs.", &[]));
    assert!(
        site.get("/?view=unassigned").text.contains(&named),
        "whom it names does not get it"
    );
    assert!(site.get("/settings/history").text.contains("giving"));
}

#[test]
fn a_letter_is_read_and_agreed_to_before_it_goes() {
    let site = Site::started();
    let reference = site.log(&call("It comes back every time it rains.", &[]));
    site.done(
        &reference,
        "acknowledge",
        &[
            ("stage", "1"),
            ("definition", "Damp."),
            ("outcomes_sought", "A repair."),
            ("handler", "dprice"),
            ("responsible_for", "The roof."),
        ],
    );
    let reasons = "The survey shows a cracked gutter.";
    for point in points(&site, &reference) {
        site.done(
            &reference,
            "decide_point",
            &[
                ("point", &point),
                ("decision", "upheld"),
                ("reasons", reasons),
            ],
        );
    }
    let page = format!("/cases/{reference}/do/respond");
    let put = |summary: &str, of: &str| {
        let version = site.hidden(&page, "version");
        let form = [
            ("version", version.as_str()),
            ("stage", "1"),
            ("summary", summary),
            ("approved_by", of),
            ("put", "yes"),
        ];
        site.post(&page, &form)
    };
    let nobody = put("We came three times too late.", "");
    assert!(
        nobody.status == 422 && nobody.text.contains("Choose who is asked"),
        "{}",
        nobody.text
    );
    let own = put("We came three times too late.", "dprice");
    assert!(
        own.status == 422 && own.text.contains("href=\"#approved_by\""),
        "{}",
        own.text
    );
    let asked = put("We came three times too late.", "smalik");
    assert!(
        asked.text.contains("Approval is requested."),
        "{}",
        asked.text
    );

    let leader = site.signed_in("smalik");
    assert!(leader.get("/").text.contains("Asked of me <span>1</span>"));
    let case = leader.get(&format!("/cases/{reference}"));
    let letter = case
        .link("You are asked to approve: the stage 1 response")
        .expect("the way to it");
    let shown = leader.get(&letter);
    for words in [
        "We came three times too late.",
        reasons,
        "Our decision",
        "Housing Ombudsman",
    ] {
        assert!(shown.text.contains(words), "{words}: {}", shown.text);
    }
    assert!(shown.link("Decline").is_some());
    let own = site.get(&letter);
    assert!(
        own.status == 200 && own.link("Decline").is_none(),
        "nobody approves their own"
    );
    leader.done(&reference, "approve", &[("approval", "1")]);
    assert!(!leader.get("/").text.contains("Asked of me"));

    let form = site.get(&page);
    assert!(
        form.text.contains("We came three times too late."),
        "what was put stands in the form"
    );
    let issue = |more: &[(&str, &str)]| {
        let version = site.hidden(&page, "version");
        let mut form = vec![
            ("version", version.as_str()),
            ("stage", "1"),
            ("summary", "We came four times too late."),
        ];
        form.extend(more);
        site.post(&page, &form)
    };
    let other = issue(&[]);
    assert!(
        other.status == 422 && other.text.contains("href=\"#changed_since\""),
        "{}",
        other.text
    );
    let issued = issue(&[("changed_since", "It was four times: the van log shows it.")]);
    assert!(
        issued.text.contains("The response is issued"),
        "{}",
        issued.text
    );
    assert!(
        issued
            .text
            .contains("Not word for word as approved: It was four times")
    );
    let shown = leader.get(&letter);
    let differs = [
        "As it was issued",
        "three<span",
        "four<span",
        "<ins>",
        "<del>",
    ];
    for words in differs {
        assert!(shown.text.contains(words), "{words}: {}", shown.text);
    }
    assert_eq!(
        site.get(&format!("/cases/{reference}/approvals/2")).status,
        404
    );
}

/// The numbers of the points of a case.
fn points(site: &Site, reference: &str) -> Vec<String> {
    let page = site.get(&format!("/cases/{reference}/do/decide_point"));
    let numbers = (1..9).map(|n: u32| n.to_string());
    numbers
        .filter(|n| page.text.contains(&format!("<option value=\"{n}\"")))
        .collect()
}
