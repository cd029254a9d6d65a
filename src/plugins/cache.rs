//! Compiled plugins: in memory for this program, in a folder for the next start. The folder is outside
//! the data file and may be deleted at any time.
//!
//! Compiled code is trusted like the program itself, so a file is used only if it is this folder's, has
//! the hash it begins with, and was made from these bytes by this engine. It is never taken from elsewhere.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;
use wasmtime::Engine;
use wasmtime::component::Component;

use super::run_log::clip;
use super::{Cause, HostError};

/// A plugin's name for people and its component's bytes, known by their hash.
#[derive(Debug, Clone)]
pub struct Plugin {
    name: String,
    sha256: String,
    bytes: Bytes,
    owner: String,
}

impl Plugin {
    /// A plugin from its bytes; they are looked at when it is run.
    pub fn new(name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self {
            name: name.into(),
            sha256: hex::encode(Sha256::digest(&bytes)),
            bytes,
            owner: String::new(),
        }
    }

    /// The same plugin, running for a link (`link:KEY`) or as an exporter (`exporter:ID`): whose log its runs go to.
    #[must_use]
    pub fn owned_by(self, owner: impl Into<String>) -> Self {
        Self {
            owner: owner.into(),
            ..self
        }
    }

    /// Whose log its runs go to; nobody's when empty.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// Its size in bytes.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The hash by which it is pinned, in hex.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }
}

/// Python's runtime, the largest known, is 18.5 MB; compiling takes a second a megabyte.
const LARGEST: usize = 64 << 20;

/// What every binary of WebAssembly begins with.
const WEBASSEMBLY: &[u8] = b"\0asm";
/// What a component begins with: the above, its version and its layer.
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

type Slot = Arc<OnceCell<Component>>;

/// The compiled plugins of this program.
#[derive(Debug)]
pub(super) struct Compiled {
    engine: Engine,
    folder: Option<PathBuf>,
    ready: Mutex<HashMap<String, Slot>>,
}

impl Compiled {
    pub(super) fn new(engine: Engine, folder: Option<PathBuf>) -> Result<Self, HostError> {
        if let Some(path) = &folder {
            let made = fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(path);
            made.map_err(|error| HostError::Cache {
                path: path.clone(),
                error,
            })?;
        }
        Ok(Self {
            engine,
            folder,
            ready: Mutex::default(),
        })
    }

    /// The plugin compiled: at once when it was before, and only once when several ask together.
    pub(super) async fn get(self: &Arc<Self>, plugin: &Plugin) -> Result<Component, Cause> {
        let slot = {
            let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(ready.entry(plugin.sha256.clone()).or_default())
        };
        let compile = || async {
            let (mine, plugin) = (Arc::clone(self), plugin.clone());
            let compiled = tokio::task::spawn_blocking(move || mine.load(&plugin)).await;
            compiled.map_err(|error| Cause::Host(format!("compiling failed: {error}")))?
        };
        let compiled = slot.get_or_try_init(compile).await.cloned();
        if compiled.is_err() {
            let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
            ready.remove(&plugin.sha256);
        }
        compiled
    }

    fn load(&self, plugin: &Plugin) -> Result<Component, Cause> {
        let refused = |why: &str| Cause::WrongKind {
            wanted: "a plugin",
            why: clip(why, 300),
        };
        if plugin.bytes.len() > LARGEST {
            return Err(refused("it is larger than 64 MB"));
        }
        if !plugin.bytes.starts_with(COMPONENT) {
            return Err(refused(if plugin.bytes.starts_with(WEBASSEMBLY) {
                "it is a bare WebAssembly module; choose the component that `redress plugin build` made of it"
            } else {
                "it is no WebAssembly at all; choose the .wasm file that `redress plugin build` made"
            }));
        }
        let path = self
            .folder
            .as_deref()
            .map(|folder| self.path(folder, plugin));
        if let Some(component) = path.as_deref().and_then(|path| self.read(path)) {
            return Ok(component);
        }
        let component = Component::new(&self.engine, &plugin.bytes)
            .map_err(|error| refused(&format!("{error:#}")))?;
        if let Some(path) = path
            && let Err(error) = write(&path, &component)
        {
            // It will be compiled again at the next start; nothing is lost but time.
            tracing::warn!(path = %path.display(), %error, "compiled plugin not kept");
        }
        Ok(component)
    }

    fn path(&self, folder: &Path, plugin: &Plugin) -> PathBuf {
        let mut hasher = DefaultHasher::new();
        self.engine
            .precompile_compatibility_hash()
            .hash(&mut hasher);
        folder.join(format!("{}-{:016x}.cwasm", plugin.sha256, hasher.finish()))
    }

    fn read(&self, path: &Path) -> Option<Component> {
        let bytes = fs::read(path).ok()?;
        let (hash, code) = bytes.split_at_checked(32)?;
        if Sha256::digest(code).as_slice() != hash {
            tracing::warn!(path = %path.display(), "compiled plugin is damaged; compiling it again");
            return None;
        }
        #[expect(
            unsafe_code,
            reason = "the code is what `write` below made in our own folder, for this engine, and undamaged"
        )]
        let component = unsafe { Component::deserialize(&self.engine, code) };
        component.ok()
    }
}

/// Beside its place first, then into it: a reader sees all of it or nothing.
fn write(path: &Path, component: &Component) -> Result<(), String> {
    let code = component.serialize().map_err(|error| error.to_string())?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| error.to_string())?;
    file.write_all(&Sha256::digest(&code))
        .and_then(|()| file.write_all(&code))
        .map_err(|error| error.to_string())?;
    file.persist(path).map_err(|error| error.to_string())?;
    Ok(())
}
