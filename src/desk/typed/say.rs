//! What is meant as it is typed: the one way of writing it, which reads back as the same.

use std::fmt::{self, Display, Formatter};

use super::parse::wire;
use super::{Day, Is, Owner, Span, Term, Typed, What, write};

impl Display for Typed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (at, term) in self.0.iter().enumerate() {
            let space = if at == 0 { "" } else { " " };
            write!(f, "{space}{term}")?;
        }
        Ok(())
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let minus = if self.minus { "-" } else { "" };
        write!(f, "{minus}{}", self.what)
    }
}

impl Display for What {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => f.write_str(word),
            Self::Phrase(words) => write!(f, "\"{words}\""),
            Self::Stage(stage) => write!(f, "stage:{stage}"),
            Self::State(state) => write!(f, "state:{}", wire(state)),
            Self::Kind(kind) => write!(f, "kind:{}", wire(kind)),
            Self::Risk(risk) => write!(f, "risk:{}", wire(risk)),
            Self::Cause(cause) => write!(f, "cause:{}", wire(cause)),
            Self::Linked(kind) => write!(f, "linked:{kind}"),
            Self::Owner(Owner::Me) => f.write_str("owner:me"),
            Self::Owner(Owner::Nobody) => f.write_str("owner:none"),
            Self::Owner(Owner::Named(name)) => f.write_str(&write("owner", name)),
            Self::Theme(theme) => f.write_str(&write("theme", theme)),
            Self::Is(is) => {
                let word = Is::ALL.iter().find(|(one, _)| one == is);
                write!(f, "is:{}", word.map_or("", |(_, word)| word))
            }
            Self::Due(span) => write!(f, "due:{span}"),
            Self::Received(span) => write!(f, "received:{span}"),
            Self::Near(place) => f.write_str(&write("near", place)),
            Self::Team(name) => f.write_str(&write("team", name)),
            Self::Ref(reference) => write!(f, "ref:{reference}"),
        }
    }
}

impl Display for Span {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Before(day) => write!(f, "<{day}"),
            Self::UpTo(day) => write!(f, "<={day}"),
            Self::On(day) => write!(f, "{day}"),
            Self::From(day) => write!(f, ">={day}"),
            Self::After(day) => write!(f, ">{day}"),
            Self::Between(from, to) => write!(f, "{from}..{to}"),
        }
    }
}

impl Display for Day {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Today => f.write_str("today"),
            Self::Tomorrow => f.write_str("tomorrow"),
            Self::Yesterday => f.write_str("yesterday"),
            Self::Days(days) => write!(f, "{days}d"),
            Self::Date(date) => write!(f, "{date}"),
            Self::Month(year, month) => write!(f, "{year:04}-{month:02}"),
            Self::Year(year) => write!(f, "{year:04}"),
        }
    }
}
