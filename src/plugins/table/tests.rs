//! Files as other systems write them, and rows looked up in them.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::LazyLock;

use super::*;
use encoding_rs::WINDOWS_1252;

static INDEXES: LazyLock<Indexes> = LazyLock::new(|| Indexes::new(None));

fn table(bytes: &[u8]) -> Result<Table, String> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    let place = format!("{file:?}");
    Table::open(file, place, &INDEXES)
}

fn rows(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut table = table(bytes).unwrap();
    let mut rows = vec![table.columns().to_vec()];
    loop {
        let page = table.next_rows(2).unwrap();
        if page.is_empty() {
            return rows;
        }
        rows.extend(page);
    }
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn encodings_and_delimiters_are_settled() {
    let expected = [["Ref", "Resident"], ["R1", "Zoë, O’Neill"], ["R2", "=1+1"]];
    let comma = "Ref, Resident \r\nR1,\"Zoë, O’Neill\"\r\n\r\nR2,=1+1\r\n";
    let semicolon = "Ref;Resident\nR1;Zoë, O’Neill\nR2;=1+1";
    let tab = "Ref\tResident\nR1\tZoë, O’Neill\nR2\t=1+1\n";
    let pipe = tab.replace('\t', "|");
    let told = format!("sep=;\r\n{semicolon}");
    let marked = format!("\u{feff}{comma}");
    let (windows, ..) = WINDOWS_1252.encode(semicolon);
    for bytes in [
        comma.as_bytes(),
        semicolon.as_bytes(),
        tab.as_bytes(),
        pipe.as_bytes(),
        told.as_bytes(),
        marked.as_bytes(),
        &windows,
        &utf16(&marked, u16::to_le_bytes),
        &utf16(&marked, u16::to_be_bytes),
        &utf16(comma, u16::to_le_bytes),
        &utf16(comma, u16::to_be_bytes),
    ] {
        assert_eq!(rows(bytes), expected, "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn rows_are_as_wide_as_the_header() {
    assert_eq!(
        rows(b"a,b,c\n1\n1,2,3,4\n\"x\ny\",\"\"\"q\"\"\",z\n"),
        [
            ["a", "b", "c"],
            ["1", "", ""],
            ["1", "2", "3"],
            ["x\ny", "\"q\"", "z"]
        ]
    );
}

#[test]
fn a_file_longer_than_the_buffers_comes_whole() {
    let mut text = String::from("n;text\n");
    for n in 0..50_000 {
        text.push_str(&format!("{n};“€ é” {n}\n"));
    }
    let (windows, ..) = WINDOWS_1252.encode(&text);
    for bytes in [text.as_bytes(), &windows] {
        let rows = rows(bytes);
        assert_eq!(rows.len(), 50_001);
        assert_eq!(rows[40_000], ["39999", "“€ é” 39999"]);
    }
}

#[test]
fn what_is_not_a_table_says_so() {
    assert!(table(b"").err().unwrap().contains("is empty"));
    let mut unclosed = b"a,b\n1,\"open\n".to_vec();
    unclosed.extend(std::iter::repeat_n(b"x,y\n", 1 << 20).flatten());
    let error = table(&unclosed).unwrap().next_rows(10).unwrap_err();
    assert!(error.contains("is a quote missing?"), "{error}");
    assert!(rows(b"only\n1\n").len() == 2);
    // Noise is shown as what it is, not refused.
    let noise: Vec<u8> = (0..=255).cycle().take(10_000).collect();
    let _ = table(&noise)
        .map(|mut table| while table.next_rows(10).is_ok_and(|rows| !rows.is_empty()) {});
}

#[test]
fn titles_above_the_names_of_the_columns_are_passed_over() {
    let expected = [
        ["Ref", "Home", "Fault"],
        ["1", "7", "Tap"],
        ["2", "8", "Door"],
    ];
    for above in [
        "",
        "\n\n",
        "Repairs export\n",
        "Repairs export,,\n,,\n",
        "\"Housing, Ltd\"\nPrinted on 2 September 2026\n\n",
    ] {
        let text = format!("{above}Ref,Home,Fault\n1,7,Tap\n2,8,Door\n");
        assert_eq!(rows(text.as_bytes()), expected, "{above:?}");
        let tabs = text
            .replace(',', "\t")
            .replace("\"Housing\t Ltd\"", "Housing");
        assert_eq!(rows(tabs.as_bytes()), expected, "{above:?}");
    }
    // Names of columns stay what they are when rows have fewer cells, or more.
    assert_eq!(rows(b"a,b,c\n1\n2\n3\n")[0], ["a", "b", "c"]);
    assert_eq!(
        rows(b"a,b,c\n1,2,3,4,5,6\n1,2,3\n1,2,3\n")[0],
        ["a", "b", "c"]
    );
}

/// All the time of the world.
fn patient() -> Option<Duration> {
    Some(Duration::from_secs(60))
}

fn readied(path: &Path, indexes: &Indexes, columns: &[u32]) -> Table {
    let file = File::open(path).unwrap();
    let mut table = Table::open(file, path.display().to_string(), indexes).unwrap();
    table.index(columns, indexes, &patient).unwrap();
    table
}

fn ids(table: &Table, column: u32, how: Asked, text: &str) -> String {
    let rows = table.look_up(column, how, text, 1000, &|| true).unwrap();
    let ids: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    ids.join(" ")
}

const PEOPLE: &str = "Ref,Name,Address,Phone\n\
    P1,Adaeze Okafor,\"7 Alder Court,\nMill Lane\",07000 000001\n\
    \n\
    P2,\"O’Brien, Zoë\",\"Flat 2, 7 Alder Court\",07000000002\n\
    P3,Adam Smith-Jones,17 Mill Lane,\n\
    P4,\"OBRIEN 'Bill'\",9 \u{10400}lder Road,+44 7000 000-004\n";

#[test]
fn rows_are_looked_up_in_every_encoding() {
    let home = tempfile::tempdir().unwrap();
    let indexes = Indexes::new(None);
    let plain = PEOPLE.replace('\u{10400}', "A");
    let marked = format!("\u{feff}{PEOPLE}");
    let (windows, ..) = WINDOWS_1252.encode(&plain);
    let files: [(&str, Vec<u8>); 6] = [
        ("utf8", PEOPLE.into()),
        ("marked", marked.clone().into()),
        ("windows", windows.into_owned()),
        ("utf16le", utf16(&marked, u16::to_le_bytes)),
        ("utf16be", utf16(&marked, u16::to_be_bytes)),
        ("titled", format!("sep=,\nPeople\n\n{PEOPLE}").into()),
    ];
    for (name, bytes) in files {
        let path = home.path().join(name);
        fs::write(&path, bytes).unwrap();
        let table = readied(&path, &indexes, &[0, 1, 2, 3]);
        for (column, how, text, expected) in [
            (0, Asked::Same, "p-3", "P3"),
            (0, Asked::Same, "P", ""),
            (3, Asked::Same, "07000 000 002", "P2"),
            (3, Asked::Same, "07000000001", "P1"),
            (3, Asked::Word, "07000", "P1"),
            (1, Asked::Word, "zoe", "P2"),
            (1, Asked::Word, "obrien", "P2 P4"),
            (1, Asked::Word, "BRIEN", "P2"),
            (1, Asked::Word, "jones adam", "P3"),
            (1, Asked::Prefix, "ada", "P1 P3"),
            (1, Asked::Prefix, "Ádá ok", "P1"),
            (1, Asked::Same, "Adaeze-Okafor", "P1"),
            (2, Asked::Word, "7 court", "P1 P2"),
            (2, Asked::Prefix, "cou al", "P1 P2"),
            (ANY_COLUMN, Asked::Prefix, "mill ada", "P1 P3"),
            (ANY_COLUMN, Asked::Word, "okafor 7", "P1"),
            (ANY_COLUMN, Asked::Word, "okafor 9", ""),
            (1, Asked::Prefix, " - ", ""),
        ] {
            let found = ids(&table, column, how, text);
            assert_eq!(found, expected, "{name}: {how:?} {text:?} in {column}");
        }
        let row = &table.look_up(0, Asked::Same, "P1", 9, &|| true).unwrap()[0];
        assert_eq!(row[2], "7 Alder Court,\nMill Lane");
        assert_eq!(row[4], "0", "the number of the row comes last");
        assert!(matches!(
            table.look_up(9, Asked::Same, "x", 9, &|| true),
            Err(Trouble::Asked(_))
        ));
    }
}

/// Many rows, so that there are many pieces, runs of entries and stretches.
fn many(rows: u32) -> String {
    let mut text = String::from("ref,name,address,notes\n");
    for n in 0..rows {
        let street = ["Alder", "Birch", "Cédar", "Oak"][n as usize % 4];
        text += &format!(
            "{n:08},Person{n} Family{},\"{} {street} Court, ZZ{} {}AB\",\"“note” {n}\n and more\"\n",
            n % 997,
            n % 90 + 1,
            n % 50,
            n % 9
        );
    }
    text
}

#[test]
fn what_is_looked_up_is_what_a_scan_finds() {
    const ROWS: u32 = 20_000;
    let home = tempfile::tempdir().unwrap();
    let indexes = Indexes::new(Some(home.path().join("cache")));
    let text = many(ROWS);
    let (windows, ..) = WINDOWS_1252.encode(&text);
    for (name, bytes) in [
        ("windows", windows.to_vec()),
        ("utf8", text.clone().into()),
        ("utf16", utf16(&text, u16::to_le_bytes)),
    ] {
        let path = home.path().join(name);
        fs::write(&path, bytes).unwrap();
        let table = readied(&path, &indexes, &[0, 1, 2]);
        for n in (0..ROWS).step_by(997) {
            let found = table
                .look_up(0, Asked::Same, &n.to_string(), 5, &|| true)
                .unwrap();
            assert!(found.is_empty(), "zeros are part of a reference");
            let number = format!("{n:08}");
            let found = table.look_up(0, Asked::Same, &number, 5, &|| true).unwrap();
            let [row] = found.as_slice() else {
                panic!("{found:?}")
            };
            assert_eq!(
                (row[0].as_str(), row[4].as_str()),
                (number.as_str(), n.to_string().as_str())
            );
            assert_eq!(row[3], format!("“note” {n}\n and more"));
        }
        let scanned: Vec<String> = (0..ROWS)
            .filter(|n| n % 4 == 2 && n % 90 + 1 == 7)
            .map(|n| format!("{n:08}"))
            .collect();
        assert_eq!(ids(&table, 2, Asked::Word, "cedar 7"), scanned.join(" "));
        assert_eq!(
            ids(&table, ANY_COLUMN, Asked::Prefix, "family12 person1 cedar")
                .split(' ')
                .count(),
            (0..ROWS)
                .filter(|n| {
                    n % 4 == 2
                        && (n % 997).to_string().starts_with("12")
                        && n.to_string().starts_with('1')
                })
                .count()
        );
        assert_eq!(
            table
                .look_up(2, Asked::Prefix, "c", 1000, &|| true)
                .unwrap()
                .len(),
            1000
        );
        let given_up = table
            .look_up(2, Asked::Prefix, "family", 1000, &|| false)
            .unwrap();
        assert!(given_up.is_empty());
    }
}

#[test]
fn an_index_is_made_once_kept_and_made_again_for_another_file() {
    let home = tempfile::tempdir().unwrap();
    let cache = home.path().join("cache");
    let path = home.path().join("people.csv");
    fs::write(&path, PEOPLE).unwrap();
    let kept = || {
        let files: Vec<_> = fs::read_dir(&cache)
            .unwrap()
            .map(|f| f.unwrap().path())
            .collect();
        files
    };
    // What is kept appears a moment after it can be used.
    let settled = |of: &dyn Fn(&[std::path::PathBuf]) -> bool| {
        let began = std::time::Instant::now();
        while !of(&kept()) {
            assert!(began.elapsed() < Duration::from_secs(20), "{:?}", kept());
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    let one = |files: &[std::path::PathBuf]| {
        files.len() == 1 && files[0].extension().is_some_and(|e| e == "index")
    };
    let indexes = Indexes::new(Some(cache.clone()));
    // Many at once.
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let table = readied(&path, &indexes, &[0, 1]);
                assert_eq!(ids(&table, 0, Asked::Same, "p1"), "P1");
            });
        }
    });
    settled(&one);
    let made = |path: &Path| std::os::unix::fs::MetadataExt::ino(&fs::metadata(path).unwrap());
    let first = made(&kept()[0]);

    // Another program finds it and makes none.
    let again = Indexes::new(Some(cache.clone()));
    assert_eq!(
        ids(&readied(&path, &again, &[1]), 1, Asked::Word, "zoe"),
        "P2"
    );
    assert_eq!(made(&kept()[0]), first);
    // More columns are added to those that were there.
    assert_eq!(
        ids(&readied(&path, &again, &[3]), 3, Asked::Word, "07000"),
        "P1"
    );
    settled(&|files| one(files) && made(&files[0]) != first);
    let wide = made(&kept()[0]);
    readied(&path, &again, &[0, 1, 3]);
    assert_eq!(made(&kept()[0]), wide);

    // A new export takes the file's place: whoever has the old one open reads the old one on.
    let old = readied(&path, &again, &[0]);
    let next = home.path().join("next");
    fs::write(&next, PEOPLE.replace("P1", "Q1")).unwrap();
    fs::rename(&next, &path).unwrap();
    assert_eq!(ids(&old, 0, Asked::Same, "P1"), "P1");
    let new = readied(&path, &again, &[0]);
    assert_eq!(ids(&new, 0, Asked::Same, "P1"), "");
    assert_eq!(ids(&new, 0, Asked::Same, "Q1"), "Q1");
    settled(&one);

    // Damage makes it be made again, or a look-up fail; no row is ever another one.
    let whole = fs::read(&kept()[0]).unwrap();
    for at in (0..whole.len()).step_by(101) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x11;
        fs::write(&kept()[0], &damaged).unwrap();
        let table = readied(&path, &Indexes::new(Some(cache.clone())), &[0]);
        match table.look_up(0, Asked::Same, "P2", 9, &|| true) {
            Ok(rows) => assert!(rows.iter().all(|row| row[0] == "P2")),
            Err(why) => assert!(matches!(why, Trouble::Unavailable(_)), "{why:?}"),
        }
    }
    fs::remove_dir_all(&cache).unwrap();
    assert_eq!(
        ids(&readied(&path, &again, &[0]), 0, Asked::Same, "Q1"),
        "Q1"
    );
}

#[test]
fn what_nobody_uses_is_not_kept() {
    let home = tempfile::tempdir().unwrap();
    let days = |days: u64| std::time::SystemTime::now() - Duration::from_secs(days * 24 * 3600);
    for (name, used, stays) in [
        ("a.index", days(40), false),
        ("b.index", days(20), true),
        (".making-x", days(2), false),
        (".making-y", days(0), true),
        ("other", days(400), true),
    ] {
        let path = home.path().join(name);
        File::create(&path).unwrap().set_modified(used).unwrap();
        Indexes::new(Some(home.path().to_owned()));
        assert_eq!(path.exists(), stays, "{name}");
    }
}

#[test]
fn a_file_that_changes_while_it_is_read_says_so() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("people.csv");
    fs::write(&path, PEOPLE).unwrap();
    let indexes = Indexes::new(None);
    let mut table = readied(&path, &indexes, &[0]);
    std::thread::sleep(Duration::from_millis(20));
    fs::write(&path, PEOPLE.replace("P1", "Q1")).unwrap();
    let changed = "it was changed while it was read; try again when it is whole";
    let why = table
        .look_up(0, Asked::Same, "P1", 9, &|| true)
        .unwrap_err();
    assert_eq!(why, Trouble::Unavailable(changed.into()));
    let why = table.index(&[1], &indexes, &patient).unwrap_err();
    assert_eq!(why, Trouble::Unavailable(changed.into()));
    assert_eq!(table.next_rows(9).unwrap_err(), changed);
}

#[test]
fn what_cannot_be_waited_for_is_finished_nevertheless() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("many.csv");
    fs::write(&path, many(20_000)).unwrap();
    let indexes = Indexes::new(None);
    let open = || {
        let file = File::open(&path).unwrap();
        Table::open(file, "many".into(), &indexes).unwrap()
    };
    match open().index(&[0, 1, 2], &indexes, &|| None) {
        Err(Trouble::Later(part)) => assert!(part <= 100, "{part}"),
        other => panic!("{other:?}"),
    }
    let began = std::time::Instant::now();
    while open().index(&[0, 1, 2], &indexes, &|| None).is_err() {
        assert!(began.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(20));
    }
    let mut broken = table(b"a,b\n1,2\n").unwrap();
    assert!(matches!(
        broken.index(&[], &indexes, &patient),
        Err(Trouble::Asked(_))
    ));
    assert!(matches!(
        broken.index(&[2], &indexes, &patient),
        Err(Trouble::Asked(_))
    ));
    let mut unclosed = b"a,b\n1,\"open\n".to_vec();
    unclosed.extend(std::iter::repeat_n(b"x,y\n", 1 << 19).flatten());
    let why = table(&unclosed)
        .unwrap()
        .index(&[0], &indexes, &patient)
        .unwrap_err();
    assert!(matches!(why, Trouble::Unavailable(why) if why.contains("is a quote missing?")));
}
