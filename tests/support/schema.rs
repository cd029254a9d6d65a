//! The OpenAPI document as a judge: is this answer what the program says it gives?

use serde_json::{Map, Value};

use super::Answer;

/// The document.
pub struct Document(pub Value);

impl Document {
    pub fn new(document: Value) -> Self {
        Self(document)
    }

    /// Every operation: method and path.
    pub fn operations(&self) -> Vec<(String, String)> {
        let paths = self.0["paths"].as_object().expect("paths");
        let mut out = Vec::new();
        for (path, item) in paths {
            let methods = item.as_object().expect("a path's methods").keys();
            out.extend(methods.map(|method| (method.to_uppercase(), path.clone())));
        }
        out
    }

    fn operation(&self, method: &str, path: &str) -> Option<&Value> {
        let path = path.split('?').next().unwrap_or_default();
        let fits = |template: &str| {
            let (given, known): (Vec<_>, Vec<_>) =
                (path.split('/').collect(), template.split('/').collect());
            given.len() == known.len()
                && given
                    .iter()
                    .zip(&known)
                    .all(|(given, known)| given == known || known.starts_with('{'))
        };
        let paths = self.0["paths"].as_object()?;
        // A fixed part is preferred to one in braces.
        let exact = paths.get(path);
        let found = exact.or_else(|| {
            paths
                .iter()
                .find(|(template, _)| fits(template))
                .map(|(_, item)| item)
        });
        let operation = &found?[method.to_lowercase()];
        (!operation.is_null()).then_some(operation)
    }

    /// What the document does not say of this answer.
    pub fn faults(&self, method: &str, path: &str, answer: &Answer) -> Vec<String> {
        let Some(operation) = self.operation(method, path) else {
            let expected = [404, 405].contains(&answer.status);
            return if expected {
                Vec::new()
            } else {
                vec!["not in the document".into()]
            };
        };
        let status = answer.status.to_string();
        let said = match &operation["responses"][&status] {
            Value::Null if answer.status >= 400 => &operation["responses"]["default"],
            said => said,
        };
        if said.is_null() {
            return vec![format!("the document knows no {status} here")];
        }
        let kind = answer
            .header("content-type")
            .split(';')
            .next()
            .unwrap_or_default()
            .to_owned();
        let content = said["content"].as_object().cloned().unwrap_or_default();
        match content.get(&kind) {
            Some(content) if kind.ends_with("json") => {
                self.shape_faults(&answer.json(), &content["schema"], "$")
            }
            Some(_) => Vec::new(),
            // A download has the type of what was stored.
            None if content.contains_key("application/octet-stream") => Vec::new(),
            None => vec![format!("{kind} is none of {:?}", content.keys())],
        }
    }

    fn resolve<'s>(&'s self, shape: &'s Value) -> &'s Value {
        match shape["$ref"].as_str() {
            Some(path) => self
                .0
                .pointer(&path[1..])
                .expect("a reference that leads somewhere"),
            None => shape,
        }
    }

    /// Everything in `value` that the shape does not allow.
    pub fn shape_faults(&self, value: &Value, shape: &Value, path: &str) -> Vec<String> {
        let shape = self.resolve(shape);
        if shape.as_object().is_none_or(Map::is_empty) {
            return Vec::new();
        }
        if let Some(choices) = shape["oneOf"].as_array() {
            let tried: Vec<_> = choices
                .iter()
                .map(|choice| self.shape_faults(value, choice, path))
                .collect();
            let fits = tried.iter().any(Vec::is_empty);
            return if fits {
                Vec::new()
            } else {
                tried.into_iter().next_back().unwrap_or_default()
            };
        }
        if let Some(names) = shape["enum"].as_array()
            && !names.contains(value)
        {
            return vec![format!("{path}: {value} is none of {names:?}")];
        }
        let kinds: Vec<&str> = match &shape["type"] {
            Value::String(one) => vec![one],
            Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
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
                let one =
                    |(i, item)| self.shape_faults(item, &shape["items"], &format!("{path}[{i}]"));
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
                (Value::Null, rest) => out.extend(self.shape_faults(value, rest, &inside)),
                (shape, _) => out.extend(self.shape_faults(value, shape, &inside)),
            }
        }
        out
    }
}
