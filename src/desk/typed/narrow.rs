//! What is meant as a query of the lists, for whoever looks, with the landlord's people, themes and calendar.

use chrono::{Days, NaiveDate};

use super::wrong::{one_of, shown};
use super::{Day, Is, Owner, Span, Typed, What, Wrong};
use crate::desk::Book;
use crate::desk::lists::{Facet, ListQuery};
use crate::domain::access::same_person;
use crate::domain::calendar::start_of_day;

/// Names offered in an error at most.
const OFFERED: usize = 8;

/// For whom and when what was typed is meant.
pub struct Reader<'a> {
    /// The account of whoever looks.
    pub me: &'a str,
    /// People, themes and calendar.
    pub book: &'a Book,
    /// The day in England.
    pub today: NaiveDate,
}

impl Typed {
    /// Adds what was typed to a query: each term narrows it further.
    ///
    /// # Errors
    /// A person or theme that there is not, or a name that several have.
    pub fn narrow(&self, query: &mut ListQuery, reader: &Reader<'_>) -> Result<(), Wrong> {
        for term in &self.0 {
            let value = |takes| Wrong::Value {
                word: shown(&term.to_string()),
                takes,
            };
            let facet = match &term.what {
                What::Word(word) if term.minus => {
                    query.without_phrases.push(word.clone());
                    continue;
                }
                What::Word(word) => {
                    query.q.push(' ');
                    query.q.push_str(word);
                    continue;
                }
                What::Phrase(words) => {
                    phrases(query, term.minus).push(words.clone());
                    continue;
                }
                What::Ref(reference) => {
                    phrases(query, term.minus).push(reference.to_string());
                    continue;
                }
                What::Due(span) => {
                    reader.due(query, *span);
                    continue;
                }
                What::Received(span) => {
                    reader.received(query, *span);
                    continue;
                }
                What::Is(Is::Overdue) => {
                    reader.due(query, Span::Before(Day::Today));
                    continue;
                }
                What::Stage(stage) => Facet::Stage(*stage),
                What::State(state) => Facet::State(*state),
                What::Kind(kind) => Facet::Kind(*kind),
                What::Risk(risk) => Facet::Risk(*risk),
                What::Cause(cause) => Facet::RootCause(*cause),
                What::Linked(kind) => Facet::Linked((*kind).to_owned()),
                What::Owner(Owner::Me) | What::Is(Is::Mine) => Facet::Handler(reader.me.to_owned()),
                What::Owner(Owner::Nobody) | What::Is(Is::Unassigned) => Facet::Unassigned,
                What::Owner(Owner::Named(name)) => {
                    Facet::Handler(reader.person(name).map_err(value)?)
                }
                What::Theme(theme) => Facet::Category(reader.theme(theme).map_err(value)?),
                What::Is(Is::Open) => Facet::Ended(false),
                What::Is(Is::Ended) => Facet::Ended(true),
                What::Is(Is::ToAcknowledge) => Facet::ToAcknowledge,
                What::Is(Is::Refused) => Facet::Refused,
                What::Is(Is::Ombudsman) => Facet::WithOmbudsman,
                What::Near(place) => Facet::Near(place.clone()),
                What::Team(name) => Facet::Team(name.clone()),
                What::Is(Is::Asked) => Facet::Asked(reader.me.to_owned()),
            };
            match term.minus {
                true => query.without.push(facet),
                false => query.facets.push(facet),
            }
        }
        Ok(())
    }
}

fn phrases(query: &mut ListQuery, minus: bool) -> &mut Vec<String> {
    match minus {
        true => &mut query.without_phrases,
        false => &mut query.phrases,
    }
}

impl Reader<'_> {
    fn due(&self, query: &mut ListQuery, span: Span) {
        let (from, before) = bounds(span, |day| match day {
            Day::Days(days) => {
                let working = |days| self.book.calendar().add_working_days(self.today, days);
                let from = working(days.into()).unwrap_or(NaiveDate::MAX);
                (from, working(u32::from(days) + 1).unwrap_or(NaiveDate::MAX))
            }
            day => self.stretch(day),
        });
        query.due_from = query.due_from.max(from);
        query.due_before = earlier(query.due_before, before);
    }

    fn received(&self, query: &mut ListQuery, span: Span) {
        // “Fewer than 7 days ago” is after the day that was 7 days ago.
        let span = match span {
            Span::Before(day @ Day::Days(_)) => Span::After(day),
            Span::UpTo(day @ Day::Days(_)) => Span::From(day),
            Span::From(day @ Day::Days(_)) => Span::UpTo(day),
            Span::After(day @ Day::Days(_)) => Span::Before(day),
            span => span,
        };
        let (from, before) = bounds(span, |day| match day {
            Day::Days(days) => {
                let ago = Days::new(days.into());
                one(self.today.checked_sub_days(ago).unwrap_or(self.today))
            }
            day => self.stretch(day),
        });
        query.received_from = query.received_from.max(from.map(start_of_day));
        query.received_to = earlier(query.received_to, before.map(start_of_day));
    }

    /// The first day of a stretch, and the first behind it.
    fn stretch(&self, day: Day) -> (NaiveDate, NaiveDate) {
        let first_of = |year, month| NaiveDate::from_ymd_opt(year, month, 1);
        let first_of = |year, month| first_of(year, month).unwrap_or(self.today);
        match day {
            Day::Today | Day::Days(_) => one(self.today),
            Day::Tomorrow => one(self.today.succ_opt().unwrap_or(self.today)),
            Day::Yesterday => one(self.today.pred_opt().unwrap_or(self.today)),
            Day::Date(date) => one(date),
            Day::Month(year, 12) => (first_of(year, 12), first_of(year + 1, 1)),
            Day::Month(year, month) => (first_of(year, month), first_of(year, month + 1)),
            Day::Year(year) => (first_of(year, 1), first_of(year + 1, 1)),
        }
    }

    /// The account that a name, or the beginning of one, means.
    fn person(&self, name: &str) -> Result<String, String> {
        if let Some(person) = self.book.person(name) {
            return Ok(person.id.clone());
        }
        let sought = name.to_lowercase();
        let begins = |text: &str| {
            let text = text.to_lowercase();
            let mut parts = text.split(|c: char| !c.is_alphanumeric());
            text.starts_with(&sought) || parts.any(|part| same_person(part, &sought))
        };
        let people = self.book.people();
        let found: Vec<_> = people
            .filter(|p| begins(&p.id) || begins(&p.name))
            .collect();
        match found[..] {
            [one] => Ok(one.id.clone()),
            [] => Err(
                "Nobody here is called that. Write owner:me, owner:none, an account, or a \
                       name in quotation marks."
                    .into(),
            ),
            _ => {
                let accounts: Vec<&str> = found.iter().map(|p| p.id.as_str()).collect();
                Err(offer("More than one person is meant.", &accounts))
            }
        }
    }

    /// The key of the theme, or of the heading, that a name or the beginning of one means.
    fn theme(&self, name: &str) -> Result<String, String> {
        let plain = |text: &str| -> String {
            let keep = |c: char| if c.is_alphanumeric() { c } else { '_' };
            text.to_lowercase().chars().map(keep).collect()
        };
        let tree = self.book.categories();
        let sought = name.to_lowercase();
        if tree.find(&sought).is_some() {
            return Ok(sought);
        }
        let sought = plain(name);
        let mut known: Vec<(&str, String, String)> = Vec::new();
        for category in &tree.categories {
            let (top, sub) = category.key.split_once('.').unwrap_or((&category.key, ""));
            if !known.iter().any(|(key, ..)| *key == top) {
                known.push((top, top.to_owned(), plain(&category.top)));
            }
            known.push((&category.key, sub.to_owned(), plain(&category.title)));
        }
        let meant = |fits: &dyn Fn(&str) -> bool| -> Vec<&str> {
            let found = known
                .iter()
                .filter(|(_, short, words)| fits(short) || fits(words));
            found.map(|(key, ..)| *key).collect()
        };
        let whole = meant(&|text| text == sought);
        let begun = meant(&|text| text.starts_with(&sought));
        match (&whole[..], &begun[..]) {
            ([one], _) | ([], [one]) => Ok((*one).to_owned()),
            ([], []) => {
                let near = meant(&|text| text.contains(sought.trim_end_matches('s')));
                let tops = || known.iter().filter(|(key, ..)| !key.contains('.'));
                let offered = match near.is_empty() {
                    true => tops().map(|(key, ..)| *key).collect(),
                    false => near,
                };
                Err(offer("There is no such theme.", &offered))
            }
            ([], several) | (several, _) => Err(offer("More than one theme is meant.", several)),
        }
    }
}

fn offer(what: &str, names: &[&str]) -> String {
    let more = if names.len() > OFFERED { ", …" } else { "" };
    let some = &names[..names.len().min(OFFERED)];
    match more {
        "" => format!("{what} Write {}.", one_of(some, "or")),
        more => format!("{what} Write one such as {}{more}", some.join(", ")),
    }
}

fn one(day: NaiveDate) -> (NaiveDate, NaiveDate) {
    (day, day.succ_opt().unwrap_or(day))
}

/// The first day of a span and the first behind it, where it has them.
fn bounds(
    span: Span,
    stretch: impl Fn(Day) -> (NaiveDate, NaiveDate),
) -> (Option<NaiveDate>, Option<NaiveDate>) {
    match span {
        Span::Before(day) => (None, Some(stretch(day).0)),
        Span::UpTo(day) => (None, Some(stretch(day).1)),
        Span::On(day) => (Some(stretch(day).0), Some(stretch(day).1)),
        Span::From(day) => (Some(stretch(day).0), None),
        Span::After(day) => (Some(stretch(day).1), None),
        Span::Between(from, to) => {
            // Whichever is written first: 30d..7d is as clear as 7d..30d.
            let (from, to) = (stretch(from), stretch(to));
            (Some(from.0.min(to.0)), Some(from.1.max(to.1)))
        }
    }
}

/// The earlier of two ends, where there are any.
fn earlier<D: Ord>(one: Option<D>, other: Option<D>) -> Option<D> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
