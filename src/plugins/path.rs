//! Which paths an entry of an archive may have. Pure: no disk is asked.
//!
//! The person who unpacks the bundle may use Windows, macOS or Linux, and a tool that checks nothing;
//! so what is harmful or ambiguous on any of them is refused here, for every exporter.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;

/// Windows' limit is 260 with the folder it is unpacked into.
const PATH_CHARS: usize = 220;
/// The limit of most file systems.
const NAME_BYTES: usize = 255;

/// Why a path is refused; completes "…, which …".
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathFault {
    /// Nothing there.
    #[error("is empty")]
    Empty,
    /// Starts at the root or a drive.
    #[error("is absolute; paths in an archive are relative")]
    Absolute,
    /// `.` or `..` or `//`.
    #[error("leads out of its folder (an empty part, \".\" or \"..\")")]
    Climbs,
    /// `\` is a separator on Windows and a character elsewhere.
    #[error("has a backslash; folders are parted by \"/\"")]
    Backslash,
    /// Not allowed in names on Windows.
    #[error("has one of < > : \" | ? *, which Windows cannot store")]
    Character,
    /// NUL, line breaks, bidirectional and invisible characters.
    #[error("has control or invisible characters")]
    Invisible,
    /// CON, NUL, COM1, …
    #[error("has a name that Windows keeps for itself")]
    Reserved,
    /// Windows drops these, so two names would be one.
    #[error("has a name that starts or ends with a space or ends with a full stop")]
    Edges,
    /// Path or name.
    #[error("is too long")]
    TooLong,
    /// Same path, or the same but for capitals.
    #[error("is there already (capitals and the way accents are written make no difference)")]
    Duplicate,
    /// `a` and `a/b`.
    #[error("is a file and a folder at once")]
    FileAndFolder,
}

/// Checks a path by itself.
pub fn check(path: &str) -> Result<(), PathFault> {
    if path.is_empty() {
        return Err(PathFault::Empty);
    }
    let drive = path.as_bytes().get(1) == Some(&b':') && path.as_bytes()[0].is_ascii_alphabetic();
    if path.starts_with(['/', '\\']) || drive {
        return Err(PathFault::Absolute);
    }
    if path.chars().any(invisible) {
        return Err(PathFault::Invisible);
    }
    if path.contains('\\') {
        return Err(PathFault::Backslash);
    }
    if path.contains(['<', '>', ':', '"', '|', '?', '*']) {
        return Err(PathFault::Character);
    }
    if path.chars().count() > PATH_CHARS {
        return Err(PathFault::TooLong);
    }
    path.split('/').try_for_each(check_name)
}

fn check_name(name: &str) -> Result<(), PathFault> {
    if matches!(name, "" | "." | "..") {
        return Err(PathFault::Climbs);
    }
    if name.starts_with(' ') || name.ends_with([' ', '.']) {
        return Err(PathFault::Edges);
    }
    if name.len() > NAME_BYTES {
        return Err(PathFault::TooLong);
    }
    // "nul.txt" and "nul .txt" are the device as much as "nul" is.
    let stem = name
        .split('.')
        .next()
        .unwrap_or(name)
        .trim_end()
        .to_ascii_uppercase();
    let device = matches!(
        stem.as_str(),
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$"
    );
    let port = stem
        .strip_prefix("COM")
        .or_else(|| stem.strip_prefix("LPT"))
        .is_some_and(|n| {
            matches!(n, "¹" | "²" | "³") || n.len() == 1 && n.as_bytes()[0].is_ascii_digit()
        });
    if device || port {
        return Err(PathFault::Reserved);
    }
    Ok(())
}

/// Control characters, and those that turn or hide what a name says.
fn invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The paths of one archive, so that no two meet on any file system.
#[derive(Debug, Default)]
pub struct Paths {
    files: HashSet<String>,
    folders: HashSet<String>,
}

impl Paths {
    /// Says why a path cannot be taken up; it is not yet.
    pub fn fits(&self, path: &str) -> Result<(), PathFault> {
        self.key(path).map(drop)
    }

    /// Takes a path up, or says why not.
    pub fn admit(&mut self, path: &str) -> Result<(), PathFault> {
        let key = self.key(path)?;
        for folder in parents(&key) {
            if !self.folders.contains(folder) {
                self.folders.insert(folder.to_owned());
            }
        }
        self.files.insert(key);
        Ok(())
    }

    /// A path as it is compared, if it can be taken up.
    fn key(&self, path: &str) -> Result<String, PathFault> {
        check(path)?;
        // macOS takes "é" in one character and in two for the same name, and capitals for small letters.
        let key: String = path.nfd().flat_map(char::to_lowercase).nfc().collect();
        if self.files.contains(&key) {
            return Err(PathFault::Duplicate);
        }
        if self.folders.contains(&key) || parents(&key).any(|folder| self.files.contains(folder)) {
            return Err(PathFault::FileAndFolder);
        }
        Ok(key)
    }
}

fn parents(key: &str) -> impl Iterator<Item = &str> {
    key.match_indices('/').map(|(at, _)| &key[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_paths_pass() {
        for path in [
            "manifest.json",
            "01 Complaint/2026-03-02 Letter – Mrs O’Neill.pdf",
            "a/b/c/d.txt",
            "..a/b..c",
            "Gefühl.txt",
            "COM10.txt",
            "communication.txt",
            "конспект/日本.txt",
        ] {
            assert_eq!(check(path), Ok(()), "{path}");
        }
    }

    #[test]
    fn harmful_paths_are_refused_with_their_reason() {
        use PathFault::*;
        let long = format!("{}.txt", "x".repeat(300));
        let wide = "€".repeat(100);
        for (path, fault) in [
            ("", Empty),
            ("/etc/passwd", Absolute),
            ("\\\\server\\share", Absolute),
            ("C:/x", Absolute),
            ("c:x", Absolute),
            ("../x", Climbs),
            ("a/../../x", Climbs),
            ("a/..", Climbs),
            ("./a", Climbs),
            ("a//b", Climbs),
            ("a/", Climbs),
            ("a\\..\\b", Backslash),
            ("ab:stream", Character),
            ("what?.txt", Character),
            ("a\0b", Invisible),
            ("a\nb", Invisible),
            ("gpj\u{202e}exe.txt", Invisible),
            ("a\u{200b}b", Invisible),
            ("nul", Reserved),
            ("a/NUL.txt", Reserved),
            ("con .txt", Reserved),
            ("Com1.log", Reserved),
            ("lpt³", Reserved),
            ("a. ", Edges),
            ("a.", Edges),
            (" a", Edges),
            (&long, TooLong),
            (&wide, TooLong),
        ] {
            assert_eq!(check(path), Err(fault), "{path:?}");
        }
    }

    #[test]
    fn no_two_paths_meet() {
        let mut paths = Paths::default();
        assert_eq!(paths.admit("A/Case.txt"), Ok(()));
        assert_eq!(paths.admit("a/case.TXT"), Err(PathFault::Duplicate));
        assert_eq!(paths.admit("a"), Err(PathFault::FileAndFolder));
        assert_eq!(paths.admit("A/case.txt/x"), Err(PathFault::FileAndFolder));
        assert_eq!(paths.admit("a/other.txt"), Ok(()));
        assert_eq!(paths.admit("Caf\u{e9}.txt"), Ok(()));
        assert_eq!(paths.admit("cafe\u{301}.TXT"), Err(PathFault::Duplicate));
    }
}
