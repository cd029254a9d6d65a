//! Work that changes hands by page, what stands beside a case, and the register of refusals.

use super::call;
use super::site::Site;

#[test]
fn ticked_cases_go_to_someone_and_past_whom_is_away() {
    let site = Site::started();
    let one = site.log(&call("It comes back every time it rains.", &[]));
    let two = site.log(&call("Nobody rang back.", &[]));
    let case = site.get(&format!("/cases/{two}"));
    assert!(
        case.text.contains("Other cases") && case.text.contains(&format!("/cases/{one}\"")),
        "the resident complained before"
    );
    let queue = site.get("/?view=open");
    assert!(
        queue
            .text
            .contains(&format!("name=\"case\" value=\"{one}\""))
    );
    let nobody = site.post("/assign", &[("back", "/?view=open"), ("to", "smalik")]);
    assert_eq!(nobody.status, 422);

    let away = site.post(
        "/away",
        &[
            ("id", "dprice"),
            ("until", "2099-01-31"),
            ("cover", "smalik"),
        ],
    );
    assert!(away.text.contains("Daniel Price until"), "{}", away.text);
    let mut answers = vec![
        ("back", "/?view=open"),
        ("to", "dprice"),
        ("case", one.as_str()),
        ("case", two.as_str()),
    ];
    let would = site.post("/assign", &answers);
    assert!(
        would.text.contains("Nothing is given yet."),
        "{}",
        would.text
    );
    assert!(would.text.contains("Give 2 cases"));
    assert_eq!(
        would.text.matches("> Saira Malik</span>").count(),
        2,
        "{}",
        would.text
    );
    let case = site.get(&format!("/cases/{one}"));
    assert!(!case.text.contains("Case assigned to"), "only looked at");
    answers.extend([("sure", "yes"), ("note", "She knows the block")]);
    let given = site.post("/assign", &answers);
    assert!(given.text.contains("The ticked cases were given."));
    for reference in [&one, &two] {
        let case = site.get(&format!("/cases/{reference}"));
        assert!(case.text.contains("Case assigned to Saira Malik"));
        assert!(case.text.contains("She knows the block"));
        assert!(
            case.text
                .contains("Daniel Price is away until 31 January 2099; Saira Malik covers.")
        );
    }
    assert!(site.get("/settings").text.contains("Away until"));
    let board = site.as_role("board");
    assert!(!board.get("/?view=open").text.contains("name=\"case\""));
    assert_eq!(
        board
            .post("/assign", &[("to", "dprice"), ("case", &one)])
            .status,
        403
    );
}

#[test]
fn the_queue_finds_what_its_tabs_count() {
    let site = Site::started();
    let late = site.log(&call("It comes back every time it rains.", &[]));
    let due = site.get("/?view=due");
    let overdue = site.get("/?view=overdue");
    let waiting = site.get("/?view=to-acknowledge");
    let row = format!("/cases/{late}\"");
    assert!(overdue.text.contains(&row) && waiting.text.contains(&row));
    assert!(
        !due.text.contains(&row),
        "what is overdue is no longer due soon"
    );
    assert!(!site.get("/cases?refused=true").text.contains(&row));
    let refused = site.act(
        &late,
        "refuse",
        &[
            ("ground", "older_than_12_months"),
            (
                "reasons",
                "It was two years ago and nothing has changed since.",
            ),
            ("approved_by", "smalik"),
            ("date_of_issue", "2024-01-10"),
            ("date_became_aware", "2024-01-10"),
            ("discretion.factors", "No reason for the delay was given."),
            ("discretion.decision", "We do not look at it."),
        ],
    );
    assert!(refused.address.contains("done=refuse"), "{}", refused.text);
    assert!(site.get("/cases?refused=true").text.contains(&row));
}

#[test]
fn an_entry_is_reworded_beside_what_was_generated() {
    let site = Site::started();
    let reference = site.log(&call("It comes back every time it rains.", &[]));
    let case = site.get(&format!("/cases/{reference}"));
    assert!(case.text.contains("/do/reword_entry?seq=1\""));
    site.done(
        &reference,
        "reword_entry",
        &[
            ("seq", "1"),
            ("wording", "Ms Okonjo telephoned."),
            ("reason", "Plainer."),
        ],
    );
    let case = site.get(&format!("/cases/{reference}"));
    assert!(case.text.contains("Complaint logged") && case.text.contains("Ms Okonjo telephoned."));
    assert!(case.text.contains("Wording corrected by Daniel Price"));
    assert!(site.get("/about").text.contains("csv-folder"));
}
