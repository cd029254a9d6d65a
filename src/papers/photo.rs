//! What a camera wrote into a photo (Exif 2.32): when, with what, and whether it says where. Bounded, and never an
//! error: a photo that says nothing is a photo all the same.

use chrono::{NaiveDate, NaiveDateTime};
use exif::{In, Reader, Tag, Value};
use std::io::Cursor;

/// Bytes that are looked at, from the beginning: cameras write it there.
pub const LOOKED_AT: usize = 256 * 1024;
/// Characters of the camera's name at most.
const LONGEST: usize = 80;

/// What a camera wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// When it was taken, by the camera's own clock, which knows no time zone.
    pub taken_at: Option<NaiveDateTime>,
    /// Its maker and model; empty where it does not say.
    pub camera: String,
    /// Whether it says where it was taken. The place itself is in the file and nowhere else.
    pub located: bool,
}

/// Reads the beginning of a file; none where it says nothing.
pub fn read(start: &[u8]) -> Option<Written> {
    let start = &start[..start.len().min(LOOKED_AT)];
    let mut reader = Reader::new();
    reader.continue_on_error(true);
    let all = reader.read_from_container(&mut Cursor::new(start));
    let all = all
        .or_else(|error| error.distill_partial_result(|_| {}))
        .ok()?;
    let text = |tag| match &all.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(parts) => {
            let text = String::from_utf8_lossy(parts.first()?).into_owned();
            let kept = text.chars().filter(|c| !c.is_control()).take(LONGEST);
            Some(kept.collect::<String>().trim().to_owned()).filter(|text| !text.is_empty())
        }
        _ => None,
    };
    let written = Written {
        taken_at: text(Tag::DateTimeOriginal)
            .or_else(|| text(Tag::DateTime))
            .and_then(|text| moment(&text)),
        camera: {
            let (maker, model) = (text(Tag::Make), text(Tag::Model));
            match (maker, model) {
                // Many a model begins with its maker's name.
                (Some(maker), Some(model)) if !model.starts_with(&maker) => {
                    format!("{maker} {model}")
                }
                (_, Some(model)) => model,
                (maker, None) => maker.unwrap_or_default(),
            }
        },
        located: all.get_field(Tag::GPSLatitude, In::PRIMARY).is_some(),
    };
    (written != Written::default()).then_some(written)
}

/// `2026:11:03 09:12:40`; zeros and blanks stand for not known.
fn moment(text: &str) -> Option<NaiveDateTime> {
    let at = NaiveDateTime::parse_from_str(text, "%Y:%m:%d %H:%M:%S").ok()?;
    let first = NaiveDate::from_ymd_opt(1990, 1, 1)?;
    (at.date() >= first).then_some(at)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use exif::Field;
    use exif::experimental::Writer;
    use proptest::prelude::*;

    /// A JPEG's beginning with these fields.
    fn photo(fields: &[(Tag, Value)]) -> Vec<u8> {
        let fields: Vec<Field> = fields
            .iter()
            .map(|(tag, value)| Field {
                tag: *tag,
                ifd_num: In::PRIMARY,
                value: value.clone(),
            })
            .collect();
        let mut writer = Writer::new();
        fields.iter().for_each(|field| writer.push_field(field));
        let mut tiff = Cursor::new(Vec::new());
        writer.write(&mut tiff, false).unwrap();
        let tiff = tiff.into_inner();
        let length = u16::try_from(tiff.len() + 8).unwrap().to_be_bytes();
        let mut out = vec![0xff, 0xd8, 0xff, 0xe1, length[0], length[1]];
        out.extend_from_slice(b"Exif\0\0");
        out.extend_from_slice(&tiff);
        out.extend_from_slice(&[0xff, 0xd9]);
        out
    }

    fn text(text: &str) -> Value {
        Value::Ascii(vec![text.as_bytes().to_vec()])
    }

    #[test]
    fn a_photo_says_when_and_with_what_it_was_taken() {
        let told = photo(&[
            (Tag::Make, text("Fairphone")),
            (Tag::Model, text("FP5")),
            (Tag::DateTimeOriginal, text("2026:11:03 09:12:40")),
        ]);
        let written = read(&told).unwrap();
        assert_eq!(written.camera, "Fairphone FP5");
        assert_eq!(written.taken_at.unwrap().to_string(), "2026-11-03 09:12:40");
        assert!(!written.located);
        let unknown = photo(&[(Tag::DateTimeOriginal, text("0000:00:00 00:00:00"))]);
        assert_eq!(read(&unknown), None);
        assert_eq!(read(b"\xff\xd8\xff\xd9"), None);
        assert_eq!(read(b""), None);
    }

    proptest! {
        #[test]
        fn nothing_makes_it_fail(bytes in prop::collection::vec(any::<u8>(), 0..400), at in 0usize..200) {
            read(&bytes);
            let mut told = photo(&[(Tag::Model, text("FP5"))]);
            let place = at % told.len();
            told.splice(place.., bytes);
            read(&told);
        }
    }
}
