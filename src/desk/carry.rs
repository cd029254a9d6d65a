//! One command on one case inside a write: what the core decides, and what it means for the cases beside it.

use chrono::{DateTime, NaiveDate, Utc};

use super::beside::{begin_beside, separate};
use super::cases::{Order, append};
use super::letters::Rendered;
use super::{Book, DeskError, beside, need, open};
use crate::domain::access::{Actor, Permission};
use crate::domain::calendar::london_date;
use crate::domain::case::{self, Case, Command, Context, Event};
use crate::store::WriteTx;

/// Puts who covers in the place of someone away to whom `command` gives the work; gives the note that says so.
pub(super) fn cover(
    book: &Book,
    case: &Case,
    command: &mut Command,
    today: NaiveDate,
) -> Option<Event> {
    let handler = match command {
        Command::Assign { handler, .. } => handler,
        Command::Acknowledge { stage, handler, .. } => {
            if handler.trim().is_empty() {
                // Left empty, it stays with whom it was given to.
                let run = case.stage_run(*stage)?;
                handler.clone_from(run.handler.as_ref()?);
            }
            handler
        }
        _ => return None,
    };
    let (who, why) = book.cover(handler, today)?;
    *handler = who;
    Some(Event::NoteAdded { text: why })
}

/// Carries out `order` on `case`, with the letters that were set for it, and on the cases that it names or opens.
pub(super) fn carry_out(
    tx: &mut WriteTx<'_>,
    book: &Book,
    actor: &Actor,
    case: &Case,
    order: &Order,
    rendered: Option<Rendered>,
    now: DateTime<Utc>,
) -> Result<Case, DeskError> {
    let at = order.at.unwrap_or(now);
    if matches!(order.command, Command::DecidePoint { .. }) && case.stage() == 2 {
        need(actor, Permission::Review)?;
    }
    let policy = book.policy_for(case, at);
    let context = Context {
        actor,
        now,
        at,
        calendar: book.calendar(),
        policy: &policy,
        categories: book.categories(),
        rates: book.rates(),
        people: book,
    };
    let mut command = order.command.clone();
    let note = cover(book, case, &mut command, london_date(now));
    let mut duplicate = None;
    if let Command::MergeDuplicate {
        reference,
        received_at,
        reason,
    } = &mut command
    {
        // A duplicate the actor cannot see does not exist for them. Its own receipt counts (E16).
        let found = open(tx, actor, reference)?;
        beside::check_link(case, &found)?;
        found.may_be_merged()?;
        *received_at = found.received_at.min(*received_at);
        duplicate = Some((found, reason.clone()));
    }
    let linked = match &command {
        Command::LinkCase {
            reference,
            relation,
        } if *reference != case.reference => {
            let other = open(tx, actor, reference)?;
            beside::check_link(case, &other)?;
            Some((other, relation.clone()))
        }
        _ => None,
    };
    let mut events = case.decide(&command, &context)?;
    events.extend(note);
    if let Some(rendered) = rendered {
        events = case::with_rendered(case, events, rendered.documents.into_iter());
    }
    let beside: Vec<(String, String, String)> = events
        .iter()
        .filter_map(|event| match event {
            Event::SeparateComplaintNeeded {
                text,
                category,
                why,
            } => Some((text.clone(), category.clone(), why.clone())),
            _ => None,
        })
        .collect();
    let mut case = append(
        tx,
        book,
        actor,
        Some(case),
        &case.reference,
        events,
        at,
        now,
    )?;
    let beside_other = match (linked, duplicate) {
        (Some((other, relation)), _) => {
            let reference = case.reference.clone();
            let linked = Event::CaseLinked {
                reference,
                relation,
            };
            Some((other, vec![linked]))
        }
        (None, Some((other, reason))) => {
            let events = other.merge_into(&case, &reason);
            Some((other, events))
        }
        (None, None) => None,
    };
    if let Some((other, events)) = beside_other {
        append(
            tx,
            book,
            actor,
            Some(&other),
            &other.reference,
            events,
            at,
            now,
        )?;
    }
    for (text, category, why) in beside {
        let intake = separate(&case, text, category, &why, at, now);
        let opened = begin_beside(tx, book, actor, &case, &intake, now)?;
        let linked = vec![Event::CaseLinked {
            reference: opened.reference,
            relation: why,
        }];
        case = append(
            tx,
            book,
            actor,
            Some(&case),
            &case.reference.clone(),
            linked,
            at,
            now,
        )?;
    }
    Ok(case)
}
