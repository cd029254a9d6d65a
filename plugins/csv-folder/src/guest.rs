//! The component's door: [`Folder`] on the imports of the WIT contract.

use crate::folder::{self, Folder, Trouble};
use redress_plugin::{Failure, Found, Linker, Page, Query, files, log, run};

struct CsvFolder;

impl Linker for CsvFolder {
    const MANIFEST: &str = include_str!("../plugin.json");

    fn check() -> Result<String, Failure> {
        folder::check(&mut Granted, &run::settings_json()).map_err(failure)
    }

    fn find(query: Query) -> Result<Page, Failure> {
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let cursor = query.cursor.as_deref();
        let found = folder::find(
            &mut Granted,
            &run::settings_json(),
            &query.document,
            limit,
            cursor,
        )
        .map_err(failure)?;
        let records = found.records.into_iter().map(|r| Found {
            id: r.id,
            kind: r.kind.into(),
            title: r.title,
            document: r.document,
        });
        Ok(Page {
            records: records.collect(),
            next: found.next,
        })
    }
}

redress_plugin::linker!(CsvFolder);

struct Granted;

impl Folder for Granted {
    type Table = files::Table;

    fn names(&mut self) -> Vec<String> {
        files::ls()
    }

    fn open(&mut self, name: &str) -> Result<(Vec<String>, files::Table), String> {
        let table = files::table(name).map_err(sentence)?;
        Ok((table.columns(), table))
    }

    fn rows(&mut self, table: &mut files::Table) -> Result<Vec<Vec<String>>, String> {
        table.next_rows().map_err(sentence)
    }

    fn warn(&mut self, text: &str) {
        log::warn(text);
    }
}

fn failure(trouble: Trouble) -> Failure {
    match trouble {
        Trouble::Settings(why) => Failure::BadSettings(why),
        Trouble::Query(why) => Failure::BadInput(why),
        Trouble::Unavailable(why) => Failure::Unavailable(why),
    }
}

fn sentence(failure: Failure) -> String {
    match failure {
        Failure::BadSettings(why)
        | Failure::Refused(why)
        | Failure::Unavailable(why)
        | Failure::BadInput(why)
        | Failure::Denied(why)
        | Failure::Other(why) => why.trim_end_matches('.').to_owned(),
    }
}
