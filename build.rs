//! Prepares the web assets: one style sheet, the icon sprite and two fonts, each with the hash of its content in its
//! name so that a browser may keep it for ever, and compressed once here rather than on every request.
//! `src/web/assets.rs` includes the table written here.
//!
//! And it lists what `redress plugin new` writes: the templates, the SDK and the contract, for `src/cli/plugin/new.rs`.

use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

const SOURCES: &str = "src/web/assets";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={SOURCES}");
    let mut table = Table::new(PathBuf::from(
        env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"),
    ));

    let mut style = read_text("fonts.css");
    for font in ["public-sans-latin.woff2", "public-sans-latin-ext.woff2"] {
        let name = table.add(font, "font/woff2", &read(font), false);
        style = style.replace(font, &name);
    }
    style.push_str(&read_text("kit.css"));
    for own in ["redress.css", "case.css", "board.css"] {
        style.push_str(&read_text(own));
    }
    let style = squeeze(&style);
    table.add(
        "redress.css",
        "text/css; charset=utf-8",
        style.as_bytes(),
        true,
    );
    let script = read_text("redress.js");
    table.add(
        "redress.js",
        "text/javascript; charset=utf-8",
        script.as_bytes(),
        true,
    );
    table.add("icons.svg", "image/svg+xml", &read("icons.svg"), true);
    table.add("mark.svg", "image/svg+xml", &read("mark.svg"), true);
    table.write();
    write_templates();
}

/// What a plugin's project is made of: name in the table and where it stands.
const TEMPLATES: [(&str, &str); 5] = [
    ("", "plugins/templates"),
    ("sdk/Cargo.toml", "plugins/sdk/Cargo.toml"),
    ("sdk/src", "plugins/sdk/src"),
    ("wit/redress.wit", "plugins/wit/0.2.0/redress.wit"),
    ("wasm-std.sh", "dist/wasm-std.sh"),
];

/// Lists every file of the templates; what a build in a template's own folder left is no part of it.
fn write_templates() {
    let mut files = Vec::new();
    for (name, place) in TEMPLATES {
        println!("cargo:rerun-if-changed={place}");
        gather(name, Path::new(place), &mut files);
    }
    files.sort();
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let rows: String = files
        .iter()
        .map(|(name, place)| format!("    ({name:?}, include_bytes!({:?})),\n", root.join(place)))
        .collect();
    let source = format!("static FILES: &[(&str, &[u8])] = &[\n{rows}];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("templates.rs"), source).expect("OUT_DIR is writable");
}

fn gather(name: &str, place: &Path, files: &mut Vec<(String, PathBuf)>) {
    if place.is_file() {
        files.push((name.to_owned(), place.to_owned()));
        return;
    }
    let entries = fs::read_dir(place).unwrap_or_else(|e| panic!("{}: {e}", place.display()));
    for entry in entries {
        let entry = entry.expect("a folder of the sources can be read");
        let file = entry.file_name().into_string().expect("names are UTF-8");
        let left = ["target", "node_modules", ".venv", "__pycache__"].contains(&file.as_str());
        if !left && !file.ends_with(".wasm") {
            let name = [name, "/", &file].concat();
            gather(name.trim_start_matches('/'), &entry.path(), files);
        }
    }
}

/// The Rust source of the table, and the folder that its `include_bytes!` read from.
struct Table {
    out: PathBuf,
    rows: String,
    names: String,
}

impl Table {
    fn new(out: PathBuf) -> Self {
        Self {
            out,
            rows: String::new(),
            names: String::new(),
        }
    }

    /// Stores one asset under its hashed name, compressed when that helps, and returns the name.
    fn add(&mut self, source: &str, media_type: &str, content: &[u8], compress: bool) -> String {
        let hash: String = Sha256::digest(content)
            .iter()
            .take(5)
            .map(|b| format!("{b:02x}"))
            .collect();
        let (stem, extension) = source
            .rsplit_once('.')
            .expect("every asset has an extension");
        let name = format!("{stem}-{hash}.{extension}");
        self.store(&name, content);
        let mut encoded = [String::from("None"), String::from("None")];
        if compress {
            for (slot, (suffix, bytes)) in encoded
                .iter_mut()
                .zip([("br", brotli_of(content)), ("gz", gzip_of(content))])
            {
                let file = format!("{name}.{suffix}");
                self.store(&file, &bytes);
                *slot = format!("Some(include_bytes!({:?}))", self.out.join(file));
            }
        }
        writeln!(
            self.rows,
            "    Asset {{ name: {name:?}, media_type: {media_type:?}, plain: include_bytes!({:?}), brotli: {}, gzip: {} }},",
            self.out.join(&name),
            encoded[0],
            encoded[1],
        )
        .expect("a String takes every write");
        let constant = source.replace(['.', '-'], "_").to_uppercase();
        writeln!(
            self.names,
            "/// Where `{source}` is served.\npub const {constant}: &str = \"/assets/{name}\";"
        )
        .expect("a String takes every write");
        name
    }

    fn store(&self, name: &str, content: &[u8]) {
        fs::write(self.out.join(name), content).expect("OUT_DIR is writable");
    }

    fn write(self) {
        let source = format!(
            "{}/// Every asset, in no particular order.\npub static ASSETS: &[Asset] = &[\n{}];\n",
            self.names, self.rows
        );
        fs::write(self.out.join("assets.rs"), source).expect("OUT_DIR is writable");
    }
}

fn read(name: &str) -> Vec<u8> {
    let path = Path::new(SOURCES).join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read_text(name: &str) -> String {
    String::from_utf8(read(name)).unwrap_or_else(|_| panic!("{name} is not UTF-8"))
}

/// Drops indentation and blank lines: compression does the rest, and the sheet stays readable in the browser.
fn squeeze(css: &str) -> String {
    css.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .fold(String::new(), |mut all, line| {
            all.push_str(line);
            all.push('\n');
            all
        })
}

fn brotli_of(content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &content[..], &mut out, &parameters)
        .expect("memory takes every write");
    out
}

fn gzip_of(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder
        .write_all(content)
        .expect("memory takes every write");
    encoder.finish().expect("memory takes every write")
}
