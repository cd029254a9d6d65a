//! Samples and checks of what a schema says, for the tests that hold the document against the program.

use serde_json::{Map, Value, json};

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

    fn resolve<'s>(&'s self, shape: &'s Value) -> &'s Value {
        match shape["$ref"].as_str() {
            Some(path) => {
                let name = path.rsplit('/').next().unwrap_or_default();
                self.shapes.get(name).unwrap_or(&Value::Null)
            }
            None => shape,
        }
    }

    /// A value with every field that the shape names.
    pub fn full(&self, shape: &Value) -> Value {
        let shape = self.resolve(shape);
        if let Some(one) = shape["enum"].get(0) {
            return one.clone();
        }
        if let Some(choices) = shape["oneOf"].as_array() {
            return choices.last().map_or(Value::Null, |last| self.full(last));
        }
        match kinds(shape).first().copied().unwrap_or("string") {
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
                Some("date-time") => json!("2026-11-20T16:05:00Z"),
                _ => json!("C-2026-0001"),
            },
        }
    }

    /// Everything in `value` that the shape does not allow, as paths with a word of why.
    pub fn faults(&self, value: &Value, shape: &Value, path: &str) -> Vec<String> {
        let shape = self.resolve(shape);
        if shape.as_object().is_none_or(Map::is_empty) {
            return Vec::new();
        }
        if let Some(choices) = shape["oneOf"].as_array() {
            let mut tried = choices
                .iter()
                .map(|choice| self.faults(value, choice, path));
            let fits = tried.clone().any(|faults| faults.is_empty());
            return if fits {
                Vec::new()
            } else {
                tried.next_back().unwrap_or_default()
            };
        }
        if let Some(names) = shape["enum"].as_array()
            && !names.contains(value)
        {
            return vec![format!("{path}: {value} is none of {names:?}")];
        }
        let kinds = kinds(shape);
        let is = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_f64() => "number",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        let fits = kinds.is_empty()
            || kinds.contains(&is)
            || (is == "integer" && kinds.contains(&"number"));
        if !fits {
            return vec![format!("{path}: {is} where {kinds:?} is said")];
        }
        match value {
            Value::Array(items) => {
                let one = |(i, item)| self.faults(item, &shape["items"], &format!("{path}[{i}]"));
                items.iter().enumerate().flat_map(one).collect()
            }
            Value::Object(fields) => self.object_faults(fields, shape, path),
            _ => Vec::new(),
        }
    }

    fn object_faults(&self, fields: &Map<String, Value>, shape: &Value, path: &str) -> Vec<String> {
        let mut out = Vec::new();
        for required in shape["required"].as_array().into_iter().flatten() {
            let name = required.as_str().unwrap_or_default();
            if !fields.contains_key(name) {
                out.push(format!("{path}.{name}: missing"));
            }
        }
        for (name, value) in fields {
            let inside = format!("{path}.{name}");
            match (&shape["properties"][name], &shape["additionalProperties"]) {
                (Value::Null, Value::Null) => out.push(format!("{inside}: not in the document")),
                (Value::Null, rest) => out.extend(self.faults(value, rest, &inside)),
                (shape, _) => out.extend(self.faults(value, shape, &inside)),
            }
        }
        out
    }
}

fn kinds(shape: &Value) -> Vec<&str> {
    match &shape["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}
