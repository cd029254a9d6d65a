//! What a schema of the OpenAPI document does not allow, for the tests inside the program and those around it.

use serde_json::{Map, Value};

/// Where a `$ref` leads.
pub type Named<'s> = &'s dyn Fn(&str) -> Option<&'s Value>;

/// The shape itself, where it is only named.
pub fn resolve<'s>(shape: &'s Value, named: Named<'s>) -> &'s Value {
    match shape["$ref"].as_str() {
        Some(path) => named(path).unwrap_or(&Value::Null),
        None => shape,
    }
}

/// The kinds of value that a shape takes; none for any.
pub fn kinds(shape: &Value) -> Vec<&str> {
    match &shape["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Everything in `value` that the shape does not allow, as paths with a word of why.
pub fn faults<'s>(value: &Value, shape: &'s Value, path: &str, named: Named<'s>) -> Vec<String> {
    let shape = resolve(shape, named);
    if shape.as_object().is_none_or(Map::is_empty) {
        return Vec::new();
    }
    if let Some(choices) = shape["oneOf"].as_array() {
        let tried: Vec<_> = choices
            .iter()
            .map(|choice| faults(value, choice, path, named))
            .collect();
        return if tried.iter().any(Vec::is_empty) {
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
    let fits =
        kinds.is_empty() || kinds.contains(&is) || (is == "integer" && kinds.contains(&"number"));
    if !fits {
        return vec![format!("{path}: {is} where {kinds:?} is said")];
    }
    match value {
        Value::Array(items) => {
            let one = |(i, item)| faults(item, &shape["items"], &format!("{path}[{i}]"), named);
            items.iter().enumerate().flat_map(one).collect()
        }
        Value::Object(fields) => object_faults(fields, shape, path, named),
        _ => Vec::new(),
    }
}

fn object_faults<'s>(
    fields: &Map<String, Value>,
    shape: &'s Value,
    path: &str,
    named: Named<'s>,
) -> Vec<String> {
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
            (Value::Null, rest) => out.extend(faults(value, rest, &inside, named)),
            (shape, _) => out.extend(faults(value, shape, &inside, named)),
        }
    }
    out
}
