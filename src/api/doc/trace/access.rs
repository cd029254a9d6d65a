//! What a type is given while it reads itself: the elements of lists and maps, the fields of structs, the variants of
//! enums, each answered by a [`Tracer`].

use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde_json::{Map, Value, json};

use serde::de::Error as _;

use super::{HIDDEN, Notes, Stop, Tracer};

pub(super) struct Items<'n> {
    pub notes: &'n mut Notes,
    pub item: &'n mut Value,
    pub left: usize,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Stop;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Stop> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        seed.deserialize(Tracer {
            notes: self.notes,
            out: self.item,
        })
        .map(Some)
    }
}

pub(super) struct Entry<'n> {
    pub notes: &'n mut Notes,
    pub entry: &'n mut Value,
    pub left: usize,
}

impl<'de> MapAccess<'de> for Entry<'_> {
    type Error = Stop;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Stop> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let mut key = Value::Null;
        seed.deserialize(Tracer {
            notes: self.notes,
            out: &mut key,
        })
        .map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Stop> {
        seed.deserialize(Tracer {
            notes: self.notes,
            out: self.entry,
        })
    }
}

pub(super) struct Fields<'n> {
    pub notes: &'n mut Notes,
    pub name: &'static str,
    pub fields: std::slice::Iter<'static, &'static str>,
    pub now: &'static str,
    pub shapes: &'n mut Map<String, Value>,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Stop;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Stop> {
        let without = self.notes.without.as_ref();
        let left_out = |field: &str| without.is_some_and(|(n, f)| n == self.name && f == field);
        let Some(field) = self.fields.by_ref().copied().find(|field| !left_out(field)) else {
            return Ok(None);
        };
        self.now = field;
        seed.deserialize(StrDeserializer::new(field)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Stop> {
        let hidden = HIDDEN
            .iter()
            .find(|hidden| hidden.of == self.name && hidden.field == self.now);
        if let Some(hidden) = hidden {
            let parse = |text| serde_json::from_str::<Value>(text).map_err(Stop::custom);
            self.shapes
                .insert(self.now.to_owned(), parse(hidden.shape)?);
            return seed
                .deserialize(parse(hidden.sample)?)
                .map_err(Stop::custom);
        }
        let mut shape = Value::Null;
        let value = seed.deserialize(Tracer {
            notes: self.notes,
            out: &mut shape,
        });
        self.shapes.insert(self.now.to_owned(), shape);
        value
    }
}

pub(super) struct Variant<'n> {
    pub notes: &'n mut Notes,
    pub name: &'static str,
    pub shape: &'n mut Value,
}

impl<'de, 'n> EnumAccess<'de> for Variant<'n> {
    type Error = Stop;
    type Variant = Tracer<'n>;

    fn variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<(T::Value, Tracer<'n>), Stop> {
        let value = seed.deserialize(StrDeserializer::<Stop>::new(self.name))?;
        let inside = Tracer {
            notes: self.notes,
            out: self.shape,
        };
        Ok((value, inside))
    }
}

impl<'de> VariantAccess<'de> for Tracer<'_> {
    type Error = Stop;

    fn unit_variant(self) -> Result<(), Stop> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Stop> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Stop> {
        de::Deserializer::deserialize_tuple(self, len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        let Self { notes, out } = self;
        let mut shapes = Map::new();
        let value = visitor.visit_map(Fields {
            notes,
            name: "",
            fields: fields.iter(),
            now: "",
            shapes: &mut shapes,
        });
        *out = json!({"type": "object", "properties": shapes});
        value
    }
}
