//! The questions about the money in an offer: by a rate of the landlord's table or by figures of its own (Code 7.2,
//! 7.4), and the scale that a sum can be held beside.

use super::{Field, Form, Kind, Subject, date, line, long};
use crate::domain::ids::Pence;
use crate::domain::rate::{BANDS, BANDS_SOURCE, Band, Rate};
use crate::domain::remedy::{CompensationHead, CompensationLine, CompensationUnit};
use crate::web::form::{Choice, Scale, choices};
use crate::web::words::{count, wire};

/// Adds the questions.
pub(super) fn ask(form: Form, s: &Subject) -> Form {
    let offered = s.rates.rates.iter().filter(|rate| {
        // One that has ended is there for an offer of an earlier day.
        !rate.retired && rate.from.is_none_or(|from| from <= s.today)
    });
    let mut rate = Field::new(Kind::Select, "rate", "Rate")
        .of(offered.map(|rate| choice(rate, s)).collect())
        .optional()
        .rule("7.4");
    rate.blank = "No rate: a sum of our own";
    let heads: Vec<String> = CompensationHead::ALL.iter().map(wire).collect();
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let by_rate = vec![
        rate,
        date("from", "First day that it is for").optional(),
        date("to", "Last day that it is for").optional(),
        Field::new(Kind::Number, "quantity", "How many days, weeks or times")
            .optional()
            .hint("Left empty, the days are counted from the first to the last, both of them too."),
    ];
    let offered = vec![
        Field::new(Kind::Money, "amount_pence", "Amount in pounds")
            .optional()
            .hint(
                "Left empty, it is what the rate comes to. You may offer more; for less, say why.",
            ),
        long("rate_reason", "Why it is not what the rate comes to")
            .optional()
            .rule("7.4"),
    ];
    let rests_on = vec![
        Field::new(Kind::Select, "head", "What the money is for")
            .of(choices(&heads))
            .optional()
            .hint("Left empty, the rate says it."),
        line("guidance_ref", "Other guidance or policy followed")
            .optional()
            .rule("7.4"),
    ];
    let own = vec![
        Field::new(Kind::Select, "unit", "Counted in")
            .of(choices(&["day", "week", "each", "percent_of_rent", "lump"]))
            .optional(),
        Field::new(Kind::Money, "rate_pence", "Rate in pounds, for one of these")
            .optional()
            .hint(
                "How many at this rate must come to the amount. For a percentage of the rent: 1% of the rent for the \
                 time that it is for.",
            ),
    ];
    form.section("Money", "For an offer of money only.", false, by_rate)
        .trial("Work out the sum")
        .section("What is offered", "", false, offered)
        .scale(scale())
        .section("What it rests on", "", false, rests_on)
        .section("A rate of our own, or of the rent", "", true, own)
}

/// Whether a question is about the money, or the day of the offer that decides which rates are in force.
pub fn is_about_money(name: &str) -> bool {
    let all = [
        "rate",
        "from",
        "to",
        "quantity",
        "amount_pence",
        "rate_reason",
        "head",
        "guidance_ref",
        "unit",
        "rate_pence",
        "at",
    ];
    all.contains(&name)
}

fn choice(rate: &Rate, s: &Subject) -> Choice {
    let ended = rate.until.filter(|until| *until < s.today);
    let ended = ended.map_or(String::new(), |until| {
        format!(" (until {})", until.format("%-d %B %Y"))
    });
    Choice {
        value: rate.key.clone(),
        label: format!("{}, {}{ended}", rate.label, rate.each()),
        group: rate.source.words(),
    }
}

fn scale() -> Scale {
    let row = |(n, band): (usize, &Band)| {
        let about = if n == 0 { "about " } else { "" };
        let range = format!("{about}{}", band.range());
        vec![range, band.impact.into(), band.finding.into()]
    };
    Scale {
        title: "How sums were judged before April 2026",
        source: format!("{BANDS_SOURCE}. To hold a sum beside; no limit."),
        columns: vec!["Sum", "Effect on the resident", "Typical finding"],
        rows: BANDS.iter().enumerate().map(row).collect(),
    }
}

/// What the money comes to, a line each: the reckoning, the rate with its source, and the scale.
pub fn reckoned(line: &CompensationLine) -> Vec<String> {
    let mut said = Vec::new();
    if let (Some(quantity), Some(rate)) = (line.quantity, line.rate) {
        let many = i64::from(quantity);
        let times = match line.unit {
            Some(CompensationUnit::Day) => count(many, "day", "days"),
            Some(CompensationUnit::Week) => count(many, "week", "weeks"),
            Some(CompensationUnit::PercentOfRent) => format!("{quantity}% of the rent, each 1%"),
            _ => count(many, "time", "times"),
        };
        // A percentage of the rent is rounded once, not each 1% of it.
        let rounded = line.unit == Some(CompensationUnit::PercentOfRent)
            && (line.rule.as_ref()).is_some_and(|rule| rule.comes_to == line.amount);
        let sum = match rounded {
            true => line.amount,
            false => Pence(many.saturating_mul(rate.0)),
        };
        said.push(format!("{times} at {rate}: {sum}."));
        if sum != line.amount {
            said.push(format!("The offer is {}.", line.amount));
        }
    } else {
        said.push(format!("The offer is {}.", line.amount));
    }
    said.extend(line.guidance());
    said.push(match Band::of(line.amount) {
        Some(band) => format!(
            "Before April 2026 sums of {} were for: {} ({}).",
            band.range(),
            band.impact.to_lowercase(),
            band.finding.to_lowercase()
        ),
        None => "Before April 2026 the scale began at about £50.".into(),
    });
    said
}
