//! Samples and checks of what a schema says, for the tests that hold the document against the program.

use serde_json::{Map, Value, json};

use super::shape;
use super::trace::Shapes;

/// Reads shapes, following references.
pub struct Sampler {
    shapes: Shapes,
}

impl Sampler {
    /// One that knows these named shapes.
    pub fn new(shapes: Shapes) -> Self {
        Self { shapes }
    }

    fn named(&self, path: &str) -> Option<&Value> {
        self.shapes.get(path.rsplit('/').next().unwrap_or_default())
    }

    /// A value with every field that the shape names.
    pub fn full(&self, shape: &Value) -> Value {
        let named = |path: &str| self.named(path);
        let shape = shape::resolve(shape, &named);
        if let Some(one) = shape["enum"].get(0) {
            return one.clone();
        }
        if let Some(choices) = shape["oneOf"].as_array() {
            return choices.last().map_or(Value::Null, |last| self.full(last));
        }
        match shape::kinds(shape).first().copied().unwrap_or("string") {
            "object" => {
                let fields = shape["properties"].as_object().into_iter().flatten();
                let fields = fields.map(|(name, shape)| (name.clone(), self.full(shape)));
                Value::Object(fields.collect::<Map<_, _>>())
            }
            "array" => json!([self.full(&shape["items"])]),
            "boolean" => json!(true),
            "integer" => json!(1),
            "number" => json!(0.5),
            "null" => Value::Null,
            _ => match shape["format"].as_str() {
                Some("date") => json!("2026-11-20"),
                Some("time") => json!("17:00:00"),
                Some("date-time") => json!("2026-11-20T16:05:00Z"),
                _ => json!("C-2026-0001"),
            },
        }
    }

    /// Everything in `value` that the shape does not allow, as paths with a word of why.
    pub fn faults(&self, value: &Value, shape: &Value, path: &str) -> Vec<String> {
        shape::faults(value, shape, path, &|path| self.named(path))
    }
}
