//! The letters of the numbers: a few of our own bold face, inside the file, as the standards for archiving and for
//! accessibility ask of every font.

use lopdf::{Dictionary, Object, ObjectId, Stream, StringFormat, dictionary};
use subsetter::GlyphRemapper;
use ttf_parser::Face as Outlines;

use super::super::typeset;

/// The letters of one stamp.
pub(in crate::pdf) struct Face {
    program: &'static [u8],
    outlines: Outlines<'static>,
    letters: GlyphRemapper,
    used: Vec<char>,
}

/// A subset goes by six letters before its name.
const NAME: &str = "NUMBRS+PublicSans-Bold";

impl Face {
    /// The letters of a text; none when the font lacks one.
    pub(in crate::pdf) fn of(text: &str) -> Option<Face> {
        let program = typeset::bold()?.data().as_slice();
        let outlines = Outlines::parse(program, 0).ok()?;
        let mut used: Vec<char> = text.chars().collect();
        used.sort_unstable();
        used.dedup();
        let mut letters = GlyphRemapper::new();
        for letter in &used {
            letters.remap(outlines.glyph_index(*letter)?.0);
        }
        Some(Face {
            program,
            outlines,
            letters,
            used,
        })
    }

    fn glyph(&self, letter: char) -> (u16, f64) {
        let face = &self.outlines;
        let Some(old) = face.glyph_index(letter) else {
            return (0, 0.0);
        };
        let width = f64::from(face.glyph_hor_advance(old).unwrap_or_default());
        let new = self.letters.get(old.0).unwrap_or_default();
        (new, self.per_mille(width))
    }

    fn per_mille(&self, units: f64) -> f64 {
        units * 1000.0 / f64::from(self.outlines.units_per_em())
    }

    /// How wide a text is at a size of 1.
    pub(in crate::pdf) fn width(&self, text: &str) -> f64 {
        text.chars().map(|c| self.glyph(c).1).sum::<f64>() / 1000.0
    }

    /// A text as the operand of `Tj`.
    pub(in crate::pdf) fn shown(&self, text: &str) -> String {
        let glyphs: String = text
            .chars()
            .map(|c| format!("{:04x}", self.glyph(c).0))
            .collect();
        format!("<{glyphs}>")
    }

    /// Adds the font to a document and gives its number.
    pub(in crate::pdf) fn objects(
        &self,
        mut add: impl FnMut(Object) -> ObjectId,
    ) -> Option<ObjectId> {
        let face = &self.outlines;
        let program = subsetter::subset(self.program, 0, &self.letters).ok()?;
        let length = program.len() as i64;
        let mut program = Stream::new(dictionary! { "Length1" => length }, program);
        program.compress().ok()?;
        let program = add(Object::Stream(program));
        let units = |units: i16| Object::Integer(self.per_mille(f64::from(units)).round() as i64);
        let bounds = face.global_bounding_box();
        let descriptor = add(Object::Dictionary(dictionary! {
            "Type" => "FontDescriptor",
            "FontName" => NAME,
            // Its glyphs go by numbers of their own.
            "Flags" => 4,
            "FontBBox" => vec![units(bounds.x_min), units(bounds.y_min), units(bounds.x_max), units(bounds.y_max)],
            "ItalicAngle" => 0,
            "Ascent" => units(face.ascender()),
            "Descent" => units(face.descender()),
            "CapHeight" => units(face.capital_height().unwrap_or_else(|| face.ascender())),
            "StemV" => 140,
            "FontFile2" => program,
        }));
        let mut widths = vec![Object::Integer(0); usize::from(self.letters.num_gids())];
        for letter in &self.used {
            let (glyph, width) = self.glyph(*letter);
            if let Some(place) = widths.get_mut(usize::from(glyph)) {
                *place = Object::Integer(width.round() as i64);
            }
        }
        let descendant = add(Object::Dictionary(dictionary! {
            "Type" => "Font",
            "Subtype" => "CIDFontType2",
            "BaseFont" => NAME,
            "CIDSystemInfo" => dictionary! {
                "Registry" => Object::String(b"Adobe".to_vec(), StringFormat::Literal),
                "Ordering" => Object::String(b"Identity".to_vec(), StringFormat::Literal),
                "Supplement" => 0,
            },
            "FontDescriptor" => descriptor,
            "CIDToGIDMap" => "Identity",
            "DW" => 0,
            "W" => vec![Object::Integer(0), Object::Array(widths)],
        }));
        let meaning = add(Object::Stream(Stream::new(
            Dictionary::new(),
            self.meaning().into_bytes(),
        )));
        Some(add(Object::Dictionary(dictionary! {
            "Type" => "Font",
            "Subtype" => "Type0",
            "BaseFont" => NAME,
            "Encoding" => "Identity-H",
            "DescendantFonts" => vec![Object::Reference(descendant)],
            "ToUnicode" => meaning,
        })))
    }

    /// What each glyph means, so that the numbers can be searched and copied. At most a hundred letters.
    fn meaning(&self) -> String {
        let pairs: String = self
            .used
            .iter()
            .map(|c| format!("<{:04x}> <{:04x}>\n", self.glyph(*c).0, u32::from(*c)))
            .collect();
        format!(
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n\
             /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n\
             /CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n\
             1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n\
             {} beginbfchar\n{pairs}endbfchar\nendcmap\n\
             CMapName currentdict /CMap defineresource pop\nend\nend",
            self.used.len()
        )
    }
}
