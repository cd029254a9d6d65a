//! The mapping of a system that answers JSON: tried on the system itself before it is kept.

use serde_json::{Map, Value, json};

use super::plugins::sources::LinkSource;
use super::{Desk, DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::link;

/// The adapter whose settings are a mapping.
pub const MAPPED: &str = "rest-json";

/// What a trial asks for, by the names of `redress-link-query/1`.
pub type Trial = Map<String, Value>;

impl Desk {
    /// The link of this name, if its adapter is one whose settings are a mapping.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], [`DeskError::NotFound`].
    pub fn mapped_link(&self, by: &Actor, key: &str) -> Result<LinkSource, DeskError> {
        let sources = self.link_sources(by)?;
        let found = sources
            .into_iter()
            .find(|source| source.key == key && source.plugin == MAPPED);
        found.ok_or(DeskError::NotFound)
    }

    /// Tries the settings of a link on one kind of record, with the link's own connection. Nothing is kept.
    ///
    /// # Errors
    /// [`DeskError::Plugin`] with the sentence of the adapter, [`DeskError::Invalid`] for a link that is not filled in.
    pub async fn try_mapping(
        &self,
        by: &Actor,
        link: &LinkSource,
        kind: &str,
        mut asked: Trial,
    ) -> Result<Value, DeskError> {
        need(by, Permission::Administer)?;
        let source = self.draft_of(link)?;
        asked.insert("schema".into(), json!("redress-link-query/1"));
        asked.insert("preview".into(), json!(true));
        asked.insert("kinds".into(), json!([kind]));
        let tried =
            link::preview::preview(&self.inner.plugins, &source, &asked.into(), self.now()).await;
        tried.map_err(DeskError::Plugin)
    }
}
