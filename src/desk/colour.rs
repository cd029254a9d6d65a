//! A landlord's colour, made dark enough to be read.

/// What text in a colour, or white text on it, must have against white (WCAG 1.4.3).
pub const TEXT: f64 = 4.5;

/// A colour in parts of 255.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Colour([f64; 3]);

impl Colour {
    /// `#14506b`; none for what is no colour.
    pub fn read(text: &str) -> Option<Self> {
        let hex = text.strip_prefix('#')?;
        let part = |at: usize| {
            u8::from_str_radix(hex.get(at..at + 2)?, 16)
                .ok()
                .map(f64::from)
        };
        Some(Self([part(0)?, part(2)?, part(4)?]))
    }

    /// This much of the way to another.
    #[must_use]
    pub fn toward(self, other: f64, part: f64) -> Self {
        Self(self.0.map(|one| one + (other - one) * part))
    }

    /// The contrast with white (WCAG 2.2, relative luminance).
    pub fn contrast(self) -> f64 {
        let [r, g, b] = self.0.map(|one| {
            let one = one / 255.0;
            match one <= 0.040_45 {
                true => one / 12.92,
                false => ((one + 0.055) / 1.055).powf(2.4),
            }
        });
        1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05)
    }

    /// Itself, or as much darker as it takes for this contrast with white.
    #[must_use]
    pub fn at_least(self, contrast: f64) -> Self {
        let darker = (0..=100).map(|step| self.toward(0.0, f64::from(step) / 100.0));
        let mut fits = darker.filter(|one| one.contrast() >= contrast);
        fits.next().unwrap_or(Self([0.0; 3]))
    }

    /// As it is written: `#14506b`.
    pub fn hex(self) -> String {
        let [r, g, b] = self.0.map(|one| one.round().clamp(0.0, 255.0) as u8);
        format!("#{r:02x}{g:02x}{b:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_colour_becomes_one_that_can_be_read() {
        for colour in [
            "#ffff00", "#ffffff", "#000000", "#ff8800", "#14506b", "#00ff7f",
        ] {
            let own = Colour::read(colour).expect("a colour");
            for contrast in [TEXT, 9.0] {
                assert!(own.at_least(contrast).contrast() >= contrast, "{colour}");
            }
        }
        assert!((Colour([255.0; 3]).contrast() - 1.0).abs() < 1e-9);
        assert!((Colour([0.0; 3]).contrast() - 21.0).abs() < 1e-9);
    }
}
