//! The landlord's logo and colour on the pages.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::{Book, Desk, DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::domain::refusal::required;
use crate::pdf::Look;
use crate::store::settings::Change;

/// The setting that says how the pages look, and the one with the logo's bytes, which is read only to be shown.
pub(super) const BRAND: &str = "brand";
const LOGO: &str = "brand_logo";

/// Bytes of a logo at most: every page shows it.
pub const LARGEST_LOGO: usize = 64 * 1024;

/// How the pages look.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Brand {
    /// `#14506b`; empty for the program's own.
    pub colour: String,
    /// The logo's type, where there is one.
    pub logo: Option<String>,
    /// Raised with each change, so that browsers do not show the old one.
    #[serde(skip)]
    pub version: u32,
}

/// What becomes of the logo.
#[derive(Clone, Debug)]
pub enum NewLogo {
    /// It stays as it is.
    Keep,
    /// There is none any more.
    Remove,
    /// This picture.
    Take(Vec<u8>),
}

impl Desk {
    /// Changes the look of the pages.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or [`DeskError::Invalid`] with the answer at fault.
    pub async fn set_brand(
        &self,
        by: &Actor,
        colour: &str,
        logo: NewLogo,
        why: &str,
    ) -> Result<(), DeskError> {
        need(by, Permission::Administer)?;
        required(why, "why", "why the look changes")?;
        let colour = colour.trim().to_ascii_lowercase();
        let hex = |text: &str| text.len() == 6 && text.bytes().all(|b| b.is_ascii_hexdigit());
        if !colour.is_empty() && !colour.strip_prefix('#').is_some_and(hex) {
            return Err(DeskError::Invalid {
                field: "colour",
                detail: "Enter the colour as # and six digits or letters a to f, such as #14506b; leave it empty for \
                         Redress’s own."
                    .into(),
            });
        }
        let picture = match &logo {
            NewLogo::Take(bytes) => Some(picture_type(bytes)?),
            _ => None,
        };
        if let NewLogo::Take(bytes) = &logo {
            // Letters carry it: one that cannot be drawn would keep every letter from being set.
            self.drawn(bytes.clone()).await?;
        }
        let change = Change {
            at: self.now(),
            by: by.id.clone(),
            why: why.trim().to_owned(),
            from: None,
        };
        let set = self
            .store()
            .write_async(move |tx| -> Result<(), DeskError> {
                let before = Book::read(tx)?.brand().clone();
                let kind = match &logo {
                    NewLogo::Keep => before.logo,
                    NewLogo::Remove => None,
                    NewLogo::Take(bytes) => {
                        tx.set_setting(LOGO, &STANDARD.encode(bytes), &change)?;
                        picture.map(str::to_owned)
                    }
                };
                let brand = Brand {
                    colour,
                    logo: kind,
                    version: 0,
                };
                tx.set_setting(BRAND, &brand, &change)?;
                Ok(())
            });
        set.await?;
        self.reread()?;
        Ok(())
    }

    /// Refuses a picture that cannot be drawn.
    async fn drawn(&self, bytes: Vec<u8>) -> Result<(), DeskError> {
        let drawn =
            self.away(move |desk| Ok(desk.inner.renderer.look(Look::Picture, &bytes, 64).is_ok()));
        if drawn.await? {
            return Ok(());
        }
        Err(DeskError::Invalid {
            field: "logo",
            detail: "The picture cannot be read. Save it again as PNG and choose that.".into(),
        })
    }

    /// The logo for letters; none where there is none.
    pub(super) fn letter_logo(&self) -> Result<Option<Vec<u8>>, DeskError> {
        match self.logo() {
            Ok((_, bytes)) => Ok(Some(bytes)),
            Err(DeskError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The logo's type and bytes.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] where there is none, or what the file says.
    pub fn logo(&self) -> Result<(String, Vec<u8>), DeskError> {
        let kind = self.book().brand().logo.clone();
        let kind = kind.ok_or(DeskError::NotFound)?;
        let kept = self.reader()?.setting::<String>(LOGO)?;
        let bytes = STANDARD.decode(kept.ok_or(DeskError::NotFound)?);
        let bytes = bytes.map_err(|error| DeskError::Internal(error.to_string()))?;
        Ok((kind, bytes))
    }
}

/// The type of a picture that every browser shows and that holds no script.
fn picture_type(bytes: &[u8]) -> Result<&'static str, DeskError> {
    let unfit = |detail: String| DeskError::Invalid {
        field: "logo",
        detail,
    };
    if bytes.len() > LARGEST_LOGO {
        let most = LARGEST_LOGO / 1024;
        return Err(unfit(format!(
            "The picture has {} KB. Choose one of at most {most} KB: every page shows it.",
            bytes.len().div_ceil(1024)
        )));
    }
    let kind = infer::get(bytes).map(|kind| kind.mime_type());
    ["image/png", "image/jpeg", "image/webp"]
        .into_iter()
        .find(|known| kind == Some(known))
        .ok_or_else(|| unfit("Choose a PNG, JPEG or WebP picture.".into()))
}
