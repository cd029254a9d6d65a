//! The tree of categories that points are filed under (domain rules §8.1): the landlord's to change, each version
//! kept. A point keeps the words and the version it was filed under.

use super::book::{self, CATEGORIES};
use super::{Desk, DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::domain::category::{Category, Tree};
use crate::domain::refusal::required;
use crate::store::settings::{Change, Version};

/// One step from a version of the tree to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CategoryChange {
    /// A new category under a heading, last of those that stand there.
    Add {
        /// The heading.
        top: String,
        /// What it is called.
        title: String,
        /// Whether it may be a hazard under Awaab's Law.
        hazard: bool,
    },
    /// No longer offered, or offered again.
    Offer {
        /// Which one.
        key: String,
        /// Whether new points may carry it.
        offered: bool,
    },
}

impl Desk {
    /// Every version of the landlord's own tree, oldest first; none while the one that comes with the program is used.
    ///
    /// # Errors
    /// What the file says.
    pub fn category_history(&self) -> Result<Vec<Version<Vec<Category>>>, DeskError> {
        Ok(self.reader()?.setting_history(CATEGORIES)?)
    }

    /// Replaces version `version` of the tree.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`]; [`DeskError::Conflict`] when the tree is at another version by now; a refusal of a
    /// tree that loses a category or gives a key two meanings.
    pub async fn set_categories(
        &self,
        by: &Actor,
        version: u32,
        categories: Vec<Category>,
        why: &str,
    ) -> Result<Tree, DeskError> {
        self.next_tree(by, why, move |tree| {
            if tree.version != version {
                return Err(DeskError::Conflict(format!(
                    "The categories have changed since you read them; they are at version {}. Read them again and \
                     make your change there.",
                    tree.version
                )));
            }
            tree.categories = categories;
            Ok(())
        })
        .await
    }

    /// Changes the tree as it stands now, so that of two changes at once neither is lost.
    ///
    /// # Errors
    /// As [`Desk::set_categories`], or [`DeskError::NotFound`] for an unknown category.
    pub async fn change_categories(
        &self,
        by: &Actor,
        change: CategoryChange,
        why: &str,
    ) -> Result<Tree, DeskError> {
        self.next_tree(by, why, move |tree| {
            match change {
                CategoryChange::Add { top, title, hazard } => tree.add(&top, &title, hazard)?,
                CategoryChange::Offer { key, offered } => {
                    let mut all = tree.categories.iter_mut();
                    let found = all.find(|category| category.key == key);
                    found.ok_or(DeskError::NotFound)?.retired = !offered;
                }
            }
            Ok(())
        })
        .await
    }

    async fn next_tree(
        &self,
        by: &Actor,
        why: &str,
        make: impl FnOnce(&mut Tree) -> Result<(), DeskError> + Send + 'static,
    ) -> Result<Tree, DeskError> {
        need(by, Permission::Administer)?;
        required(why, "why", "why the categories change")?;
        let change = Change {
            at: self.now(),
            by: by.id.clone(),
            why: why.trim().to_owned(),
            from: None,
        };
        let made = self
            .store()
            .write_async(move |tx| -> Result<Tree, DeskError> {
                let before = book::categories(&**tx)?;
                let mut after = before.clone();
                make(&mut after)?;
                after.follows(&before)?;
                if after != before {
                    after.version = tx.set_setting(CATEGORIES, &after.categories, &change)?;
                }
                Ok(after)
            })
            .await?;
        self.reread()?;
        Ok(made)
    }
}
