//! The Ombudsman's branch, bundles, and whatever a newer version recorded.

use super::{Told, told};
use crate::domain::case::Event;
use crate::web::words::{long_date, spoken, words};

/// The sentence of any event that nobody else tells.
pub(super) fn tell(event: &Event) -> Told {
    match event {
        Event::ReferredToOmbudsman {
            hos_reference,
            route,
        } => told(
            "Ombudsman's contact recorded",
            format!("{hos_reference}, {}", spoken(route).to_lowercase()),
            "scale",
            "decisions",
        ),
        Event::OmbudsmanDirected { respond_by } => told(
            format!(
                "Ombudsman's direction recorded: respond by {}",
                long_date(*respond_by)
            ),
            "",
            "scale",
            "decisions",
        ),
        Event::HosTaskRecorded { items, due, .. } => told(
            format!("Evidence request recorded, due {}", long_date(*due)),
            crate::web::forms::folder_names(items),
            "scale",
            "decisions",
        ),
        Event::HosEvidenceSent { note, .. } => told(
            "Evidence sent",
            note.clone().unwrap_or_default(),
            "scale",
            "decisions",
        ),
        Event::DeterminationRecorded { determination } => {
            let heads = determination
                .heads
                .iter()
                .map(|h| format!("{}: {}", h.text, spoken(&h.finding).to_lowercase()));
            told(
                "Determination recorded",
                heads.collect::<Vec<_>>().join("\n"),
                "scale",
                "decisions",
            )
        }
        Event::OrderCompleted { order, .. } => told(
            format!("Order {order} completed"),
            "",
            "circle-check",
            "decisions",
        ),
        Event::RecommendationAnswered {
            recommendation,
            accepted,
            reason,
        } => told(
            format!(
                "Recommendation {recommendation} answered: {}",
                if *accepted {
                    "accepted"
                } else {
                    "not accepted"
                }
            ),
            reason,
            "scale",
            "decisions",
        ),
        Event::HosNoticeRecorded { notice } => told(
            "Complaint handling failure notice recorded",
            &notice.text,
            "scale",
            "decisions",
        ),
        Event::HosNoticeComplied { notice, .. } => told(
            format!("Complaint handling failure notice {notice} complied with"),
            "",
            "circle-check",
            "decisions",
        ),
        Event::HosReviewRequested { by, reason } => told(
            format!(
                "Review of the determination asked for by the {}",
                spoken(by).to_lowercase()
            ),
            reason.clone().unwrap_or_default(),
            "scale",
            "decisions",
        ),
        Event::GapExplained {
            what, explanation, ..
        } => told(
            format!("Gap explained: {what}"),
            explanation,
            "info",
            "records",
        ),
        Event::PhotosPaired { after, before } => told(
            match before {
                Some(before) => {
                    format!(
                        "Photo {after} shows after the work what photo {before} shows before it"
                    )
                }
                None => format!("Photo {after} taken apart from the other"),
            },
            "",
            "paperclip",
            "records",
        ),
        Event::EntryReworded {
            entry,
            wording,
            reason,
        } => told(
            format!("Wording of entry {entry} corrected"),
            format!("{wording}\n{reason}"),
            "pencil",
            "records",
        ),
        Event::BundleExported {
            format,
            mode,
            sha256,
            manifest_sha256,
            ..
        } => told(
            format!(
                "Bundle made: {}, {}",
                words(&format.replace('-', " ")),
                words(mode).to_lowercase()
            ),
            match manifest_sha256 {
                Some(manifest) => format!("SHA-256 {sha256}\nSHA-256 of its manifest {manifest}"),
                None => format!("SHA-256 {sha256}"),
            },
            "archive",
            "records",
        ),
        other => told(words(other.kind()), "", "info", "other"),
    }
}
