//! Hostile text in every field of every command and of the intake: nothing panics, and what is kept is
//! kept word for word.

use serde_json::json;

use super::states::examples;
use super::*;

fn hostile() -> Vec<String> {
    vec![
        "\u{0}".into(),
        "a\u{0}b".into(),
        "\u{202e}gnp.exe".into(),
        "\u{2066}\u{2069}\u{200f}اللغة".into(),
        "\u{301}\u{308}\u{20dd}".into(),
        "{{ case.name }} {% include '/etc/passwd' %} #let x = read(\"/etc/passwd\") ${7*7}".into(),
        "<script>alert(1)</script><img src=x onerror=alert(1)>&amp;'\"".into(),
        "=HYPERLINK(\"http://x\",\"y\")\t@SUM(1)\r\n+1-1".into(),
        "../../etc/passwd\\..\\C:\\".into(),
        "🏚️👩‍👩‍👧‍👦\u{fe0f}".into(),
        "\u{feff}x\u{ad}y\u{200b}z\r\n\r\r".into(),
        "%s%n%d {} {0}".into(),
        "w".repeat(1_000_000),
        "ﷺ".repeat(50_000),
    ]
}

/// Every text of a command, one at a time, in place of the good one.
fn replaced(good: &Value, with: &str, then: &mut dyn FnMut(Value)) {
    fn walk(value: &Value, path: &mut Vec<String>, texts: &mut Vec<Vec<String>>) {
        match value {
            Value::String(_) => texts.push(path.clone()),
            Value::Object(fields) => {
                for (name, inner) in fields {
                    path.push(name.clone());
                    walk(inner, path, texts);
                    path.pop();
                }
            }
            Value::Array(items) => {
                for (n, inner) in items.iter().enumerate() {
                    path.push(n.to_string());
                    walk(inner, path, texts);
                    path.pop();
                }
            }
            _ => {}
        }
    }
    let mut texts = Vec::new();
    walk(good, &mut Vec::new(), &mut texts);
    for path in texts {
        let mut bad = good.clone();
        if let Some(place) = bad.pointer_mut(&format!("/{}", path.join("/"))) {
            *place = json!(with);
        }
        then(bad);
    }
}

#[test]
fn in_every_field_of_every_command() {
    let plays = [
        Play::at(State::S1Received),
        Play::at(State::S1Investigating),
        Play::at(State::S2Requested),
    ];
    let mut done = 0;
    for text in hostile() {
        for play in &plays {
            for (who, example) in examples(play.case.stage()) {
                replaced(&example, &text, &mut |bad| {
                    if serde_json::from_value::<Command>(bad.clone()).is_err() {
                        return;
                    }
                    let Ok(events) = play.tries(who, bad) else {
                        return;
                    };
                    let mut after = play.clone();
                    let now = after.now;
                    after.record(who, events, now);
                    assert_reads_back(&after);
                    done += 1;
                });
            }
        }
    }
    assert!(done > 1_000, "{done}");
}

#[test]
fn in_every_field_of_the_intake() {
    let mut full = intake();
    full["heard_by"] = json!("cal");
    full["representative"] = json!({ "name": "Ray", "organisation": "o", "contact": "c", "authority_evidence": "e", "scope": "s" });
    full["members"] =
        json!([{ "name": "Ben", "address": "a", "safe_contact": "s", "adjustments": ["braille"] }]);
    full["triage"] = json!({ "complexity": "c", "note": "n" });
    full["hazard"] = json!({ "description": "d" });
    full["decision"] = json!({ "reason": "r" });
    for text in hostile() {
        replaced(&full, &text, &mut |bad| {
            if serde_json::from_value::<Intake>(bad.clone()).is_err() {
                return;
            }
            let Ok(play) = Play::try_log(bad.clone()) else {
                return;
            };
            assert_reads_back(&play);
            assert_eq!(json!(play.case.intake.account), bad["account"], "verbatim");
            let mut sent = acknowledge(1, "olive");
            sent["adjustments_note"] = json!(text);
            if let Ok(events) = play.tries("olive", sent) {
                let mut after = play.clone();
                after.record("olive", events, play.now);
                assert_reads_back(&after);
            }
        });
    }
}

#[test]
fn a_text_beyond_the_limit_is_refused_with_a_way_out() {
    let long = "w".repeat(crate::domain::refusal::MAX_TEXT + 1);
    for (command, field) in [
        (json!({ "command": "note", "text": long }), "text"),
        (json!({ "command": "withdraw", "account": long }), "account"),
    ] {
        let refusal = Play::at(State::S1Received).refused("cal", command);
        assert!(refusal.field == Some(field) && refusal.detail.contains("Attach it"));
    }
}

/// The title, the clocks and readiness can be worked out, and the case is what its stored events say.
fn assert_reads_back(play: &Play) {
    let case = &play.case;
    assert!(case.title().chars().count() <= 92);
    case.clocks(&play.calendar, &play.policy.clocks, play.now);
    crate::domain::readiness::readiness(case, &[]);
    let stored: Vec<Recorded> = play
        .events
        .iter()
        .map(|event| rmp_serde::from_slice(&rmp_serde::to_vec_named(event).unwrap()).unwrap())
        .collect();
    assert_eq!(stored, play.events);
    assert_eq!(
        Case::fold(case.reference.clone(), &stored).as_ref(),
        Some(case)
    );
}
