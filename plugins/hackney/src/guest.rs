//! The component's door.

use crate::{check, find, photos};
use redress_plugin::wire::Granted;
use redress_plugin::{Failure, Linker, Page, Query, run};

struct Hackney;

impl Linker for Hackney {
    const MANIFEST: &str = include_str!("../plugin.json");

    fn check() -> Result<String, Failure> {
        check::check(&mut Granted)
    }

    fn find(query: Query) -> Result<Page, Failure> {
        find::find(&mut Granted, &run::settings_json(), &query)
    }

    fn fetch(document: String) -> Result<String, Failure> {
        photos::fetch(&mut Granted, &document)
    }
}

redress_plugin::linker!(Hackney);
