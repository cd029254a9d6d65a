//! A made-up system: answers by address, and a list of what was asked.

use redress_plugin::http::{HttpError, Request, Response};
use redress_plugin::wire::Wire;

/// Answers by the beginning of "METHOD address", and what was asked.
#[derive(Default)]
pub struct Fake {
    pub rules: Vec<(String, u16, String)>,
    pub asked: Vec<String>,
    pub bodies: Vec<String>,
    pub warnings: Vec<String>,
    pub evidence: Vec<u8>,
}

impl Fake {
    pub fn rule(mut self, at: &str, status: u16, answer: impl ToString) -> Self {
        self.rules
            .insert(0, (at.into(), status, answer.to_string()));
        self
    }
}

impl Wire for Fake {
    fn send(&mut self, request: &Request) -> Result<Response, HttpError> {
        let asked = format!("{} {}", request.method, request.url);
        self.asked.push(asked.clone());
        self.bodies
            .extend(request.body.clone().map(|b| String::from_utf8(b).unwrap()));
        let rule = self.rules.iter().find(|(at, ..)| asked.starts_with(at));
        let (status, body) = rule.map_or((404, String::new()), |(_, status, body)| {
            (*status, body.clone())
        });
        Ok(Response {
            status,
            url: request.url.clone(),
            headers: vec![],
            body: body.into_bytes(),
        })
    }

    fn send_to_evidence(&mut self, request: &Request) -> Result<Response, HttpError> {
        let mut response = self.send(request)?;
        self.evidence.append(&mut response.body);
        Ok(response)
    }

    fn warn(&mut self, text: &str) {
        self.warnings.push(text.into());
    }

    fn info(&mut self, _text: &str) {}
}
