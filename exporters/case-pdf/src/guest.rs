//! The component's door: [`Host`](crate::Host) on the imports of the WIT contract.

use crate::{Composed, Host, write};
use redress_plugin::{Exporter, Failure, cases, documents, run};

struct CasePdf;

impl Exporter for CasePdf {
    const MANIFEST: &str = include_str!("../plugin.json");

    fn export() -> Result<Vec<String>, Failure> {
        write(&mut Imports)
    }
}

redress_plugin::exporter!(CasePdf);

struct Imports;

impl Host for Imports {
    type Failure = Failure;

    fn document(&mut self) -> String {
        cases::document_json()
    }

    fn papers(&mut self) -> Result<bool, Failure> {
        let asked: serde_json::Value = cases::request()?;
        Ok(asked["answers"]["papers"].as_bool().unwrap_or(true))
    }

    fn bad_case(&self, why: String) -> Failure {
        Failure::BadInput(why)
    }

    fn compose(&mut self, path: &str, plan: &str) -> Result<Composed, Failure> {
        let report = documents::compose_pdf(path, plan)?;
        Composed::read(&report).map_err(Failure::Other)
    }

    fn progress(&mut self, done: u32, total: u32) {
        run::progress(done, total);
    }
}
