//! The component's door: [`Host`](crate::Host) on the imports of the WIT contract.

use crate::{Host, write};
use redress_plugin::{Exporter, Failure, bundle, cases, run};

struct Portable;

impl Exporter for Portable {
    const MANIFEST: &str = include_str!("../plugin.json");

    fn export() -> Result<Vec<String>, Failure> {
        write(&mut Imports)
    }
}

redress_plugin::exporter!(Portable);

struct Imports;

impl Host for Imports {
    type Failure = Failure;

    fn document(&mut self) -> String {
        cases::document_json()
    }

    fn policies(&mut self) -> Result<bool, Failure> {
        let asked: serde_json::Value = cases::request()?;
        Ok(asked["answers"]["policies"].as_bool().unwrap_or(true))
    }

    fn section(&mut self, name: &str) -> Result<String, Failure> {
        cases::section(name)
    }

    fn bad_case(&self, why: String) -> Failure {
        Failure::BadInput(why)
    }

    fn put(&mut self, path: &str, media_type: &str, bytes: &[u8]) -> Result<(), Failure> {
        bundle::put(path, media_type, bytes)
    }

    fn attach(&mut self, path: &str, id: &str) -> Result<String, Failure> {
        Ok(bundle::include_attachment(path, id, None)?.sha256)
    }

    fn manifest(&mut self, path: &str) -> Result<(), Failure> {
        bundle::manifest(path)
    }

    fn progress(&mut self, done: u32, total: u32) {
        run::progress(done, total);
    }
}
