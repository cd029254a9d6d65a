//! A letter that was put to a second person: beside what it became, or what it would say now.

use super::{CaseView, Desk};
use crate::domain::access::Actor;
use crate::domain::case::{Approval, Case, Context, LetterBlock, PutLetter};
use crate::domain::ids::ApprovalId;
use crate::domain::letter::LetterKind;
use crate::domain::refusal::Refusal;

/// What a put letter is held against.
#[derive(Debug)]
pub enum Now {
    /// The letter as it was issued.
    Issued(Vec<LetterBlock>),
    /// The letter as it would go now, from what its writer said then.
    Would(Vec<LetterBlock>),
    /// It could not go now, for this reason.
    Cannot(Refusal),
}

/// A letter as it was put to somebody.
#[derive(Debug)]
pub struct Put<'a> {
    /// Who asked whom, and the answer.
    pub asked: &'a Approval,
    /// The letter.
    pub letter: &'a PutLetter,
    /// The one that was put before it, if it is not the first of its stage.
    pub before: Option<&'a PutLetter>,
    /// The same letter today.
    pub now: Now,
}

impl Desk {
    /// The letter that was put with an approval; none where none was.
    pub fn put_letter<'a>(
        &self,
        actor: &Actor,
        view: &'a CaseView,
        id: ApprovalId,
    ) -> Option<Put<'a>> {
        let case = &view.case;
        let (stage, asked, letter) = [1, 2].into_iter().find_map(|stage| {
            let found = case.put_letters(stage).find(|(asked, _)| asked.id == id);
            found.map(|(asked, letter)| (stage, asked, letter))
        })?;
        let before = case.put_letters(stage).take_while(|(one, _)| one.id != id);
        let now = match issued(case, stage) {
            Some(blocks) => Now::Issued(blocks.to_vec()),
            None => match self.letter_now(actor, view, stage, letter) {
                Ok(letter) => Now::Would(letter.blocks),
                Err(refusal) => Now::Cannot(refusal),
            },
        };
        Some(Put {
            asked,
            letter,
            before: before.last().map(|(_, letter)| letter),
            now,
        })
    }

    fn letter_now(
        &self,
        actor: &Actor,
        view: &CaseView,
        stage: u8,
        put: &PutLetter,
    ) -> Result<PutLetter, Refusal> {
        let (book, at) = (self.book(), view.seen_at);
        let context = Context {
            actor,
            now: at,
            at,
            calendar: book.calendar(),
            policy: &book.policy_for(&view.case, at),
            categories: book.categories(),
            rates: book.rates(),
            people: &*book,
        };
        view.case.letter_now(stage, &put.wording, &context)
    }
}

/// The words of the response of `stage` to the complainant, once it is issued.
fn issued(case: &Case, stage: u8) -> Option<&[LetterBlock]> {
    let kind = match stage {
        1 => LetterKind::ResponseS1,
        _ => LetterKind::ResponseS2,
    };
    let response =
        |letter: &&crate::domain::case::IssuedLetter| letter.kind == kind && letter.to.is_none();
    Some(&case.letters.iter().find(response)?.blocks)
}
