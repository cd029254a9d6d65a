//! What a query holds, by name: an expression may take it as a value, a request must.

use redress_plugin::Ask;

/// A member of the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Member {
    /// The home.
    PropertyRef,
    /// The tenancy.
    TenancyRef,
    /// The person.
    PersonRef,
    /// The resident's name.
    Name,
    /// The home's address.
    Address,
    /// What somebody typed who looks for a resident.
    Text,
    /// How far back.
    Since,
}

impl Member {
    /// All of them by name.
    pub const ALL: [(&'static str, Self); 7] = [
        ("property_ref", Self::PropertyRef),
        ("tenancy_ref", Self::TenancyRef),
        ("person_ref", Self::PersonRef),
        ("name", Self::Name),
        ("address", Self::Address),
        ("text", Self::Text),
        ("since", Self::Since),
    ];

    /// The member of this name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, m)| *m)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, m)| *m == self)
            .map_or("", |(n, _)| n)
    }

    /// What the query says.
    pub fn get(self, ask: &Ask) -> Option<&str> {
        match self {
            Self::PropertyRef => ask.property_ref.as_deref(),
            Self::TenancyRef => ask.tenancy_ref.as_deref(),
            Self::PersonRef => ask.person_ref.as_deref(),
            Self::Name => ask.name.as_deref(),
            Self::Address => ask.address.as_deref(),
            Self::Text => ask.text.as_deref(),
            Self::Since => ask.since.as_deref(),
        }
    }
}
