//! The scripts in `seeds/demo`: who says and does what on which day. Data only; [`super::play`] acts it out.

use anyhow::{Context, Result, bail};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::days::Days;
use crate::domain::case::State;

/// Every script, by the name of its file.
const SCRIPTS: [(&str, &str); 8] = [
    (
        "road.toml",
        include_str!("../../../seeds/demo/cases/road.toml"),
    ),
    (
        "arriving.toml",
        include_str!("../../../seeds/demo/cases/arriving.toml"),
    ),
    (
        "stage1.toml",
        include_str!("../../../seeds/demo/cases/stage1.toml"),
    ),
    (
        "stage2.toml",
        include_str!("../../../seeds/demo/cases/stage2.toml"),
    ),
    (
        "ended.toml",
        include_str!("../../../seeds/demo/cases/ended.toml"),
    ),
    (
        "refused.toml",
        include_str!("../../../seeds/demo/cases/refused.toml"),
    ),
    (
        "beside.toml",
        include_str!("../../../seeds/demo/cases/beside.toml"),
    ),
    (
        "ombudsman.toml",
        include_str!("../../../seeds/demo/cases/ombudsman.toml"),
    ),
];

/// One case from its first word to where it stands today.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scene {
    /// Its name among the scripts.
    pub key: String,
    /// The state it is in at the end.
    pub ends: State,
    /// Received so many working days before today.
    pub received: i32,
    /// At this time in London.
    pub at: NaiveTime,
    /// Taken down so many working days later.
    #[serde(default)]
    pub logged_after: i32,
    /// By whom.
    pub logged_by: String,
    /// The intake as the API takes it, without `received_at`.
    pub intake: Map<String, Value>,
    /// What happens then, in order.
    #[serde(default)]
    pub steps: Vec<Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Script {
    case: Vec<Scene>,
}

/// When something happens and to which case.
pub struct Cue {
    /// When.
    pub at: DateTime<Utc>,
    /// The day that days in its words are counted from.
    pub day: NaiveDate,
    /// Which scene.
    pub scene: usize,
    /// Which of its steps; none for its logging.
    pub step: Option<usize>,
}

/// The scenes of every script.
pub fn scenes() -> Result<Vec<Scene>> {
    let mut scenes = Vec::new();
    for (name, text) in SCRIPTS {
        let script: Script =
            toml::from_str(text).with_context(|| format!("seeds/demo/cases/{name}"))?;
        scenes.extend(script.case);
    }
    Ok(scenes)
}

/// Everything that happens in `scenes`, in the order of time.
pub fn cues(scenes: &[Scene], days: &Days<'_>) -> Result<Vec<Cue>> {
    let mut cues = Vec::new();
    for (number, scene) in scenes.iter().enumerate() {
        let received = days.working_day(scene.received);
        let logged = days.shift(received, scene.logged_after);
        let mut last = days.moment(logged, scene.at) + TimeDelta::minutes(6);
        cues.push(Cue {
            at: last.min(days.now()),
            day: received,
            scene: number,
            step: None,
        });
        for (index, step) in scene.steps.iter().enumerate() {
            let wrong = |what: &str| format!("{}, step {}: {what}", scene.key, index + 1);
            let after = step.get("day").and_then(Value::as_i64);
            let after = i32::try_from(after.with_context(|| wrong("it has no day"))?)?;
            let day = days.shift(received, after);
            if day > days.today() {
                bail!(wrong("it lies in the future"));
            }
            let time = match step.get("at").and_then(Value::as_str) {
                Some(text) => text
                    .parse()
                    .with_context(|| wrong("its time cannot be read"))?,
                None => usual_time(number, index),
            };
            let mut at = days.moment(day, time);
            if at < last {
                // On the same day one thing follows another.
                at = last + TimeDelta::minutes(7);
            }
            last = at.min(days.now());
            cues.push(Cue {
                at: last,
                day,
                scene: number,
                step: Some(index),
            });
        }
    }
    cues.sort_by_key(|cue| cue.at);
    Ok(cues)
}

/// A time in office hours that differs from case to case.
fn usual_time(scene: usize, step: usize) -> NaiveTime {
    let minutes = (scene * 37 + step * 53) % 420;
    let hour = 9 + minutes / 60;
    u32::try_from(hour)
        .ok()
        .zip(u32::try_from(minutes % 60).ok())
        .and_then(|(hour, minute)| NaiveTime::from_hms_opt(hour, minute, 0))
        .unwrap_or_default()
}
