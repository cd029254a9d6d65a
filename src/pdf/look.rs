//! What a file looks like, as a small picture for a page: a photo made smaller and turned upright, a phone's HEIC photo
//! decoded, one page of a PDF drawn. What comes out is a JPEG made here: no script of the file, nor the place where a
//! photo was taken, comes to a browser by it.

use std::io::Cursor;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{RenderCache, RenderSettings};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits, RgbImage, RgbaImage};
use serde::{Deserialize, Serialize};

use super::PdfError;

/// Pixels of the largest picture that is read: twice what telephones take.
const MOST_PIXELS: u64 = 100_000_000;
/// Pixels of one of its edges.
const LONGEST_EDGE: u32 = 30_000;
/// Of 100: small files in which small writing can still be read.
const QUALITY: u8 = 78;

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Look {
    /// A picture that browsers know: JPEG, PNG, GIF or WebP.
    Picture,
    /// A picture as iPhones take them.
    Heic,
    /// One page of a PDF, from 1.
    Page(u32),
}

impl Look {
    /// How a file of this type is looked at, at which page if it has some; none for what has no looks.
    pub fn at(media_type: &str, page: u32) -> Option<Look> {
        match media_type {
            "image/jpeg" | "image/png" | "image/gif" | "image/webp" => Some(Look::Picture),
            "image/heif" | "image/heic" => Some(Look::Heic),
            "application/pdf" => Some(Look::Page(page)),
            _ => None,
        }
    }
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The picture, a JPEG.
    pub jpeg: Vec<u8>,
    /// Pages of the file; 1 for a picture.
    pub pages: u32,
}

/// A picture of a file whose longer edge has at most `edge` pixels.
pub(super) fn look(look: Look, bytes: Vec<u8>, edge: u32) -> Result<Seen, PdfError> {
    let (picture, pages) = match look {
        Look::Picture => (picture(&bytes)?, 1),
        Look::Heic => (heic(&bytes)?, 1),
        Look::Page(page) => drawn(bytes, page, edge)?,
    };
    let picture = if picture.width().max(picture.height()) > edge {
        picture.thumbnail(edge, edge)
    } else {
        picture
    };
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY)
        .encode_image(&on_white(picture))
        .map_err(|error| PdfError::Fault(error.to_string()))?;
    Ok(Seen { jpeg, pages })
}

fn cannot(why: impl std::fmt::Display) -> PdfError {
    PdfError::CannotShow(why.to_string())
}

fn picture(bytes: &[u8]) -> Result<DynamicImage, PdfError> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(cannot)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_EDGE);
    limits.max_image_height = Some(LONGEST_EDGE);
    limits.max_alloc = Some(MOST_PIXELS * 4);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(cannot)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(cannot(format!("it has {width} by {height} pixels")));
    }
    let upright = decoder.orientation().map_err(cannot)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(cannot)?;
    picture.apply_orientation(upright);
    Ok(picture)
}

fn heic(bytes: &[u8]) -> Result<DynamicImage, PdfError> {
    let options = heic_rs::DecodeOptions::default()
        .with_layout(heic_rs::PixelLayout::Rgb8)
        .with_max_pixels(Some(MOST_PIXELS));
    let picture = heic_rs::decode(bytes, &options).map_err(cannot)?;
    RgbImage::from_raw(picture.width, picture.height, picture.data)
        .map(DynamicImage::from)
        .ok_or_else(|| cannot("it is shorter than it says"))
}

fn drawn(bytes: Vec<u8>, page: u32, edge: u32) -> Result<(DynamicImage, u32), PdfError> {
    let pdf = Pdf::new(bytes).map_err(|_| cannot("it cannot be read as a PDF"))?;
    let pages = u32::try_from(pdf.pages().len()).unwrap_or(u32::MAX);
    let at = page.checked_sub(1).and_then(|at| usize::try_from(at).ok());
    let Some(page) = at.and_then(|at| pdf.pages().get(at)) else {
        return Err(cannot(format!("it has no page {page}")));
    };
    let (width, height) = page.render_dimensions();
    let longer = width.max(height);
    if !(longer.is_finite() && longer >= 1.0) {
        return Err(cannot("its page has no size"));
    }
    // Edges are asked for in pixels that fit into 16 bits.
    let scale = f32::from(u16::try_from(edge).unwrap_or(u16::MAX)) / longer;
    let settings = RenderSettings {
        x_scale: scale,
        y_scale: scale,
        bg_color: WHITE,
        ..RenderSettings::default()
    };
    let drawn = hayro::render(
        page,
        &RenderCache::new(),
        &InterpreterSettings::default(),
        &settings,
    );
    let (width, height) = (u32::from(drawn.width()), u32::from(drawn.height()));
    RgbaImage::from_raw(width, height, drawn.data_as_u8_slice().to_vec())
        .map(|picture| (DynamicImage::from(picture), pages))
        .ok_or_else(|| cannot("its page has no size"))
}

/// As it looks on white paper: JPEG knows no glass.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let clear = picture.into_rgba8();
    let mut paper = RgbImage::new(clear.width(), clear.height());
    for (to, from) in paper.pixels_mut().zip(clear.pixels()) {
        let [red, green, blue, alpha] = from.0.map(u32::from);
        let over = |colour: u32| ((colour * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        to.0 = [over(red), over(green), over(blue)];
    }
    paper
}
