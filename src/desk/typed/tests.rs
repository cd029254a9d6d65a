#![allow(clippy::unwrap_used)]

use chrono::{NaiveDate, Utc};
use proptest::prelude::*;
use proptest::strategy::ValueTree;

use super::narrow::Reader;
use super::*;
use crate::desk::Book;
use crate::desk::lists::{Facet, ListQuery};
use crate::domain::calendar::start_of_day;
use crate::store::Store;

fn typed(text: &str) -> Result<Typed, Wrong> {
    text.parse()
}

fn says(text: &str) -> String {
    match typed(text) {
        Ok(typed) => typed.to_string(),
        Err(wrong) => format!("! {wrong}"),
    }
}

#[test]
fn what_is_typed_is_written_in_one_way() {
    for (text, said) in [
        ("", ""),
        ("  Okonjo   elm ", "Okonjo elm"),
        ("Stage:2 STATE:S2-Requested", "stage:2 state:s2_requested"),
        (
            "owner:ME owner:none owner:“Priya Nair”",
            "owner:me owner:none owner:\"Priya Nair\"",
        ),
        ("due:<3D -is:To_Acknowledge", "due:<3d -is:to-acknowledge"),
        (
            "received:2026-1..2026-03-07",
            "received:2026-01..2026-03-07",
        ),
        ("received:7d.. due:..today", "received:>=7d due:<=today"),
        ("\"elm close\"okonjo", "\"elm close\" okonjo"),
        ("-\"elm close\" -elm - --x", "-\"elm close\" -elm - --x"),
        ("ref:c-2026-42 10:30 Re:", "ref:C-2026-0042 10:30 Re:"),
        (
            "theme:\"damp and mould\" kind:\"Service request\"",
            "theme:\"damp and mould\" kind:service_request",
        ),
        (
            "cause:delay-contractor risk:HIGH linked:asb",
            "cause:delay_contractor risk:high linked:asb",
        ),
    ] {
        assert_eq!(says(text), said, "{text}");
    }
}

#[test]
fn what_is_wrong_names_the_word_and_says_what_is_allowed() {
    for (text, word, allowed) in [
        ("stage:3", "“stage:3”", "stage:1 or stage:2"),
        ("elm -stage: x", "“-stage:”", "stage:1 or stage:2"),
        ("colour:red", "“colour:red”", "is:, due:, received:"),
        ("risk:low", "“risk:low”", "standard, raised or high"),
        ("state:lost", "“state:lost”", "s1_received"),
        ("cause:x", "“cause:x”", "delay_contractor"),
        ("kind:x", "“kind:x”", "service_request"),
        ("linked:x", "“linked:x”", "repair, asb"),
        ("is:late", "“is:late”", "open, ended, overdue"),
        ("due:soon", "“due:soon”", "due:<3d"),
        ("due:2026-02-30", "“due:2026-02-30”", "due:2026-11-30"),
        ("received:1066", "“received:1066”", "received:2026-11"),
        ("ref:42", "“ref:42”", "ref:C-2026-0042"),
        ("owner:\" \"", "“owner:\" \"”", "owner:me"),
        ("theme:-", "“theme:-”", "theme:damp_and_mould"),
        ("-due:<3d", "“-due:<3d”", "Turn it round"),
        ("-is:overdue", "“-is:overdue”", "due:>=today"),
        ("x \"elm close", "\"elm close", "quotation mark"),
        ("owner:\"Priya", "owner:\"Priya", "quotation mark"),
        ("\"…\"", "\"…\"", "letter or digit"),
    ] {
        let wrong = typed(text).unwrap_err().to_string();
        assert!(
            wrong.contains(word) && wrong.contains(allowed),
            "{text}: {wrong}"
        );
    }
    assert_eq!(typed(&"x ".repeat(41)), Err(Wrong::TooMany));
    assert!(typed(&"x ".repeat(40)).is_ok());
    let long = typed(&format!("stage:{}", "9".repeat(500))).unwrap_err();
    assert!(long.to_string().len() < 120, "{long}");
}

#[test]
fn every_example_of_the_help_is_understood_and_written_as_it_stands() {
    for filter in FILTERS {
        assert_eq!(says(filter.example), filter.example);
        assert!(filter.example.starts_with(&format!("{}:", filter.name)));
    }
}

/// A book as the file of a new landlord has it, with three people.
fn book() -> Book {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(
        &folder.path().join("book.redb"),
        crate::store::Options::default(),
    )
    .unwrap();
    store
        .write(|tx| {
            for (id, name) in [
                ("priya.nair", "Priya Nair"),
                ("alex.farrow", "Alex Farrow"),
                ("alex.stone", "Alex Stone"),
            ] {
                let person = crate::desk::Person {
                    id: id.into(),
                    name: name.into(),
                    roles: Vec::new(),
                    password: None,
                    disabled: false,
                    generation: 0,
                    created_at: chrono::DateTime::<Utc>::default(),
                    away: None,
                };
                tx.put_record(crate::store::T::User, id, &person)?;
            }
            Ok::<_, crate::store::StoreError>(())
        })
        .unwrap();
    Book::read(&store.reader().unwrap()).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn narrowed(text: &str, book: &Book) -> Result<ListQuery, String> {
    let mut query = ListQuery::default();
    // A Friday before Christmas, with two bank holidays behind it.
    let reader = Reader {
        me: "priya.nair",
        book,
        today: day("2026-12-18"),
    };
    let typed = typed(text).map_err(|wrong| wrong.to_string())?;
    let narrowed = typed.narrow(&mut query, &reader);
    narrowed.map(|()| query).map_err(|wrong| wrong.to_string())
}

#[test]
fn days_of_deadlines_are_working_days_and_of_receipt_days_ago() {
    let book = book();
    for (text, from, before) in [
        ("due:<3d", "", "2026-12-23"),
        ("due:today..5d", "2026-12-18", "2026-12-30"),
        ("due:0d", "2026-12-18", "2026-12-21"),
        ("due:today", "2026-12-18", "2026-12-19"),
        ("due:tomorrow", "2026-12-19", "2026-12-20"),
        ("due:<=2026-12", "", "2027-01-01"),
        ("due:>2026", "2027-01-01", ""),
        ("is:overdue", "", "2026-12-18"),
        (
            "due:>=2026-12-01 due:<2027 due:<2026-12-20",
            "2026-12-01",
            "2026-12-20",
        ),
        ("due:2026-12-24..2026-12-20", "2026-12-20", "2026-12-25"),
    ] {
        let query = narrowed(text, &book).unwrap();
        let wanted = |text: &str| (!text.is_empty()).then(|| day(text));
        let got = (query.due_from, query.due_before);
        assert_eq!(got, (wanted(from), wanted(before)), "{text}");
    }
    for (text, from, before) in [
        ("received:<7d", "2026-12-12", ""),
        ("received:>=7d", "", "2026-12-12"),
        ("received:30d..7d", "2026-11-18", "2026-12-12"),
        ("received:yesterday", "2026-12-17", "2026-12-18"),
        ("received:2026-02", "2026-02-01", "2026-03-01"),
        ("received:2025", "2025-01-01", "2026-01-01"),
    ] {
        let query = narrowed(text, &book).unwrap();
        let wanted = |text: &str| (!text.is_empty()).then(|| start_of_day(day(text)));
        let got = (query.received_from, query.received_to);
        assert_eq!(got, (wanted(from), wanted(before)), "{text}");
    }
}

#[test]
fn people_and_themes_are_meant_by_their_beginning_where_it_is_one() {
    let book = book();
    let facet = |text: &str| narrowed(text, &book).map(|query| query.facets);
    let handler = |id: &str| Ok(vec![Facet::Handler(id.into())]);
    assert_eq!(facet("owner:me"), handler("priya.nair"));
    assert_eq!(facet("is:mine"), handler("priya.nair"));
    assert_eq!(facet("owner:PRIYA"), handler("priya.nair"));
    assert_eq!(facet("owner:stone"), handler("alex.stone"));
    assert_eq!(facet("owner:\"alex farrow\""), handler("alex.farrow"));
    assert_eq!(facet("owner:none"), Ok(vec![Facet::Unassigned]));
    assert!(
        facet("owner:alex")
            .unwrap_err()
            .contains("alex.farrow or alex.stone")
    );
    assert!(facet("owner:zoe").unwrap_err().contains("“owner:zoe”"));

    let theme = |key: &str| Ok(vec![Facet::Category(key.into())]);
    assert_eq!(
        facet("theme:damp"),
        theme("property_condition.damp_and_mould")
    );
    assert_eq!(
        facet("theme:\"Damp and mould\""),
        theme("property_condition.damp_and_mould")
    );
    assert_eq!(facet("theme:charges"), theme("charges"));
    assert_eq!(
        facet("theme:\"Health and safety\""),
        theme("health_and_safety")
    );
    assert_eq!(
        facet("theme:charges.rent_level"),
        theme("charges.rent_level")
    );
    let near = facet("theme:repairs").unwrap_err();
    assert!(
        near.contains("property_condition.general_responsive_repair"),
        "{near}"
    );
    let none = facet("theme:unicorns").unwrap_err();
    assert!(none.contains("anti_social_behaviour"), "{none}");
}

#[test]
fn a_minus_leaves_out() {
    let query = narrowed(
        "elm -stage:2 -owner:none -close -\"mill lane\" -ref:C-2026-0007",
        &book(),
    )
    .unwrap();
    assert_eq!(query.q.trim(), "elm");
    assert_eq!(query.without, [Facet::Stage(2), Facet::Unassigned]);
    assert_eq!(query.without_phrases, ["close", "mill lane", "C-2026-0007"]);
    assert!(query.facets.is_empty() && query.phrases.is_empty());
}

fn any_day() -> impl Strategy<Value = Day> {
    prop_oneof![
        Just(Day::Today),
        Just(Day::Tomorrow),
        Just(Day::Yesterday),
        (0u16..1000).prop_map(Day::Days),
        (0i64..40_000)
            .prop_map(|days| Day::Date(day("1990-01-01") + chrono::TimeDelta::days(days))),
        (1990i32..2101, 1u32..13).prop_map(|(year, month)| Day::Month(year, month)),
        (1990i32..2101).prop_map(Day::Year),
    ]
}

fn any_span() -> impl Strategy<Value = Span> {
    (any_day(), any_day(), 0..6).prop_map(|(one, other, which)| match which {
        0 => Span::Before(one),
        1 => Span::UpTo(one),
        2 => Span::On(one),
        3 => Span::From(one),
        4 => Span::After(one),
        _ => Span::Between(one, other),
    })
}

fn any_term() -> impl Strategy<Value = Term> {
    let kinds = prop::sample::select(vec![
        Kind::Complaint,
        Kind::ServiceRequest,
        Kind::SurveyFeedback,
    ]);
    let risks = prop::sample::select(vec![Risk::Standard, Risk::Raised, Risk::High]);
    let what = prop_oneof![
        "[a-zé0-9][a-z0-9'-]{0,8}".prop_map(What::Word),
        "[a-z0-9]{1,5}( [a-z0-9.:-]{1,5}){0,3}".prop_map(What::Phrase),
        (1u8..3).prop_map(What::Stage),
        prop::sample::select(State::ALL.to_vec()).prop_map(What::State),
        kinds.prop_map(What::Kind),
        risks.prop_map(What::Risk),
        prop::sample::select(RootCause::ALL.to_vec()).prop_map(What::Cause),
        prop::sample::select(LINKED.to_vec()).prop_map(What::Linked),
        Just(What::Owner(Owner::Me)),
        Just(What::Owner(Owner::Nobody)),
        "[b-l][a-z.@-]{1,6}( [a-z]{1,6})?".prop_map(|name| What::Owner(Owner::Named(name))),
        "[a-z_]{1,9}[a-z](\\.[a-z_]{1,9})?( [a-z]{1,5})?".prop_map(What::Theme),
        "[a-z]{1,2}[0-9]( [0-9][a-z]{2})?".prop_map(What::Near),
        "[a-z]{1,6}( [a-z]{1,6})?".prop_map(What::Team),
        prop::sample::select(Is::ALL.to_vec()).prop_map(|(is, _)| What::Is(is)),
        any_span().prop_map(What::Due),
        any_span().prop_map(What::Received),
        (2000i32..2100, 1u32..99_999).prop_map(|(year, n)| What::Ref(CaseRef::new(year, n))),
    ];
    (any::<bool>(), what).prop_map(|(minus, what)| {
        let stretch = matches!(
            what,
            What::Due(_) | What::Received(_) | What::Is(Is::Overdue)
        );
        Term {
            minus: minus && !stretch,
            what,
        }
    })
}

/// Texts made of what the parser looks at.
fn any_text() -> impl Strategy<Value = String> {
    let bits = [
        "-",
        "\"",
        "“",
        "”",
        ":",
        " ",
        "..",
        "<",
        ">=",
        "due:",
        "received:",
        "stage:2",
        "owner:",
        "theme:",
        "is:",
        "3d",
        "2026-12",
        "999d",
        "me",
        "elm",
        "é",
        "\u{202e}",
        "C-2026-0042",
        "ref:",
        "x:y",
        "\t",
        "9999",
    ];
    prop::collection::vec(prop::sample::select(bits.to_vec()), 0..12).prop_map(|bits| bits.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_meant_reads_back_as_it_is_written(terms in prop::collection::vec(any_term(), 0..8)) {
        let meant = Typed(terms);
        prop_assert_eq!(typed(&meant.to_string()), Ok(meant));
    }

    #[test]
    fn any_text_is_understood_or_refused_and_written_once(text in prop_oneof![".*", any_text()]) {
        if let Ok(meant) = typed(&text) {
            let said = meant.to_string();
            prop_assert_eq!(typed(&said), Ok(meant), "{}", said);
        }
    }
}

#[test]
fn no_text_makes_a_query_fall_over() {
    let book = book();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for _ in 0..2000 {
        let text = any_text().new_tree(&mut runner).unwrap().current();
        let _either = narrowed(&text, &book);
    }
    for wide in [
        "due:999d",
        "due:>2100-12-31",
        "received:<2100",
        "received:999d..999d",
        "due:1990",
    ] {
        assert!(narrowed(wide, &book).is_ok(), "{wide}");
    }
}
