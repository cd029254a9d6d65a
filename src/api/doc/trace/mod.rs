//! The shape of a domain type, asked of its own `Deserialize`: what the OpenAPI document says of it is what the
//! program reads and writes, and the domain need not know that such documents exist.
//!
//! [`shape`] lets a type read itself from a [`Tracer`] that answers every question with a sample and notes what was
//! asked for. A field is required when the type will not read itself without it; each variant of an enum takes its
//! turn. Structs and enums become entries of `components/schemas` under their own names.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{self, DeserializeOwned, Expected, Visitor};
use serde_json::{Map, Value, json};

mod access;

use access::{Entry, Fields, Items, Variant};

/// Named shapes, as JSON Schema.
pub type Shapes = BTreeMap<String, Value>;

/// A field whose own reading hides what it takes, so that the tracer cannot look into it.
struct Hidden {
    of: &'static str,
    field: &'static str,
    shape: &'static str,
    sample: &'static str,
}

/// Adjustments may be plain names; a tagged union reads itself from anything.
const HIDDEN: &[Hidden] = &[
    Hidden {
        of: "Party",
        field: "adjustments",
        shape: r##"{"type":"array","items":{"oneOf":[{"type":"string"},{"$ref":"#/components/schemas/Adjustment"}]}}"##,
        sample: "[]",
    },
    Hidden {
        of: "Approval",
        field: "subject",
        shape: r##"{"$ref":"#/components/schemas/ApprovalSubject"}"##,
        sample: r#"{"what":"refusal"}"#,
    },
];

/// The shape of `T`, with the named shapes it uses.
pub fn shape<T: DeserializeOwned>() -> (Value, Shapes) {
    let mut notes = Notes::default();
    let mut shape = run::<T>(&mut notes).unwrap_or_else(|| json!({}));
    // Each variant of each enum in turn; those inside them are found on the way.
    let mut tried = BTreeSet::new();
    while let Some(next) = notes.unseen_variant(&tried) {
        tried.insert(next.clone());
        notes.picks.insert(next.0, next.1);
        shape = run::<T>(&mut notes).unwrap_or(shape);
    }
    // Each field is left out in turn: who objects, requires it.
    notes.picks.clear();
    let fields: Vec<_> = notes
        .structs
        .iter()
        .flat_map(|(name, fields)| fields.keys().map(|field| (name.clone(), field.clone())))
        .collect();
    for (name, field) in fields {
        notes.without = Some((name.clone(), field.clone()));
        if run::<T>(&mut notes).is_none() {
            notes.required.entry(name).or_default().insert(field);
        }
    }
    (shape, notes.shapes())
}

fn run<T: DeserializeOwned>(notes: &mut Notes) -> Option<Value> {
    let mut out = Value::Null;
    let tracer = Tracer {
        notes,
        out: &mut out,
    };
    T::deserialize(tracer).ok()?;
    Some(out)
}

#[derive(Default)]
struct Notes {
    structs: BTreeMap<String, Map<String, Value>>,
    required: BTreeMap<String, BTreeSet<String>>,
    enums: BTreeMap<String, Vec<(String, Option<Value>)>>,
    picks: BTreeMap<String, usize>,
    without: Option<(String, String)>,
}

impl Notes {
    fn unseen_variant(&self, tried: &BTreeSet<(String, usize)>) -> Option<(String, usize)> {
        self.enums.iter().find_map(|(name, variants)| {
            let unseen = |(i, (_, shape)): (usize, &(String, Option<Value>))| {
                let place = (name.clone(), i);
                (shape.is_none() && !tried.contains(&place)).then_some(place)
            };
            variants.iter().enumerate().find_map(unseen)
        })
    }

    fn shapes(self) -> Shapes {
        let structs = self.structs.into_iter().map(|(name, fields)| {
            let required: Vec<_> = self.required.get(&name).into_iter().flatten().collect();
            let mut shape = json!({"type": "object", "properties": fields});
            if !required.is_empty() {
                shape["required"] = json!(required);
            }
            (name, shape)
        });
        let enums = self.enums.into_iter().map(|(name, variants)| {
            let plain = variants
                .iter()
                .all(|(_, shape)| shape.is_none() || shape == &Some(Value::Null));
            let shape = if plain {
                let names: Vec<_> = variants.into_iter().map(|(name, _)| name).collect();
                json!({"type": "string", "enum": names})
            } else {
                let one = |(name, shape): (String, Option<Value>)| match shape {
                    None | Some(Value::Null) => json!({"type": "string", "enum": [name]}),
                    Some(shape) => json!({
                        "type": "object", "properties": {&name: shape}, "required": [&name],
                    }),
                };
                json!({"oneOf": variants.into_iter().map(one).collect::<Vec<_>>()})
            };
            (name, shape)
        });
        structs.chain(enums).collect()
    }
}

/// Lets a schema allow `null` as well.
pub fn or_null(shape: Value) -> Value {
    match shape {
        Value::Object(mut object) if object.get("type").is_some_and(Value::is_string) => {
            object["type"] = json!([object["type"], "null"]);
            if let Some(Value::Array(names)) = object.get_mut("enum") {
                names.push(Value::Null);
            }
            Value::Object(object)
        }
        Value::Object(object) if object.is_empty() => Value::Object(object),
        shape => json!({"oneOf": [{"type": "null"}, shape]}),
    }
}

/// A reference to a named shape.
pub fn named(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

struct Tracer<'n> {
    notes: &'n mut Notes,
    out: &'n mut Value,
}

#[derive(Debug)]
struct Stop(String);

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Stop {}

impl de::Error for Stop {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// A sample of every text: a reference, which reads as a plain text too, or what the reader says it wants.
fn sample(expected: &str) -> (Value, &'static str) {
    if expected.contains("RFC 3339") || expected.contains("date and time") {
        (
            json!({"type": "string", "format": "date-time"}),
            "2026-11-20T16:05:00Z",
        )
    } else if expected.contains("formatted time") {
        (json!({"type": "string", "format": "time"}), "17:00:00")
    } else if expected.contains("date") {
        (json!({"type": "string", "format": "date"}), "2026-11-20")
    } else {
        (json!({"type": "string"}), "C-2026-0001")
    }
}

macro_rules! plain {
    ($($method:ident => $visit:ident($($value:expr)?), $shape:tt;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
            *self.out = json!($shape);
            visitor.$visit($($value)?)
        }
    )*};
}

impl<'de> de::Deserializer<'de> for Tracer<'_> {
    type Error = Stop;

    plain! {
        deserialize_bool => visit_bool(false), {"type": "boolean"};
        deserialize_i8 => visit_i8(1), {"type": "integer"};
        deserialize_i16 => visit_i16(1), {"type": "integer"};
        deserialize_i32 => visit_i32(1), {"type": "integer"};
        deserialize_i64 => visit_i64(1), {"type": "integer"};
        deserialize_u8 => visit_u8(1), {"type": "integer", "minimum": 0};
        deserialize_u16 => visit_u16(1), {"type": "integer", "minimum": 0};
        deserialize_u32 => visit_u32(1), {"type": "integer", "minimum": 0};
        deserialize_u64 => visit_u64(1), {"type": "integer", "minimum": 0};
        deserialize_f32 => visit_f32(1.0), {"type": "number"};
        deserialize_f64 => visit_f64(1.0), {"type": "number"};
        deserialize_char => visit_char('x'), {"type": "string"};
        deserialize_bytes => visit_bytes(b""), {"type": "string"};
        deserialize_byte_buf => visit_bytes(b""), {"type": "string"};
        deserialize_unit => visit_unit(), {"type": "null"};
        deserialize_any => visit_str("C-2026-0001"), {};
        deserialize_ignored_any => visit_unit(), {};
        deserialize_identifier => visit_str(""), {"type": "string"};
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        let (shape, sample) = sample(&(&visitor as &dyn Expected).to_string());
        *self.out = shape;
        visitor.visit_str(sample)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        let Self { notes, out } = self;
        let value = visitor.visit_some(Tracer {
            notes,
            out: &mut *out,
        });
        *out = or_null(out.take());
        value
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        let mut item = json!({});
        let value = visitor.visit_seq(Items {
            notes: self.notes,
            item: &mut item,
            left: 1,
        });
        *self.out = json!({"type": "array", "items": item});
        value
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Stop> {
        let mut item = json!({});
        let value = visitor.visit_seq(Items {
            notes: self.notes,
            item: &mut item,
            left: len,
        });
        *self.out = json!({"type": "array", "items": {}, "minItems": len, "maxItems": len});
        value
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        let mut entry = json!({});
        let value = visitor.visit_map(Entry {
            notes: self.notes,
            entry: &mut entry,
            left: 1,
        });
        *self.out = json!({"type": "object", "additionalProperties": entry});
        value
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        let Self { notes, out } = self;
        let mut shapes = Map::new();
        let value = visitor.visit_map(Fields {
            notes: &mut *notes,
            name,
            fields: fields.iter(),
            now: "",
            shapes: &mut shapes,
        });
        notes
            .structs
            .entry(name.to_owned())
            .or_default()
            .extend(shapes);
        *out = named(name);
        value
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        let Self { notes, out } = self;
        let unseen = || variants.iter().map(|v| ((*v).to_owned(), None)).collect();
        notes.enums.entry(name.to_owned()).or_insert_with(unseen);
        let pick = notes.picks.get(name).copied().unwrap_or(0);
        let mut shape = Value::Null;
        let value = visitor.visit_enum(Variant {
            notes: &mut *notes,
            name: variants[pick.min(variants.len() - 1)],
            shape: &mut shape,
        });
        if let Some(seen) = notes.enums.get_mut(name).and_then(|all| all.get_mut(pick)) {
            seen.1 = Some(shape);
        }
        *out = named(name);
        value
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::case::Case;
    use crate::domain::intake::Intake;

    #[test]
    fn the_shape_of_an_intake_is_that_of_its_type() {
        let (shape, shapes) = shape::<Intake>();
        assert_eq!(shape, named("Intake"));
        let intake = &shapes["Intake"];
        assert_eq!(
            intake["required"],
            json!(["account", "channel", "complainant", "received_at"])
        );
        let properties = &intake["properties"];
        assert_eq!(
            properties["received_at"],
            json!({"type": "string", "format": "date-time"})
        );
        assert_eq!(properties["heard_by"], json!({"type": ["string", "null"]}));
        assert_eq!(properties["channel"], named("Channel"));
        assert_eq!(
            properties["representative"],
            json!({"oneOf": [{"type": "null"}, named("Representative")]})
        );
        assert_eq!(shapes["Channel"]["enum"][0], "phone");
        assert_eq!(shapes["Channel"]["enum"].as_array().unwrap().len(), 22);
        assert_eq!(
            shapes["Representative"]["properties"]["valid_from"],
            json!({"type": ["string", "null"], "format": "date"})
        );
    }

    #[test]
    fn every_part_of_a_case_has_a_shape() {
        let (shape, shapes) = shape::<Case>();
        assert_eq!(shape, named("Case"), "a type of the case cannot be sampled");
        for name in [
            "Case",
            "Point",
            "Remedy",
            "Extension",
            "HosCase",
            "Order",
            "StageRun",
        ] {
            assert!(shapes.contains_key(name), "{name} in {:?}", shapes.keys());
        }
        let length = serde_json::to_string(&shapes).unwrap();
        assert!(!length.contains("null,null"), "{length}");
    }
}
