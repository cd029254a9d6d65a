//! Asking the linked systems again by the clock: each open case in its turn, one at a time per link, at night unless
//! the link says more often. A link in trouble is left alone for a while.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;

use super::asked::{self, Asked};
use super::{Why, every};
use crate::desk::lists::{Facet, ListOrder, ListQuery};
use crate::desk::plugins::sources::LinkSource;
use crate::desk::{Desk, DeskError};
use crate::domain::access::Actor;
use crate::domain::calendar::{london_date, start_of_day};
use crate::domain::ids::CaseRef;

/// How often the program looks whose turn it is.
const ROUND: Duration = Duration::from_secs(60);
/// Between two cases, so that the other system has time for its own people.
const BETWEEN: Duration = Duration::from_millis(250);
/// Cases of one link in a round.
const MOST: usize = 200;
/// Until a link is asked again whose files were not ready yet.
const SHORTLY: TimeDelta = TimeDelta::minutes(2);
/// Links that are asked once a day or more rarely are asked in these hours of the night.
const NIGHT_FROM: TimeDelta = TimeDelta::hours(1);
const NIGHT_MINUTES: i64 = 240;
/// From this interval on, a link is asked at night.
const DAY: TimeDelta = TimeDelta::days(1);

impl Desk {
    /// Asks the linked systems again for as long as the program runs.
    pub async fn keep_links_fresh(&self) {
        loop {
            match self.refresh_due().await {
                Ok(0) => {}
                Ok(asked) => tracing::info!(asked, "linked records were refreshed"),
                Err(error) => tracing::warn!(%error, "linked records were not refreshed"),
            }
            tokio::time::sleep(ROUND).await;
        }
    }

    /// Asks every link about the open cases whose turn it is; gives how many questions were asked.
    ///
    /// # Errors
    /// What the file says; never because a source is down.
    pub async fn refresh_due(&self) -> Result<usize, DeskError> {
        let links = self.sources()?;
        let links = links.into_iter().filter(|link| link.enabled);
        let rounds = join_all(links.map(|link| self.round(link))).await;
        let counts: Result<Vec<usize>, DeskError> = rounds.into_iter().collect();
        Ok(counts?.into_iter().sum())
    }

    async fn round(&self, link: LinkSource) -> Result<usize, DeskError> {
        if every(&link).is_none() || self.inner.watch.pausing(&link.key, self.now()).is_some() {
            return Ok(0);
        }
        let mine = link.clone();
        let due = self.away(move |desk| desk.due(&mine)).await?;
        let mut asked = 0;
        for reference in due {
            let Some(case) = self.reader()?.case(&reference)? else {
                continue;
            };
            let preparing = self.ask(&Actor::system(), &case, &link, Why::Turn).await?;
            asked += 1;
            if preparing || self.inner.watch.trouble(&link.key).is_some() {
                break;
            }
            tokio::time::sleep(BETWEEN).await;
        }
        Ok(asked)
    }

    /// The open cases whose turn it is.
    fn due(&self, link: &LinkSource) -> Result<Vec<CaseRef>, DeskError> {
        let (reader, now) = (self.reader()?, self.now());
        let mut query = ListQuery {
            facets: vec![Facet::Ended(false)],
            order: ListOrder::Received,
            limit: 500,
            ..ListQuery::default()
        };
        let mut due = Vec::new();
        loop {
            // Restricted cases too: nobody looks at them here.
            let page = reader.list(&query, &|_| true)?;
            for row in &page.rows {
                let asked = asked::read(&*reader, &row.reference, &link.key)?;
                if is_due(link, asked.as_ref(), &row.reference, now) {
                    due.push(row.reference.clone());
                }
                if due.len() >= MOST {
                    return Ok(due);
                }
            }
            match page.next {
                Some(next) => query.cursor = Some(next),
                None => return Ok(due),
            }
        }
    }
}

fn is_due(
    link: &LinkSource,
    asked: Option<&Asked>,
    reference: &CaseRef,
    now: DateTime<Utc>,
) -> bool {
    match asked {
        Some(asked) => next_turn(link, asked, reference).is_some_and(|turn| turn <= now),
        // Never asked: the link is younger than the case. All of them at once is for the night.
        None => every(link).is_some_and(|every| {
            let slot = slot(now, reference);
            every < DAY || (slot <= now && now < slot + TimeDelta::minutes(NIGHT_MINUTES))
        }),
    }
}

/// When a link is asked about a case again, as it was asked last; never for one that is asked only by hand.
pub(super) fn next_turn(
    link: &LinkSource,
    asked: &Asked,
    reference: &CaseRef,
) -> Option<DateTime<Utc>> {
    let every = every(link)?;
    if asked.preparing {
        return Some(asked.at + SHORTLY.min(every));
    }
    if let Some(since) = asked.down_since {
        // The longer it has been away, the rarer; but back within the working day.
        let pause = ((asked.at - since) / 2).clamp(TimeDelta::minutes(10), TimeDelta::hours(4));
        return Some(asked.at + pause.min(every));
    }
    if every < DAY {
        return Some(asked.at + every);
    }
    // The first night after it: a little before the interval is over, so that what was asked in the evening is asked
    // in that night too, and what was asked at night not twice in one.
    let earliest = asked.at + every - TimeDelta::hours(20);
    let slot_then = slot(earliest, reference);
    Some(if slot_then < earliest {
        slot(earliest + DAY, reference)
    } else {
        slot_then
    })
}

/// The minute of a case in the night of that day: spread over it, and always the same.
fn slot(day: DateTime<Utc>, reference: &CaseRef) -> DateTime<Utc> {
    let minute = i64::from(reference.number())
        .wrapping_mul(7_919)
        .rem_euclid(NIGHT_MINUTES);
    start_of_day(london_date(day)) + NIGHT_FROM + TimeDelta::minutes(minute)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn link(hours: u32) -> LinkSource {
        serde_json::from_value(
            serde_json::json!({"key": "housing", "plugin": "csv-folder", "refresh_hours": hours}),
        )
        .unwrap()
    }

    fn fine(at: DateTime<Utc>) -> Asked {
        Asked {
            at,
            fetched_at: Some(at),
            down_since: None,
            preparing: false,
        }
    }

    #[test]
    fn a_daily_link_is_asked_in_the_night_each_case_at_its_minute() {
        let (one, other) = (CaseRef::new(2026, 1), CaseRef::new(2026, 2));
        let turn = |asked: &str, case| next_turn(&link(24), &fine(at(asked)), case).unwrap();
        let first = turn("2026-11-20T14:00:00Z", &one);
        assert!(first >= at("2026-11-21T01:00:00Z") && first < at("2026-11-21T05:00:00Z"));
        assert_eq!(turn("2026-11-20T09:00:00Z", &one), first, "the same minute");
        assert_ne!(turn("2026-11-20T14:00:00Z", &other), first);
        let next = next_turn(&link(24), &fine(first), &one).unwrap();
        assert_eq!(next - first, TimeDelta::days(1));
        let weekly = next_turn(&link(7 * 24), &fine(first), &one).unwrap();
        assert_eq!(weekly - first, TimeDelta::days(7));
    }

    #[test]
    fn a_shorter_interval_knows_no_night_and_none_is_never() {
        let (case, asked) = (CaseRef::new(2026, 1), fine(at("2026-11-20T14:00:00Z")));
        assert_eq!(
            next_turn(&link(4), &asked, &case),
            Some(at("2026-11-20T18:00:00Z"))
        );
        assert_eq!(next_turn(&link(0), &asked, &case), None);
        assert!(!is_due(&link(24), None, &case, at("2026-11-20T14:00:00Z")));
        assert!(is_due(&link(24), None, &case, at("2026-11-20T05:00:00Z")));
        assert!(is_due(&link(1), None, &case, at("2026-11-20T14:00:00Z")));
    }

    #[test]
    fn a_source_whose_files_are_not_ready_is_asked_again_shortly_and_no_rarer_with_time() {
        let case = CaseRef::new(2026, 1);
        for asked in ["2026-11-20T14:00:00Z", "2026-11-20T18:00:00Z"] {
            let asked = Asked {
                preparing: true,
                ..fine(at(asked))
            };
            let next = next_turn(&link(24), &asked, &case).unwrap();
            assert_eq!((next - asked.at).num_minutes(), 2);
        }
    }

    #[test]
    fn a_source_that_is_down_is_asked_again_sooner_and_then_more_rarely() {
        let case = CaseRef::new(2026, 1);
        let down = |since: &str, asked: &str| {
            let asked = Asked {
                down_since: Some(at(since)),
                ..fine(at(asked))
            };
            (next_turn(&link(24), &asked, &case).unwrap() - asked.at).num_minutes()
        };
        assert_eq!(down("2026-11-20T14:00:00Z", "2026-11-20T14:00:00Z"), 10);
        assert_eq!(down("2026-11-20T14:00:00Z", "2026-11-20T16:00:00Z"), 60);
        assert_eq!(down("2026-11-18T14:00:00Z", "2026-11-20T16:00:00Z"), 240);
    }
}
