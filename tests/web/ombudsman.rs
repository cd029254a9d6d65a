//! The Ombudsman room: from the first contact to the proof of an order, as those who run the process and those who only
//! look on see it.

use super::call;
use super::site::Site;

#[test]
fn the_room_says_what_is_waited_for_until_it_is_proved() {
    let site = Site::started();
    let empty = site.get("/ombudsman");
    assert!(
        empty
            .text
            .contains("The Ombudsman waits for nothing from us.")
    );
    let reference = site.log(&call("It comes back.", &[]));
    let contact = [
        ("hos_reference", "202612345"),
        ("route", "full_investigation"),
    ];
    site.done(&reference, "refer", &contact);
    let open = site.get("/ombudsman");
    assert!(open.text.contains("Ombudsman 202612345"), "{}", open.text);
    assert!(open.text.contains("With the Ombudsman, nothing waited for"));

    site.done(
        &reference,
        "record_hos_task",
        &[("items", "04"), ("due", "2099-03-02")],
    );
    let asked = site.get("/ombudsman");
    assert!(asked.text.contains("Evidence request 1"));
    assert!(asked.text.contains(&format!("/cases/{reference}/bundle")));
    site.done(&reference, "send_hos_evidence", &[("task", "1")]);
    assert!(!site.get("/ombudsman").text.contains("Evidence request 1"));

    let determination = [
        ("heads.0.text", "The landlord's handling of damp and mould"),
        ("heads.0.finding", "maladministration"),
        ("orders.0.kind", "apology"),
        ("orders.0.text", "Apologise in writing"),
        ("orders.0.due", "2099-01-05"),
        ("orders.1.kind", "compensation"),
        ("orders.1.text", "Pay the resident"),
        ("orders.1.amount_pence", "350"),
        ("orders.1.due", "2099-02-06"),
        ("recommendations", "Look at the damp policy"),
    ];
    site.done(&reference, "record_determination", &determination);
    let decided = site.get("/ombudsman");
    for part in [
        "Order 1: Apology",
        "Order 2: Compensation, £350.00",
        "Recommendation 1",
        "damp and mould: maladministration",
        "<dt>Maladministration</dt>",
        "No order was complied with or fell due in the last 12 months.",
    ] {
        assert!(decided.text.contains(part), "{part}: {}", decided.text);
    }
    let first = decided.text.find("Order 1: Apology").expect("there");
    let second = decided.text.find("Order 2: Compensation").expect("there");
    let undated = decided.text.find("Recommendation 1").expect("there");
    assert!(first < second && second < undated, "the soonest first");

    site.attach(&reference, "apology.pdf", b"%PDF-1.4 sorry");
    let link = format!("/cases/{reference}/do/complete_order?order=1");
    assert!(decided.text.contains(&link));
    site.done(
        &reference,
        "complete_order",
        &[("order", "1"), ("evidence", "1")],
    );
    let proved = site.get("/ombudsman");
    assert!(
        proved
            .text
            .contains("1 order complied with or due in the last 12 months: 1 in time, 0 late.")
    );
    assert!(
        proved
            .text
            .contains(&format!("/cases/{reference}/documents/1/view\">Proof"))
    );
    assert!(proved.text.contains(">Proof: apology.pdf"));
    assert!(!proved.text.contains(&link));
    let answer = [
        ("recommendation", "1"),
        ("accepted", "yes"),
        ("reason", "By March"),
    ];
    site.done(&reference, "answer_recommendation", &answer);
    let answered = site.get("/ombudsman");
    assert!(
        answered
            .text
            .contains("Look at the damp policy: accepted. By March"),
        "{}",
        answered.text
    );

    // An order of long ago that nobody proved is late, in words.
    let late = [
        ("heads.0.text", "Record keeping"),
        ("heads.0.finding", "service_failure"),
        ("orders.0.kind", "apology"),
        ("orders.0.text", "Apologise again"),
        ("orders.0.due", "2026-11-02"),
    ];
    site.done(&reference, "record_determination", &late);
    let told = site.get("/ombudsman");
    assert!(told.text.contains("days overdue"), "{}", told.text);
    assert!(
        told.text.contains("due Mon 2 Nov 2026, late"),
        "{}",
        told.text
    );

    // Who only looks on sees it; what is restricted is not there for them.
    let board = site.as_role("board");
    assert!(board.get("/ombudsman").text.contains(&reference));
    let named = [
        ("people", "dprice"),
        ("reason", "A member of staff is named"),
    ];
    site.done(&reference, "restrict", &named);
    let theirs = board.get("/ombudsman");
    assert!(!theirs.text.contains(&reference) && !theirs.text.contains("Maladministration"));
    assert!(site.get("/ombudsman").text.contains(&reference));
}
