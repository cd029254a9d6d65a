//! The component's door.

use crate::find;
use redress_plugin::wire::Granted;
use redress_plugin::{Failure, Linker, Page, Query, run};

struct RestJson;

impl Linker for RestJson {
    const MANIFEST: &str = include_str!("../plugin.json");

    fn check() -> Result<String, Failure> {
        find::check(&mut Granted, &run::settings_json())
    }

    fn find(query: Query) -> Result<Page, Failure> {
        find::find(&mut Granted, &run::settings_json(), &query)
    }

    fn fetch(document: String) -> Result<String, Failure> {
        find::fetch(&mut Granted, &document)
    }
}

redress_plugin::linker!(RestJson);
