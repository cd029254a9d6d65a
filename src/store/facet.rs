//! The properties by which lists are narrowed and counters kept.

use super::derive::{CaseRow, Order, plain, wire};
use crate::domain::case::{Case, State};
use crate::domain::category::RootCause;
use crate::domain::intake::{Kind, Risk};
use crate::domain::party::Party;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// A property by which lists are narrowed and counters kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Facet {
    /// Every case.
    All,
    /// Ended or not: refused, withdrawn, closed.
    Ended(bool),
    /// Complaint, service request or survey comment.
    Kind(Kind),
    /// Where it stands.
    State(State),
    /// 1 or 2.
    Stage(u8),
    /// Who handles the current stage, by account name.
    Handler(String),
    /// Nobody does.
    Unassigned,
    /// A category of one of its points, or the part before its dot.
    Category(String),
    /// A root cause.
    RootCause(RootCause),
    /// How carefully it must be watched.
    Risk(Risk),
    /// The Ombudsman has it.
    WithOmbudsman,
    /// The same resident, see [`person_of`].
    Person(String),
    /// The same home, see [`home_of`].
    Home(String),
    /// Waiting for an acknowledgement, at either stage.
    ToAcknowledge,
    /// Refused, as a whole or in part.
    Refused,
    /// A record of this kind is linked to it.
    Linked(String),
    /// This account is asked to contribute or to approve and has not answered.
    Asked(String),
    /// The home lies here: a postcode, or the part of one before its space.
    Near(String),
    /// This team or firm was asked to contribute.
    Team(String),
}

impl Facet {
    /// Fixed-width, so that a prefix of the key is one list.
    pub(crate) fn key(&self) -> [u8; 9] {
        let (tag, value) = match self {
            Self::All => (0, String::new()),
            Self::Ended(ended) => (1, ended.to_string()),
            Self::Kind(kind) => (2, wire(kind)),
            Self::State(state) => (3, wire(state)),
            Self::Stage(stage) => (4, stage.to_string()),
            Self::Handler(name) => (5, plain(name)),
            Self::Unassigned => (6, String::new()),
            Self::Category(key) => (7, key.clone()),
            Self::RootCause(cause) => (8, wire(cause)),
            Self::Risk(risk) => (9, wire(risk)),
            Self::WithOmbudsman => (10, String::new()),
            Self::Person(person) => (11, person.clone()),
            Self::Home(home) => (12, home.clone()),
            Self::ToAcknowledge => (13, String::new()),
            Self::Refused => (14, String::new()),
            Self::Linked(kind) => (15, kind.clone()),
            Self::Asked(name) => (16, plain(name)),
            Self::Near(place) => (17, plain(place)),
            Self::Team(name) => (18, plain(name)),
        };
        let mut out = [tag; 9];
        out[1..].copy_from_slice(&Sha256::digest(value)[..8]);
        out
    }

    /// Whether it is also kept in this order.
    pub(crate) fn has(&self, order: Order) -> bool {
        match self {
            Self::All => true,
            _ if order.measure().is_some() => false,
            Self::Handler(_) => true,
            Self::Person(_) | Self::Home(_) | Self::Linked(_) | Self::Near(_) | Self::Team(_) => {
                order == Order::Received
            }
            _ => order != Order::Updated,
        }
    }

    pub(super) fn of(case: &Case, row: &CaseRow) -> Vec<Self> {
        let mut out = vec![
            Self::All,
            Self::Ended(row.state.is_ended()),
            Self::Kind(row.kind),
            Self::State(row.state),
            Self::Stage(row.stage),
            Self::Risk(row.risk),
            row.handler.clone().map_or(Self::Unassigned, Self::Handler),
        ];
        for category in &row.categories {
            out.push(Self::Category(category.clone()));
            if let Some((top, _)) = category.split_once('.') {
                out.push(Self::Category(top.to_owned()));
            }
        }
        out.extend(row.root_causes.iter().copied().map(Self::RootCause));
        if row.with_ombudsman {
            out.push(Self::WithOmbudsman);
        }
        if matches!(row.state, State::S1Received | State::S2Requested) {
            out.push(Self::ToAcknowledge);
        }
        if !case.refusals.is_empty() {
            out.push(Self::Refused);
        }
        let kinds: BTreeSet<&str> = case.current_links().map(|l| l.kind.as_str()).collect();
        out.extend(kinds.into_iter().map(|kind| Self::Linked(kind.to_owned())));
        let open = case.contributions.iter().filter(|asked| asked.is_open());
        let open = open.filter_map(|asked| asked.of.as_deref());
        let put = case
            .approvals
            .iter()
            .filter(|asked| asked.approved.is_none());
        let put = put.filter_map(|asked| asked.requested_of.as_deref());
        let put = put.filter(|_| !row.state.is_ended());
        let asked: BTreeSet<&str> = open.chain(put).collect();
        out.extend(asked.into_iter().map(|name| Self::Asked(name.to_owned())));
        out.extend(row.teams.iter().cloned().map(Self::Team));
        if let Some(place) = &row.place {
            let area = place.split(' ').next().unwrap_or_default();
            out.extend([place.as_str(), area].map(|place| Self::Near(place.to_owned())));
        }
        out.extend(person_of(&case.complainant).map(Self::Person));
        out.extend(home_of(&case.complainant).map(Self::Home));
        out
    }
}

/// How the resident of a case is recognised in other cases: the reference in the landlord's systems, or the name.
pub fn person_of(party: &Party) -> Option<String> {
    match party.person_ref.as_deref().map(plain) {
        Some(reference) if !reference.is_empty() => Some(format!("ref {reference}")),
        _ => Some(plain(&party.name)).filter(|name| !name.is_empty()),
    }
}

/// How the home of a case is recognised in other cases: the property's reference, or the address.
pub fn home_of(party: &Party) -> Option<String> {
    match party.property_ref.as_deref().map(plain) {
        Some(reference) if !reference.is_empty() => Some(format!("ref {reference}")),
        _ => Some(plain(party.address.as_deref()?)).filter(|address| !address.is_empty()),
    }
}

/// The postcode in an address, as `SM3 9LP`: the homes of a block, or of one side of a street.
pub(super) fn place_of(party: &Party) -> Option<String> {
    let address = party.address.as_deref()?.to_uppercase();
    let words: Vec<&str> = address
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let pairs = words.windows(2).rev();
    let mut pairs = pairs.filter_map(|pair| postcode(pair[0], pair[1]));
    pairs.next().or_else(|| {
        let glued = words.iter().rev().filter_map(|word| {
            let (area, street) = word.split_at_checked(word.len().checked_sub(3)?)?;
            postcode(area, street)
        });
        glued.into_iter().next()
    })
}

/// The two parts of a postcode, where they are ones (BS 7666): `SM3`, `EC1A` and `9LP`.
fn postcode(area: &str, street: &str) -> Option<String> {
    let letter = |byte: &u8| byte.is_ascii_uppercase();
    let street = match street.as_bytes() {
        [digit, rest @ ..]
            if digit.is_ascii_digit() && rest.len() == 2 && rest.iter().all(letter) =>
        {
            street
        }
        _ => return None,
    };
    let letters = area.bytes().take_while(u8::is_ascii_uppercase).count();
    let rest = area.get(letters..)?.as_bytes();
    let fits = match rest {
        [first] => first.is_ascii_digit(),
        [first, last] => first.is_ascii_digit() && last.is_ascii_alphanumeric(),
        _ => false,
    };
    ((1..=2).contains(&letters) && fits).then(|| format!("{area} {street}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postcode_is_found_in_an_address() {
        let of = |address: &str| {
            place_of(&Party {
                address: Some(address.into()),
                ..Party::default()
            })
        };
        assert_eq!(
            of("Flat 12, Beech Court, SM3 9LP").as_deref(),
            Some("SM3 9LP")
        );
        assert_eq!(of("1 Elm Close\nec1a 1bb").as_deref(), Some("EC1A 1BB"));
        assert_eq!(of("1 Elm Close M11AE").as_deref(), Some("M1 1AE"));
        for none in ["", "14 Mill Lane", "Unit D PR 2ET", "Block B2 9L", "é9LP"] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
