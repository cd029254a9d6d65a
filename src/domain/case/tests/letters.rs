//! What goes to the resident (domain rules §3): every block a letter needs, and the words as they are.

use serde_json::json;

use super::*;
use crate::domain::case::{IssuedLetter, LetterBlock};
use crate::domain::letter::{LetterKind, check, rules};

const KINDS: [LetterKind; 10] = [
    LetterKind::AcknowledgementS1,
    LetterKind::AcknowledgementS2,
    LetterKind::ResponseS1,
    LetterKind::ResponseS2,
    LetterKind::Extension,
    LetterKind::Refusal,
    LetterKind::Update,
    LetterKind::Closing,
    LetterKind::RestrictionOfContact,
    LetterKind::Addendum,
];

fn letter(play: &Play) -> &IssuedLetter {
    play.case.letters.last().unwrap()
}

/// A letter as text: heading, paragraph of the Code, words.
fn text(letter: &IssuedLetter) -> String {
    let blocks = letter.blocks.iter().map(|block| {
        let provision = block.provision.as_deref().unwrap_or("-");
        format!(
            "# {} [{} {provision}]\n{}\n",
            block.heading, block.name, block.text
        )
    });
    blocks.collect()
}

#[track_caller]
fn says(play: &Play, expected: &str) {
    let text = text(letter(play));
    assert!(
        text.trim() == expected.trim(),
        "the letter now says:\n{text}"
    );
}

const OMBUDSMAN: &str = "You can contact the Housing Ombudsman Service at any time, free of charge. Use the online complaint \
    form at www.housing-ombudsman.org.uk or telephone 0300 111 3000. By post: PO Box 1484, Unit D, Preston, PR2 0ET. For \
    general enquiries: info@housing-ombudsman.org.uk.";

#[test]
fn an_empty_required_block_stops_each_kind_of_letter() {
    for kind in KINDS {
        let full: Vec<LetterBlock> = rules(kind)
            .iter()
            .map(|rule| LetterBlock {
                name: rule.name.into(),
                heading: rule.heading.into(),
                text: "x".into(),
                provision: None,
            })
            .collect();
        assert_eq!(check(kind, &full), Ok(()), "{kind:?}");
        assert!(full.iter().any(|block| block.name == "ombudsman") || kind == LetterKind::Addendum);
        for (n, rule) in rules(kind).iter().enumerate() {
            let mut empty = full.clone();
            empty[n].text = " \u{2003}\n".into();
            let mut absent = full.clone();
            absent.remove(n);
            for blocks in [empty, absent] {
                let refused = check(kind, &blocks).err();
                assert_eq!(refused.is_some(), rule.required, "{kind:?} {}", rule.name);
                let Some(refusal) = refused else { continue };
                assert_eq!(
                    (refusal.code.to_string().as_str(), refusal.provision),
                    ("E04", rule.provision)
                );
                assert!(refusal.field.is_some() && refusal.detail.contains(rule.heading));
            }
        }
    }
}

#[test]
fn every_issued_letter_has_what_its_kind_needs() {
    let mut seen = 0;
    for state in State::ALL {
        for issued in &Play::at(state).case.letters {
            assert_eq!(
                check(issued.kind, &issued.blocks),
                Ok(()),
                "{:?}",
                issued.kind
            );
            seen += 1;
        }
    }
    assert!(seen >= 15, "{seen}");
}

#[test]
fn the_acknowledgement_reads() {
    let mut before = Play::at(State::S1Received);
    before.policy.landlord.phone = "01234 567890".into();
    let mut command = acknowledge(1, "olive");
    command["not_responsible_for"] = json!("The neighbour's fence.");
    says(
        &before.does("olive", command),
        &format!(
            "# What we received [received 6.2]
We received your complaint on Fri 20 Nov 2026. Its reference is C-2026-0001.
# Our understanding of your complaint [definition 5.6]
Mould, and no call back.
# What you want to happen [outcomes 5.6]
A repair.
# What we are responsible for [responsibility 5.7]
We are not responsible for: The neighbour's fence.
# Who is dealing with it [handler 6.2]
Olive Officer is handling your complaint. You can reach us on 01234 567890.
# When you will hear from us [due 6.3]
We will send you our full response by the end of Mon 7 Dec 2026. If we need longer we will tell you before then, and why.
# How we will keep you informed [updates -]
If anything changes we will tell you at once. You can ask us at any time how far we are.
# How we will communicate with you [adjustments -]
If you need us to communicate in another way, for example in large print or through an interpreter, tell us.
# If we have misunderstood [correct_us -]
If we have misunderstood any part of your complaint, or you want someone to act for you, tell us and we will put it right.
# What we do with what you tell us [privacy -]
We keep a record of your complaint, to answer it and to learn from it. We share it only with those who need it to put things right, and with the Housing Ombudsman if it asks. You can ask to see what we hold about you.
# The Housing Ombudsman [ombudsman 3.7]
{OMBUDSMAN}
"
        ),
    );
}

#[test]
fn the_stage_2_acknowledgement_names_the_reviewer_and_the_first_outcome() {
    says(
        &Play::at(State::S2Acknowledged),
        &format!(
            "# What we received [received 6.11]
We received your wish to go to stage 2 on Tue 1 Dec 2026. Its reference is C-2026-0001.
# What we decided at stage 1 [stage1_outcome 6.11]
Partly upheld. We took too long.
# What remains to be resolved, as we understand it [definition 5.6]
Mould, and no call back.
# What you want to happen [outcomes 5.6]
A repair.
# What we are responsible for [responsibility 5.7]
We are responsible for all parts of your complaint.
# Who will review it [handler 6.13]
Rita Reviewer will review it and took no part in it at stage 1.
# When you will hear from us [due 6.14]
We will send you our full response by the end of Mon 4 Jan 2027. If we need longer we will tell you before then, and why.
# How we will keep you informed [updates -]
If anything changes we will tell you at once. You can ask us at any time how far we are.
# How we will communicate with you [adjustments -]
If you need us to communicate in another way, for example in large print or through an interpreter, tell us.
# If we have misunderstood [correct_us -]
If we have misunderstood any part of your complaint, or you want someone to act for you, tell us and we will put it right.
# What we do with what you tell us [privacy -]
We keep a record of your complaint, to answer it and to learn from it. We share it only with those who need it to put things right, and with the Housing Ombudsman if it asks. You can ask to see what we hold about you.
# The Housing Ombudsman [ombudsman 3.7]
{OMBUDSMAN}
"
        ),
    );
}

#[test]
fn the_stage_1_response_answers_each_point_and_says_how_to_go_on() {
    let offer = json!({ "command": "offer_remedy", "kind": "financial_remedy", "description": "For the distress",
        "points": [1], "due": "2027-01-04", "owner": "fay", "amount_pence": 12_345, "head": "distress" });
    let mut decided = decide(1, "upheld");
    decided["references"] = json!(["Repairs policy 4.2", " ", "Homes Act 2018"]);
    let play = Play::at(State::S1Investigating)
        .does("olive", decided)
        .does("olive", decide(2, "not_upheld"))
        .does("olive", offer);
    let mut respond = respond(1);
    respond["approved_by"] = json!("tom");
    says(
        &play.does("olive", respond),
        &format!(
            "# Where this letter stands [stage 6.9]
This is our response at stage 1 of our complaints process.
# Your complaint [definition 6.9]
Mould, and no call back.
# Our decision [decision 6.9]
Partly upheld.
# Our answer to each point, and why [points 6.7]
1. Mould on the bedroom wall
Upheld. The records show it.
We relied on: Repairs policy 4.2; Homes Act 2018.

2. Nobody rang back
Not upheld. The records show it.
# What we found [acknowledgement_of_fault -]
We took too long.
# What we will do to put things right [remedies 6.9]
• For the distress: £123.45 (point 1)
# What is still to be done, by whom and when [actions 6.9]
• For the distress: Fay Finance, by Mon 4 Jan 2027
# If you are not satisfied [escalation 6.9]
If any part of this is not resolved to your satisfaction, tell us, in any way you choose, that you would like it looked at again at stage 2. You do not have to give reasons or fill in a form. Someone who took no part at stage 1 will review it.
# The Housing Ombudsman [ombudsman 3.7]
{OMBUDSMAN}
"
        ),
    );
}

#[test]
fn the_final_response_ends_the_process_and_leads_to_the_ombudsman() {
    says(
        &Play::at(State::S2Responded),
        &format!(
            "# Where this letter stands [stage 6.19]
This is our response at stage 2 of our complaints process.
# Your complaint [definition 6.19]
Mould, and no call back.
# Our decision [decision 6.19]
Partly upheld.
# Our answer to each point, and why [points 6.18]
1. Mould on the bedroom wall
Upheld. The records show it.

2. Nobody rang back
Partly upheld. The records show it.
# What we found [acknowledgement_of_fault -]
We took too long.
# How stage 1 was handled [stage1_review 6.19]
At stage 1 we acknowledged your complaint on Mon 23 Nov 2026 and answered it on Tue 24 Nov 2026. Our decision then was: partly upheld.
# Who took part in the review [people 6.20]
Rita Reviewer reviewed your complaint.
# What we will do to put things right [remedies 6.19]
We have told you in this letter what went wrong. We are not offering anything further.
# What is still to be done, by whom and when [actions 6.19]
Nothing is outstanding.
# This is our final response [final 6.10]
Example Homes has two stages only. This letter is our final response and our process is now complete.
# If you are still not satisfied: the Housing Ombudsman [ombudsman 6.19]
If you are still not satisfied, you can take your complaint further. {OMBUDSMAN}
"
        ),
    );
}

#[test]
fn the_notices_read() {
    let extend = json!({ "command": "extend", "stage": 1, "new_due": "2026-12-15", "reason": "A survey is booked.",
        "update_every_days": 5 });
    says(
        &Play::at(State::S1Investigating).does("olive", extend),
        &format!(
            "# The new date [new_date 6.4]
We will now respond by the end of Tue 15 Dec 2026. The earlier date was Mon 7 Dec 2026.
# Why we need more time [reason 6.4]
A survey is booked.
# How we will keep you informed [updates 5.9]
Until then we will update you at least every 5 days, next by Fri 27 Nov 2026.
# The Housing Ombudsman [ombudsman 6.5]
{OMBUDSMAN}
"
        ),
    );
    let mut old = refuse();
    for (field, value) in [
        ("ground", json!("older_than_12_months")),
        ("date_of_issue", json!("2024-01-01")),
        ("date_became_aware", json!("2024-02-01")),
        (
            "discretion",
            json!({ "factors": "The boiler was replaced in 2025.", "decision": "We make no exception." }),
        ),
        ("evidence", json!("Work order 77.")),
        ("better_route", json!("The First-tier Tribunal.")),
        ("part", json!([1])),
    ] {
        old[field] = value;
    }
    says(
        &Play::at(State::S1Received).does("olive", old),
        &format!(
            "# What we will not consider [refused 2.4]
1. Mould on the bedroom wall
# The ground [ground 2.2]
The matter arose more than 12 months before you told us.
# Our reasons [reasons 2.4]
Answered in C-2025-0007.
# What we relied on [evidence -]
The matter arose on Mon 1 Jan 2024.
You became aware of it on Thu 1 Feb 2024.
Work order 77.
# How we considered making an exception [discretion -]
The boiler was replaced in 2025.
We make no exception.
# Who may be able to help [better_route -]
The First-tier Tribunal.
# How we will communicate with you [adjustments -]
If you need us to communicate in another way, for example in large print or through an interpreter, tell us.
# Who decided [decided 2.4]
Olive Officer, with Tom Teamlead, on Mon 23 Nov 2026.
# Your right to challenge this with the Housing Ombudsman [ombudsman 2.4]
You have the right to ask the Ombudsman to look at this decision. {OMBUDSMAN}
"
        ),
    );
}

#[test]
fn a_refusal_without_points_quotes_the_resident() {
    let mut empty = intake();
    empty["points"] = json!([]);
    let play = Play::logged(empty).does("olive", refuse());
    assert_eq!(
        letter(&play).blocks[0].text,
        "Your complaint, in your words: Black mould since March. Nobody came."
    );
}

#[test]
fn the_confirmation_of_actions_tells_what_was_done() {
    let promise = |what: &str| json!({ "command": "promise_action", "what": what, "owner": "hal", "due": "2026-12-20" });
    let play = Play::at(State::S1Responded)
        .does("olive", promise("Paint"))
        .does("olive", promise("Ring"))
        .does(
            "hal",
            json!({ "command": "complete_action", "action": 1, "reason": "Seen." }),
        )
        .does(
            "hal",
            json!({ "command": "cancel_action", "action": 2, "reason": "Ann rang." }),
        )
        .does(
            "olive",
            json!({ "command": "issue_letter", "kind": "closing", "text": "All done." }),
        );
    let actions = &letter(&play).blocks[1].text;
    assert_eq!(
        actions,
        "• Paint: Hal Houseman, done on Tue 1 Dec 2026\n• Ring: Hal Houseman, will not be done on Tue 1 Dec 2026"
    );
    assert!(
        play.case.actions.iter().all(|action| action.resident_told),
        "the letter told them"
    );
}

#[test]
fn an_account_name_inside_other_words_changes_no_letter() {
    let play = Play::at(State::S1Received).does("olive", acknowledge(1, "hal"));
    let handler = letter(&play)
        .blocks
        .iter()
        .find(|block| block.name == "handler")
        .unwrap();
    assert_eq!(
        handler.text.trim(),
        "Hal Houseman is handling your complaint."
    );
    let short = Play::at(State::S1Received).does("olive", acknowledge(1, "is"));
    let handler = letter(&short)
        .blocks
        .iter()
        .find(|block| block.name == "handler")
        .unwrap();
    assert_eq!(handler.text, "is is handling your complaint.");
}
