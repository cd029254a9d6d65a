//! The component's door: [`Host`](crate::set::Host) on the imports of the WIT contract.

use crate::request::{Request, Settings};
use crate::set::{self, Host};
use redress_plugin::{Exporter, Failure, bundle, cases, documents, run};

struct SubjectAccess;

impl Exporter for SubjectAccess {
    const MANIFEST: &str = include_str!("../plugin.json");

    fn export() -> Result<Vec<String>, Failure> {
        let asked: serde_json::Value = cases::request()?;
        let request = Request::read(&asked["answers"]).map_err(Failure::BadInput)?;
        let settings: Settings = run::settings()?;
        set::write(&mut Imports, &request, &settings)
    }
}

redress_plugin::exporter!(SubjectAccess);

struct Imports;

impl Host for Imports {
    type Failure = Failure;

    fn document(&mut self) -> String {
        cases::document_json()
    }

    fn bad_case(&self, why: String) -> Failure {
        Failure::BadInput(why)
    }

    fn write(&mut self, path: &str, media_type: &str, bytes: &[u8]) -> Result<(), Failure> {
        bundle::put(path, media_type, bytes)
    }

    fn attach(&mut self, path: &str, id: &str) -> Result<(), Failure> {
        bundle::include_attachment(path, id, None).map(drop)
    }

    fn pdf(&mut self, template: &str, data: &str) -> Result<Vec<u8>, Failure> {
        documents::render_pdf(template, data)
    }

    fn manifest(&mut self, path: &str) -> Result<(), Failure> {
        bundle::manifest(path)
    }

    fn progress(&mut self, done: u32, total: u32) {
        run::progress(done, total);
    }
}
