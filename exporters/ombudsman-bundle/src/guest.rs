//! The component's door: [`bundle::Host`](crate::bundle::Host) on the imports of the WIT contract.

use crate::bundle::{self, Host, Piece};
use crate::plan::CEILING;
use redress_plugin::{Exporter, Failure, bundle as archive, cases, documents, run};

struct Bundle;

impl Exporter for Bundle {
    const MANIFEST: &str = include_str!("../plugin.json");

    fn export() -> Result<Vec<String>, Failure> {
        bundle::write(&mut Imports)
    }
}

redress_plugin::exporter!(Bundle);

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
        archive::put(path, media_type, bytes)
    }

    fn parts(&mut self, id: &str) -> Result<u32, Failure> {
        archive::attachment_parts(id, CEILING, true)
    }

    fn attach(&mut self, path: &str, id: &str, part: u32, stamp: &str) -> Result<Piece, Failure> {
        let piece = archive::include_attachment_part(path, id, CEILING, part, Some(stamp))?;
        Ok(Piece {
            bytes: piece.bytes.into(),
            sha256: piece.sha256,
            original_sha256: piece.original_sha256,
            unstamped: piece.unstamped,
        })
    }

    fn pdf(&mut self, template: &str, data: &str) -> Result<Vec<u8>, Failure> {
        documents::render_pdf(template, data)
    }

    fn manifest(&mut self, path: &str) -> Result<(), Failure> {
        archive::manifest(path)
    }

    fn progress(&mut self, done: u32, total: u32) {
        run::progress(done, total);
    }
}
