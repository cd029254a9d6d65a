//! How many runs of one plugin go on at the same time. A plugin that is slow or stuck makes its own callers wait and
//! nobody else's.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Cause;
use super::cache::Plugin;
use super::contract::Kind;

/// How long a call of an adapter waits for its turn: a person may be waiting behind it.
const LINK_PATIENCE: Duration = Duration::from_secs(20);
/// An export may wait for others to be downloaded.
const EXPORT_PATIENCE: Duration = Duration::from_secs(5 * 60);

/// The turns of each plugin, by its hash, and how many there are.
#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<HashMap<String, (usize, Arc<Semaphore>)>>);

impl Turns {
    /// Waits for one of `most` turns of this plugin.
    pub(super) async fn take(
        &self,
        plugin: &Plugin,
        kind: Kind,
        most: usize,
    ) -> Result<OwnedSemaphorePermit, Cause> {
        let most = most.max(1);
        let turns = {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let fresh = || (most, Arc::new(Semaphore::new(most)));
            let known = kept.entry(plugin.sha256().to_owned()).or_insert_with(fresh);
            if known.0 != most {
                // The administrator set another number: runs that go on keep the turns they have.
                *known = fresh();
            }
            Arc::clone(&known.1)
        };
        let patience = match kind {
            Kind::Linker => LINK_PATIENCE,
            Kind::Exporter => EXPORT_PATIENCE,
        };
        match tokio::time::timeout(patience, turns.acquire_owned()).await {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(error)) => Err(Cause::Host(error.to_string())),
            Err(_) => Err(Cause::Busy {
                runs: most,
                waited: patience,
            }),
        }
    }
}
