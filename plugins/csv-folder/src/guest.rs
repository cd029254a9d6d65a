//! The component's door: [`Folder`] on the imports of the WIT contract.

use redress_plugin::{Failure, Found, Linker, Page, Query, Wanted, evidence, files, log, run};

use crate::documents::media_type;
use crate::find;
use crate::folder::{self, Folder, How, NotReady, Row};

struct CsvFolder;

impl Linker for CsvFolder {
    const MANIFEST: &str = include_str!("../plugin.json");

    fn check() -> Result<String, Failure> {
        folder::check(&mut Granted, &run::settings_json())
    }

    fn find(query: Query) -> Result<Page, Failure> {
        let found = find::find(&mut Granted, &run::settings_json(), &query)?;
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

    fn fetch(document: String) -> Result<String, Failure> {
        let wanted = Wanted::of(&document)?;
        if media_type(&wanted.name).is_none() {
            return Err(Failure::BadInput(format!(
                "`{}` is not a photo or a report",
                wanted.name
            )));
        }
        evidence::from_file(&wanted.name)?;
        Ok(wanted.name)
    }
}

redress_plugin::linker!(CsvFolder);

struct Granted;

impl Folder for Granted {
    type Table = files::Table;

    fn names(&mut self) -> Vec<String> {
        files::ls()
    }

    fn open(&mut self, name: &str) -> Result<(Row, files::Table), String> {
        let table = files::table(name).map_err(sentence)?;
        Ok((table.columns(), table))
    }

    fn rows(&mut self, table: &mut files::Table) -> Result<Vec<Row>, String> {
        table.next_rows().map_err(sentence)
    }

    fn ready(&mut self, table: &mut files::Table, columns: &[u32]) -> Result<(), NotReady> {
        match table.index(columns) {
            Ok(_) => Ok(()),
            Err(Failure::Unavailable(why)) => Err(NotReady::Later(why)),
            Err(other) => Err(NotReady::Never(sentence(other))),
        }
    }

    fn look_up(
        &mut self,
        table: &mut files::Table,
        column: u32,
        how: How,
        text: &str,
        max: usize,
    ) -> Result<Vec<(u32, Row)>, String> {
        let how = match how {
            How::Same => files::Match::Same,
            How::Word => files::Match::Word,
            How::Prefix => files::Match::Prefix,
        };
        let max = u32::try_from(max).unwrap_or(u32::MAX);
        table.look_up(column, how, text, max).map_err(sentence)
    }

    fn warn(&mut self, text: &str) {
        log::warn(text);
    }
}

/// As part of a longer remark.
fn sentence(failure: Failure) -> String {
    failure.why().trim_end_matches('.').to_owned()
}
