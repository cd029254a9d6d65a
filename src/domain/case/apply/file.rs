//! What is put on the file.

use crate::domain::case::{Case, Contact, Direction, Event, Recorded};

impl Case {
    pub(super) fn apply_file(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::ContactRecorded { contact } => {
                self.contacts.push(contact.clone());
                self.investigating();
            }
            Event::NoteAdded { text } => {
                self.contacts.push(Contact {
                    direction: Direction::Internal,
                    channel: None,
                    with: None,
                    summary: text.clone(),
                    visible_to_resident: false,
                    adjustments_note: None,
                    by: recorded.actor.clone(),
                    at: recorded.at,
                });
                self.investigating();
            }
            Event::DocumentAttached { document } => self.documents.push(document.clone()),
            Event::PhotosPaired { after, before } => {
                if let Some(found) = self.documents.iter_mut().find(|d| d.id == *after) {
                    found.before = *before;
                }
            }
            Event::LetterIssued { letter } => self.letters.push(letter.clone()),
            Event::RecordLinked { link } => self.links.push(link.clone()),
            Event::RecordUnlinked {
                source,
                external_id,
                ..
            } => {
                for link in &mut self.links {
                    if link.source == *source
                        && link.external_id == *external_id
                        && link.unlinked_at.is_none()
                    {
                        link.unlinked_at = Some(recorded.at);
                    }
                }
            }
            Event::SourceAsked { state } => {
                let mut state = state.clone();
                if let Some(known) = self
                    .sources
                    .iter_mut()
                    .find(|known| known.source == state.source)
                {
                    state.fetched_at = state.fetched_at.or(known.fetched_at);
                    *known = state;
                } else {
                    self.sources.push(state);
                }
            }
            _ => {}
        }
    }
}
