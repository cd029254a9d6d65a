//! The folder that the operator granted to a link: its files by name, to read only.
//!
//! Names are looked up beneath the folder's own descriptor and links are not followed, so neither
//! `..` nor a link placed there leads out of it, not even while the folder changes.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{Dir, Mode, OFlags, openat};

/// The most names that [`Folder::names`] gives.
const NAMES: usize = 1000;

/// A granted folder.
#[derive(Debug)]
pub struct Folder {
    at: OwnedFd,
}

/// A file that the adapter reads.
#[derive(Debug)]
pub struct OpenFile(pub(super) File);

impl Folder {
    /// Opens the folder, which may itself be reached through a link: the operator chose it.
    pub fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let at = rustix::fs::open(path, flags, Mode::empty())?;
        Ok(Self { at })
    }

    /// What stands for a file of this name here and nowhere else.
    pub(super) fn place(&self, name: &str) -> String {
        match rustix::fs::fstat(&self.at) {
            Ok(stat) => format!("{}:{}/{name}", stat.st_dev, stat.st_ino),
            Err(_) => name.to_owned(),
        }
    }

    /// The names of its plain files, in order; those that are not text are left out.
    pub fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.at)? {
            let entry = entry?;
            if let Ok(name) = entry.file_name().to_str()
                && plain(name)
                && self.file(name).is_ok()
            {
                names.push(name.to_owned());
            }
            if names.len() == NAMES {
                break;
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Opens a plain file of the folder. The error is a sentence for the plugin.
    pub fn file(&self, name: &str) -> Result<File, String> {
        let shown = name.escape_debug().take(120).collect::<String>();
        if !plain(name) {
            return Err(format!(
                "\"{shown}\" is not the name of a file in the granted folder"
            ));
        }
        // NONBLOCK: opening a pipe would otherwise wait for someone to write into it.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match openat(&self.at, name, flags, Mode::empty()) {
            Ok(fd) => File::from(fd),
            Err(rustix::io::Errno::NOENT) => {
                return Err(format!(
                    "there is no file \"{shown}\" in the granted folder"
                ));
            }
            Err(rustix::io::Errno::LOOP) => {
                return Err(format!(
                    "\"{shown}\" is a link; only files in the granted folder itself can be read"
                ));
            }
            Err(error) => return Err(format!("\"{shown}\" cannot be opened: {error}")),
        };
        match file.metadata() {
            Ok(meta) if meta.is_file() => Ok(file),
            Ok(_) => Err(format!("\"{shown}\" is not a file")),
            Err(error) => Err(format!("\"{shown}\" cannot be opened: {error}")),
        }
    }
}

impl Read for OpenFile {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf)
    }
}

fn plain(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains(['/', '\\', '\0'])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn only_plain_files_of_the_folder_itself_are_there() {
        let home = tempfile::tempdir().unwrap();
        let granted = home.path().join("granted");
        fs::create_dir_all(granted.join("inner")).unwrap();
        fs::write(home.path().join("secret.txt"), "secret").unwrap();
        fs::write(granted.join("inner/deep.csv"), "deep").unwrap();
        fs::write(granted.join("repairs é \"1\".csv"), "a,b").unwrap();
        symlink("../secret.txt", granted.join("link.csv")).unwrap();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            granted.join("pipe"),
            rustix::fs::FileType::Fifo,
            Mode::RUSR,
            0,
        )
        .unwrap();

        let folder = Folder::open(&granted).unwrap();
        assert_eq!(folder.names().unwrap(), ["repairs é \"1\".csv"]);
        assert!(folder.file("repairs é \"1\".csv").is_ok());
        for (name, says) in [
            ("../secret.txt", "is not the name"),
            ("/etc/passwd", "is not the name"),
            ("inner/deep.csv", "is not the name"),
            ("..", "is not the name"),
            ("", "is not the name"),
            ("a\0b", "is not the name"),
            ("link.csv", "is a link"),
            ("inner", "is not a file"),
            ("pipe", "is not a file"),
            ("gone.csv", "there is no file"),
        ] {
            let error = folder.file(name).unwrap_err();
            assert!(error.contains(says), "{name}: {error}");
        }
    }
}
