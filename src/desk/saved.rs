//! Lists that a person keeps under a name of their own: tabs beside those that everybody has on the work queue.
//!
//! What is kept is the text of filters, so that a list follows what the landlord's record becomes, and its address
//! means the same for whoever opens it: they see what they may see, and `owner:me` is they.

use serde::{Deserialize, Serialize};

use super::lists::{ListOrder, ListQuery};
use super::typed::Typed;
use super::{Desk, DeskError, need};
use crate::domain::access::{Actor, Permission, same_person};
use crate::domain::refusal::required;
use crate::store::T;

/// Views that one person keeps at most.
const MOST: usize = 20;
/// Cases looked at to count one view: all of them are counted whenever the queue is drawn.
const COUNTED: usize = 2_000;
/// The longest name, in letters.
const LONGEST_NAME: usize = 40;

/// A list under a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedView {
    /// Its number among the person's views; never given twice.
    pub number: u32,
    /// Its name.
    pub name: String,
    /// The words and filters, as [`Typed`] writes them.
    pub q: String,
    /// The order.
    pub order: ListOrder,
}

/// What one person keeps, as it is stored.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Kept {
    /// The number given last.
    last: u32,
    views: Vec<SavedView>,
}

/// A view with what it holds now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedView {
    /// The view.
    pub view: SavedView,
    /// How many cases its owner sees in it, and whether that was counted to the end; none when its filters no longer
    /// mean anything, because somebody or a theme is gone.
    pub count: Option<(u64, bool)>,
}

fn key(actor: &Actor) -> String {
    format!("views/{}", actor.id)
}

impl Desk {
    /// The views that the actor keeps, in the order in which they were made, with their counts.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or what the file says.
    pub fn saved_views(&self, actor: &Actor) -> Result<Vec<CountedView>, DeskError> {
        need(actor, Permission::ReadCases)?;
        let kept: Option<Kept> = self.reader()?.record(T::Note, &key(actor))?;
        let views = kept.unwrap_or_default().views.into_iter();
        views
            .map(|view| {
                let query = ListQuery {
                    order: view.order,
                    q: view.q.clone(),
                    budget: Some(COUNTED),
                    ..ListQuery::default()
                };
                let count = match self.cases(actor, &query) {
                    Ok(page) => Some((page.total, page.total_is_exact)),
                    Err(DeskError::Invalid { .. }) => None,
                    Err(error) => return Err(error),
                };
                Ok(CountedView { view, count })
            })
            .collect()
    }

    /// Keeps a list under a name. One of the same name is replaced.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], [`DeskError::Invalid`] or [`DeskError::Refused`] with the field at fault.
    pub async fn save_view(
        &self,
        actor: &Actor,
        name: &str,
        q: &str,
        order: ListOrder,
    ) -> Result<SavedView, DeskError> {
        need(actor, Permission::ReadCases)?;
        required(name, "name", "what the view is called")?;
        let invalid = |field, detail: String| Err(DeskError::Invalid { field, detail });
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.chars().count() > LONGEST_NAME {
            return invalid("name", format!("Use at most {LONGEST_NAME} letters."));
        }
        let typed: Typed = q.parse()?;
        if typed.0.is_empty() {
            let detail = "Write what the view finds, such as stage:2 due:<3d.";
            return invalid("q", detail.into());
        }
        // Looked for once, so that a person or theme that there is not is said now.
        let query = ListQuery {
            q: q.to_owned(),
            ..ListQuery::default()
        };
        let (desk, who) = (self.clone(), actor.clone());
        self.away(move |_| desk.cases(&who, &query)).await?;
        let (key, q) = (key(actor), typed.to_string());
        let saved = self
            .store()
            .write_async(move |tx| -> Result<SavedView, DeskError> {
                let mut kept: Kept = tx.record(T::Note, &key)?.unwrap_or_default();
                let same = |view: &&mut SavedView| same_person(&view.name, &name);
                let saved = if let Some(view) = kept.views.iter_mut().find(same) {
                    (view.name, view.q, view.order) = (name, q, order);
                    view.clone()
                } else {
                    if kept.views.len() >= MOST {
                        return Err(DeskError::Invalid {
                            field: "name",
                            detail: format!("You keep {MOST} views. Remove one first."),
                        });
                    }
                    kept.last += 1;
                    let view = SavedView {
                        number: kept.last,
                        name,
                        q,
                        order,
                    };
                    kept.views.push(view.clone());
                    view
                };
                tx.put_record(T::Note, &key, &kept)?;
                Ok(saved)
            })
            .await?;
        Ok(saved)
    }

    /// Removes a view of the actor's. The cases in it are untouched.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or [`DeskError::NotFound`] when the actor keeps no view of this number.
    pub async fn remove_view(&self, actor: &Actor, number: u32) -> Result<(), DeskError> {
        need(actor, Permission::ReadCases)?;
        let key = key(actor);
        self.store()
            .write_async(move |tx| -> Result<(), DeskError> {
                let mut kept: Kept = tx.record(T::Note, &key)?.unwrap_or_default();
                let before = kept.views.len();
                kept.views.retain(|view| view.number != number);
                if kept.views.len() == before {
                    return Err(DeskError::NotFound);
                }
                Ok(tx.put_record(T::Note, &key, &kept)?)
            })
            .await?;
        Ok(())
    }
}
