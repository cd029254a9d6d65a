//! Which look-ups find every row that can belong to a query. What they find besides is sorted out after them, by the
//! same rules as when all rows are read; so both ways give the same records.

use std::collections::BTreeMap;

use crate::columns::Columns;
use crate::folder::{ANY, Folder, How, Row};
use crate::layout::Kind;
use redress_plugin::Ask;
use redress_plugin::belongs::{
    address_words, door_numbers, name_words, of_the_home, plain, postcode,
};

/// The most rows that a look-up gives. When there are so many there may be more.
const MOST: usize = 1000;
/// References of digits are written with zeros in front up to this length, or lose them all in a spreadsheet.
const DIGITS: usize = 12;

/// Rows by their number, which is their order in the file.
type Rows = BTreeMap<u32, Row>;

/// The rows that may belong to the query, in the order of the file. None when there are too many to be looked up.
pub fn rows<F: Folder>(
    folder: &mut F,
    table: &mut F::Table,
    columns: &Columns,
    kind: Kind,
    ask: &Ask,
) -> Option<Vec<Row>> {
    let mut look = LookUps {
        folder,
        table,
        found: Rows::new(),
        full: false,
    };
    for (field, asked) in [
        ("tenancy_ref", &ask.tenancy_ref),
        ("person_ref", &ask.person_ref),
        ("property_ref", &ask.property_ref),
    ] {
        let Some(asked) = asked.as_deref() else {
            continue;
        };
        for column in columns.places(field) {
            for written in spellings(asked) {
                look.up(column, How::Same, &written);
            }
        }
    }
    if let (Some(name), Some(address)) = (&ask.name, &ask.address)
        && columns.has("address")
    {
        let words = address_words(address);
        if columns.has("name") {
            // A row of this person has all words of the name, and the same number of the house.
            let mut wanted = name_words(name);
            wanted.extend(door_numbers(&words).iter().map(|n| (*n).to_owned()));
            if wanted.len() > 1 {
                look.up(ANY, How::Word, &wanted.join(" "));
            }
        }
        if of_the_home(kind.name()) {
            look.home(&words);
        }
    }
    (!look.full).then(|| look.found.into_values().collect())
}

/// How a reference may be written, signs aside.
pub fn spellings(reference: &str) -> Vec<String> {
    let reference = plain(reference);
    if reference.is_empty() || !reference.bytes().all(|b| b.is_ascii_digit()) {
        return vec![reference];
    }
    let bare = reference.trim_start_matches('0');
    let most = DIGITS.max(reference.len());
    (bare.len().max(1)..=most)
        .map(|length| format!("{bare:0>length$}"))
        .collect()
}

struct LookUps<'a, F: Folder> {
    folder: &'a mut F,
    table: &'a mut F::Table,
    found: Rows,
    full: bool,
}

impl<F: Folder> LookUps<'_, F> {
    /// Looks up what all of must be found.
    fn up(&mut self, column: u32, how: How, text: &str) {
        if !self.full && !self.some(column, how, text) {
            self.full = true;
        }
    }

    /// Looks up and says whether that was all.
    fn some(&mut self, column: u32, how: How, text: &str) -> bool {
        // Where this fails, reading all rows says why, or gives them.
        match self.folder.look_up(self.table, column, how, text, MOST) {
            Ok(rows) if rows.len() < MOST => {
                self.found.extend(rows);
                true
            }
            _ => false,
        }
    }

    /// The rows of a home by its address alone. The shorter of two addresses is wholly in the longer one, has three
    /// words and the same numbers of house and flat: so a row has these numbers and at least one other word.
    fn home(&mut self, words: &[String]) {
        let numbers = door_numbers(words);
        let mut others: Vec<String> = words
            .iter()
            .filter(|word| !numbers.contains(&word.as_str()))
            .cloned()
            .collect();
        if let Some((outward, inward)) = postcode(words) {
            others.push(format!("{outward}{inward}"));
        }
        others.sort_unstable();
        others.dedup();
        let (several, numbers) = (numbers.len() > 1, numbers.join(" "));
        let mut common = Vec::new();
        for word in &others {
            if !self.some(ANY, How::Word, format!("{numbers} {word}").trim()) {
                common.push(word);
            }
        }
        // A row that has none of the rarer words has two of the common ones.
        for (n, first) in common.iter().enumerate() {
            for second in &common[n + 1..] {
                self.up(ANY, How::Word, &format!("{numbers} {first} {second}"));
            }
        }
        // With two numbers one word is enough, and then it may be any of these.
        self.full |= several && !common.is_empty();
    }
}
