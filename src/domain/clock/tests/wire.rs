//! The names other programs read.

use crate::domain::calendar::Calendar;
use crate::domain::clock::id::CLOCKS;
use crate::domain::clock::*;

#[test]
fn clock_names() {
    let names: Vec<_> = CLOCKS.iter().map(|kind| kind.wire).collect();
    assert_eq!(
        names.join(" "),
        "S1_ACK S1_RESPONSE S1_EXTENSION S2_ACK S2_RESPONSE S2_EXTENSION HOS_DIRECTED UPDATE_INTERVAL \
         ACTION_DUE SERVICE_REQUEST_REVIEW HOS_TASK HOS_ORDER HOS_NOTICE ANNUAL_SUBMISSION DP_COMPLAINT_ACK SAR \
         AWAAB_EMERGENCY AWAAB_INVESTIGATE AWAAB_SUMMARY AWAAB_SAFETY AWAAB_FURTHER AWAAB_WORK_START \
         STAIRS_REQUEST"
    );
    for kind in CLOCKS {
        assert_eq!(kind.wire.parse(), Ok(kind.id));
        assert_eq!(serde_json::to_value(kind.id).unwrap(), kind.wire);
    }
}

#[test]
fn a_clock_as_json() {
    let received = "2026-11-20T16:05:00Z".parse().unwrap();
    let mut facts = StageFacts::begun(StageNumber::One, received);
    facts.acknowledged_at = Some("2026-11-23T10:00:00Z".parse().unwrap());
    let now = "2026-11-24T10:00:00Z".parse().unwrap();
    let found = stage_clocks(&facts, &Calendar::england(), &ClockPolicy::default(), now).unwrap();
    let expected = serde_json::json!({
        "id": "S1_ACK", "start": "2026-11-20", "due": "2026-11-27", "length": { "working_days": 5 },
        "met_on": "2026-11-23", "status": "met", "in_time": true, "risk": null,
        "why": "Received Fri 20 Nov 2026. Day 1 is Mon 23 Nov … day 5 is Fri 27 Nov."
    });
    assert_eq!(serde_json::to_value(&found.clocks[0]).unwrap(), expected);
    let response = serde_json::to_value(&found.clocks[1]).unwrap();
    assert_eq!(
        (&response["start"], &response["due"]),
        (&"2026-11-23".into(), &"2026-12-07".into())
    );
    assert_eq!(
        (&response["status"], &response["in_time"]),
        (&"running".into(), &serde_json::Value::Null)
    );
    let back: Clock = serde_json::from_value(response).unwrap();
    assert_eq!(back, found.clocks[1]);
    let flags = CaseFlags {
        stage1: Some(found.flags),
        stage2: None,
    };
    let expected = serde_json::json!({
        "stage1": { "ack_in_time": true, "response_in_time_from_ack": null, "response_in_time_overall": null },
        "stage2": null
    });
    assert_eq!(serde_json::to_value(flags).unwrap(), expected);
}

#[test]
fn due_dates_as_json() {
    let query = DueQuery {
        received: Some(Receipt::On("2026-12-14".parse().unwrap())),
        ..DueQuery::default()
    };
    let dates = due_dates(&query, &Calendar::england(), &ClockPolicy::default()).unwrap();
    let json = serde_json::to_value(&dates).unwrap();
    assert_eq!(json["S1_ACK"]["due"], "2026-12-21");
    assert_eq!(json["S1_RESPONSE"]["due"], "2027-01-07");
    assert_eq!(json["S1_EXTENSION"]["due"], "2027-01-21");
    assert_eq!(json.as_object().unwrap().len(), 3);
}

#[test]
fn the_record_keeps_policy_and_calendar() {
    let mut calendar = Calendar::england();
    let at = "2026-11-20T16:05:00Z".parse().unwrap();
    calendar
        .add_holiday(
            "2026-11-26".parse().unwrap(),
            "One-off",
            at,
            "admin",
            "proclaimed",
        )
        .unwrap();
    let bytes = rmp_serde::to_vec_named(&calendar).unwrap();
    assert_eq!(rmp_serde::from_slice::<Calendar>(&bytes).unwrap(), calendar);
    let policy = ClockPolicy {
        receipt: ReceiptRule::Deemed,
        s1_ack: 3,
        ..ClockPolicy::default()
    };
    let bytes = rmp_serde::to_vec_named(&policy).unwrap();
    assert_eq!(
        rmp_serde::from_slice::<ClockPolicy>(&bytes).unwrap(),
        policy
    );
    // A field that a later version adds has its default.
    assert_eq!(
        serde_json::from_str::<ClockPolicy>("{}").unwrap(),
        ClockPolicy::default()
    );
}
