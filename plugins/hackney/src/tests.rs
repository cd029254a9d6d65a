//! The samples as the APIs give them, and everything that goes wrong with such APIs.

mod paging;
mod resident;
mod trouble;
mod work;

use redress_plugin::{Failure, Page, Query, Value};

use crate::fake::Fake;
use crate::find;

const PERSON: &str = "5f0c3a5e-1111-4c6a-9a0e-0000000000a1";
const TENURE: &str = "2b7d9f10-2222-4a51-8f11-0000000000b2";
const HOME: &str = r#"{"property_ref":"00700123","name":"Adaeze Okafor","address":"7 Alder Court, Mill Lane, ZZ9 4AB","since":"2023-11-20"}"#;

fn ask(
    fake: &mut Fake,
    query: &str,
    settings: &str,
    limit: u32,
    cursor: Option<String>,
) -> Result<Page, Failure> {
    let query = Query {
        document: query.into(),
        limit,
        cursor,
    };
    find::find(fake, settings, &query)
}

fn found(fake: &mut Fake, query: &str) -> Vec<(String, Value)> {
    let page = ask(fake, query, "", 100, None).unwrap();
    assert_eq!(page.next, None);
    let one = |found: &redress_plugin::Found| {
        let document = serde_json::from_str(&found.document).unwrap();
        (format!("{} {}", found.kind, found.title), document)
    };
    page.records.iter().map(one).collect()
}

fn titles(records: &[(String, Value)]) -> Vec<&str> {
    records.iter().map(|(title, _)| title.as_str()).collect()
}
