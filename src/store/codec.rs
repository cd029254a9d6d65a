//! How values are written: one version byte, then MessagePack with field names.
//!
//! Named maps survive added fields (with `#[serde(default)]`) and removed ones; a field is never renamed or
//! given another type. What an older version wrote passes through [`super::upcast`] on its way in.

use super::error::StoreError;
use super::tables::T;
use super::upcast;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The version byte of every value written today.
pub(crate) const VERSION: u8 = 1;

/// Encodes a value.
pub(crate) fn encode<V: Serialize + ?Sized>(value: &V) -> Result<Vec<u8>, StoreError> {
    let mut out = Vec::with_capacity(256);
    out.push(VERSION);
    rmp_serde::encode::write_named(&mut out, value)
        .map_err(|error| StoreError::Damaged(format!("a value cannot be written: {error}")))?;
    Ok(out)
}

/// Decodes a value of `table`, whatever released version wrote it.
pub(crate) fn decode<V: DeserializeOwned>(table: T, bytes: &[u8]) -> Result<V, StoreError> {
    let (version, body) = bytes
        .split_first()
        .ok_or_else(|| StoreError::Damaged(format!("an empty value in table {}", table.name())))?;
    let body = upcast::value(table, *version, body)?;
    rmp_serde::from_slice(&body)
        .map_err(|error| StoreError::Damaged(format!("table {}: {error}", table.name())))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde::Deserialize;

    #[derive(Serialize)]
    struct Old {
        name: String,
        gone: u8,
    }

    #[derive(Deserialize)]
    struct New {
        name: String,
        #[serde(default)]
        added: Option<u32>,
    }

    #[test]
    fn a_value_survives_added_and_removed_fields() {
        let bytes = encode(&Old {
            name: "Ö".into(),
            gone: 3,
        })
        .unwrap();
        let new: New = decode(T::Note, &bytes).unwrap();
        assert_eq!((new.name.as_str(), new.added), ("Ö", None));
    }

    #[test]
    fn a_value_of_a_later_version_is_refused_by_name() {
        let mut bytes = encode(&1).unwrap();
        bytes[0] = VERSION + 1;
        let error = decode::<u8>(T::Note, &bytes).unwrap_err().to_string();
        assert!(error.contains("note") && error.contains("newer"), "{error}");
        assert!(decode::<u8>(T::Note, &[]).is_err());
    }
}
