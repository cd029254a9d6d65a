//! Backups of the running file: by the landlord's schedule, on a person's word, checked again whenever asked.
//!
//! Each one is a verified copy of one moment, in a folder beside the data file, and on request in a second folder. The
//! newest has a second name that never changes, the rolling copy: any tool may copy that at any time. How the last
//! one went is kept in memory; what there is, the folder itself says.

mod bucket;
mod drill;
mod files;
mod object_store;
mod plan;
mod state;

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, SubsecRound, Utc};

use super::{Desk, DeskError, need};
use crate::auth::envelope;
use crate::domain::access::{Actor, Permission};
use crate::domain::refusal::required;
use crate::store::backup;
use crate::store::settings::{Change, Version};
use crate::store::verify::Report;
pub use crate::store::verify::Step;

pub use bucket::{BucketAnswers, BucketView, Sent};
pub use drill::{Counts, Drill};
pub use files::Backup;
use files::Folder;
pub use plan::{INTERVALS, Plan};
pub(super) use state::Keeper;
pub use state::{Backups, Checked, Doing, Failure, Place};

/// The setting under which the plan is kept.
const BACKUPS: &str = "backups";
/// How often the schedule is looked at.
const ROUND: Duration = Duration::from_secs(60);
/// What of a turn may pass before a backup that did not come is worth a warning, in turns.
const PATIENCE: i32 = 2;

/// The one backup or check that may run; it ends when this is dropped.
struct Turn(Desk);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.inner.keeper.told().doing = None;
    }
}

impl Desk {
    /// The plan in force and its version; 0 for the one that comes with the program.
    ///
    /// # Errors
    /// What the file says.
    pub fn backup_plan(&self) -> Result<(u32, Plan), DeskError> {
        let kept = self.reader()?.setting_version::<Plan>(BACKUPS)?;
        Ok(kept.map_or_else(|| (0, Plan::default()), |kept| (kept.version, kept.value)))
    }

    /// Every plan the landlord set, oldest first.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or what the file says.
    pub fn backup_plans(&self, by: &Actor) -> Result<Vec<Version<Plan>>, DeskError> {
        need(by, Permission::Administer)?;
        Ok(self.reader()?.setting_history(BACKUPS)?)
    }

    /// Replaces version `version` of the plan.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`]; [`DeskError::Conflict`] when another was set meanwhile; [`DeskError::Invalid`] for a
    /// plan that makes no sense, or another folder that is none or cannot be written.
    pub async fn plan_backups(
        &self,
        by: &Actor,
        version: u32,
        mut plan: Plan,
        why: &str,
    ) -> Result<u32, DeskError> {
        need(by, Permission::Administer)?;
        required(why, "why", "why the backups change")?;
        plan.also = plan.also.trim().to_owned();
        plan.encrypt_to = plan.encrypt_to.trim().to_owned();
        plan.check()?;
        let plan = self
            .away(move |desk| desk.try_other_folder(&plan).map(|()| plan))
            .await?;
        let change = Change {
            at: self.now(),
            by: by.id.clone(),
            why: why.trim().to_owned(),
            from: None,
        };
        let set = self
            .store()
            .write_async(move |tx| -> Result<u32, DeskError> {
                let before = tx.setting_version::<Plan>(BACKUPS)?;
                on_version(before.map_or(0, |before| before.version), version)?;
                Ok(tx.set_setting(BACKUPS, &plan, &change)?)
            });
        Ok(set.await?)
    }

    /// What backups there are, and how the last ones went.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or what the file or the folder says.
    pub fn backups(&self, by: &Actor) -> Result<Backups, DeskError> {
        need(by, Permission::Administer)?;
        let (version, plan) = self.backup_plan()?;
        let folder = Folder::beside(self.store().path());
        let (beside, beside_trouble) = match folder.list() {
            Ok(list) => (list, None),
            Err(error) => (Vec::new(), Some(error.to_string())),
        };
        let also = match self.other_folder(&plan) {
            Some(other) => other.list().map_err(|error| error.to_string()),
            None => Ok(Vec::new()),
        };
        let now = self.now();
        let born = self.born()?;
        let newest = beside.first().map_or(born, |backup| backup.taken_at);
        let turn = chrono::TimeDelta::hours(i64::from(plan.every));
        let bucket = self.bucket(by)?;
        let told = self.inner.keeper.told();
        Ok(Backups {
            bucket,
            sent: told.sent.clone(),
            next: plan.on.then(|| plan.next_turn(now)),
            late: plan.on && newest < plan.last_turn(now) - turn * (PATIENCE - 1),
            latest: Some(folder.latest()).filter(|latest| latest.is_file()),
            folder: folder.path().to_owned(),
            doing: told.doing.clone(),
            failure: told.failure.clone(),
            checks: told.checks.clone(),
            plan,
            version,
            beside,
            beside_trouble,
            also,
        })
    }

    /// When the newest backup beside the data file was taken: for monitors, who may know that much of any server.
    pub fn newest_backup(&self) -> Option<DateTime<Utc>> {
        let there = Folder::beside(self.store().path()).list().ok()?;
        there.first().map(|backup| backup.taken_at)
    }

    /// How far the backup or check is that runs now; none when none does, or it has only begun.
    pub fn backup_step(&self) -> Option<Step> {
        self.inner.keeper.told().doing.as_ref()?.step
    }

    /// Whether the last backup did not go well, as far as this run of the program knows.
    pub fn backup_failed(&self) -> bool {
        self.inner.keeper.told().failure.is_some()
    }

    /// Begins a backup. It goes on by itself; [`Desk::backups`] tells how far it is.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or [`DeskError::Conflict`] while another backup or check runs.
    pub fn begin_backup(&self, by: &Actor) -> Result<(), DeskError> {
        need(by, Permission::Administer)?;
        let turn = self.take_turn(None)?;
        tokio::task::spawn_blocking(move || drop(turn.0.back_up()));
        Ok(())
    }

    /// Makes a backup and waits for it.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`]; [`DeskError::Conflict`] while another backup or check runs; why there is no backup.
    pub async fn make_backup(&self, by: &Actor) -> Result<Backup, DeskError> {
        need(by, Permission::Administer)?;
        let turn = self.take_turn(None)?;
        self.away(move |desk| {
            let _turn = turn;
            desk.back_up().map(|(backup, _)| backup)
        })
        .await
    }

    /// Copies the running file, verified, to `dest`, which must not exist.
    ///
    /// # Errors
    /// As [`Desk::make_backup`].
    pub async fn back_up_to(&self, by: &Actor, dest: PathBuf) -> Result<Report, DeskError> {
        need(by, Permission::Administer)?;
        let turn = self.take_turn(None)?;
        self.away(move |desk| {
            let (_turn, keeper) = (turn, &desk.inner.keeper);
            let copied = backup::backup(desk.store(), &dest, &mut |step| keeper.step(step));
            Ok(copied?)
        })
        .await
    }

    /// Begins to check a backup: it is opened as a restore would open it, read through, and held beside the record in
    /// use. [`Desk::backups`] has what was found.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`]; [`DeskError::NotFound`]; [`DeskError::Conflict`] while another backup or check runs.
    pub fn begin_check(&self, by: &Actor, place: Place, name: &str) -> Result<(), DeskError> {
        let backups = self.backups(by)?;
        let list = match place {
            Place::Beside => backups.beside,
            Place::Also => backups.also.unwrap_or_default(),
        };
        let mut list = list.into_iter();
        let backup = list
            .find(|backup| backup.name == name)
            .ok_or(DeskError::NotFound)?;
        if backup.sealed {
            return Err(DeskError::Conflict(
                "This backup is encrypted, and its private key is not here. Check it where the key is, with `redress \
                 verify --key KEY FILE`."
                    .into(),
            ));
        }
        let turn = self.take_turn(Some(backup.name.clone()))?;
        tokio::task::spawn_blocking(move || {
            let desk = &turn.0;
            let found = desk
                .drill_now(&backup.path)
                .map_err(|error| error.to_string());
            if let Err(why) = &found {
                tracing::error!(backup = %backup.path.display(), why, "a backup failed its check");
            }
            let at = desk.now();
            let checked = Checked { at, found };
            let checks = &mut desk.inner.keeper.told().checks;
            checks.insert((place, backup.name), checked);
        });
        Ok(())
    }

    /// Checks a backup and waits: the newest one beside the data file, or any file.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`]; [`DeskError::NotFound`] when there is no backup yet; [`DeskError::Conflict`] while
    /// another backup or check runs; why the file is no backup.
    pub async fn check_backup(
        &self,
        by: &Actor,
        file: Option<PathBuf>,
    ) -> Result<(PathBuf, Drill), DeskError> {
        let newest = self.backups(by)?.beside.into_iter().next();
        let newest = newest.map(|backup| backup.path);
        let path = file.or(newest).ok_or(DeskError::NotFound)?;
        let turn = self.take_turn(Some(path.display().to_string()))?;
        self.away(move |desk| {
            let _turn = turn;
            let found = desk.drill_now(&path)?;
            Ok((path, found))
        })
        .await
    }

    /// Makes backups by the plan, for as long as it is awaited.
    pub async fn keep_backups(&self) {
        loop {
            // First the wait: a server that has just started has people waiting for it.
            tokio::time::sleep(ROUND).await;
            if let Err(error) = self.away(|desk| desk.back_up_if_due()).await {
                tracing::error!(%error, "no backup was made");
            }
        }
    }

    /// Makes a backup if one is due by now; tells whether it did.
    ///
    /// # Errors
    /// What the file or the disk says.
    pub fn back_up_if_due(&self) -> Result<bool, DeskError> {
        let (_, plan) = self.backup_plan()?;
        if !plan.on {
            return Ok(false);
        }
        // A folder that cannot be read is no reason not to try: the backup will say what is wrong with it.
        let there = Folder::beside(self.store().path()).list();
        let there = there.unwrap_or_default();
        let times: Vec<_> = there.iter().map(|backup| backup.taken_at).collect();
        if !plan.is_due(&times, self.born()?, self.now()) || !self.worth_another_try(&plan) {
            return Ok(false);
        }
        // Someone is at it by hand: the next round sees what came of it.
        let Ok(_turn) = self.take_turn(None) else {
            return Ok(false);
        };
        self.back_up().map(|_| true)
    }

    /// Whether a turn that failed may be tried again: after a quarter of an hour, because most disks that are full stay
    /// so for a while.
    fn worth_another_try(&self, plan: &Plan) -> bool {
        let failure = self.inner.keeper.told().failure.clone();
        let now = self.now();
        failure.is_none_or(|failure| {
            failure.at < plan.last_turn(now) || now - failure.at >= chrono::TimeDelta::minutes(15)
        })
    }

    /// When the record began.
    fn born(&self) -> Result<DateTime<Utc>, DeskError> {
        let reader = self.reader()?;
        if reader.chain_head()?.number == 0 {
            return Ok(self.now());
        }
        Ok(reader.event_at(1)?.meta.recorded_at)
    }

    fn other_folder(&self, plan: &Plan) -> Option<Folder> {
        let path = Path::new(&plan.also);
        (!plan.also.is_empty()).then(|| Folder::at(path, self.store().path()))
    }

    fn take_turn(&self, checks: Option<String>) -> Result<Turn, DeskError> {
        let mut told = self.inner.keeper.told();
        if let Some(doing) = &told.doing {
            let what = match &doing.checks {
                Some(name) => format!("{name} is being checked"),
                None => "A backup is being made".to_owned(),
            };
            return Err(DeskError::Conflict(format!(
                "{what} just now. Wait until it is done."
            )));
        }
        told.doing = Some(Doing {
            checks,
            since: self.now(),
            step: None,
        });
        drop(told);
        Ok(Turn(self.clone()))
    }

    fn drill_now(&self, path: &Path) -> Result<Drill, DeskError> {
        let keeper = &self.inner.keeper;
        Ok(drill::drill(path, self.store(), &mut |step| {
            keeper.step(step)
        })?)
    }

    /// Makes a backup now, sends it where else it belongs and tidies up; what went wrong is remembered.
    fn back_up(&self) -> Result<(Backup, Report), DeskError> {
        let made = self.back_up_here();
        let mut wrong = Vec::new();
        let mut sent = None;
        match &made {
            Err(error) => wrong.push(error.to_string()),
            Ok((backup, _)) => {
                // Each on its own: a disk that is gone must not keep a backup from the object store.
                let plan = self.backup_plan()?.1;
                wrong.extend(
                    self.back_up_beyond(backup, &plan)
                        .err()
                        .map(|e| e.to_string()),
                );
                match self.back_up_to_bucket(backup, &plan) {
                    Ok(done) => sent = done,
                    Err(error) => wrong.push(error.to_string()),
                }
            }
        }
        let why = wrong.join(" ");
        if !why.is_empty() {
            tracing::error!(why, "the backup did not go well");
        }
        let at = self.now();
        let mut told = self.inner.keeper.told();
        told.failure = (!why.is_empty()).then_some(Failure { at, why });
        told.sent = sent.or(told.sent.take());
        drop(told);
        made
    }

    fn back_up_here(&self) -> Result<(Backup, Report), DeskError> {
        let (_, plan) = self.backup_plan()?;
        let data = self.store().path();
        let folder = Folder::beside(data);
        folder.make()?;
        folder.clear()?;
        let size = std::fs::metadata(data).map(|about| about.len());
        folder.require_room(size.unwrap_or(0))?;
        let at = self.now().trunc_subsecs(0);
        let path = folder.place(at, false);
        let keeper = &self.inner.keeper;
        let report = backup::backup(self.store(), &path, &mut |step| keeper.step(step))?;
        folder.roll(&path)?;
        tidy(&folder, &plan, at)?;
        tracing::info!(file = %path.display(), head = %report.head, "backed up");
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let backup = Backup {
            name: name.into_owned(),
            bytes: std::fs::metadata(&path).map_or(0, |about| about.len()),
            taken_at: at,
            sealed: false,
            path,
        };
        Ok((backup, report))
    }

    /// Copies a backup to the other folder, if the plan has one.
    fn back_up_beyond(&self, made: &Backup, plan: &Plan) -> Result<(), DeskError> {
        let Some(other) = self.other_folder(plan) else {
            return Ok(());
        };
        let keeper = &self.inner.keeper;
        let copy = || {
            other.require_room(made.bytes)?;
            let to = other.place(made.taken_at, !plan.encrypt_to.is_empty());
            let mut pass = |from: &mut dyn Read, to: &mut dyn Write| match plan.encrypt_to.as_str()
            {
                "" => backup::as_they_are(from, to),
                key => envelope::encrypt(from, to, key).map_err(io::Error::other),
            };
            backup::duplicate(&made.path, &to, &mut pass, &mut |step| keeper.step(step))?;
            tidy(&other, plan, made.taken_at)
        };
        copy().map_err(|error: DeskError| {
            DeskError::Conflict(format!(
                "The backup was made beside the data file, but not copied to {}: {error}",
                plan.also
            ))
        })
    }

    /// Refuses another folder that backups cannot be copied to.
    fn try_other_folder(&self, plan: &Plan) -> Result<(), DeskError> {
        if !plan.encrypt_to.is_empty() {
            envelope::check_recipient(&plan.encrypt_to).map_err(|error| DeskError::Invalid {
                field: "encrypt_to",
                detail: error.to_string(),
            })?;
        }
        let Some(other) = self.other_folder(plan) else {
            return Ok(());
        };
        let refuse = |detail: String| DeskError::Invalid {
            field: "also",
            detail,
        };
        if !other.path().is_absolute() {
            return Err(refuse(
                "Give the folder by its full path, which begins with /.".into(),
            ));
        }
        if !other.path().is_dir() {
            return Err(refuse(format!(
                "There is no folder {}. Make it first, on a disk that outlives this machine.",
                other.path().display()
            )));
        }
        let beside = Folder::beside(self.store().path());
        let same = |one: &Path| std::fs::canonicalize(one).ok();
        if same(other.path()).is_some() && same(other.path()) == same(beside.path()) {
            return Err(refuse(
                "That is the folder backups are in already. Give another, on another disk.".into(),
            ));
        }
        tempfile::tempfile_in(other.path()).map(drop).map_err(|error| {
            refuse(format!(
                "Nothing can be written into {} ({error}). Let the user that Redress runs as write there.",
                other.path().display()
            ))
        })
    }
}

/// Refuses a change of a version that is no longer the last.
fn on_version(last: u32, seen: u32) -> Result<(), DeskError> {
    if last == seen {
        return Ok(());
    }
    Err(DeskError::Conflict(format!(
        "Someone else has changed the backups since you opened them; they are at version {last}. Open the page again and \
         make your change there."
    )))
}

/// Removes what the plan lets go.
fn tidy(folder: &Folder, plan: &Plan, now: DateTime<Utc>) -> Result<(), DeskError> {
    let there = folder.list()?;
    let times: Vec<_> = there.iter().map(|backup| backup.taken_at).collect();
    let gone = plan.let_go(&times, now);
    for backup in there
        .iter()
        .filter(|backup| gone.contains(&backup.taken_at))
    {
        folder.remove(backup)?;
        tracing::info!(file = %backup.path.display(), "let go of a backup");
    }
    Ok(())
}
