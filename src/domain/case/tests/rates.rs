//! Sums that follow a rate of the landlord's table (Code 7.2, 7.4).

use serde_json::json;

use super::*;
use crate::domain::case::sum_offered;
use crate::domain::ids::Pence;
use crate::domain::remedy::{CompensationHead, CompensationLine, CompensationUnit};

fn offer(fields: Value) -> Value {
    let mut offer = json!({ "command": "offer_remedy", "kind": "financial_remedy", "description": "For the cold",
        "due": "2027-01-04" });
    for (name, value) in fields.as_object().unwrap() {
        offer[name] = value.clone();
    }
    offer
}

fn line(fields: Value) -> CompensationLine {
    let play = Play::at(State::S1Investigating).does("olive", offer(fields));
    play.case.remedies[0].compensation.clone().unwrap()
}

fn refused(fields: Value) -> (&'static str, String) {
    let refusal = Play::at(State::S1Investigating).refused("olive", offer(fields));
    (refusal.field.unwrap(), refusal.detail)
}

#[test]
fn a_named_rate_fills_in_what_the_offer_leaves_out() {
    let days =
        json!({ "rate": "no_heating_and_hot_water", "from": "2026-11-10", "to": "2026-11-21" });
    let line = line(days);
    assert_eq!(
        (line.amount, line.head, line.unit, line.quantity, line.rate),
        (
            Pence(18_000),
            CompensationHead::Heating,
            Some(CompensationUnit::Day),
            Some(12),
            Some(Pence(1500))
        )
    );
    let rule = line.rule.unwrap();
    assert_eq!((rule.version, rule.comes_to), (0, Pence(18_000)));
    assert_eq!(rule.reason, None);
    assert_eq!(
        rule.source.words(),
        "Housing Ombudsman Compensation Guidance, 1 April 2026"
    );
}

#[test]
fn each_unit_is_counted_in_its_own_way() {
    let sum = |fields: Value| line(fields).amount.0;
    assert_eq!(
        sum(json!({ "rate": "missed_appointment", "quantity": 2 })),
        3000
    );
    assert_eq!(
        sum(json!({ "rate": "no_lighting", "from": "2026-11-01", "to": "2026-11-14" })),
        2000
    );
    assert_eq!(
        sum(json!({ "rate": "no_power", "quantity": 3, "from": "2026-11-01", "to": "2026-11-14" })),
        3000
    );
    let lost = json!({ "rate": "no_heating_or_hot_water", "quantity": 1, "head": "hot_water" });
    assert_eq!(line(lost).head, CompensationHead::HotWater);
    let count = |fields: Value, why: &str| {
        let (field, detail) = refused(fields);
        assert_eq!(field, "quantity");
        assert!(detail.contains(why), "{detail}");
    };
    count(
        json!({ "rate": "missed_appointment", "from": "2026-11-01", "to": "2026-11-14" }),
        "how many times",
    );
    count(
        json!({ "rate": "no_lighting", "from": "2026-11-01", "to": "2026-11-10" }),
        "how many weeks",
    );
    count(
        json!({ "rate": "no_power", "from": "2026-11-01" }),
        "how many days",
    );
    count(json!({ "rate": "no_power", "quantity": 0 }), "at least 1");
}

#[test]
fn more_than_a_rate_may_be_offered_and_less_needs_its_reason() {
    let two = |fields: Value| {
        let mut offer = json!({ "rate": "missed_appointment", "quantity": 2 });
        offer
            .as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        offer
    };
    let more = line(two(json!({ "amount_pence": 5000 })));
    assert_eq!((more.amount, more.rate), (Pence(5000), Some(Pence(1500))));
    assert!(
        more.guidance()
            .unwrap()
            .contains("£20.00 more than the £30.00")
    );
    let own = line(two(json!({ "rate_pence": 2500 })));
    assert_eq!((own.amount, own.rate), (Pence(5000), Some(Pence(2500))));
    let (field, detail) = refused(two(json!({ "rate_pence": 2500, "amount_pence": 4000 })));
    assert_eq!(field, "amount_pence", "{detail}");

    for less in [
        json!({ "amount_pence": 2000 }),
        json!({ "rate_pence": 1000 }),
    ] {
        let refusal = Play::at(State::S1Investigating).refused("olive", offer(two(less.clone())));
        assert_eq!(
            (refusal.field, refusal.provision),
            (Some("rate_reason"), Some("7.4"))
        );
        assert!(
            refusal.detail.contains("£20.00 is less than the £30.00"),
            "{refusal}"
        );
        let mut blank = two(less.clone());
        blank["rate_reason"] = json!("  ");
        assert_eq!(refused(blank).0, "rate_reason");
        let mut told = two(less);
        told["rate_reason"] = json!("£10 was paid on the day");
        let kept = line(told);
        assert_eq!(kept.amount, Pence(2000));
        let said = kept.guidance().unwrap();
        assert!(
            said.ends_with(
                "£10.00 less than the £30.00 that this comes to: £10 was paid on the day"
            ),
            "{said}"
        );
    }
    let (field, _) = refused(json!({ "amount_pence": 2000, "rate_reason": "Just so" }));
    assert_eq!(field, "rate_reason", "a reason without a rate");
}

#[test]
fn a_rate_that_does_not_fit_is_refused_at_its_field() {
    assert_eq!(refused(json!({ "rate": "nothing" })).0, "rate");
    assert_eq!(
        refused(json!({ "rate": "no_power", "unit": "week", "quantity": 1 })).0,
        "unit"
    );
    assert_eq!(
        refused(json!({ "rate": "no_power", "from": "2026-11-10", "to": "2026-11-01" })).0,
        "to"
    );
    assert_eq!(
        refused(json!({ "rate": "no_power", "quantity": u32::MAX })).0,
        "amount_pence"
    );
    assert_eq!(
        refused(json!({ "rate": "no_power", "quantity": 2, "rate_pence": i64::MAX })).0,
        "amount_pence"
    );
    assert_eq!(
        refused(json!({ "rate": "no_power", "quantity": 2, "rate_pence": -5 })).0,
        "amount_pence"
    );
}

#[test]
fn a_part_of_the_rent_takes_the_rent_from_the_offer() {
    let mut table = RateTable::seeded();
    let mut room = table.rates.remove(0);
    room.unit = CompensationUnit::PercentOfRent;
    (room.key, room.rate_pence, room.percent) = ("room".into(), None, Some(25));
    table.rates.push(room);
    let sum = |fields: Value| {
        let command: Command = serde_json::from_value(offer(fields)).unwrap();
        sum_offered(&command, &table, "2026-11-20".parse().unwrap()).map(Option::unwrap)
    };
    let quarter = sum(json!({ "rate": "room", "rate_pence": 612 })).unwrap();
    assert_eq!(
        (quarter.amount, quarter.quantity),
        (Pence(15_300), Some(25))
    );
    // A quarter of £103.45 is £25.86, though each 1% of it is written as £1.03; less than that needs a reason.
    let of =
        |amount: i64| sum(json!({ "rate": "room", "rate_pence": 103, "amount_pence": amount }));
    let line = of(2586).unwrap();
    assert_eq!(line.amount, Pence(2586));
    let rule = line.rule.unwrap();
    assert_eq!((rule.comes_to, rule.reason), (Pence(2586), None));
    assert!(of(2500).is_err());
    let tenth = json!({ "rate": "room", "rate_pence": 612, "quantity": 10 });
    assert_eq!(sum(tenth).unwrap_err().field, Some("rate_reason"));
    assert_eq!(
        sum(json!({ "rate": "room" })).unwrap_err().field,
        Some("rate_pence")
    );
}

#[test]
fn the_rate_is_that_of_the_day_on_which_the_offer_is_made() {
    let command: Command =
        serde_json::from_value(offer(json!({ "rate": "no_power", "quantity": 2 }))).unwrap();
    let on = |day: &str| sum_offered(&command, &RateTable::seeded(), day.parse().unwrap());
    let refusal = on("2026-03-31").unwrap_err();
    assert!(refusal.detail.contains("from 1 April 2026"), "{refusal}");
    assert!(on("2026-04-01").unwrap().is_some());
}

#[test]
fn an_offer_of_the_time_before_the_table_reads_as_it_was_written() {
    let old = json!({ "amount": 8000, "head": "heating", "from": "2026-11-01", "to": "2026-11-10", "quantity": 10,
        "unit": "day", "rate": 800, "guidance_ref": "Table 1", "approved_by": null, "paid_on": null,
        "pay_method": null, "set_off_agreement": null });
    let read: CompensationLine = serde_json::from_value(old.clone()).unwrap();
    assert_eq!(read.rule, None);
    assert_eq!(read.guidance().as_deref(), Some("Table 1"));
    assert_eq!(
        serde_json::to_value(&read).unwrap(),
        old,
        "and is written so again"
    );
}
