//! Another system in every bad mood: an adapter must say what happened, in a sentence, and must never take trouble for
//! "there are no records".

use serde_json::Value;

use super::linker::{Rig, query};
use super::own_word;
use super::recorded::TestCase;
use super::report::Outcome;
use super::wire::Mood;

impl Rig<'_, '_> {
    /// The other system goes wrong; the adapter must say so, and must not take it for "there are no records".
    pub(super) async fn moods(&self, test: &TestCase, settings: &str) -> anyhow::Result<()> {
        // What happens, what it must not be taken for, and the failure that tells the person most.
        let moods: [(&str, Mood, bool, Option<&str>); 9] = [
            (
                "the other system refuses our credentials (401)",
                Mood::Status(401),
                true,
                Some("refused"),
            ),
            (
                "the other system refuses our credentials (403)",
                Mood::Status(403),
                true,
                Some("refused"),
            ),
            (
                "the other system does not know it (404)",
                Mood::Status(404),
                false,
                None,
            ),
            (
                "the other system has a fault (500)",
                Mood::Status(500),
                true,
                Some("unavailable"),
            ),
            (
                "the other system is overloaded (503)",
                Mood::Status(503),
                true,
                Some("unavailable"),
            ),
            (
                "the other system gives no answer in time",
                Mood::Silent,
                true,
                Some("unavailable"),
            ),
            (
                "the answer is not what the format says",
                Mood::Says(b"<html>Please sign in.</html>\xff"),
                true,
                None,
            ),
            (
                "the answer is cut off",
                Mood::Says(b"{\"repairs\": [{\"id\": "),
                true,
                None,
            ),
            (
                "the answer is something else",
                Mood::Says(b"[[null, {\"a\": [1]}], 7, \"x\"]"),
                false,
                None,
            ),
        ];
        let query = query(&test.query);
        for (what, mood, must_fail, best) in moods {
            let wire = self.wire(mood);
            let job = self.job(test, settings, 0, &wire)?;
            let checked = self.subject.host.link_check(self.subject.plugin, job).await;
            if let Err(error) = self.used(&wire, 0, checked)
                && own_word(&error).is_none()
            {
                self.note(
                    Outcome::Failed,
                    what,
                    format!("\"Test connection\" ends badly: {error}"),
                );
                continue;
            }
            let wire = self.wire(mood);
            let found = self.pages(test, settings, 0, &wire, &query).await?;
            if wire.sent() == 0 {
                continue;
            }
            match found {
                Ok(records) if must_fail => self.note(
                    Outcome::Failed,
                    what,
                    format!("it gives {} records as if nothing had happened; whoever reads that believes it", records.len()),
                ),
                Ok(records) => self.note(Outcome::Passed, what, format!("it gives {} records", records.len())),
                Err(error) => match own_word(&error) {
                    None => self.note(Outcome::Failed, what, format!("it does not say so, it ends badly: {error}")),
                    Some((_, why)) if why.trim().is_empty() => self.note(Outcome::Failed, what, "its failure says nothing".into()),
                    Some((kind, why)) if best.is_some_and(|best| best != kind) => self.note(
                        Outcome::Warned,
                        what,
                        format!("it fails with {kind}; {} would tell the person more: {why}", best.unwrap_or_default()),
                    ),
                    Some((kind, why)) => self.note(Outcome::Passed, what, format!("{kind}: {why}")),
                },
            }
        }
        Ok(())
    }

    /// A query that names nobody must get nobody's records.
    pub(super) async fn nobody(&self, test: &TestCase, settings: &str) -> anyhow::Result<()> {
        let what = "a query that names nobody";
        let wire = self.wire(Mood::Recorded);
        match self
            .pages(test, settings, 0, &wire, &query(&Value::Null))
            .await?
        {
            Ok(records) if records.is_empty() => {
                self.note(
                    Outcome::Warned,
                    what,
                    "it gives no records; bad-input would say what is missing".into(),
                );
            }
            Ok(records) => self.note(
                Outcome::Failed,
                what,
                format!(
                    "it gives {} records, and nobody can say whose",
                    records.len()
                ),
            ),
            Err(error) => match own_word(&error) {
                None => self.note(Outcome::Failed, what, error.to_string()),
                Some(("bad-input", why)) => {
                    self.note(Outcome::Passed, what, format!("bad-input: {why}"))
                }
                Some((kind, why)) => self.note(
                    Outcome::Warned,
                    what,
                    format!("it fails with {kind}, which should be bad-input: {why}"),
                ),
            },
        }
        Ok(())
    }
}
