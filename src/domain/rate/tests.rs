#![allow(clippy::unwrap_used)]
use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn room() -> Rate {
    Rate {
        key: "loss_of_a_bedroom".into(),
        label: "Loss of a bedroom".into(),
        head: CompensationHead::RoomLoss,
        unit: CompensationUnit::PercentOfRent,
        rate_pence: None,
        percent: Some(25),
        source: RateSource {
            of: Authority::Landlord,
            title: "Compensation policy 3.0, table 2".into(),
            on: None,
        },
        from: None,
        until: None,
        retired: false,
    }
}

#[test]
fn the_table_that_comes_with_the_program_is_the_five_sums_of_the_guidance() {
    let table = RateTable::seeded();
    table.follows(&table).unwrap();
    let told: Vec<_> = table
        .rates
        .iter()
        .map(|rate| format!("{}: {}", rate.label, rate.each()))
        .collect();
    let expected = [
        "No heating and no hot water: £15.00 a day",
        "One of heating or hot water lost: £8.00 a day",
        "Total loss of power: £10.00 a day",
        "Loss of lighting only: £10.00 a week",
        "Missed appointment: £15.00 each",
    ];
    assert_eq!(told, expected);
    let guidance = "Housing Ombudsman Compensation Guidance, 1 April 2026";
    assert!(
        table
            .rates
            .iter()
            .all(|rate| rate.source.words() == guidance)
    );
    let in_force = |on: &str| {
        table
            .rates
            .iter()
            .filter(|rate| rate.in_force(day(on)))
            .count()
    };
    assert_eq!(in_force("2026-03-31"), 0);
    assert_eq!(in_force("2026-04-01"), 5);
}

#[test]
fn a_rate_that_makes_no_sense_is_refused_at_its_field() {
    let check = |change: fn(&mut Rate), field: &str, why: &str| {
        let mut rate = RateTable::seeded().rates.remove(0);
        change(&mut rate);
        let refused = rate.check().unwrap_err();
        assert_eq!(refused.field, Some(field), "{refused}");
        assert!(refused.detail.contains(why), "{refused}");
    };
    check(|r| r.label = " ".into(), "label", "Give what");
    check(|r| r.label = "x".repeat(121), "label", "at most 120");
    check(
        |r| r.source.title = String::new(),
        "title",
        "guidance or policy",
    );
    check(|r| r.source.title = "x".repeat(201), "title", "at most 200");
    check(|r| r.key = "No Heating".into(), "key", "is no key");
    check(
        |r| r.rate_pence = Some(Pence(-1)),
        "rate_pence",
        "between 1p",
    );
    check(
        |r| r.rate_pence = Some(Pence(0)),
        "rate_pence",
        "between 1p",
    );
    check(
        |r| r.rate_pence = Some(Pence(1_000_001)),
        "rate_pence",
        "£10,000.00",
    );
    check(|r| r.rate_pence = None, "rate_pence", "between 1p");
    check(|r| r.percent = Some(5), "percent", "of the rent only");
    check(
        |r| r.unit = CompensationUnit::PercentOfRent,
        "rate_pence",
        "no fixed sum",
    );
    check(
        |r| {
            *r = room();
            r.percent = Some(101)
        },
        "percent",
        "between 1 and 100",
    );
    check(
        |r| {
            *r = room();
            r.percent = None
        },
        "percent",
        "between 1 and 100",
    );
    check(
        |r| r.until = NaiveDate::from_ymd_opt(2026, 3, 31),
        "until",
        "before the first",
    );
    check(
        |r| r.from = NaiveDate::from_ymd_opt(1066, 10, 14),
        "from",
        "1066",
    );
    room().check().unwrap();
    assert_eq!(room().each(), "25% of the rent");
}

#[test]
fn a_table_loses_no_rate_that_offers_name() {
    let before = RateTable::seeded();
    let change = |change: fn(&mut Vec<Rate>)| {
        let mut after = before.clone();
        change(&mut after.rates);
        after.follows(&before).map_err(|refusal| {
            assert_eq!(refusal.field, Some("rates"));
            refusal.detail
        })
    };
    assert_eq!(change(|all| all[0].retired = true), Ok(()));
    assert_eq!(change(|all| all[0].rate_pence = Some(Pence(1600))), Ok(()));
    let refused = |change_it: fn(&mut Vec<Rate>), why: &str| {
        let said = change(change_it).unwrap_err();
        assert!(said.contains(why), "{said}");
    };
    refused(|all| drop(all.remove(0)), "Retire it instead");
    refused(|all| all.push(all[0].clone()), "is there twice");
    refused(
        |all| all[1].label = String::new(),
        "no_heating_or_hot_water, label: Give",
    );
    refused(
        |all| {
            for n in 0..200 {
                let key = format!("more_{n}");
                all.push(Rate {
                    key,
                    ..all[0].clone()
                });
            }
        },
        "at most 200",
    );
}

#[test]
fn a_new_rate_has_a_key_of_its_own_and_the_next_years_rate_another() {
    let mut table = RateTable::seeded();
    table.add(room()).unwrap();
    assert!(table.find("loss_of_a_bedroom").is_some());
    let again = table.add(room()).unwrap_err();
    assert!(again.detail.contains("there already"), "{again}");
    let next = Rate {
        from: Some(day("2027-04-01")),
        ..room()
    };
    table.add(next).unwrap();
    assert!(table.find("loss_of_a_bedroom_2027").is_some());
    let nameless = Rate {
        label: "…".into(),
        ..room()
    };
    assert_eq!(table.add(nameless).unwrap_err().field, Some("label"));
    table.follows(&RateTable::seeded()).unwrap();
}

#[test]
fn an_offer_names_a_rate_of_its_day() {
    let mut table = RateTable::seeded();
    table.rates[0].until = Some(day("2027-03-31"));
    table.rates[1].retired = true;
    let on = |key: &str, on: &str| table.named(key, day(on)).map(|rate| rate.each());
    let key = "no_heating_and_hot_water";
    assert_eq!(on(key, "2027-03-31"), Ok("£15.00 a day".into()));
    let refused = |key: &str, day: &str, why: &str| {
        let refused = on(key, day).unwrap_err();
        assert_eq!(refused.field, Some("rate"));
        assert!(refused.detail.contains(why), "{refused}");
    };
    refused(key, "2027-04-01", "until 31 March 2027");
    refused(key, "2026-03-31", "from 1 April 2026");
    refused("no_heating_or_hot_water", "2026-11-01", "no longer used");
    refused("nothing", "2026-11-01", "not in the table");
}

#[test]
fn what_was_followed_says_by_how_much_the_sum_is_another() {
    let rate = RateTable::seeded().rates.remove(0);
    let mut followed = RateFollowed {
        key: rate.key,
        label: rate.label,
        unit: rate.unit,
        rate_pence: rate.rate_pence,
        percent: rate.percent,
        source: rate.source,
        version: 2,
        comes_to: Pence(18_000),
        reason: None,
    };
    let plain = "No heating and no hot water, £15.00 a day (Housing Ombudsman Compensation Guidance, 1 April 2026; \
                 table of rates, version 2)";
    assert_eq!(followed.words(Pence(18_000)), plain);
    let more = format!("{plain}. £20.00 more than the £180.00 that this comes to");
    assert_eq!(followed.words(Pence(20_000)), more);
    followed.reason = Some("Paid in part already".into());
    let less =
        format!("{plain}. £80.00 less than the £180.00 that this comes to: Paid in part already");
    assert_eq!(followed.words(Pence(10_000)), less);
}

#[test]
fn a_sum_stands_in_one_band_of_the_scale() {
    let band = |pounds: i64| Band::of(Pence(pounds * 100)).map(Band::range);
    assert_eq!(band(49), None);
    assert_eq!(band(50).as_deref(), Some("£50 to £100"));
    assert_eq!(band(100).as_deref(), Some("£50 to £100"));
    assert_eq!(band(180).as_deref(), Some("£100 to £600"));
    assert_eq!(band(700).as_deref(), Some("£600 to £1,000"));
    assert_eq!(band(1001).as_deref(), Some("over £1,000"));
}
