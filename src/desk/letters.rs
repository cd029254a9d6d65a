//! The letter that goes out with a command: decided once to know its words, set as a PDF and
//! stored, then decided again in the transaction that sends it.

use chrono::{DateTime, Utc};

use super::carry::cover;
use super::cases::{Order, check_version};
use super::colour::{Colour, TEXT};
use super::{Desk, DeskError, need, open};
use crate::domain::access::Actor;
use crate::domain::calendar::london_date;
use crate::domain::case::{Context, Document, DocumentKind, Event, IssuedLetter, Sensitivity};
use crate::domain::ids::{CaseRef, DocumentId};
use crate::domain::letter::LetterKind;
use crate::letters::{self as layout, LetterFor};

/// The files of the letters of one command, and the version they were written for.
pub(super) struct Rendered {
    pub version: u32,
    pub documents: Vec<Document>,
}

/// Letters as they were set for a version of a case, with what each says.
struct Letters {
    version: u32,
    at: DateTime<Utc>,
    letters: Vec<(IssuedLetter, Vec<u8>)>,
}

impl Desk {
    /// Sets the letters that `order` would send. `None` when it sends none of ours.
    pub(super) fn prepare(
        &self,
        actor: &Actor,
        reference: &CaseRef,
        order: &Order,
    ) -> Result<Option<Rendered>, DeskError> {
        let set = self.set_letters(actor, reference, order, false)?;
        let mut documents = Vec::new();
        for (letter, pdf) in &set.letters {
            let stored = self.store().put_document(&mut pdf.as_slice())?;
            let sha256 = hex::encode(stored.sha256);
            documents.push(document(letter, sha256, stored.size, actor, set.at));
        }
        Ok((!documents.is_empty()).then_some(Rendered {
            version: set.version,
            documents,
        }))
    }

    /// The letters that `order` would send, marked as not sent; nothing is sent or kept. The resident's comes first.
    ///
    /// # Errors
    /// As [`Desk::command`](super::Desk::command).
    pub async fn preview_letters(
        &self,
        actor: &Actor,
        reference: &CaseRef,
        order: Order,
    ) -> Result<Vec<Vec<u8>>, DeskError> {
        need(actor, order.command.permission())?;
        let order = self.in_our_names(order);
        let (who, about) = (actor.clone(), reference.clone());
        let set = self
            .away(move |desk| desk.set_letters(&who, &about, &order, true))
            .await?;
        Ok(set.letters.into_iter().map(|(_, pdf)| pdf).collect())
    }

    /// Decides what `order` would do and sets the letters that are part of it.
    fn set_letters(
        &self,
        actor: &Actor,
        reference: &CaseRef,
        order: &Order,
        preview: bool,
    ) -> Result<Letters, DeskError> {
        let case = open(&*self.reader()?, actor, reference)?;
        check_version(&case, order.if_version)?;
        let (book, now) = (self.book(), self.now());
        let at = order.at.unwrap_or(now);
        let policy = &book.policy_for(&case, at);
        let context = Context {
            actor,
            now,
            at,
            calendar: book.calendar(),
            policy,
            categories: book.categories(),
            rates: book.rates(),
            people: &*book,
        };
        let mut command = order.command.clone();
        // The letter names who covers, as the command will.
        cover(&book, &case, &mut command, london_date(now));
        let events = case.decide(&command, &context)?;
        let colour = Colour::read(&book.brand().colour);
        let colour = colour.map_or(String::new(), |colour| colour.at_least(TEXT).hex());
        let logo = self.letter_logo()?;
        let mut letters = Vec::new();
        let after = case.after(&events, &context);
        for event in &events {
            let Event::LetterIssued { letter } = event else {
                continue;
            };
            if letter.document.is_some() {
                continue;
            }
            let signed_by = crate::domain::case::Directory::name(&*book, &actor.id);
            let mut data = layout::data(&LetterFor {
                case: &after.as_read_by(letter.to.as_deref()),
                letter,
                policy,
                signed_by: &signed_by,
                colour: &colour,
                logo: logo.as_deref(),
            });
            data["preview"] = preview.into();
            let pdf = self
                .inner
                .renderer
                .render(crate::pdf::Template::Letter, &data)
                .map_err(|error| DeskError::Pdf(error.to_string()))?;
            letters.push((letter.clone(), pdf));
        }
        Ok(Letters {
            version: case.version,
            at,
            letters,
        })
    }
}

fn document(
    letter: &IssuedLetter,
    sha256: String,
    size: u64,
    actor: &Actor,
    at: DateTime<Utc>,
) -> Document {
    let kind = match (letter.kind, letter.stage) {
        (LetterKind::AcknowledgementS1, _) => DocumentKind::AcknowledgementS1,
        (LetterKind::AcknowledgementS2, _) => DocumentKind::AcknowledgementS2,
        (LetterKind::ResponseS1, _) => DocumentKind::ResponseS1,
        (LetterKind::ResponseS2, _) => DocumentKind::ResponseS2,
        (LetterKind::Extension, _) => DocumentKind::ExtensionNotice,
        (LetterKind::Refusal, _) => DocumentKind::RefusalNotice,
        (LetterKind::Closing, _) => DocumentKind::RemedyRecord,
        (LetterKind::RestrictionOfContact, _) => DocumentKind::ContactRecord,
        (LetterKind::Update | LetterKind::Addendum, 2) => DocumentKind::InvestigationS2,
        (LetterKind::Update | LetterKind::Addendum, _) => DocumentKind::InvestigationS1,
    };
    let on = london_date(letter.issued_at);
    Document {
        id: DocumentId(0),
        sha256,
        size,
        media_type: "application/pdf".into(),
        file_name: match letter.to {
            Some(_) => format!("{on}-{}-{}.pdf", wire(letter.kind), letter.id),
            None => format!("{on}-{}.pdf", wire(letter.kind)),
        },
        title: match &letter.to {
            Some(to) => format!("{}, to {to}", letter.kind.title()),
            None => letter.kind.title().to_owned(),
        },
        kind,
        doc_date: Some(on),
        sensitivity: Sensitivity::Ordinary,
        source_system: None,
        source_id: None,
        from: None,
        to: None,
        why: None,
        shot: None,
        before: None,
        added_by: actor.id.clone(),
        added_at: at,
    }
}

fn wire(kind: LetterKind) -> &'static str {
    match kind {
        LetterKind::AcknowledgementS1 => "acknowledgement-stage-1",
        LetterKind::AcknowledgementS2 => "acknowledgement-stage-2",
        LetterKind::ResponseS1 => "response-stage-1",
        LetterKind::ResponseS2 => "response-stage-2",
        LetterKind::Extension => "extension",
        LetterKind::Refusal => "refusal",
        LetterKind::Update => "update",
        LetterKind::Closing => "closing",
        LetterKind::RestrictionOfContact => "restriction-of-contact",
        LetterKind::Addendum => "addendum",
    }
}
