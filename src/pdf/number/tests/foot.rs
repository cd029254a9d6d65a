//! Where the line stands on pages of every size, turn and disorder.

use lopdf::content::Content;

use super::*;

/// Where the line's first letter stands on the page, in the page's own units, and which way it runs.
fn line_on(document: &Document, page: u32) -> (f64, f64, f64, f64) {
    let id = document.get_pages()[&page];
    let mut state = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];
    let (mut kept, mut at) = (Vec::new(), (0.0, 0.0));
    for part in Content::decode(&document.get_page_content(id))
        .unwrap()
        .operations
    {
        let n = |i: usize| f64::from(part.operands[i].as_float().unwrap());
        match part.operator.as_str() {
            "q" => kept.push(state),
            "Q" => state = kept.pop().unwrap(),
            "cm" => {
                let [a, b, c, d, e, f] = [n(0), n(1), n(2), n(3), n(4), n(5)];
                let s = state;
                state = [
                    a * s[0] + b * s[2],
                    a * s[1] + b * s[3],
                    c * s[0] + d * s[2],
                    c * s[1] + d * s[3],
                    e * s[0] + f * s[2] + s[4],
                    e * s[1] + f * s[3] + s[5],
                ];
            }
            "Td" => at = (n(0), n(1)),
            _ => {}
        }
        if part.operator == "EMC" {
            break;
        }
    }
    let s = state;
    (
        at.0 * s[0] + at.1 * s[2] + s[4],
        at.0 * s[1] + at.1 * s[3] + s[5],
        s[0],
        s[1],
    )
}

#[test]
fn the_line_stands_at_the_foot_however_the_page_lies() {
    let quarter = |turn: i64| {
        let page = dictionary! { "Rotate" => turn };
        line_on(&numbered(&saved(document(a4(), vec![(page, "")]))), 1)
    };
    let (x, y, ..) = quarter(0);
    assert!((300.0..595.0).contains(&x) && y < 20.0, "{x} {y}");
    // Turned clockwise, the foot is the right edge and the line runs upwards.
    let (x, y, right, up) = quarter(90);
    assert!(
        x > 575.0 && y > 500.0 && right.abs() < 0.01 && up > 0.9,
        "{x} {y}"
    );
    let (x, y, right, _) = quarter(-180);
    assert!(x < 300.0 && y > 822.0 && right < -0.9, "{x} {y}");
    let (x, y, _, up) = quarter(270);
    assert!(x < 20.0 && y < 342.0 && up < -0.9, "{x} {y}");
}

#[test]
fn boxes_are_inherited_cut_and_scaled() {
    let boxed = |folder: Dictionary, page: Dictionary| {
        line_on(&numbered(&saved(document(folder, vec![(page, "")]))), 1)
    };
    let crop = |a: i64, b: i64, c: i64, d: i64| {
        let corners: Vec<Object> = [a, b, c, d].map(Object::Integer).to_vec();
        dictionary! { "CropBox" => corners }
    };
    // Only this part is shown.
    let (x, y, ..) = boxed(a4(), crop(100, 200, 400, 600));
    assert!(
        (100.0..400.0).contains(&x) && (200.0..220.0).contains(&y),
        "{x} {y}"
    );
    // Corners in another order, and more than there is.
    let (x, y, ..) = boxed(a4(), crop(900, 900, -50, -50));
    assert!(
        (300.0..595.0).contains(&x) && (0.0..20.0).contains(&y),
        "{x} {y}"
    );
    // Shown nothing of: then the whole.
    let (_, y, ..) = boxed(a4(), crop(2_000, 2_000, 2_500, 2_500));
    assert!((0.0..20.0).contains(&y), "{y}");
    let (_, y, right, _) = boxed(a4(), dictionary! { "UserUnit" => 10 });
    assert!((right - 0.1).abs() < 0.001 && y < 20.0, "{right} {y}");
    let (x, y, ..) = boxed(dictionary! {}, dictionary! {});
    assert!((300.0..612.0).contains(&x) && y < 20.0, "{x} {y}");
}

#[test]
fn what_a_page_leaves_open_does_not_reach_the_line() {
    let plain = line_on(
        &numbered(&saved(document(a4(), vec![(dictionary! {}, "")]))),
        1,
    );
    for drawing in [
        "0.1 0 0 0.1 300 300 cm 1 0 0 rg",
        "q q q 5 0 0 5 0 0 cm",
        "q 3 0 0 3 9 9 cm BT /F 9 Tf (x) Tj",
        "q Q q",
    ] {
        let pdf = saved(document(a4(), vec![(dictionary! {}, drawing)]));
        assert_eq!(line_on(&numbered(&pdf), 1), plain, "{drawing}");
    }
    let mut bare = document(a4(), vec![(dictionary! {}, "")]);
    let page = bare.get_pages()[&1];
    bare.get_dictionary_mut(page).unwrap().remove(b"Contents");
    assert_eq!(line_on(&numbered(&saved(bare)), 1), plain);
}

#[test]
fn the_longest_stamp_fits_on_a_narrow_page() {
    let longest = Numbering {
        stamp: "W".repeat(60),
        first: 9_998,
        of: Some(9_999),
    };
    let narrow = dictionary! { "MediaBox" => vec![0.into(), 0.into(), 160.into(), 30.into()] };
    let document = numbered_as(
        &saved(document(
            narrow,
            vec![(dictionary! {}, ""), (dictionary! {}, "")],
        )),
        &longest,
    );
    let (x, y, ..) = line_on(&document, 1);
    assert!(
        (0.0..160.0).contains(&x) && (0.0..15.0).contains(&y),
        "{x} {y}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The line is on the page as shown, whatever its size and turn.
    #[test]
    fn the_line_is_on_the_page(wide in 20i64..5_000, high in 20i64..5_000, left in -900i64..900, turn in -4i64..8) {
        let corners: Vec<Object> = [left, 7, left + wide, 7 + high].map(Object::Integer).to_vec();
        let page = dictionary! { "MediaBox" => corners, "Rotate" => 90 * turn };
        let (x, y, ..) = line_on(&numbered(&saved(document(dictionary! {}, vec![(page, "")]))), 1);
        prop_assert!((left as f64..(left + wide) as f64).contains(&x), "{} {}", x, y);
        prop_assert!((7.0..(7 + high) as f64).contains(&y), "{} {}", x, y);
    }
}
