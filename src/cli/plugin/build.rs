//! `redress plugin build`: runs the tools of the project's language and puts the component beside its manifest. What
//! is missing is said with the command that brings it; nothing is installed unasked.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use sha2::{Digest, Sha256};

use super::new::manifest_js;
use super::project::{Language, Project};

/// Builds the project in a folder.
pub fn build(folder: &Path) -> anyhow::Result<()> {
    let project = Project::open(folder)?;
    let out = project.component();
    match project.language {
        Language::Rust => rust(&project, &out)?,
        Language::Js => js(&project, &out)?,
        Language::Python => python(&project, &out)?,
    }
    let bytes = fs::read(&out).with_context(|| format!("{} was not written", out.display()))?;
    say!(
        "{} is built: {} KB.",
        out.display(),
        bytes.len().div_ceil(1024)
    );
    say!("SHA-256 {}", hex::encode(Sha256::digest(&bytes)));
    Ok(())
}

/// A Rust that can build for WebAssembly.
struct Rust {
    cargo: PathBuf,
    rustc: PathBuf,
    target: &'static str,
    /// Where rustc does not bring its own.
    linker: Option<PathBuf>,
}

const COMPONENTS: &str = "wasm32-wasip2";
const MODULES: &str = "wasm32-unknown-unknown";

fn rust(project: &Project, out: &Path) -> anyhow::Result<()> {
    let rust = find_rust(&project.folder)?;
    let target_folder = env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| project.folder.join("target"), PathBuf::from);
    let home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")));
    // Nothing of this machine's folders in the bytes: the same source gives the same hash everywhere.
    let mut flags = env::var("RUSTFLAGS").unwrap_or_default();
    flags += &format!(" --remap-path-prefix={}=/plugin", project.folder.display());
    if let Some(home) = home {
        flags += &format!(" --remap-path-prefix={}=/cargo", home.display());
    }
    let mut cargo = Command::new(&rust.cargo);
    cargo
        .current_dir(&project.folder)
        .args([
            "build",
            "--release",
            "--target",
            rust.target,
            "--target-dir",
        ])
        .arg(&target_folder)
        .env("RUSTC", &rust.rustc)
        .env("RUSTFLAGS", flags.trim());
    if let Some(linker) = &rust.linker {
        cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
    }
    // cargo tells how far it is and what is wrong better than anybody.
    let status = cargo
        .status()
        .with_context(|| format!("{} could not be started", rust.cargo.display()))?;
    if !status.success() {
        bail!("the plugin does not compile; cargo says above why");
    }
    let module = target_folder
        .join(rust.target)
        .join("release")
        .join(format!("{}.wasm", crate_name(&project.folder)?));
    let bytes = fs::read(&module).with_context(|| {
        format!(
            "cargo wrote no {}; Cargo.toml needs `crate-type = [\"cdylib\"]` under [lib]",
            module.display()
        )
    })?;
    let component = match rust.target {
        COMPONENTS => bytes,
        _ => wit_component::ComponentEncoder::default()
            .module(&bytes)
            .and_then(|encoder| encoder.validate(true).encode())
            .map_err(|error| {
                anyhow::anyhow!("the module is not a component of the contract: {error:#}")
            })?,
    };
    fs::write(out, component).with_context(|| format!("{} cannot be written", out.display()))
}

/// The name of the library that cargo writes.
fn crate_name(folder: &Path) -> anyhow::Result<String> {
    let path = folder.join("Cargo.toml");
    let text =
        fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let table: toml::Table =
        toml::from_str(&text).with_context(|| format!("{} is not TOML", path.display()))?;
    let name = |section: &str| table.get(section)?.get("name")?.as_str();
    name("lib")
        .or_else(|| name("package"))
        .map(|name| name.replace('-', "_"))
        .with_context(|| format!("{} names no package", path.display()))
}

/// The Rust of the project's folder if it has a WebAssembly target, or the machine's own beside it.
fn find_rust(folder: &Path) -> anyhow::Result<Rust> {
    let pairs = [("cargo", "rustc"), ("/usr/bin/cargo", "/usr/bin/rustc")];
    let mut any = false;
    for target in [COMPONENTS, MODULES] {
        for (cargo, rustc) in pairs {
            let (Some(cargo), Some(rustc)) = (on_path(cargo), on_path(rustc)) else {
                continue;
            };
            any = true;
            let Some(bundled) = has_target(folder, &rustc, target) else {
                continue;
            };
            let linker = match target {
                MODULES if !bundled => match wasm_linker() {
                    Some(linker) => Some(linker),
                    None => continue,
                },
                _ => None,
            };
            return Ok(Rust {
                cargo,
                rustc,
                target,
                linker,
            });
        }
    }
    if !any {
        bail!(
            "Rust is missing. Install it with rustup, then: {}",
            Language::Rust.once()
        );
    }
    bail!(
        "this Rust cannot build WebAssembly yet. Run: {}\nWhere rustup cannot add a target, Debian's compiler does it; run once: sudo sh {}",
        Language::Rust.once(),
        folder.join("wasm-std.sh").display()
    )
}

/// Whether a compiler has the standard library of a target; `Some(true)` when it brings a linker for it too.
fn has_target(folder: &Path, rustc: &Path, target: &str) -> Option<bool> {
    let ask = |what: &str| {
        let said = Command::new(rustc)
            .current_dir(folder)
            .args(["--print", what, "--target", target])
            .stderr(Stdio::null())
            .output()
            .ok()?;
        let said = String::from_utf8(said.stdout).ok()?;
        Some(PathBuf::from(said.trim())).filter(|path| path.is_absolute())
    };
    let mut library = fs::read_dir(ask("target-libdir")?).ok()?;
    library
        .any(|file| file.is_ok_and(|f| f.file_name().to_string_lossy().starts_with("libstd-")))
        .then(|| {
            let own = ask("sysroot").map(|root| root.join("lib/rustlib"));
            let hosts = own.and_then(|own| fs::read_dir(own).ok());
            hosts.is_some_and(|mut hosts| {
                hosts.any(|host| host.is_ok_and(|h| h.path().join("bin/rust-lld").exists()))
            })
        })
}

/// Debian numbers its linkers.
fn wasm_linker() -> Option<PathBuf> {
    let numbered = (14..40).rev().map(|number| format!("wasm-ld-{number}"));
    ["wasm-ld".to_owned()]
        .into_iter()
        .chain(numbered)
        .find_map(|name| on_path(&name))
}

fn js(project: &Project, out: &Path) -> anyhow::Result<()> {
    let manifest = project.folder.join("manifest.js");
    fs::write(&manifest, manifest_js(&project.manifest_json))
        .with_context(|| format!("{} cannot be written", manifest.display()))?;
    let own = project.folder.join("node_modules/.bin/componentize-qjs");
    let Some(tool) = tool(own, "componentize-qjs") else {
        let npm = if on_path("npm").is_none() {
            "Node and npm are missing too; on Debian: sudo apt install nodejs npm. "
        } else {
            ""
        };
        bail!(
            "componentize-qjs is missing. {npm}Run in {}: {}",
            project.folder.display(),
            Language::Js.once()
        );
    };
    let world = project.world().name();
    let args = [
        "--wit",
        "wit",
        "--world",
        world,
        "--js",
        "plugin.js",
        "--sync",
        "-o",
    ];
    quietly(project, &tool, &args, out)
}

fn python(project: &Project, out: &Path) -> anyhow::Result<()> {
    let mut own = project.folder.join(".venv/bin/componentize-py");
    if let Some(active) = env::var_os("VIRTUAL_ENV").filter(|_| !own.exists()) {
        own = PathBuf::from(active).join("bin/componentize-py");
    }
    let Some(tool) = tool(own, "componentize-py") else {
        let python = if on_path("python3").is_none() {
            "Python is missing too; on Debian: sudo apt install python3 python3-venv. "
        } else {
            ""
        };
        bail!(
            "componentize-py is missing. {python}Run in {}: {}",
            project.folder.display(),
            Language::Python.once()
        );
    };
    let world = project.world().name();
    let args = ["-q", "-d", "wit", "-w", world, "componentize", "app", "-o"];
    quietly(project, &tool, &args, out)
}

/// Runs a tool in the project's folder; what it says is shown when it fails.
fn quietly(project: &Project, tool: &Path, args: &[&str], out: &Path) -> anyhow::Result<()> {
    // Beside its place first: a build that fails leaves the component of before.
    let fresh = out.with_extension("wasm.new");
    let ran = Command::new(tool)
        .current_dir(&project.folder)
        .args(args)
        .arg(&fresh)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{} could not be started", tool.display()))?;
    if !ran.status.success() {
        let said = [ran.stdout, ran.stderr].concat();
        bail!(
            "the plugin cannot be built:\n{}",
            String::from_utf8_lossy(&said).trim()
        );
    }
    fs::rename(&fresh, out).with_context(|| format!("{} cannot be written", out.display()))
}

/// The project's own tool, or one on the path.
fn tool(own: PathBuf, name: &str) -> Option<PathBuf> {
    if own.exists() {
        Some(own)
    } else {
        on_path(name)
    }
}

/// A program by its name, as a shell finds it, or by its path.
fn on_path(name: &str) -> Option<PathBuf> {
    let paths: OsString = env::var_os("PATH").unwrap_or_default();
    let here = Path::new(name);
    if here.is_absolute() {
        return here.exists().then(|| here.to_owned());
    }
    env::split_paths(&paths)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}
