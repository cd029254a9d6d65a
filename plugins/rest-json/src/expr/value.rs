//! What stands in an answer, as text.

use redress_plugin::Value;

use super::Worked;

/// Letters of one value; longer ones are cut.
const LONGEST: usize = 60_000;

/// Several values in one, each once.
pub(super) fn several(values: &[&Value]) -> Worked {
    let mut texts: Vec<String> = Vec::new();
    let mut problem = None;
    for value in values.iter().take(1000) {
        match scalar(value) {
            Ok(text) if text.is_empty() || texts.contains(&text) => {}
            Ok(text) => texts.push(text),
            Err(why) => problem = Some(why),
        }
    }
    Worked {
        text: clipped(texts.join("; ")),
        problem,
    }
}

/// A single value as text. Lists of single values are theirs; an object is none.
fn scalar(value: &Value) -> Result<String, String> {
    match value {
        Value::Null => Ok(String::new()),
        Value::Bool(true) => Ok("yes".into()),
        Value::Bool(false) => Ok("no".into()),
        Value::String(text) => Ok(clipped(text.trim().to_owned())),
        Value::Number(number) => match number.as_f64() {
            // Beyond this JSON numbers lose digits on the way: an id would be another id.
            Some(float) if !number.is_i64() && !number.is_u64() && float.abs() >= 9e15 => {
                Err(format!("the number {number} is too large to be exact"))
            }
            _ => Ok(number.to_string()),
        },
        Value::Array(items)
            if items
                .iter()
                .all(|item| !item.is_array() && !item.is_object()) =>
        {
            let worked = several(&items.iter().collect::<Vec<_>>());
            worked.problem.map_or(Ok(worked.text), Err)
        }
        Value::Array(_) => {
            Err("there is a list of objects; name the member of them that is meant".into())
        }
        Value::Object(_) => Err("there is an object; name the member of it that is meant".into()),
    }
}

pub(super) fn clipped(text: String) -> String {
    if text.len() <= LONGEST {
        return text;
    }
    text.chars().take(LONGEST / 4).collect::<String>() + " [cut]"
}
