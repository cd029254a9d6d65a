//! The exporter world: what a plugin's calls do to the job it was given.
//!
//! A plugin that breaks a rule of the archive is stopped on the spot: were it only told, it could go on
//! and return as if nothing had happened.

use std::io::{self, Read};
use std::sync::Arc;

use wasmtime::component::Resource;

use super::bindings::exporter::redress::plugin::types::Failure;
use super::bindings::exporter::redress::plugin::{bundle, cases, documents};
use super::connections::Side;
use super::job::{Again, Archive, Attached, CaseSource, PdfRenderer};
use super::meter::{Meter, Wait};
use super::path::{PathFault, Paths};
use super::state::State;
use super::{ArchiveError, Cause};

/// A run's side of an export.
pub(crate) struct Exporting {
    source: Arc<dyn CaseSource>,
    pub(super) archive: Box<dyn Archive>,
    pdf: Arc<dyn PdfRenderer>,
    paths: Paths,
    entries: u32,
    open: Option<String>,
    /// Bytes of the open entry that the archive does not have yet: many small writes cost one hand-over.
    pending: Vec<u8>,
    written: u64,
    included: u64,
    renders: u32,
    manifest: bool,
}

impl Side for Exporting {}

impl Exporting {
    pub(super) fn new(
        source: Arc<dyn CaseSource>,
        archive: Box<dyn Archive>,
        pdf: Arc<dyn PdfRenderer>,
    ) -> Self {
        Self {
            source,
            archive,
            pdf,
            paths: Paths::default(),
            entries: 0,
            open: None,
            pending: Vec::new(),
            written: 0,
            included: 0,
            renders: 0,
            manifest: false,
        }
    }
}

/// An attachment that the plugin reads.
pub struct OpenAttachment(Box<dyn Read + Send>);

/// The entry that the plugin writes; the state knows which it is.
pub struct OpenEntry;

/// What one call hands over at most, by the contract.
const CHUNK: usize = 1 << 20;
const HAND_OVER: usize = 64 << 10;
/// The longest stamp that is handed on, in bytes; what fits on a page is the numbering's own to say.
const STAMP: usize = 256;

type Exports = State<Exporting>;

impl Exports {
    /// Checks whether an entry may begin at a path, before work is done for it.
    fn may_begin(&self, path: &str) -> Result<(), Cause> {
        if let Some(open) = &self.job.open {
            return Err(Cause::TwoOpen(open.clone()));
        }
        if self.job.entries >= self.run.limits.entries {
            return Err(Cause::Entries(self.run.limits.entries));
        }
        self.job.paths.fits(path).map_err(refused(path))
    }

    /// Counts a new entry and takes up its path.
    fn admit(&mut self, path: &str) -> Result<(), Cause> {
        self.may_begin(path)?;
        self.job.entries += 1;
        self.place(path)
    }

    fn place(&mut self, path: &str) -> Result<(), Cause> {
        self.job.paths.admit(path).map_err(refused(path))
    }

    fn hand_over(&mut self) -> Result<(), Cause> {
        let job = &mut self.job;
        if !job.pending.is_empty() {
            self.meter
                .waiting(Wait::Reader, || job.archive.write(&job.pending))?;
            job.pending.clear();
        }
        Ok(())
    }

    /// Copies an attachment or a piece of it into the archive and says what went in.
    fn copy_in(
        &mut self,
        path: &str,
        id: &str,
        stamp: Option<&str>,
        open: impl FnOnce(&dyn CaseSource) -> Result<Attached, String>,
    ) -> Result<Result<bundle::Piece, Failure>, Cause> {
        if let Err(why) = check_stamp(stamp) {
            return Ok(Err(Failure::BadInput(why)));
        }
        let source = Arc::clone(&self.job.source);
        let attached = match self.meter.waiting(Wait::Work, || open(source.as_ref())) {
            Ok(attached) => attached,
            Err(why) => return Ok(Err(Failure::BadInput(why))),
        };
        // Only now, so that a plugin may name another attachment at the same path.
        self.admit(path)?;
        let limit = self.run.limits.included;
        let original = attached.original;
        let mut counted = Counted {
            reader: attached.reader,
            meter: self.meter.clone(),
            count: 0,
            left: limit - self.job.included,
            over: false,
        };
        let archive = &mut self.job.archive;
        let done = self.meter.waiting(Wait::Reader, || {
            archive.include(path, id, original.as_ref(), &mut counted)
        });
        if counted.over {
            return Err(Cause::Included(limit));
        }
        let sha256 = done?;
        self.job.included += counted.count;
        Ok(Ok(bundle::Piece {
            bytes: u32::try_from(counted.count).unwrap_or(u32::MAX),
            sha256,
            original_sha256: original.map(|original| original.sha256),
            unstamped: attached.unstamped,
        }))
    }

    /// Makes an entry of a PDF that the host composed.
    fn pour(&mut self, path: &str, reader: Box<dyn Read + Send>) -> Result<(), Cause> {
        let limit = self.run.limits.included;
        let mut counted = Counted {
            reader,
            meter: self.meter.clone(),
            count: 0,
            left: limit - self.job.included,
            over: false,
        };
        let archive = &mut self.job.archive;
        let done = self.meter.waiting(Wait::Reader, || {
            archive.begin(path, "application/pdf")?;
            let mut chunk = vec![0; HAND_OVER];
            loop {
                match counted.read(&mut chunk) {
                    Ok(0) => return archive.finish(),
                    Ok(n) => archive.write(&chunk[..n])?,
                    Err(error) => return Err(ArchiveError::Failed(error.to_string())),
                }
            }
        });
        if counted.over {
            return Err(Cause::Included(limit));
        }
        done?;
        self.job.included += counted.count;
        Ok(())
    }

    /// What is to be checked once the plugin has returned.
    pub(super) fn close(&mut self) -> Result<(), Cause> {
        if let Some(open) = self.job.open.take() {
            return Err(Cause::Unfinished(open));
        }
        let archive = &mut self.job.archive;
        self.meter.waiting(Wait::Reader, || archive.close())?;
        Ok(())
    }
}

impl cases::Host for Exports {
    async fn document(&mut self) -> wasmtime::Result<String> {
        self.called()?;
        let source = &self.job.source;
        let document = self.meter.waiting(Wait::Work, || source.document());
        Ok(document.map_err(Cause::Source)?)
    }

    async fn request(&mut self) -> wasmtime::Result<String> {
        self.called()?;
        let source = &self.job.source;
        let request = self.meter.waiting(Wait::Work, || source.request());
        Ok(request.map_err(Cause::Source)?)
    }

    async fn section(&mut self, name: String) -> wasmtime::Result<Result<String, Failure>> {
        self.called()?;
        let source = &self.job.source;
        let section = self.meter.waiting(Wait::Work, || source.section(&name));
        Ok(section.map_err(Failure::BadInput))
    }

    async fn open_attachment(
        &mut self,
        id: String,
    ) -> wasmtime::Result<Result<Resource<OpenAttachment>, Failure>> {
        self.called()?;
        let source = &self.job.source;
        let opened = match self
            .meter
            .waiting(Wait::Work, || source.open_attachment(&id))
        {
            Ok(reader) => OpenAttachment(reader),
            Err(why) => return Ok(Err(Failure::BadInput(why))),
        };
        if let Err(full) = self.hold() {
            return Ok(Err(full));
        }
        Ok(Ok(self.table.push(opened)?))
    }
}

impl cases::HostReader for Exports {
    async fn read(
        &mut self,
        reader: Resource<OpenAttachment>,
        max: u32,
    ) -> wasmtime::Result<Result<Vec<u8>, Failure>> {
        self.called()?;
        let OpenAttachment(from) = self.table.get_mut(&reader)?;
        let read = self
            .meter
            .waiting(Wait::Work, || read_some(from.as_mut(), max));
        Ok(read.map_err(|error| Failure::Other(format!("the attachment cannot be read: {error}"))))
    }

    async fn drop(&mut self, reader: Resource<OpenAttachment>) -> wasmtime::Result<()> {
        self.table.delete(reader)?;
        self.release();
        Ok(())
    }
}

fn refused(path: &str) -> impl Fn(PathFault) -> Cause {
    move |why| Cause::Path {
        path: path.to_owned(),
        why,
    }
}

/// Refuses a stamp that no page could bear before anything is done with it.
fn check_stamp(stamp: Option<&str>) -> Result<(), String> {
    match stamp {
        Some(stamp) if stamp.len() > STAMP => Err(format!(
            "a stamp of {} bytes is longer than any page bears; the most is {STAMP}",
            stamp.len()
        )),
        _ => Ok(()),
    }
}

/// Up to `max` bytes, and at most what one call hands over; none only at the end.
pub(super) fn read_some(reader: &mut dyn Read, max: u32) -> io::Result<Vec<u8>> {
    let max = usize::try_from(max).unwrap_or(CHUNK).min(CHUNK);
    let mut bytes = Vec::with_capacity(max);
    reader.take(max as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl bundle::Host for Exports {
    async fn create(
        &mut self,
        path: String,
        media_type: String,
    ) -> wasmtime::Result<Result<Resource<OpenEntry>, Failure>> {
        self.called()?;
        self.admit(&path)?;
        let archive = &mut self.job.archive;
        self.meter
            .waiting(Wait::Reader, || archive.begin(&path, &media_type))
            .map_err(Cause::from)?;
        self.job.open = Some(path);
        Ok(Ok(self.table.push(OpenEntry)?))
    }

    async fn include_attachment(
        &mut self,
        path: String,
        id: String,
        stamp: Option<String>,
    ) -> wasmtime::Result<Result<bundle::Piece, Failure>> {
        self.called()?;
        let stamp = stamp.as_deref();
        Ok(self.copy_in(&path, &id, stamp, |source| source.attachment(&id, stamp))?)
    }

    async fn attachment_parts(
        &mut self,
        id: String,
        ceiling: u32,
        stamped: bool,
    ) -> wasmtime::Result<Result<u32, Failure>> {
        self.called()?;
        let source = &self.job.source;
        let parts = self.meter.waiting(Wait::Work, || {
            source.attachment_parts(&id, ceiling, stamped)
        });
        Ok(parts.map_err(Failure::BadInput))
    }

    async fn include_attachment_part(
        &mut self,
        path: String,
        id: String,
        ceiling: u32,
        part: u32,
        stamp: Option<String>,
    ) -> wasmtime::Result<Result<bundle::Piece, Failure>> {
        self.called()?;
        let stamp = stamp.as_deref();
        Ok(self.copy_in(&path, &id, stamp, |source| {
            source.attachment_part(&id, ceiling, part, stamp)
        })?)
    }

    async fn manifest(&mut self, path: String) -> wasmtime::Result<Result<(), Failure>> {
        self.called()?;
        if std::mem::replace(&mut self.job.manifest, true) {
            return Err(Cause::TwoManifests.into());
        }
        self.place(&path)?;
        self.job.archive.manifest_at(&path).map_err(Cause::from)?;
        Ok(Ok(()))
    }
}

impl bundle::HostEntry for Exports {
    async fn write(
        &mut self,
        entry: Resource<OpenEntry>,
        chunk: Vec<u8>,
    ) -> wasmtime::Result<Result<(), Failure>> {
        self.called()?;
        self.table.get(&entry)?;
        if self.job.open.is_none() {
            return Ok(Err(Failure::Denied("this entry is finished".into())));
        }
        if chunk.len() > CHUNK {
            return Err(Cause::Message(CHUNK).into());
        }
        self.job.written += chunk.len() as u64;
        if self.job.written > self.run.limits.written {
            return Err(Cause::Written(self.run.limits.written).into());
        }
        self.job.pending.extend_from_slice(&chunk);
        if self.job.pending.len() >= HAND_OVER {
            self.hand_over()?;
        }
        Ok(Ok(()))
    }

    async fn finish(
        &mut self,
        entry: Resource<OpenEntry>,
    ) -> wasmtime::Result<Result<(), Failure>> {
        self.called()?;
        self.table.get(&entry)?;
        if self.job.open.is_none() {
            return Ok(Err(Failure::Denied(
                "this entry is finished already".into(),
            )));
        }
        self.hand_over()?;
        let archive = &mut self.job.archive;
        self.meter
            .waiting(Wait::Reader, || archive.finish())
            .map_err(Cause::from)?;
        self.job.open = None;
        Ok(Ok(()))
    }

    async fn drop(&mut self, entry: Resource<OpenEntry>) -> wasmtime::Result<()> {
        self.table.delete(entry)?;
        Ok(())
    }
}

impl documents::Host for Exports {
    async fn render_pdf(
        &mut self,
        template: String,
        data_json: String,
    ) -> wasmtime::Result<Result<Vec<u8>, Failure>> {
        self.called()?;
        self.job.renders += 1;
        if self.job.renders > self.run.limits.renders {
            return Err(Cause::Renders(self.run.limits.renders).into());
        }
        let pdf = &self.job.pdf;
        let rendered = self
            .meter
            .waiting(Wait::Work, || pdf.render(&template, &data_json));
        Ok(rendered.map_err(Failure::BadInput))
    }

    async fn compose_pdf(
        &mut self,
        path: String,
        plan_json: String,
    ) -> wasmtime::Result<Result<String, Failure>> {
        self.called()?;
        self.job.renders += 1;
        if self.job.renders > self.run.limits.renders {
            return Err(Cause::Renders(self.run.limits.renders).into());
        }
        // A plan that fails leaves the path free for another; a path that cannot be is not worth composing for.
        self.may_begin(&path)?;
        let source = Arc::clone(&self.job.source);
        let composed = self
            .meter
            .waiting(Wait::Work, || source.compose(&plan_json));
        let composed = match composed {
            Ok(composed) => composed,
            Err(why) => return Ok(Err(Failure::BadInput(why))),
        };
        self.admit(&path)?;
        self.pour(&path, composed.reader)?;
        Ok(Ok(composed.report_json))
    }
}

/// Counts what goes into the archive, and ends early when it is too much or nobody waits for it any more.
struct Counted<R: ?Sized> {
    reader: Box<R>,
    meter: Meter,
    count: u64,
    left: u64,
    over: bool,
}

impl<R: Read + ?Sized> Read for Counted<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        // Each read shows that the archive took what it had: the reader is slow, not gone.
        self.meter.moved();
        if self.meter.abandoned() {
            return Err(io::Error::other("the run was given up"));
        }
        let n = self.reader.read(buf)?;
        self.count += n as u64;
        if self.count > self.left {
            self.over = true;
            return Err(io::Error::other("more attachments than a run may put in"));
        }
        Ok(n)
    }
}

impl Again for Counted<dyn Again> {
    fn again(&mut self) -> io::Result<()> {
        self.count = 0;
        self.reader.again()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_longer_than_any_page_bears_is_refused() {
        assert_eq!(check_stamp(None), Ok(()));
        assert_eq!(check_stamp(Some("C-2026-0042 / 05-03")), Ok(()));
        assert_eq!(check_stamp(Some(&"x".repeat(STAMP))), Ok(()));
        let refused = check_stamp(Some(&"x".repeat(STAMP + 1)));
        assert!(refused.is_err_and(|why| why.contains("257 bytes")));
    }
}
