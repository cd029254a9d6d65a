//! The version of the contract before the present one: each call of 0.1.0 becomes the call of 0.2.0 that does the same.
//! Limits, grants and counts are kept below, so an older plugin is held to the same rules.

use wasmtime::component::Resource;

use super::bindings::exporter::redress::plugin as now;
use super::bindings::exporter::redress::plugin::types::Failure;
use super::bindings::linker::redress::plugin as now_linking;
use super::bindings::v0_1::exporter::redress::plugin as then;
use super::bindings::v0_1::linker::redress::plugin as then_linking;
use super::exporter::{Exporting, OpenAttachment, OpenEntry};
use super::files::OpenFile;
use super::linker::Linking;
use super::state::State;
use super::table::Table;

type Answer<T> = wasmtime::Result<Result<T, Failure>>;

impl<J: Send> then::log::Host for State<J> {
    async fn write(&mut self, level: now::types::Level, message: String) -> wasmtime::Result<()> {
        now::log::Host::write(self, level, message).await
    }
}

impl<J: Send> then::run::Host for State<J> {
    async fn settings(&mut self) -> wasmtime::Result<String> {
        now::run::Host::settings(self).await
    }

    async fn started_at(&mut self) -> wasmtime::Result<String> {
        now::run::Host::started_at(self).await
    }

    async fn language(&mut self) -> wasmtime::Result<String> {
        now::run::Host::language(self).await
    }

    async fn progress(&mut self, done: u32, total: u32) -> wasmtime::Result<()> {
        now::run::Host::progress(self, done, total).await
    }
}

type Exports = State<Exporting>;

impl then::cases::Host for Exports {
    async fn document(&mut self) -> wasmtime::Result<String> {
        now::cases::Host::document(self).await
    }

    async fn open_attachment(&mut self, id: String) -> Answer<Resource<OpenAttachment>> {
        now::cases::Host::open_attachment(self, id).await
    }
}

impl then::cases::HostReader for Exports {
    async fn read(&mut self, reader: Resource<OpenAttachment>, max: u32) -> Answer<Vec<u8>> {
        now::cases::HostReader::read(self, reader, max).await
    }

    async fn drop(&mut self, reader: Resource<OpenAttachment>) -> wasmtime::Result<()> {
        now::cases::HostReader::drop(self, reader).await
    }
}

fn piece(piece: now::bundle::Piece) -> then::bundle::Piece {
    then::bundle::Piece {
        bytes: piece.bytes,
        sha256: piece.sha256,
        original_sha256: piece.original_sha256,
        unstamped: piece.unstamped,
    }
}

impl then::bundle::Host for Exports {
    async fn create(&mut self, path: String, media_type: String) -> Answer<Resource<OpenEntry>> {
        now::bundle::Host::create(self, path, media_type).await
    }

    async fn include_attachment(
        &mut self,
        path: String,
        id: String,
        stamp: Option<String>,
    ) -> Answer<then::bundle::Piece> {
        let included = now::bundle::Host::include_attachment(self, path, id, stamp).await?;
        Ok(included.map(piece))
    }

    async fn attachment_parts(&mut self, id: String, ceiling: u32, stamped: bool) -> Answer<u32> {
        now::bundle::Host::attachment_parts(self, id, ceiling, stamped).await
    }

    async fn include_attachment_part(
        &mut self,
        path: String,
        id: String,
        ceiling: u32,
        part: u32,
        stamp: Option<String>,
    ) -> Answer<then::bundle::Piece> {
        let included =
            now::bundle::Host::include_attachment_part(self, path, id, ceiling, part, stamp)
                .await?;
        Ok(included.map(piece))
    }

    async fn manifest(&mut self, path: String) -> Answer<()> {
        now::bundle::Host::manifest(self, path).await
    }
}

impl then::bundle::HostEntry for Exports {
    async fn write(&mut self, entry: Resource<OpenEntry>, chunk: Vec<u8>) -> Answer<()> {
        now::bundle::HostEntry::write(self, entry, chunk).await
    }

    async fn finish(&mut self, entry: Resource<OpenEntry>) -> Answer<()> {
        now::bundle::HostEntry::finish(self, entry).await
    }

    async fn drop(&mut self, entry: Resource<OpenEntry>) -> wasmtime::Result<()> {
        now::bundle::HostEntry::drop(self, entry).await
    }
}

impl then::documents::Host for Exports {
    async fn render_pdf(&mut self, template: String, data_json: String) -> Answer<Vec<u8>> {
        now::documents::Host::render_pdf(self, template, data_json).await
    }
}

type Links = State<Linking>;

impl then_linking::http::Host for Links {
    async fn send(
        &mut self,
        request: then_linking::http::Request,
    ) -> wasmtime::Result<Result<then_linking::http::Response, then_linking::http::HttpError>> {
        use now_linking::http::HttpError as Now;
        use then_linking::http::HttpError as Then;
        let request = now_linking::http::Request {
            connection: request.connection,
            method: request.method,
            url: request.url,
            headers: request.headers,
            body: request.body,
        };
        let sent = now_linking::http::Host::send(self, request).await?;
        Ok(match sent {
            Ok(response) => Ok(then_linking::http::Response {
                status: response.status,
                url: response.url,
                headers: response.headers,
                body: response.body,
            }),
            Err(Now::NotAllowed(why)) => Err(Then::NotAllowed(why)),
            Err(Now::BadRequest(why)) => Err(Then::BadRequest(why)),
            Err(Now::Timeout) => Err(Then::Timeout),
            Err(Now::TooLarge) => Err(Then::TooLarge),
            Err(Now::Transport(why)) => Err(Then::Transport(why)),
            Err(Now::Budget) => Err(Then::Budget),
        })
    }
}

impl then_linking::files::Host for Links {
    async fn ls(&mut self) -> wasmtime::Result<Vec<String>> {
        now_linking::files::Host::ls(self).await
    }
}

impl then_linking::files::HostReader for Links {
    async fn open(&mut self, name: String) -> Answer<Resource<OpenFile>> {
        now_linking::files::HostReader::open(self, name).await
    }

    async fn read(&mut self, reader: Resource<OpenFile>, max: u32) -> Answer<Vec<u8>> {
        now_linking::files::HostReader::read(self, reader, max).await
    }

    async fn drop(&mut self, reader: Resource<OpenFile>) -> wasmtime::Result<()> {
        now_linking::files::HostReader::drop(self, reader).await
    }
}

impl then_linking::files::HostTable for Links {
    async fn open(&mut self, name: String) -> Answer<Resource<Table>> {
        now_linking::files::HostTable::open(self, name).await
    }

    async fn columns(&mut self, table: Resource<Table>) -> wasmtime::Result<Vec<String>> {
        now_linking::files::HostTable::columns(self, table).await
    }

    async fn next_rows(&mut self, table: Resource<Table>, max: u32) -> Answer<Vec<Vec<String>>> {
        now_linking::files::HostTable::next_rows(self, table, max).await
    }

    async fn drop(&mut self, table: Resource<Table>) -> wasmtime::Result<()> {
        now_linking::files::HostTable::drop(self, table).await
    }
}
