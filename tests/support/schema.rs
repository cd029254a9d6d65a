//! The OpenAPI document as a judge: is this answer what the program says it gives?

use serde_json::Value;

use super::{Answer, shape};

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
                self.shape_faults(&answer.json(), &content["schema"])
            }
            Some(_) => Vec::new(),
            // A download has the type of what was stored.
            None if content.contains_key("application/octet-stream") => Vec::new(),
            None => vec![format!("{kind} is none of {:?}", content.keys())],
        }
    }

    /// Everything in `value` that the shape does not allow.
    fn shape_faults(&self, value: &Value, shape: &Value) -> Vec<String> {
        let named = |path: &str| self.0.pointer(&path[1..]);
        shape::faults(value, shape, "$", &named)
    }
}
