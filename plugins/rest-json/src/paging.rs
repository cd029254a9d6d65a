//! How the rest of a list is asked for: by page, by offset, by a link in the answer, or by a token.

use redress_plugin::{Value, http};

use crate::path::Path;

/// The most pages of one kind.
pub const PAGES: usize = 100;

/// How pages are turned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paging {
    /// The list comes whole.
    None,
    /// `page=2&size=50`.
    Page {
        /// The parameter of the number.
        page: String,
        /// The parameter of the length.
        size: Option<String>,
        /// How many come at once.
        per_page: usize,
        /// The number of the first.
        first: usize,
    },
    /// `skip=50&take=50`.
    Offset {
        /// The parameter of how many are left out.
        offset: String,
        /// The parameter of the length.
        size: Option<String>,
        /// How many come at once.
        per_page: usize,
    },
    /// The answer holds the address of the next page.
    Next {
        /// Where it stands.
        at: Path,
    },
    /// The answer holds a token.
    Token {
        /// Where it stands.
        at: Path,
        /// The parameter it is sent as.
        name: String,
    },
}

/// What is added to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// Parameters of the address, or members of the body where there is one.
    With(Vec<(String, String)>),
    /// Another address altogether.
    To(String),
}

impl Paging {
    /// What a page needs; `mark` is empty for the first.
    pub fn turn(&self, mark: &str) -> Turn {
        let sized =
            |name: &Option<String>, size: usize| name.clone().map(|name| (name, size.to_string()));
        match self {
            Self::None => Turn::With(Vec::new()),
            Self::Page {
                page,
                size,
                per_page,
                first,
            } => {
                let number = if mark.is_empty() {
                    first.to_string()
                } else {
                    mark.to_owned()
                };
                let mut with = vec![(page.clone(), number)];
                with.extend(sized(size, *per_page));
                Turn::With(with)
            }
            Self::Offset {
                offset,
                size,
                per_page,
            } => {
                let number = if mark.is_empty() {
                    "0".to_owned()
                } else {
                    mark.to_owned()
                };
                let mut with = vec![(offset.clone(), number)];
                with.extend(sized(size, *per_page));
                Turn::With(with)
            }
            Self::Next { .. } if mark.is_empty() => Turn::With(Vec::new()),
            Self::Next { .. } => Turn::To(mark.to_owned()),
            Self::Token { name, .. } if !mark.is_empty() => {
                Turn::With(vec![(name.clone(), mark.to_owned())])
            }
            Self::Token { .. } => Turn::With(Vec::new()),
        }
    }

    /// The mark of the page behind this one, if there may be one.
    pub fn next(&self, mark: &str, answer: &Value, items: usize) -> Option<String> {
        let text = |path: &Path| match path.all(answer, answer).first() {
            Some(Value::String(text)) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        let next = match self {
            Self::None => None,
            Self::Page {
                per_page, first, ..
            } => {
                let number: usize = if mark.is_empty() {
                    *first
                } else {
                    mark.parse().ok()?
                };
                (items >= *per_page && number < first + PAGES).then(|| (number + 1).to_string())
            }
            Self::Offset { per_page, .. } => {
                let number: usize = if mark.is_empty() {
                    0
                } else {
                    mark.parse().ok()?
                };
                (items >= *per_page && number < per_page * PAGES)
                    .then(|| (number + items).to_string())
            }
            Self::Next { at } | Self::Token { at, .. } => text(at),
        };
        // The same mark again would lead here for ever.
        next.filter(|next| next != mark)
    }
}

/// An address with parameters added.
pub fn with(url: &str, parameters: &[(String, String)]) -> String {
    let mut url = url.to_owned();
    for (name, value) in parameters {
        url.push(if url.contains('?') { '&' } else { '?' });
        url += &format!("{}={}", http::encode(name), http::encode(value));
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn pages_end() {
        let page = Paging::Page {
            page: "p".into(),
            size: None,
            per_page: 2,
            first: 1,
        };
        assert_eq!(page.next("", &json!([]), 2).as_deref(), Some("2"));
        assert_eq!(page.next("2", &json!([]), 1), None);
        assert_eq!(page.next("101", &json!([]), 2), None);
        let offset = Paging::Offset {
            offset: "skip".into(),
            size: Some("take".into()),
            per_page: 2,
        };
        assert_eq!(offset.next("", &json!([]), 2).as_deref(), Some("2"));
        assert_eq!(
            offset.turn("2"),
            Turn::With(vec![
                ("skip".into(), "2".into()),
                ("take".into(), "2".into())
            ])
        );
        let token = Paging::Token {
            at: Path::read("next").unwrap(),
            name: "t".into(),
        };
        assert_eq!(
            token.next("", &json!({"next": "a&b"}), 0).as_deref(),
            Some("a&b")
        );
        for end in [
            json!({"next": null}),
            json!({"next": ""}),
            json!({}),
            json!(7),
            json!({"next": "a&b"}),
        ] {
            assert_eq!(token.next("a&b", &end, 9), None);
        }
        assert_eq!(
            with("x?a=1", &[("t".into(), "a&b".into())]),
            "x?a=1&t=a%26b"
        );
    }
}
