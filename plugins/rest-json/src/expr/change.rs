//! The words for what is done with a value: `dmy`, `upper`, `map(C = Completed)`.

use redress_plugin::dates::{self, Order};

use crate::path::Reader;

/// What is done with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    Date(Order),
    Epoch,
    Lower,
    Upper,
    Map(Vec<(String, String)>, Option<String>),
}

impl Change {
    /// Reads the word for a change, and what it is done with.
    pub(super) fn read(reader: &mut Reader) -> Result<Self, String> {
        reader.space();
        let word = reader.word();
        match word.as_str() {
            "dmy" | "iso" | "date" => Ok(Self::Date(Order::DayFirst)),
            "mdy" => Ok(Self::Date(Order::MonthFirst)),
            "epoch" => Ok(Self::Epoch),
            "lower" => Ok(Self::Lower),
            "upper" => Ok(Self::Upper),
            "map" if reader.take("(") => pairs(reader),
            "map" => reader.wrong("`(` is expected, as in map(C = Completed, O = Open)"),
            other => Err(format!(
                "`{other}` is not a word for what is done with a value; the words are dmy, mdy, iso, epoch, lower, upper and map(…)"
            )),
        }
    }

    /// True when it gives a date in our form.
    pub(super) fn reads_dates(&self) -> bool {
        matches!(self, Self::Date(_) | Self::Epoch)
    }

    /// What becomes of a value; the words say why nothing does.
    pub(super) fn apply(&self, text: &str) -> Result<String, String> {
        let shown = || text.chars().take(40).collect::<String>();
        match self {
            Self::Date(order) => {
                dates::moment(text, *order).ok_or_else(|| format!("\"{}\" is not a date", shown()))
            }
            Self::Epoch => dates::epoch(text)
                .ok_or_else(|| format!("\"{}\" is not a number of seconds", shown())),
            Self::Lower => Ok(text.to_lowercase()),
            Self::Upper => Ok(text.to_uppercase()),
            Self::Map(pairs, rest) => {
                let found = pairs
                    .iter()
                    .find(|(from, _)| from.trim().eq_ignore_ascii_case(text.trim()));
                found
                    .map(|(_, to)| to.clone())
                    .or_else(|| rest.clone())
                    .ok_or_else(|| format!("\"{}\" is not in the map", shown()))
            }
        }
    }
}

/// The pairs of a map, from behind its bracket.
fn pairs(reader: &mut Reader) -> Result<Change, String> {
    let (mut pairs, mut rest) = (Vec::new(), None);
    loop {
        reader.space();
        let from = match reader.quoted()? {
            Some(text) => text,
            None => reader.until(&['=', ',', ')']).unwrap_or_default(),
        };
        reader.space();
        if from.is_empty() || !reader.take("=") {
            return reader.wrong("`theirs = ours` is expected");
        }
        reader.space();
        let to = match reader.quoted()? {
            Some(text) => text,
            None => match reader.until(&[',', ')']) {
                Some(text) => text,
                None => return reader.wrong("`)` is expected"),
            },
        };
        if from == "*" {
            rest = Some(to);
        } else {
            pairs.push((from, to));
        }
        reader.space();
        if reader.take(")") {
            return Ok(Change::Map(pairs, rest));
        }
        if !reader.take(",") {
            return reader.wrong("`,` or `)` is expected");
        }
    }
}
