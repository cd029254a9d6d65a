//! The timeline: days newest first, a day's entries in the order they happened.

use super::Offers;
use super::told::tell;
use crate::desk::CaseView as Seen;
use crate::domain::access::Actor;
use crate::domain::case::Recorded;
use crate::web::words::{civil, clock_time, long_date, moment};
use chrono::{Days, NaiveDate};

/// How long a text may be before it closes behind "Show all", and how many newest entries never close.
const LONG: usize = 250;
const NEVER_CLOSED: usize = 3;
/// How many entries the case page shows unless all are asked for.
const SHOWN: usize = 25;

/// One day.
pub struct Day {
    /// "Today, Friday 20 November".
    pub heading: String,
    /// What happened on it.
    pub entries: Vec<Entry>,
}

/// One entry.
pub struct Entry {
    /// What happened.
    pub title: String,
    /// The words that go with it.
    pub text: String,
    /// Its first words, when it is long enough to close.
    pub start: String,
    /// The icon's name.
    pub icon: &'static str,
    /// The tint of the icon: `letter`, `decision` or empty.
    pub style: &'static str,
    /// Who and when.
    pub by: String,
    /// Whether Redress did it by itself.
    pub automatic: bool,
    /// When it was written down, where that was another day.
    pub recorded: String,
    /// How it reads after a correction of its wording; empty for as it is.
    pub reworded: String,
    /// Who corrected it, when and why.
    pub reworded_by: String,
    /// Its number in the record.
    pub seq: u32,
    /// Where to correct its wording; empty for nowhere.
    pub reword: String,
}

/// A filter with its count.
pub struct Pill {
    /// Its name in the address.
    pub name: &'static str,
    /// Its words.
    pub label: &'static str,
    /// How many entries it finds.
    pub count: usize,
    /// Whether it is on.
    pub current: bool,
}

/// The timeline and its filters.
pub struct Timeline {
    /// The days.
    pub days: Vec<Day>,
    /// The filters.
    pub pills: Vec<Pill>,
    /// How many earlier entries are not shown.
    pub hidden: usize,
}

const FILTERS: [(&str, &str); 5] = [
    ("", "All"),
    ("contact", "Contact"),
    ("letters", "Letters"),
    ("decisions", "Decisions"),
    ("records", "Records"),
];

/// Builds the timeline from the case's events, oldest first as stored.
pub fn timeline(
    events: &[Recorded],
    seen: &Seen,
    actor: &Actor,
    show: &str,
    all: bool,
) -> Timeline {
    let today = civil(seen.seen_at);
    let may_reword = Offers::to(actor, &seen.case).does("reword_entry");
    let told: Vec<_> = events
        .iter()
        .map(|recorded| (recorded, tell(recorded)))
        .collect();
    let pills = FILTERS
        .iter()
        .map(|(name, label)| Pill {
            name,
            label,
            count: told
                .iter()
                .filter(|(_, t)| name.is_empty() || t.kind == *name)
                .count(),
            current: *name == show,
        })
        .collect();
    let mut wanted: Vec<_> = told
        .into_iter()
        .filter(|(_, t)| show.is_empty() || t.kind == show)
        .collect();
    wanted.sort_by_key(|(recorded, _)| std::cmp::Reverse((recorded.at, recorded.seq)));
    let hidden = if all {
        0
    } else {
        wanted.len().saturating_sub(SHOWN)
    };
    wanted.truncate(wanted.len() - hidden);

    let mut days: Vec<(NaiveDate, Day)> = Vec::new();
    for (index, (recorded, told)) in wanted.into_iter().enumerate() {
        let day = civil(recorded.at);
        let reworded = seen.case.rewording(recorded.seq);
        let entry = Entry {
            start: first_words(&told.text, index),
            title: told.title,
            text: told.text,
            icon: told.icon,
            style: match told.kind {
                "letters" => "letter",
                "decisions" => "decision",
                _ => "",
            },
            by: format!("{}, {}", recorded.actor, clock_time(recorded.at)),
            automatic: recorded.actor == "Redress" || recorded.actor == "redress",
            recorded: if civil(recorded.recorded_at) == day {
                String::new()
            } else {
                moment(recorded.recorded_at)
            },
            reworded: reworded.map_or(String::new(), |one| one.wording.clone()),
            reworded_by: reworded.map_or(String::new(), |one| {
                format!("{}, {}. {}", seen.name(&one.by), moment(one.at), one.reason)
            }),
            seq: recorded.seq,
            reword: if may_reword && recorded.event.kind() != "entry_reworded" {
                format!(
                    "/cases/{}/do/reword_entry?seq={}",
                    seen.case.reference, recorded.seq
                )
            } else {
                String::new()
            },
        };
        match days.last_mut() {
            Some((last, group)) if *last == day => group.entries.insert(0, entry),
            _ => days.push((
                day,
                Day {
                    heading: heading(day, today),
                    entries: vec![entry],
                },
            )),
        }
    }
    Timeline {
        days: days.into_iter().map(|(_, day)| day).collect(),
        pills,
        hidden,
    }
}

fn first_words(text: &str, index: usize) -> String {
    if index < NEVER_CLOSED || text.chars().count() <= LONG {
        return String::new();
    }
    let mut start: String = text.chars().take(LONG).collect();
    start.push('…');
    start
}

fn heading(day: NaiveDate, today: NaiveDate) -> String {
    if day == today {
        format!("Today, {}", day.format("%A %-d %B"))
    } else if Some(day) == today.checked_sub_days(Days::new(1)) {
        format!("Yesterday, {}", day.format("%A %-d %B"))
    } else {
        long_date(day)
    }
}
