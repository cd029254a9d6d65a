//! Use cases: one function per thing a person can do; permissions; the only writer.
//!
//! Pages, the API and the command line call these and nothing below. [`Desk`] is cheap to clone.
//! Every call names its [`Actor`]; the permission table of the domain is asked first, then
//! whether a restricted case is open to them. Start at [`cases`].

mod alike;
pub mod approvals;
pub mod assignments;
pub mod backups;
mod beside;
pub mod board;
pub mod book;
pub mod brand;
pub mod calendar;
mod carry;
pub mod cases;
pub mod categories;
mod closed;
pub mod colour;
pub mod compare;
pub mod documents;
pub mod drafts;
pub mod erasure;
mod error;
pub mod everything;
mod export_request;
mod export_stream;
pub mod exports;
pub mod feed;
pub mod giving;
pub mod house;
pub mod invites;
mod keys;
pub mod learning;
mod letters;
pub mod links;
pub mod lists;
pub mod live;
pub mod mapping;
pub mod nudges;
pub mod ombudsman;
pub mod one_person;
pub mod people;
pub mod plugins;
pub mod previews;
pub mod rates;
pub mod register;
pub mod saved;
pub mod search;
mod sections;
pub mod sessions;
pub mod settings;
pub mod sign_in;
pub mod staff;
pub mod tokens;
pub mod typed;
pub mod view;

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, Utc};

use crate::auth::seal::{Keyring, key_beside};
use crate::domain::access::{Actor, Permission};
use crate::domain::case::Case;
use crate::domain::ids::CaseRef;
use crate::link::residents::Finders;
use crate::link::watch::Watch;
use crate::pdf::Renderer;
use crate::plugins::PluginHost;
use crate::plugins::http::Http;
use crate::search::Search;
use crate::store::{Reader, Store, T};

pub use crate::store::StoreError;
pub use book::{Away, Book, Person};
pub use error::DeskError;
pub use view::CaseView;

/// The record of the table `note` that marks a file to practise on.
pub const PRACTICE: &str = "practice";

/// Tells the time. Tests and the demonstration bring their own.
pub type Now = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// The desk: the file, the clock, the printer and the sandbox, and what a landlord has set.
#[derive(Clone)]
pub struct Desk {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    now: Now,
    renderer: Arc<Renderer>,
    plugins: PluginHost,
    /// What adapters' requests leave by.
    http: Http,
    /// The key under which their secrets are sealed.
    keys: Keyring,
    components: plugins::Components,
    book: RwLock<Arc<Book>>,
    doors: sign_in::Doors,
    watch: Watch,
    finders: Finders,
    keeper: backups::Keeper,
    live: live::Live,
    search: Search,
    previews: previews::Previews,
    practice: bool,
}

impl Desk {
    /// A desk over an open file.
    ///
    /// # Errors
    /// What the file says when its settings and people are read.
    pub fn new(
        store: Store,
        renderer: Renderer,
        plugins: PluginHost,
        now: Now,
    ) -> Result<Self, DeskError> {
        let keys = Keyring::new(key_beside(store.path()));
        Self::with_keys(store, renderer, plugins, now, keys)
    }

    /// As [`Desk::new`], with the key of its sealed secrets in another place than beside the data file.
    ///
    /// # Errors
    /// As [`Desk::new`].
    pub fn with_keys(
        store: Store,
        renderer: Renderer,
        plugins: PluginHost,
        now: Now,
        keys: Keyring,
    ) -> Result<Self, DeskError> {
        let http = Http::new().map_err(|error| DeskError::Internal(error.to_string()))?;
        let book = Arc::new(Book::read(&store.reader()?)?);
        let practice = store.reader()?.record(T::Note, PRACTICE)?.unwrap_or(false);
        let search = Search::new(store.clone(), &renderer);
        let previews = previews::Previews::new(&renderer);
        let inner = Inner {
            store,
            now,
            renderer: Arc::new(renderer),
            plugins,
            http,
            keys,
            components: plugins::Components::default(),
            book: RwLock::new(book),
            doors: sign_in::Doors::default(),
            watch: Watch::default(),
            finders: Finders::default(),
            keeper: backups::Keeper::default(),
            live: live::Live::default(),
            search,
            previews,
            practice,
        };
        let desk = Self {
            inner: Arc::new(inner),
        };
        desk.keep_runs();
        Ok(desk)
    }

    /// Now, by the desk's clock.
    pub fn now(&self) -> DateTime<Utc> {
        (self.inner.now)()
    }

    /// Whether the file is one to practise on: everybody and everything in it is made up.
    pub fn is_practice(&self) -> bool {
        self.inner.practice
    }

    /// The file, for the parts that run it: backups, health, closing.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The settings, calendar and people in force.
    pub fn book(&self) -> Arc<Book> {
        Arc::clone(
            &self
                .inner
                .book
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// Reads the settings, calendar and people again, after one of them changed.
    pub(crate) fn reread(&self) -> Result<Arc<Book>, DeskError> {
        // Read behind the lock: of two changes at once, the one that reads last has both.
        let mut kept = self
            .inner
            .book
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *kept = Arc::new(Book::read(&self.reader()?)?);
        Ok(Arc::clone(&kept))
    }

    fn doors(&self) -> &sign_in::Doors {
        &self.inner.doors
    }

    pub(crate) fn reader(&self) -> Result<Reader, DeskError> {
        Ok(self.inner.store.reader()?)
    }

    /// Runs `work`, which may wait for the disk, away from the threads that serve requests.
    pub(crate) async fn away<V: Send + 'static>(
        &self,
        work: impl FnOnce(&Desk) -> Result<V, DeskError> + Send + 'static,
    ) -> Result<V, DeskError> {
        let desk = self.clone();
        tokio::task::spawn_blocking(move || work(&desk))
            .await
            .unwrap_or_else(|_| Err(DeskError::Internal("the work ended early".into())))
    }
}

/// Refuses what no role of the actor allows.
pub(crate) fn need(actor: &Actor, permission: Permission) -> Result<(), DeskError> {
    if actor.may(permission) {
        return Ok(());
    }
    let roles: Vec<&str> = crate::domain::access::allowed(permission)
        .iter()
        .map(|role| role.title())
        .collect();
    Err(DeskError::Forbidden(format!(
        "Your role does not allow this. It takes one of: {}.",
        roles.join(", ")
    )))
}

/// The case, if the actor may know of it: otherwise it does not exist (E14).
pub(crate) fn open(
    rows: &dyn crate::store::Rows,
    actor: &Actor,
    reference: &CaseRef,
) -> Result<Case, DeskError> {
    let case = rows.case(reference)?.ok_or(DeskError::NotFound)?;
    if case.open_to(&actor.id) {
        Ok(case)
    } else {
        Err(DeskError::NotFound)
    }
}

impl From<StoreError> for DeskError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::DiskFull => Self::StoreFull,
            error => Self::Store(error),
        }
    }
}
