//! A page as it is shown, whichever way it lies, and the line at its foot.

use lopdf::{Dictionary, Document, Object};
use serde::{Deserialize, Serialize};

use super::DEEPEST;
use super::face::Face;

/// The short side of A4 in points: on a larger page the line is larger, for it is looked at as a whole.
const A4: f64 = 595.276;
/// As on the pages that Redress sets.
const SIZE: f64 = 8.0;
const MARGIN: f64 = 51.0;
/// The line stands above what printers leave white and below where letters have their own foot.
const BASE: f64 = 15.0;
/// White around the line, so that it is read over a dark scan and hides no more than itself.
const AROUND: f64 = 3.0;
/// Of the size, below and above the base line.
const DEPTH: f64 = 0.18;
const HEIGHT: f64 = 0.80;

/// The part of a page that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sheet {
    left: f64,
    bottom: f64,
    right: f64,
    top: f64,
    /// Quarters of a turn, clockwise.
    turns: i64,
    /// Points of one unit.
    unit: f64,
}

impl Sheet {
    /// How a page is shown; none when it has no size that makes sense.
    pub(in crate::pdf) fn of(document: &Document, page: &Dictionary) -> Option<Sheet> {
        let media = match inherited(document, page, b"MediaBox") {
            Some(media) => rectangle(document, media)?,
            // What programs take for a page that does not say.
            None => [0.0, 0.0, 612.0, 792.0],
        };
        let crop = inherited(document, page, b"CropBox").and_then(|b| rectangle(document, b));
        let [left, bottom, right, top] = crop
            .map(|crop| overlap(media, crop))
            .filter(|b| has_size(*b))
            .unwrap_or(media);
        let turned = inherited(document, page, b"Rotate")
            .and_then(number)
            .unwrap_or(0.0);
        let unit = page.get_deref(b"UserUnit", document).ok().and_then(number);
        let sheet = Sheet {
            left,
            bottom,
            right,
            top,
            turns: (turned / 90.0).round().rem_euclid(4.0) as i64,
            unit: unit
                .filter(|u| (0.001..=100_000.0).contains(u))
                .unwrap_or(1.0),
        };
        has_size([left, bottom, right, top]).then_some(sheet)
    }

    /// Drawing instructions for the line, right at the foot. They mark it as no part of what the page says, so that
    /// a screen reader passes over it.
    pub(in crate::pdf) fn foot(&self, face: &Face, font: &[u8], line: &str) -> Vec<u8> {
        let (across, up) = (self.right - self.left, self.top - self.bottom);
        let (wide, high) = if self.turns % 2 == 0 {
            (across, up)
        } else {
            (up, across)
        };
        let (wide, high) = (wide * self.unit, high * self.unit);
        let scale = (wide.min(high) / A4).max(1.0);
        let margin = (MARGIN * scale).min(wide * MARGIN / A4);
        let length = face.width(line);
        let fits = |size: f64| (wide - 2.0 * margin).min(length * size) / length;
        // A till receipt is narrow, a strip of film low.
        let size = fits(SIZE * scale).min(high / 6.0);
        let shrunk = size / SIZE;
        let (x, y) = (wide - margin - length * size, BASE * shrunk);
        let around = AROUND * shrunk;
        let (a, b, c, d, e, f) = self.matrix();
        let mut out = format!(
            "q\n/Artifact <</Type /Pagination /Subtype /Footer>> BDC\n\
             {a:.6} {b:.6} {c:.6} {d:.6} {e:.3} {f:.3} cm\n\
             1 1 1 rg {:.3} {:.3} {:.3} {:.3} re f\n\
             0.286 0.349 0.392 rg BT /",
            x - around,
            y - DEPTH * size - around / 2.0,
            length * size + 2.0 * around,
            (DEPTH + HEIGHT) * size + around,
        )
        .into_bytes();
        out.extend(font);
        out.extend(
            format!(
                " {size:.3} Tf {x:.3} {y:.3} Td {} Tj ET\nEMC\nQ\n",
                face.shown(line)
            )
            .bytes(),
        );
        out
    }

    /// From points of the page as shown, counted from its lower left, to the page's own units.
    fn matrix(&self) -> (f64, f64, f64, f64, f64, f64) {
        let one = 1.0 / self.unit;
        match self.turns {
            1 => (0.0, one, -one, 0.0, self.right, self.bottom),
            2 => (-one, 0.0, 0.0, -one, self.right, self.top),
            3 => (0.0, -one, one, 0.0, self.left, self.top),
            _ => (one, 0.0, 0.0, one, self.left, self.bottom),
        }
    }
}

/// What a page says of itself, or else a folder above it.
fn inherited<'a>(document: &'a Document, page: &'a Dictionary, key: &[u8]) -> Option<&'a Object> {
    let mut at = page;
    for _ in 0..DEEPEST {
        match at.get_deref(key, document) {
            Ok(Object::Null) | Err(_) => {}
            Ok(value) => return Some(value),
        }
        at = at.get_deref(b"Parent", document).ok()?.as_dict().ok()?;
    }
    None
}

fn number(object: &Object) -> Option<f64> {
    let value = f64::from(object.as_float().ok()?);
    value.is_finite().then_some(value)
}

/// Left, bottom, right and top, in whichever order its corners are given.
fn rectangle(document: &Document, object: &Object) -> Option<[f64; 4]> {
    let corner = |object: &Object| number(document.dereference(object).ok()?.1);
    let [a, b, c, d] = object.as_array().ok()?.as_slice() else {
        return None;
    };
    let (a, b, c, d) = (corner(a)?, corner(b)?, corner(c)?, corner(d)?);
    Some([a.min(c), b.min(d), a.max(c), b.max(d)])
}

fn overlap(a: [f64; 4], b: [f64; 4]) -> [f64; 4] {
    [
        a[0].max(b[0]),
        a[1].max(b[1]),
        a[2].min(b[2]),
        a[3].min(b[3]),
    ]
}

fn has_size([left, bottom, right, top]: [f64; 4]) -> bool {
    let sane = |side: f64| (1.0..=1_000_000.0).contains(&side);
    sane(right - left) && sane(top - bottom)
}
