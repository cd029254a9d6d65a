//! The money in an offer: what a sum comes to, by a rate of the landlord's table or by the offer's own figures
//! (Code 7.2, 7.4).

use chrono::NaiveDate;

use super::Command;
use crate::domain::ids::Pence;
use crate::domain::rate::{Authority, Rate, RateFollowed, RateTable};
use crate::domain::refusal::{Refusal, bounded};
use crate::domain::remedy::{CompensationHead, CompensationLine, CompensationUnit, RemedyKind};

/// The most one line may be: beyond it a digit slipped.
pub(super) const MOST: Pence = Pence(100_000_000);

/// The money that an offer made on `day` means; none for another command or an offer without money.
///
/// An offer that names a rate follows the one that is in force on the day on which it is made, not on the days that it
/// is for: guidance is taken into account when the landlord decides (Code 7.4). What it leaves out is filled in from
/// that rate, and the line keeps the rate's source and the table's version. More than the rate comes to may be
/// offered; less needs its reason.
///
/// # Errors
/// Figures that do not come to the sum, a rate that is not in force, or a sum below its rate without a reason.
pub fn sum_offered(
    command: &Command,
    rates: &RateTable,
    day: NaiveDate,
) -> Result<Option<CompensationLine>, Refusal> {
    let Command::OfferRemedy {
        kind,
        amount_pence,
        head,
        guidance_ref,
        from,
        to,
        quantity,
        unit,
        rate_pence,
        rate,
        rate_reason,
        ..
    } = command
    else {
        return Ok(None);
    };
    let said = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let reckoning = Reckoning {
        from: *from,
        to: *to,
        quantity: *quantity,
        unit: *unit,
        rate: *rate_pence,
    };
    let reason = said(rate_reason);
    bounded(reason.as_deref().unwrap_or_default(), "rate_reason")?;
    let (amount, head, reckoning, rule) = match rate.as_deref().map(str::trim) {
        Some(key) if !key.is_empty() => {
            let row = rates.named(key, day)?;
            let followed = reckoning.follow(row, rates.version, *amount_pence, reason)?;
            let (amount, reckoning, rule) = followed;
            let head = head.unwrap_or(row.head);
            (amount, head, reckoning, Some(Box::new(rule)))
        }
        _ if reason.is_some() => {
            let detail =
                "A reason is for a sum that is not what a rate comes to. Choose the rate as well.";
            return Err(Refusal::invalid("rate_reason", detail));
        }
        _ => {
            let Some(amount) = *amount_pence else {
                if *kind == RemedyKind::FinancialRemedy || reckoning != Reckoning::default() {
                    let detail = "Give the sum in pence.";
                    return Err(Refusal::invalid("amount_pence", detail).under("7.2"));
                }
                return Ok(None);
            };
            payable(amount)?;
            reckoning.check(amount)?;
            let head = head.unwrap_or(CompensationHead::Goodwill);
            (amount, head, reckoning, None)
        }
    };
    Ok(Some(CompensationLine {
        amount,
        head,
        from: reckoning.from,
        to: reckoning.to,
        quantity: reckoning.quantity,
        unit: reckoning.unit,
        rate: reckoning.rate,
        rule,
        guidance_ref: said(guidance_ref),
        approved_by: None,
        paid_on: None,
        pay_method: None,
        set_off_agreement: None,
    }))
}

fn payable(amount: Pence) -> Result<(), Refusal> {
    if amount <= Pence(0) || amount > MOST {
        return Err(Refusal::invalid(
            "amount_pence",
            format!("Give a sum between 1p and {MOST}, in pence."),
        ));
    }
    Ok(())
}

/// How a sum was worked out.
#[derive(Clone, PartialEq, Eq, Default)]
struct Reckoning {
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    quantity: Option<u32>,
    unit: Option<CompensationUnit>,
    rate: Option<Pence>,
}

impl Reckoning {
    fn check_days(&self) -> Result<(), Refusal> {
        match (self.from, self.to) {
            (Some(from), Some(to)) if to < from => {
                Err(Refusal::invalid("to", "The period ends before it begins."))
            }
            _ => Ok(()),
        }
    }

    /// Whether it makes sense, and comes to `amount`.
    fn check(&self, amount: Pence) -> Result<(), Refusal> {
        self.check_days()?;
        match (self.quantity, self.rate) {
            (Some(quantity), Some(rate)) => {
                let sum = i64::from(quantity).checked_mul(rate.0).map(Pence);
                if sum == Some(amount) {
                    return Ok(());
                }
                let sum = sum.map_or_else(|| "more than can be paid".into(), |sum| sum.to_string());
                let detail =
                    format!("{quantity} at {rate} is {sum}, not {amount}. Check the figures.");
                Err(Refusal::invalid("amount_pence", detail).under("7.2"))
            }
            (None, None) => Ok(()),
            (None, Some(_)) => Err(Refusal::invalid("quantity", "With a rate, give how many.")),
            (Some(_), None) => Err(Refusal::invalid(
                "rate_pence",
                "With how many, give the rate.",
            )),
        }
    }

    /// The sum by the rate `row` of the table's `version`, with what was left out filled in.
    fn follow(
        &self,
        row: &Rate,
        version: u32,
        amount: Option<Pence>,
        reason: Option<String>,
    ) -> Result<(Pence, Self, RateFollowed), Refusal> {
        self.check_days()?;
        if self.unit.is_some_and(|unit| unit != row.unit) {
            let detail = format!(
                "“{}” is {}. Leave out what it is counted in, or choose no rate.",
                row.label,
                row.each()
            );
            return Err(Refusal::invalid("unit", detail));
        }
        let quantity = self.quantity_by(row)?;
        // What the rate itself comes to: for a percentage of the rent, so many times 1% of it.
        let (times, each) = match (row.rate_pence, row.percent) {
            (Some(each), _) => (quantity, each),
            (None, percent) => {
                let each = self.rate.ok_or_else(|| {
                    let detail = "Give 1% of the rent for the time that it is for.";
                    Refusal::invalid("rate_pence", detail)
                })?;
                (percent.unwrap_or_default(), each)
            }
        };
        let product = |times: u32, each: Pence| Pence(i64::from(times).saturating_mul(each.0));
        let comes_to = product(times, each);
        let rate = self.rate.unwrap_or(each);
        let amount = amount.unwrap_or(product(quantity, rate));
        payable(amount)?;
        // 1% of a rent is seldom whole pence: the true sum is within half a penny of each 1%.
        let within = |of: Pence, times: u32| {
            let near = (amount.0 - of.0).unsigned_abs() <= u64::from(times.div_ceil(2));
            row.percent.is_some() && near
        };
        let comes_to = if within(comes_to, times) {
            amount
        } else {
            comes_to
        };
        let used = Self {
            quantity: Some(quantity),
            unit: Some(row.unit),
            rate: Some(rate),
            ..self.clone()
        };
        // A rate of the offer's own is held to its figures; without one the sum may simply be another.
        if self.rate.is_some() && !within(product(quantity, rate), quantity) {
            used.check(amount)?;
        }
        if amount < comes_to && reason.is_none() {
            let detail = format!(
                "{amount} is less than the {comes_to} that “{}” comes to. Offer that much, or say why not.",
                row.label
            );
            let refusal = Refusal::invalid("rate_reason", detail);
            return Err(match row.source.of {
                Authority::Ombudsman => refusal.under("7.4"),
                Authority::Landlord => refusal,
            });
        }
        let rule = RateFollowed {
            key: row.key.clone(),
            label: row.label.clone(),
            unit: row.unit,
            rate_pence: row.rate_pence,
            percent: row.percent,
            source: row.source.clone(),
            version,
            comes_to,
            reason: reason.filter(|_| amount != comes_to),
        };
        Ok((amount, used, rule))
    }

    /// How many of the rate's unit: as given, or as the days say.
    fn quantity_by(&self, row: &Rate) -> Result<u32, Refusal> {
        let wrong = |detail: &str| Err(Refusal::invalid("quantity", detail));
        let days = match (self.from, self.to) {
            // Both ends count: a day without heating is a day.
            (Some(from), Some(to)) => u32::try_from((to - from).num_days() + 1).ok(),
            _ => None,
        };
        match (self.quantity, row.unit) {
            (Some(0), _) => wrong("Give at least 1."),
            (Some(2..), CompensationUnit::Lump) => {
                wrong("This rate is one sum for all of it. Leave out how many.")
            }
            (Some(quantity), _) => Ok(quantity),
            (None, CompensationUnit::Lump) => Ok(1),
            (None, CompensationUnit::PercentOfRent) => Ok(row.percent.unwrap_or_default()),
            (None, CompensationUnit::Day) => match days {
                Some(days) => Ok(days),
                None => wrong("Give how many days, or the first and the last of them."),
            },
            (None, CompensationUnit::Week) => match days {
                Some(days) if days % 7 == 0 => Ok(days / 7),
                _ => wrong("Give how many weeks; the days do not say it by themselves."),
            },
            (None, CompensationUnit::Each) => wrong("Give how many times it happened."),
        }
    }
}
