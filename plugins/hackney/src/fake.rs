//! The APIs in memory: answers by connection and beginning of the address, and a list of what was asked.

use redress_plugin::http::{HttpError, Request, Response};
use redress_plugin::wire::Wire;

/// An answer, or what stops it.
#[derive(Clone)]
pub enum Says {
    Json(String),
    Status(u16),
    Fails(HttpError),
}

#[derive(Default)]
pub struct Fake {
    pub rules: Vec<(String, Says)>,
    pub asked: Vec<String>,
    pub warnings: Vec<String>,
    pub evidence: Vec<u8>,
}

impl Fake {
    /// Everything answers with the samples.
    pub fn council() -> Self {
        let mut fake = Self::default();
        for (at, sample) in [
            (
                "repairs workOrders?propertyReference=00700123&PageNumber=1&",
                include_str!("../samples/work-orders.json"),
            ),
            (
                "repairs workOrders/20411877/notes",
                include_str!("../samples/work-order-notes.json"),
            ),
            (
                "repairs workOrders/20411877/tasks",
                include_str!("../samples/tasks.json"),
            ),
            (
                "repairs workOrders/20411877/hierarchy",
                include_str!("../samples/hierarchy.json"),
            ),
            (
                "repairs workOrders/appointments/20411877",
                include_str!("../samples/appointment.json"),
            ),
            (
                "repairs workOrders/images/20411877",
                include_str!("../samples/images.json"),
            ),
            (
                "repairs workOrders/20411877",
                include_str!("../samples/work-order.json"),
            ),
            (
                "repairs properties/legalDisrepair/00700123",
                r#"{"propertyIsInLegalDisrepair":true}"#,
            ),
            (
                "repairs properties/2b7d9f10-2222-4a51-8f11-0000000000b2/person-alerts",
                include_str!("../samples/person-alerts.json"),
            ),
            (
                "repairs properties/00700123",
                include_str!("../samples/property.json"),
            ),
            ("repairs hub-user", include_str!("../samples/hub-user.json")),
            (
                "person persons/5f0c3a5e-1111-4c6a-9a0e-0000000000a1",
                include_str!("../samples/person.json"),
            ),
            (
                "tenure tenures/2b7d9f10-2222-4a51-8f11-0000000000b2",
                include_str!("../samples/tenure.json"),
            ),
            (
                "contacts contactDetails?targetId=5f0c3a5e",
                include_str!("../samples/contact-details.json"),
            ),
            (
                "notes notes?targetId=5f0c3a5e",
                include_str!("../samples/notes.json"),
            ),
            (
                "alerts persons/5f0c3a5e",
                include_str!("../samples/alerts.json"),
            ),
            (
                "search search/persons",
                include_str!("../samples/search-persons.json"),
            ),
        ] {
            fake.rules.push((at.into(), Says::Json(sample.into())));
        }
        fake
    }

    /// A rule before all others.
    pub fn rule(mut self, at: &str, says: Says) -> Self {
        self.rules.insert(0, (at.into(), says));
        self
    }

    fn answer(&mut self, request: &Request) -> Result<Response, HttpError> {
        let asked = format!("{} {}", request.connection, request.url);
        self.asked.push(asked.clone());
        let says = self.rules.iter().find(|(at, _)| asked.starts_with(at));
        let (status, body) = match says.map(|(_, says)| says.clone()) {
            // What these APIs answer when there is nothing.
            None => (404, "\"nothing\"".to_owned()),
            Some(Says::Json(body)) => (200, body),
            Some(Says::Status(status)) => (status, "{\"message\":\"sorry\"}".to_owned()),
            Some(Says::Fails(error)) => return Err(error),
        };
        Ok(Response {
            status,
            url: request.url.clone(),
            headers: vec![],
            body: body.into_bytes(),
        })
    }
}

impl Wire for Fake {
    fn send(&mut self, request: &Request) -> Result<Response, HttpError> {
        assert_eq!(request.method, "GET", "this adapter only reads");
        self.answer(request)
    }

    fn send_to_evidence(&mut self, request: &Request) -> Result<Response, HttpError> {
        let mut response = self.answer(request)?;
        if response.status == 200 {
            self.evidence.append(&mut response.body);
        }
        Ok(response)
    }

    fn warn(&mut self, text: &str) {
        self.warnings.push(text.into());
    }

    fn info(&mut self, _text: &str) {}
}
