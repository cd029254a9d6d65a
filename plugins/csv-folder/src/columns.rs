//! Which column of a file is which field of those that are known.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::cell::clean;
use crate::fields::{ADDRESS_PARTS, NAME_PARTS, names_documents};
use crate::layout::Kind;
use crate::settings::Settings;
use redress_plugin::belongs::{Whose, plain};
use redress_plugin::fields::WHOSE;

/// What a row says of whose it is; empty where it says nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Held<'a> {
    /// The home.
    pub property_ref: Cow<'a, str>,
    /// The tenancy.
    pub tenancy_ref: Cow<'a, str>,
    /// The person.
    pub person_ref: Cow<'a, str>,
    /// The person's name.
    pub name: Cow<'a, str>,
    /// The home's address.
    pub address: Cow<'a, str>,
}

impl Held<'_> {
    /// As the rules want it by which a row belongs to a query.
    pub fn whose(&self) -> Whose<'_> {
        Whose {
            property_ref: &self.property_ref,
            tenancy_ref: &self.tenancy_ref,
            person_ref: &self.person_ref,
            name: &self.name,
            address: &self.address,
        }
    }
}

/// Where each field of a kind stands in one file.
#[derive(Debug, Default, PartialEq)]
pub struct Columns {
    /// A field that came under several columns of one name stands in the first of them that says something.
    fields: BTreeMap<&'static str, Vec<usize>>,
    /// The columns that are no known field, under names of their own.
    pub other: Vec<(String, usize)>,
    /// Those that name photos and reports.
    pub documents: Vec<(String, usize)>,
}

impl Columns {
    /// Reads a header. A column set by the operator that is not there is an error.
    pub fn read(kind: Kind, header: &[String], settings: &Settings) -> Result<Self, String> {
        let plains: Vec<String> = header.iter().map(|h| plain(h)).collect();
        let places = |wanted: &str| -> Vec<usize> {
            let same = plains.iter().enumerate().filter(|(_, h)| *h == wanted);
            same.map(|(at, _)| at).collect()
        };
        let set = settings.columns.get(&kind);
        let mut columns = Columns::default();
        for (field, known) in kind.known_headers() {
            let mut at = match set.and_then(|s| s.get(*field)) {
                Some(own) => Some(places(&plain(own)))
                    .filter(|at| !at.is_empty())
                    .ok_or_else(|| format!("it has no column `{own}` for `{field}`"))?,
                None => known
                    .split(' ')
                    .map(places)
                    .find(|at| !at.is_empty())
                    .unwrap_or_default(),
            };
            at.retain(|at| !settings.drops(&header[*at]));
            if !at.is_empty() {
                columns.fields.insert(field, at);
            }
        }
        // In its own list, what a thing is called is its reference.
        let own = match kind {
            Kind::Tenancy => Some("tenancy_ref"),
            Kind::Person => Some("person_ref"),
            Kind::Property => Some("property_ref"),
            _ => None,
        };
        if let Some(own) = own
            && !columns.fields.contains_key(own)
            && let Some(id) = columns.fields.get("id").cloned()
        {
            columns.fields.insert(own, id);
        }
        columns.rest(header, &plains, settings);
        Ok(columns)
    }

    /// What is no known field.
    fn rest(&mut self, header: &[String], plains: &[String], settings: &Settings) {
        let taken: Vec<usize> = self.fields.values().flatten().copied().collect();
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, name) in header.iter().enumerate() {
            let name = name.trim();
            if name.is_empty() || taken.contains(&at) || settings.drops(name) {
                continue;
            }
            // Names that come twice would push each other out of a record.
            let times = times.entry(name).or_default();
            *times += 1;
            let called = match *times {
                1 => name.to_owned(),
                n => format!("{name} ({n})"),
            };
            if names_documents(&plains[at]) {
                self.documents.push((called, at));
            } else {
                self.other.push((called, at));
            }
        }
    }

    /// A field of a row, cleaned; empty when the file has no such column. A name and an address are put together where
    /// they stand in parts.
    pub fn get<'a>(&self, row: &'a [String], field: &str) -> Cow<'a, str> {
        let whole = self.one(row, field);
        let parts: (&[&str], &str) = match field {
            "name" => (&NAME_PARTS, " "),
            "address" => (&ADDRESS_PARTS, ", "),
            _ => return whole.into(),
        };
        let (parts, between) = parts;
        if !whole.is_empty() {
            let postcode = self.one(row, "postcode");
            if field == "address"
                && !postcode.is_empty()
                && !plain(whole).contains(&plain(postcode))
            {
                return format!("{whole}, {postcode}").into();
            }
            return whole.into();
        }
        let mut text = String::new();
        for part in parts {
            let said = self.one(row, part);
            if !said.is_empty() {
                if !text.is_empty() {
                    // 7, Alder Court is 7 Alder Court.
                    text.push_str(if text.len() < 6 { " " } else { between });
                }
                text.push_str(said);
            }
        }
        text.into()
    }

    fn one<'a>(&self, row: &'a [String], field: &str) -> &'a str {
        let places = self.fields.get(field).into_iter().flatten();
        places
            .filter_map(|at| row.get(*at))
            .map(|cell| clean(cell))
            .find(|text| !text.is_empty())
            .unwrap_or("")
    }

    /// What a row says of whose it is.
    pub fn held<'a>(&self, row: &'a [String]) -> Held<'a> {
        let get = |field| self.get(row, field);
        Held {
            property_ref: get("property_ref"),
            tenancy_ref: get("tenancy_ref"),
            person_ref: get("person_ref"),
            name: get("name"),
            address: get("address"),
        }
    }

    /// Whether there is a column for this field, or for a part of it.
    pub fn has(&self, field: &str) -> bool {
        let parts: &[&str] = match field {
            "name" => &NAME_PARTS,
            "address" => &ADDRESS_PARTS,
            _ => &[],
        };
        self.fields.contains_key(field) || parts.iter().any(|part| self.fields.contains_key(part))
    }

    /// Where a field stands, as the host counts.
    pub fn places(&self, field: &str) -> impl Iterator<Item = u32> {
        let places = self.fields.get(field).into_iter().flatten();
        places.filter_map(|at| u32::try_from(*at).ok())
    }

    /// Every column that rows are looked up by.
    pub fn looked_up(&self, kind: Kind) -> Vec<u32> {
        let searched: &[&str] = match kind {
            Kind::Person | Kind::Tenancy => {
                &["id", "phone", "email", "payment_ref", "preferred_name"]
            }
            _ => &[],
        };
        let fields = WHOSE
            .iter()
            .chain(&NAME_PARTS)
            .chain(&ADDRESS_PARTS)
            .chain(searched);
        let mut places: Vec<u32> = fields.flat_map(|field| self.places(field)).collect();
        places.sort_unstable();
        places.dedup();
        places.truncate(60);
        places
    }

    /// How many columns are known fields.
    pub fn known(&self) -> usize {
        let mut places: Vec<&usize> = self.fields.values().flatten().collect();
        places.sort_unstable();
        places.dedup();
        places.len()
    }

    /// True when the file can say whose a row is.
    pub fn can_match(&self) -> bool {
        ["property_ref", "tenancy_ref", "person_ref", "address"]
            .iter()
            .any(|field| self.has(field))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> Vec<String> {
        text.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn common_headers_are_recognised() {
        let ours = "external_ref,property_ref,reported_on,description,trade,priority,target_on,appointment_on,appointment_slot,attended_on,completed_on,status,outcome,contractor,follow_on_of,hazard,notes";
        let theirs = "Job No,Property Reference,Date Raised,Description of Works,Trade,Priority,Target Date,Appt Date,Slot,Date Attended,Completed Date,Status,Result,Contractor Name,Parent Job,Hazard Type,Comments";
        let read = |h| Columns::read(Kind::Repair, &header(h), &Settings::default()).unwrap();
        assert_eq!(read(ours), read(theirs));
        assert_eq!(read(ours).known(), 17);
    }

    #[test]
    fn a_mapping_of_the_operator_wins_and_must_exist() {
        let settings = Settings::read(
            r#"{"columns":{"repair":{"reported_on":"Logged at"}},"drop":["Secret"]}"#,
        )
        .unwrap();
        let columns = Columns::read(
            Kind::Repair,
            &header("Ref,Logged At,Date raised,SECRET,Dob"),
            &settings,
        )
        .unwrap();
        assert_eq!(columns.get(&header("1,a,b,c,d"), "reported_on"), "a");
        assert_eq!(columns.other, [("Date raised".to_owned(), 2)]);
        assert!(
            Columns::read(Kind::Repair, &header("Ref"), &settings)
                .unwrap_err()
                .contains("`Logged at`")
        );
    }

    #[test]
    fn a_name_and_an_address_in_parts_are_put_together() {
        let columns = Columns::read(
            Kind::Person,
            &header("external_ref,First Name,Surname,House No,Address 1,Address 2,Town,Post Code"),
            &Settings::default(),
        )
        .unwrap();
        let row = header("48213,Ada,Okafor,7,Alder Court,NULL,Townham,ZZ9 4AB");
        assert_eq!(columns.get(&row, "name"), "Ada Okafor");
        assert_eq!(
            columns.get(&row, "address"),
            "7 Alder Court, Townham, ZZ9 4AB"
        );
        assert_eq!(columns.held(&row).person_ref, "48213");
        assert!(columns.other.is_empty() && columns.can_match());
        let columns = Columns::read(
            Kind::Repair,
            &header("Ref,Address,Postcode"),
            &Settings::default(),
        )
        .unwrap();
        let address = |row| columns.get(&header(row), "address").into_owned();
        assert_eq!(address("1,7 Alder Court,ZZ9 4AB"), "7 Alder Court, ZZ9 4AB");
        assert_eq!(
            address("1,7 Alder Court ZZ94AB,ZZ9 4AB"),
            "7 Alder Court ZZ94AB"
        );
    }

    #[test]
    fn columns_of_one_name_and_columns_of_photos() {
        let columns = Columns::read(
            Kind::Repair,
            &header("Ref,Notes,Notes,Extra,Extra,Photo,UPRN,Property Ref"),
            &Settings::default(),
        )
        .unwrap();
        let row = header("1,#N/A,second,a,b,tap.jpg,10001,007");
        assert_eq!(columns.get(&row, "notes"), "second");
        assert_eq!(columns.get(&row, "property_ref"), "007");
        let other: Vec<&str> = columns
            .other
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(other, ["Extra", "Extra (2)", "UPRN"]);
        assert_eq!(columns.documents, [("Photo".to_owned(), 5)]);
    }
}
