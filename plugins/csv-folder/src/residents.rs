//! The search for a resident while a complaint is logged: people whose name, address, telephone number, e-mail address
//! or reference has the words typed so far. Who somebody is, where they live and under which tenancy may stand in three
//! files; what the case needs is put together from them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::cell::is_no_row;
use crate::columns::Columns;
use crate::documents::Shelf;
use crate::folder::{ANY, Folder, Found, How, NotReady, Row, columns};
use crate::layout::Kind;
use crate::plan::spellings;
use crate::record::{Reading, Record};
use crate::settings::Settings;
use redress_plugin::belongs::{address_words, plain, postcode, reference, same_reference, words};
use redress_plugin::{Ask, Failure, fields};

/// Rows looked at for one spelling; who types more is found more surely.
const ROWS: usize = 200;
/// Residents whose tenancy and home are looked up.
const SHOWN: usize = 60;

/// Finds residents, the likeliest first.
pub fn find<F: Folder>(
    folder: &mut F,
    settings: &Settings,
    files: &[(Kind, String)],
    ask: &Ask,
    limit: usize,
    skip: usize,
) -> Result<Found, Failure> {
    let mut lists = Vec::new();
    for (kind, name) in files {
        if matches!(kind, Kind::Person | Kind::Tenancy | Kind::Property) {
            match List::open(folder, settings, *kind, name) {
                Ok(list) => lists.push(list),
                Err(why) => folder.warn(&format!("{name}: {why}. Nobody was looked for in it.")),
            }
        }
    }
    if !lists.iter().any(|list| list.kind != Kind::Property) {
        return Err(Failure::Unavailable(
            "no list of people or tenancies could be read, and residents are looked for in those"
                .into(),
        ));
    }
    let text = ask.text.as_deref().unwrap_or_default();
    let mut search = Search {
        folder,
        settings,
        ask,
        lists,
        typed: words(text),
        shelf: Shelf::default(),
        found: BTreeMap::new(),
    };
    search.gather(text).map_err(Failure::Unavailable)?;
    let (residents, more) = search.ranked(skip, limit);
    Ok(Found {
        next: more.then(|| (skip + residents.len()).to_string()),
        records: residents,
    })
}

struct List<T> {
    kind: Kind,
    header: Row,
    columns: Columns,
    table: T,
    /// Else its rows are read.
    ready: bool,
}

impl<T> List<T> {
    fn open<F: Folder<Table = T>>(
        folder: &mut F,
        settings: &Settings,
        kind: Kind,
        name: &str,
    ) -> Result<Self, String> {
        let (header, mut table) = folder.open(name)?;
        let columns = columns(kind, &header, settings)?;
        let ready = match folder.ready(&mut table, &columns.looked_up(kind)) {
            Ok(()) => true,
            Err(NotReady::Later(why)) => return Err(why),
            Err(NotReady::Never(_)) => false,
        };
        Ok(Self {
            kind,
            header,
            columns,
            table,
            ready,
        })
    }
}

/// One person, of what was read so far.
#[derive(Debug, Default)]
struct Resident {
    /// Property, tenancy and person.
    references: [String; 3],
    fields: Map<String, Value>,
    /// The tenancy began and ended on these days.
    from: String,
    ended: Option<String>,
}

impl Resident {
    fn field(&self, name: &str) -> &str {
        self.fields
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// Adds what another list knows. What is there stays; a home comes with its tenancy.
    fn add(&mut self, other: Resident) {
        for (mine, theirs) in self.references.iter_mut().zip(other.references) {
            if mine.is_empty() {
                *mine = theirs;
            }
        }
        for (name, value) in other.fields {
            self.fields.entry(name).or_insert(value);
        }
        if self.from.is_empty() {
            (self.from, self.ended) = (other.from, other.ended);
        }
    }

    /// How well the words fit.
    fn score(&self, typed: &[String]) -> i64 {
        let name: Vec<String> = [self.field("name"), self.field("preferred_name")]
            .iter()
            .flat_map(|text| words(text))
            .collect();
        let mut score = 0;
        for word in typed {
            score += match name.iter().find(|held| held.starts_with(word.as_str())) {
                Some(held) if held == word => 3,
                Some(_) => 2,
                None => 0,
            };
        }
        let together = typed.concat();
        let exact = self
            .references
            .iter()
            .chain([&self.field("phone").to_owned()])
            .any(|held| same_reference(held, &together));
        score + if exact { 10 } else { 0 } - if self.ended.is_some() { 2 } else { 0 }
    }

    fn record(self) -> Record {
        let [property, tenancy, person] = &self.references;
        let id = match (person.as_str(), tenancy.as_str()) {
            ("", "") => format!("{} {}", self.field("name"), self.field("address")),
            ("", tenancy) => tenancy.to_owned(),
            (person, _) => person.to_owned(),
        };
        let said = |text: &str| match text {
            "" => Value::Null,
            text => text.into(),
        };
        let document = json!({
            "schema": "redress-link-record/1", "kind": "person", "id": id,
            "property_ref": said(property), "tenancy_ref": said(tenancy), "person_ref": said(person),
            "fields": self.fields, "other": {},
        });
        let mut title = self.field("name").to_owned();
        if !self.field("address").is_empty() {
            title = format!("{title}, {}", self.field("address"));
        }
        if let Some(ended) = &self.ended {
            title = format!("{title} (tenancy ended {ended})");
        }
        Record {
            id: id.chars().take(150).collect(),
            kind: "person",
            title: title.trim_start_matches(", ").to_owned(),
            document: document.to_string(),
            last: None,
        }
    }
}

struct Search<'a, F: Folder> {
    folder: &'a mut F,
    settings: &'a Settings,
    ask: &'a Ask,
    lists: Vec<List<F::Table>>,
    typed: Vec<String>,
    shelf: Shelf,
    /// By what they are called by.
    found: BTreeMap<String, Resident>,
}

impl<F: Folder> Search<'_, F> {
    fn gather(&mut self, text: &str) -> Result<(), String> {
        let typed = self.spelled(text);
        for at in 0..self.lists.len() {
            let mut rows = BTreeMap::new();
            if !self.lists[at].ready {
                self.read_all(at)?;
                continue;
            }
            for spelled in &typed {
                rows.extend(self.look(at, ANY, How::Prefix, spelled, ROWS)?);
            }
            if self.typed.concat().len() >= 4 {
                for field in ["phone", "id", "tenancy_ref", "person_ref", "property_ref"] {
                    let columns: Vec<u32> = self.lists[at].columns.places(field).collect();
                    for column in columns {
                        for spelled in spellings(text) {
                            rows.extend(self.look(at, column, How::Same, &spelled, ROWS)?);
                        }
                    }
                }
            }
            for row in rows.values() {
                self.take(at, row)?;
            }
        }
        if self.found.is_empty() && self.typed.len() > 1 {
            self.across()?;
        }
        Ok(())
    }

    /// The words as they may be written: a telephone number in one piece, a postcode in one piece or in two.
    fn spelled(&self, text: &str) -> Vec<String> {
        let mut spelled = vec![self.typed.join(" ")];
        let digits = |word: &String| word.bytes().all(|b| b.is_ascii_digit());
        if self.typed.len() > 1 && self.typed.iter().all(digits) {
            spelled.push(self.typed.concat());
        }
        let parted = address_words(text);
        if let Some((outward, inward)) = postcode(&parted) {
            let street = parted[..parted.len() - 2].join(" ");
            spelled.push(format!("{street} {outward} {inward}"));
            spelled.push(format!("{street} {outward}{inward}"));
        }
        spelled.dedup();
        spelled
    }

    /// Words of a name in one list and of an address in another.
    fn across(&mut self) -> Result<(), String> {
        let mut rare = self.typed.clone();
        rare.retain(|word| word.len() > 2);
        rare.sort_by_key(|word| std::cmp::Reverse(word.len()));
        for word in rare.iter().take(3) {
            for at in 0..self.lists.len() {
                if self.lists[at].kind == Kind::Person && self.lists[at].ready {
                    for row in self.look(at, ANY, How::Prefix, word, SHOWN)?.values() {
                        self.take(at, row)?;
                    }
                }
            }
        }
        let keys: Vec<String> = self.found.keys().cloned().collect();
        for key in keys {
            let Some(mut resident) = self.found.remove(&key) else {
                continue;
            };
            self.complete(&mut resident)?;
            let texts = ["name", "preferred_name", "address", "email", "phone"];
            let texts = texts.map(|field| resident.field(field));
            if self.ask.found_in(&texts) {
                self.found.insert(key, resident);
            }
        }
        Ok(())
    }

    fn look(
        &mut self,
        at: usize,
        column: u32,
        how: How,
        text: &str,
        max: usize,
    ) -> Result<BTreeMap<u32, Row>, String> {
        let list = &mut self.lists[at];
        let rows = self
            .folder
            .look_up(&mut list.table, column, how, text, max)?;
        let real = rows
            .into_iter()
            .filter(|(_, row)| !is_no_row(row, &list.header));
        Ok(real.collect())
    }

    /// Where nothing can be looked up.
    fn read_all(&mut self, at: usize) -> Result<(), String> {
        while self.found.len() < ROWS {
            let rows = self.folder.rows(&mut self.lists[at].table)?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                let columns = &self.lists[at].columns;
                let held = columns.held(&row);
                let (phone, email) = (columns.get(&row, "phone"), columns.get(&row, "email"));
                let texts = [
                    &*held.name,
                    &held.address,
                    &held.person_ref,
                    &held.tenancy_ref,
                    &held.property_ref,
                    &phone,
                    &email,
                ];
                if self.ask.found_in(&texts) && !is_no_row(&row, &self.lists[at].header) {
                    self.take(at, &row)?;
                }
            }
        }
        Ok(())
    }

    /// Takes the person of a row; of a home, those who live there.
    fn take(&mut self, at: usize, row: &Row) -> Result<(), String> {
        if self.lists[at].kind == Kind::Property {
            let home = self.lists[at].columns.held(row).property_ref.into_owned();
            for (other, row) in self.linked(Kind::Tenancy, "property_ref", &home)? {
                self.take(other, &row)?;
            }
            for (other, row) in self.linked(Kind::Person, "property_ref", &home)? {
                self.take(other, &row)?;
            }
            return Ok(());
        }
        let mut resident = self.resident(at, row);
        if self.lists[at].kind == Kind::Tenancy && !resident.references[2].is_empty() {
            // The list of people knows them better.
            let person = resident.references[2].clone();
            let people = self.linked(Kind::Person, "person_ref", &person)?;
            for (other, row) in people.into_iter().take(1) {
                let known = self.resident(other, &row);
                resident.add(known);
            }
        }
        if resident.field("name").is_empty() {
            return Ok(());
        }
        let [_, tenancy, person] = &resident.references;
        let key = match (reference(person), reference(tenancy)) {
            (person, _) if !person.is_empty() => format!("person {person}"),
            (_, tenancy) if !tenancy.is_empty() => format!("tenancy {tenancy}"),
            _ => plain(&format!(
                "{} {}",
                resident.field("name"),
                resident.field("address")
            )),
        };
        match self.found.get_mut(&key) {
            // The tenancy of today counts.
            Some(known) if known.ended.is_some() && resident.ended.is_none() => {
                let before = std::mem::replace(known, resident);
                known.add(before);
            }
            Some(known) => known.add(resident),
            None => {
                self.found.insert(key, resident);
            }
        }
        Ok(())
    }

    fn resident(&self, at: usize, row: &Row) -> Resident {
        let list = &self.lists[at];
        let held = list.columns.held(row);
        let reading = Reading {
            kind: list.kind,
            columns: &list.columns,
            dates: self.settings.dates,
            shelf: &self.shelf,
        };
        let (mut fields, _) = reading.fields(row);
        let day = |name: &str| {
            let day = fields.get(name).and_then(Value::as_str);
            day.filter(|day| day.len() == 10).map(str::to_owned)
        };
        let (from, ended) = (day("start"), day("end"));
        let of_people = fields::of(Kind::Person.name());
        fields.retain(|name, _| of_people.contains(&name.as_str()));
        Resident {
            references: [held.property_ref, held.tenancy_ref, held.person_ref].map(Cow::into_owned),
            fields,
            from: from.unwrap_or_default(),
            ended,
        }
    }

    /// The rows of other lists that have this reference.
    fn linked(
        &mut self,
        kind: Kind,
        field: &str,
        wanted: &str,
    ) -> Result<Vec<(usize, Row)>, String> {
        let mut linked = Vec::new();
        if wanted.is_empty() {
            return Ok(linked);
        }
        for at in 0..self.lists.len() {
            if self.lists[at].kind != kind || !self.lists[at].ready {
                continue;
            }
            let columns: Vec<u32> = self.lists[at].columns.places(field).collect();
            for column in columns {
                for spelled in spellings(wanted) {
                    let rows = self.look(at, column, How::Same, &spelled, 20)?;
                    linked.extend(rows.into_values().map(|row| (at, row)));
                }
            }
        }
        Ok(linked)
    }

    /// Adds the tenancy of today and the home.
    fn complete(&mut self, resident: &mut Resident) -> Result<(), String> {
        let person = resident.references[2].clone();
        if resident.references[1].is_empty() || resident.references[0].is_empty() {
            let mut tenancies: Vec<Resident> = self
                .linked(Kind::Tenancy, "person_ref", &person)?
                .iter()
                .map(|(at, row)| self.resident(*at, row))
                .collect();
            tenancies
                .sort_by(|a, b| (a.ended.is_some(), &b.from).cmp(&(b.ended.is_some(), &a.from)));
            if let Some(tenancy) = tenancies.into_iter().next() {
                resident.add(tenancy);
            }
        }
        let home = resident.references[0].clone();
        for (at, row) in self
            .linked(Kind::Property, "property_ref", &home)?
            .into_iter()
            .take(1)
        {
            // Where somebody lives, not where their letters go.
            let address = self.lists[at].columns.get(&row, "address");
            if !address.is_empty() {
                resident.fields.insert("address".into(), (*address).into());
            }
        }
        Ok(())
    }

    /// A page of who was found, and whether there are more.
    fn ranked(&mut self, skip: usize, limit: usize) -> (Vec<Record>, bool) {
        let typed = self.typed.clone();
        let mut residents: Vec<Resident> = std::mem::take(&mut self.found).into_values().collect();
        let sort = |residents: &mut Vec<Resident>| {
            residents.sort_by_cached_key(|resident| {
                (
                    -resident.score(&typed),
                    plain(resident.field("name")),
                    resident.references.clone(),
                )
            });
        };
        sort(&mut residents);
        residents.truncate(SHOWN);
        for resident in &mut residents {
            // Somebody whose tenancy cannot be looked up is still found.
            if let Err(why) = self.complete(resident) {
                self.folder.warn(&why);
            }
        }
        sort(&mut residents);
        let more = residents.len() > skip + limit;
        let page = residents.into_iter().skip(skip).take(limit);
        (page.map(Resident::record).collect(), more)
    }
}

#[cfg(test)]
#[path = "residents_tests.rs"]
mod tests;
