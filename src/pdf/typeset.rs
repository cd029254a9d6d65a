//! Typst with our templates, our fonts and one file of data: nothing else exists in its world.
//!
//! No packages, no paths, no clock. The document is laid out once and exported as PDF/UA-1; where that
//! fails (a character for which no font has a glyph) it is exported as a plain tagged PDF instead.

use std::sync::LazyLock;

use chrono::{DateTime, Datelike, Timelike, Utc};
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use super::{PdfError, Template, clean};

/// A PDF and how many pages it has.
#[derive(Debug)]
pub(super) struct Typeset {
    pub pdf: Vec<u8>,
    pub pages: u32,
}

/// Sets one document from its data.
pub(super) fn render(template: Template, data: &[u8]) -> Result<Typeset, PdfError> {
    set(template, data, None)
}

/// Sets a picture on a page, as it is to be looked at. One that cannot be read is refused.
pub(super) fn picture(format: &str, picture: Vec<u8>, data: &[u8]) -> Result<Typeset, PdfError> {
    if !["jpg", "png", "gif", "webp"].contains(&format) {
        return Err(PdfError::CannotSplit(
            "it is no kind of picture that can be set on a page".into(),
        ));
    }
    set(Template::Picture, data, Some(Bytes::new(picture))).map_err(|error| match error {
        // The template is ours and sound: what fails is the picture.
        PdfError::Fault(why) => {
            PdfError::CannotSplit(format!("the picture cannot be read ({why})"))
        }
        other => other,
    })
}

fn set(template: Template, data: &[u8], picture: Option<Bytes>) -> Result<Typeset, PdfError> {
    let prepared = clean::prepare(template, data)?;
    let world = OneDocument {
        main: file_id(template.name(), "typ"),
        data: Bytes::new(prepared.json),
        picture: picture.or(prepared.picture.map(Bytes::new)),
    };
    let result = export(
        &world,
        prepared.made_at,
        prepared.identity,
        prepared.generator,
    );
    // What typst remembers of this document is of no use for the next.
    typst::comemo::evict(0);
    result
}

fn export(
    world: &OneDocument,
    made_at: Option<DateTime<Utc>>,
    identity: String,
    generator: String,
) -> Result<Typeset, PdfError> {
    let document: PagedDocument = typst::compile(world).output.map_err(|e| fault(&e))?;
    let mut options = PdfOptions {
        ident: Smart::Custom(identity),
        creator: Smart::Custom((!generator.is_empty()).then_some(generator)),
        timestamp: made_at.and_then(timestamp),
        standards: PdfStandards::new(&[PdfStandard::Ua_1])
            .map_err(|e| PdfError::Fault(e.message().to_string()))?,
        ..PdfOptions::default()
    };
    let pdf = typst_pdf::pdf(&document, &options).or_else(|_| {
        options.standards = PdfStandards::default();
        typst_pdf::pdf(&document, &options).map_err(|e| fault(&e))
    })?;
    Ok(Typeset {
        pdf,
        pages: u32::try_from(document.pages().len()).unwrap_or(u32::MAX),
    })
}

fn timestamp(at: DateTime<Utc>) -> Option<Timestamp> {
    let part = |n: u32| u8::try_from(n).unwrap_or_default();
    Datetime::from_ymd_hms(
        at.year(),
        part(at.month()),
        part(at.day()),
        part(at.hour()),
        part(at.minute()),
        part(at.second()),
    )
    .map(Timestamp::new_utc)
}

fn fault(errors: &[SourceDiagnostic]) -> PdfError {
    PdfError::Fault(
        errors
            .iter()
            .map(|e| e.message.as_str())
            .collect::<Vec<_>>()
            .join("; "),
    )
}

struct OneDocument {
    main: FileId,
    data: Bytes,
    picture: Option<Bytes>,
}

impl World for OneDocument {
    fn library(&self) -> &LazyHash<Library> {
        static LIBRARY: LazyLock<LazyHash<Library>> =
            LazyLock::new(|| LazyHash::new(Library::default()));
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        static BOOK: LazyLock<LazyHash<FontBook>> =
            LazyLock::new(|| LazyHash::new(FontBook::from_fonts(FONTS.iter())));
        &BOOK
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        SOURCES
            .iter()
            .find(|s| s.id() == id)
            .cloned()
            .ok_or_else(|| not_here(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == *DATA {
            Ok(self.data.clone())
        } else if let (Some(picture), true) = (&self.picture, id == *PICTURE) {
            Ok(picture.clone())
        } else {
            Err(not_here(id))
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn not_here(id: FileId) -> FileError {
    FileError::NotFound(id.get().vpath().get_with_slash().into())
}

fn file_id(name: &str, extension: &str) -> FileId {
    let path = VirtualPath::new(format!("/{name}.{extension}"))
        .expect("a plain file name is a valid path");
    FileId::new(RootedPath::new(VirtualRoot::Project, path))
}

static DATA: LazyLock<FileId> = LazyLock::new(|| file_id("data", "json"));

static PICTURE: LazyLock<FileId> = LazyLock::new(|| file_id("picture", "bin"));

static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| {
    [
        ("base", include_str!("templates/base.typ")),
        ("letter", include_str!("templates/letter.typ")),
        ("index", include_str!("templates/index.typ")),
        ("chronology", include_str!("templates/chronology.typ")),
        ("case-summary", include_str!("templates/case-summary.typ")),
        ("gaps", include_str!("templates/gaps.typ")),
        ("record", include_str!("templates/record.typ")),
        ("verification", include_str!("templates/verification.typ")),
        ("contents", include_str!("templates/contents.typ")),
        ("picture", include_str!("templates/picture.typ")),
    ]
    .into_iter()
    .map(|(name, text)| Source::new(file_id(name, "typ"), text.into()))
    .collect()
});

/// The bold face of the pages we set.
pub(super) fn bold() -> Option<&'static Font> {
    FONTS.iter().find(|font| {
        font.info().family.as_str() == "Public Sans"
            && font.info().variant.weight.to_number() == 700
    })
}

/// Public Sans first; the rest only for what it lacks. `fonts/README.md` says where each comes from.
static FONTS: LazyLock<Vec<Font>> = LazyLock::new(|| {
    macro_rules! font {
        ($($name:literal),*) => { [$(include_bytes!(concat!("fonts/", $name, ".ttf")).as_slice()),*] };
    }
    font!(
        "PublicSans-Regular",
        "PublicSans-Bold",
        "NotoSans-Regular",
        "NotoSans-Bold",
        "NotoSansArabic-Regular",
        "NotoSansArabic-Bold",
        "NotoSansHebrew-Regular",
        "NotoSansDevanagari-Regular",
        "NotoSansBengali-Regular",
        "NotoSansGurmukhi-Regular",
        "NotoSansGujarati-Regular",
        "NotoSansTamil-Regular",
        "NotoSansEthiopic-Regular",
        "NotoSansArmenian-Regular",
        "NotoSansGeorgian-Regular",
        "NotoSansThai-Regular",
        "NotoSansSymbols-Regular",
        "NotoSansSymbols2-Regular",
        "NotoSansMath-Regular",
        "NotoEmoji-Regular",
        "DroidSansFallback"
    )
    .into_iter()
    .filter_map(|bytes| Font::new(Bytes::new(bytes), 0))
    .collect()
});

#[cfg(test)]
#[path = "typeset_tests.rs"]
mod tests;
