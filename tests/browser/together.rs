//! What comes to a page by itself, in a real browser: a draft that is kept, files that are pasted, two people on one
//! case, a board that counts along.

use super::tab::{Screen, Tab, browser};
use super::{CALL, landlord, signed_in};
use crate::support::Server;

/// Logs the usual complaint; gives the address of its case.
async fn logged(tab: &Tab) -> String {
    tab.fill("/log", &CALL).await;
    let at = tab.at().await;
    at.split('?').next().expect("a path").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_is_kept_without_a_button_and_a_picture_is_pasted() {
    if !browser() {
        return;
    }
    let mut server = Server::start();
    let tab = landlord(&mut server, Screen::Desk).await;
    tab.go("/log").await;
    tab.put("account", "The ceiling came down.").await;
    tab.put("complainant.name", "Amara Okonjo").await;
    tab.comes("Kept as a draft at").await;
    tab.run(
        "const data = new DataTransfer();\
         data.items.add(new File(['\\x89PNG ceiling'], 'ceiling.png', {type: 'image/png'}));\
         document.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data}));",
    )
    .await;
    tab.comes("1 file is kept.").await;
    tab.shows("ceiling.png").await;
    tab.run(
        "const day = document.getElementById('received_at');\
         day.value = '2026-12-24T15:00'; day.dispatchEvent(new Event('change'));",
    )
    .await;
    tab.comes("Received on Thursday 24 December 2026: acknowledge by")
        .await;

    // The browser is closed; the next one goes on.
    drop(tab);
    let tab = signed_in(&server, "daniel.price").await;
    tab.go("/log").await;
    tab.shows("Begun and not logged").await;
    tab.click("Amara Okonjo").await;
    tab.shows("ceiling.png").await;
    let kept = tab.value("account").await;
    assert_eq!(kept, "The ceiling came down.");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_on_a_case_see_each_other_and_what_the_other_did() {
    if !browser() {
        return;
    }
    let mut server = Server::start();
    let one = landlord(&mut server, Screen::Desk).await;
    let case = logged(&one).await;
    one.go(&case).await;
    let other = signed_in(&server, "saira.malik").await;
    other.go(&format!("{case}/do/note")).await;
    other.shows("Daniel Price is on this case too.").await;
    one.comes("Saira Malik is writing a note.").await;
    other.put("text", "Rang the contractor").await;
    other.send().await;
    one.comes("Changed since you opened it:").await;
    one.comes("Show it").await;
    one.comes("Saira Malik is on this case too.").await;
    // One who leaves is gone.
    other.go("/cases").await;
    one.goes("Saira Malik is on this case too.").await;
    one.click("Show it").await;
    one.shows("Rang the contractor").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_board_counts_along() {
    if !browser() {
        return;
    }
    let mut server = Server::start();
    let one = landlord(&mut server, Screen::Desk).await;
    one.go("/board").await;
    let before = one.tile("Open now").await;
    let other = signed_in(&server, "daniel.price").await;
    logged(&other).await;
    assert_eq!(before, "0");
    one.until("a new count", async |tab| tab.tile("Open now").await == "1")
        .await;
    one.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_lead_to_pages_unless_somebody_types_or_switched_them_off() {
    if !browser() {
        return;
    }
    let mut server = Server::start();
    let tab = landlord(&mut server, Screen::Desk).await;
    tab.go("/cases").await;
    tab.press("g").await;
    tab.press("b").await;
    tab.comes("Complaints board").await;
    tab.press("n").await;
    tab.comes("Log a complaint").await;
    tab.put("account", "nothing works, go?").await;
    assert_eq!(tab.value("account").await, "nothing works, go?");
    // The bar: a few letters of where to, with the keyboard alone.
    tab.go("/cases").await;
    tab.run("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'k', ctrlKey: true, bubbles: true}))")
        .await;
    tab.comes("Go to or do").await;
    tab.check().await;
    tab.type_on("signed in").await;
    tab.comes("Where I am signed in").await;
    tab.type_on("\u{e007}").await;
    let there = async |tab: &Tab| tab.at().await == "/sessions";
    tab.until("the page that was chosen", there).await;
    tab.go("/help").await;
    tab.press("?").await;
    tab.click("Switch the keys off").await;
    tab.shows("The keys are off in this browser.").await;
    tab.press("n").await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert!(tab.at().await.starts_with("/help"), "{}", tab.at().await);
}
