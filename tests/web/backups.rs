//! Backups by the schedule: a desk whose time the test moves. And the page on which they are made, checked and planned.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use redress::desk::backups::{Backups, Plan};
use redress::desk::people::NewPerson;
use redress::desk::{Desk, DeskError};
use redress::domain::access::{Actor, Role};
use redress::pdf::{Limits, Renderer};
use redress::plugins::{HostConfig, PluginHost};
use redress::store::{Options, Store, verify::verify};

use super::site::Site;
use crate::support::until;

/// A landlord's desk that begins at a moment, and the clock to move.
struct Office {
    desk: Desk,
    clock: Arc<AtomicI64>,
    admin: Actor,
}

impl Office {
    async fn begun(folder: &Path, at: &str) -> Self {
        let store =
            Store::create(&folder.join("redress.redb"), Options::default()).expect("a file");
        let renderer = Renderer::with_program(env!("CARGO_BIN_EXE_redress"), Limits::default());
        let plugins = PluginHost::new(HostConfig::default()).expect("a sandbox");
        let clock = Arc::new(AtomicI64::new(0));
        let mine = Arc::clone(&clock);
        let now = move || DateTime::from_timestamp(mine.load(Ordering::SeqCst), 0).expect("a time");
        let desk = Desk::new(store, renderer, plugins, Arc::new(now)).expect("a desk");
        let admin = Actor::new("ada", "Ada", [Role::Administrator]);
        let office = Self { desk, clock, admin };
        office.set(at);
        let person = NewPerson {
            id: "otto".into(),
            name: "Otto".into(),
            roles: [Role::ComplaintsOfficer].into(),
            password: None,
        };
        let added = office.desk.add_person(&office.admin, person, None).await;
        added.expect("the first event");
        office
    }

    fn set(&self, at: &str) {
        let at: DateTime<Utc> = at.parse().expect("a time");
        self.clock.store(at.timestamp(), Ordering::SeqCst);
    }

    fn later(&self, by: TimeDelta) {
        self.clock.fetch_add(by.num_seconds(), Ordering::SeqCst);
    }

    fn look(&self) -> Backups {
        self.desk.backups(&self.admin).expect("the backups")
    }

    fn taken(&self) -> Vec<String> {
        let look = self.look();
        look.beside
            .iter()
            .map(|b| b.taken_at.to_rfc3339())
            .collect()
    }

    async fn plan(&self, version: u32, plan: Plan) -> Result<u32, DeskError> {
        self.desk
            .plan_backups(&self.admin, version, plan, "The board asked")
            .await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn backups_come_by_the_clock_and_the_oldest_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let office = Office::begun(folder.path(), "2026-11-02T09:00:00Z").await;
    let due = || office.desk.back_up_if_due().expect("no fault");
    assert!(!due(), "the first evening has not come");
    assert!(!office.look().late);
    office.set("2026-11-02T22:00:30Z");
    assert!(due(), "on by default");
    assert!(!due(), "once a turn");
    assert_eq!(office.taken(), ["2026-11-02T22:00:30+00:00"]);
    assert_eq!(
        office.look().next.expect("a turn").to_rfc3339(),
        "2026-11-03T22:00:00+00:00"
    );

    // Three nights off: one backup makes up for them, and the page had said that it was late.
    office.set("2026-11-06T08:00:00Z");
    assert!(office.look().late);
    assert!(due());
    assert!(!office.look().late);

    // A month of nights leaves what the plan keeps.
    let plan = Plan {
        days: 3,
        months: 1,
        ..Plan::default()
    };
    office.plan(0, plan).await.expect("set");
    office.set("2026-11-06T22:01:00Z");
    for _ in 0..30 {
        assert!(due());
        office.later(TimeDelta::days(1));
    }
    assert_eq!(
        office.taken(),
        [
            "2026-12-05T22:01:00+00:00",
            "2026-12-04T22:01:00+00:00",
            "2026-12-03T22:01:00+00:00",
            "2026-12-02T22:01:00+00:00",
            "2026-11-30T22:01:00+00:00"
        ]
    );

    // The rolling copy is the newest, opens by itself, and stays whole when the others are taken away.
    let latest = office.look().latest.expect("a rolling copy");
    for backup in office.look().beside {
        fs::remove_file(backup.path).expect("removed");
    }
    assert_eq!(verify(&latest, None, &mut |_| {}).expect("sound").events, 2);

    office
        .plan(
            1,
            Plan {
                on: false,
                ..Plan::default()
            },
        )
        .await
        .expect("set");
    office.later(TimeDelta::days(9));
    assert!(!due(), "off is off");
    assert!(office.look().next.is_none() && !office.look().late);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_folder_gets_its_copies_and_its_loss_is_told_without_losing_the_backup() {
    let folder = tempfile::tempdir().expect("a folder");
    let away = tempfile::tempdir().expect("another disk");
    let office = Office::begun(folder.path(), "2026-11-02T09:00:00Z").await;
    let to = |path: &Path| Plan {
        also: path.display().to_string(),
        ..Plan::default()
    };
    let field = |refused: Result<u32, DeskError>| match refused {
        Err(DeskError::Invalid { field, detail }) => (field, detail),
        other => panic!("{other:?}"),
    };
    for wrong in ["here", "/no/such/folder"] {
        assert_eq!(field(office.plan(0, to(Path::new(wrong))).await).0, "also");
    }
    office.plan(0, to(away.path())).await.expect("set");
    let stale = office.plan(0, Plan::default()).await;
    assert!(matches!(stale, Err(DeskError::Conflict(_))), "{stale:?}");

    let made = office.desk.make_backup(&office.admin).await.expect("made");
    let look = office.look();
    let copies = look.also.expect("seen");
    assert_eq!(
        (copies.len(), copies[0].name.as_str()),
        (1, made.name.as_str())
    );
    assert!(fs::read(&made.path).expect("one") == fs::read(&copies[0].path).expect("other"));
    assert!(look.failure.is_none());
    // What would be the same folder twice is no second copy.
    let own = to(&look.folder);
    assert!(field(office.plan(1, own).await).1.contains("already"));

    // The disk goes away: the backup is made, the loss is said, and the next one that goes well ends it.
    let gone = away.path().with_extension("gone");
    fs::rename(away.path(), &gone).expect("unplugged");
    office.later(TimeDelta::hours(1));
    let made = office.desk.make_backup(&office.admin).await.expect("made");
    let failure = office.look().failure.expect("told").why;
    assert!(
        failure.contains("not copied to") && failure.contains(away.path().to_str().expect("text")),
        "{failure}"
    );
    verify(&made.path, None, &mut |_| {}).expect("sound");
    fs::rename(&gone, away.path()).expect("plugged in");
    office.later(TimeDelta::hours(1));
    office.desk.make_backup(&office.admin).await.expect("made");
    assert_eq!(office.look().failure, None);
    assert_eq!(office.look().also.expect("seen").len(), 2);

    let officer = Actor::new("otto", "Otto", [Role::ComplaintsOfficer]);
    assert!(matches!(
        office.desk.begin_backup(&officer),
        Err(DeskError::Forbidden(_))
    ));
    assert!(matches!(
        office.desk.backups(&officer),
        Err(DeskError::Forbidden(_))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_knows_its_own_record_from_a_torn_file_and_from_a_strangers() {
    let folder = tempfile::tempdir().expect("a folder");
    let office = Office::begun(folder.path(), "2026-11-02T09:00:00Z").await;
    let made = office.desk.make_backup(&office.admin).await.expect("made");
    office
        .plan(
            0,
            Plan {
                days: 5,
                ..Plan::default()
            },
        )
        .await
        .expect("one event more");
    let (path, drill) = office
        .desk
        .check_backup(&office.admin, None)
        .await
        .expect("sound");
    assert_eq!((path, drill.since), (made.path.clone(), Some(1)));
    assert_eq!((drill.report.events, drill.now.events), (1, 2));

    let elsewhere = tempfile::tempdir().expect("a folder");
    let other = Office::begun(elsewhere.path(), "2026-11-02T09:30:00Z").await;
    let theirs = other.desk.make_backup(&other.admin).await.expect("made");
    let (_, drill) = office
        .desk
        .check_backup(&office.admin, Some(theirs.path))
        .await
        .expect("whole");
    assert_eq!(drill.since, None);

    let torn = folder.path().join("torn.redb");
    let bytes = fs::read(&made.path).expect("bytes");
    fs::write(&torn, &bytes[..bytes.len() / 2]).expect("written");
    let refused = office
        .desk
        .check_backup(&office.admin, Some(torn))
        .await
        .expect_err("torn");
    assert!(refused.to_string().contains("torn"), "{refused}");
}

#[test]
fn the_page_makes_backups_checks_them_and_changes_the_schedule() {
    let site = Site::started();
    let page = site.get("/settings/backups");
    assert!(
        page.text.contains("There is no backup yet") && page.text.contains("22:00"),
        "{}",
        page.text
    );
    // Something stands in the way: every page tells those who can see to it, and nobody else.
    fs::write(site.backups(), b"").expect("a file");
    site.post("/settings/backups/make", &[]);
    let warned = |site: &Site| {
        site.get("/")
            .text
            .contains("The last backup did not go well")
    };
    until("a warning", || warned(&site));
    let page = site.get("/settings/backups");
    assert!(
        page.text.contains("redress-backups exists already"),
        "{}",
        page.text
    );
    let officer = site.as_role("complaints_officer");
    assert!(!warned(&officer));
    fs::remove_file(site.backups()).expect("removed");

    assert_eq!(site.post("/settings/backups/make", &[]).status, 200);
    until("a backup", || {
        site.get("/settings/backups").text.contains("Up to date")
    });
    let page = site.get("/settings/backups");
    assert!(page.text.contains("redress-latest.redb"), "{}", page.text);
    let name = site.hidden("/settings/backups", "name");
    let checked = site.post(
        "/settings/backups/check",
        &[("place", "beside"), ("name", &name)],
    );
    assert_eq!(checked.status, 200, "{}", checked.text);
    until("a check", || {
        site.get("/settings/backups")
            .text
            .contains("sound and of this record")
    });
    let strange = site.post(
        "/settings/backups/check",
        &[("place", "beside"), ("name", "../redress.redb")],
    );
    assert_eq!(strange.status, 404);

    let version = site.hidden("/settings/backups", "version");
    let mut plan = vec![
        ("on", "true"),
        ("every", "6"),
        ("hour", "23"),
        ("days", "700"),
        ("months", "12"),
        ("also", ""),
        ("encrypt_to", ""),
        ("version", version.as_str()),
        ("why", "Our policy <script>x</script>"),
    ];
    let refused = site.post("/settings/backups", &plan);
    assert!(
        refused.status == 422 && refused.text.contains("href=\"#days\""),
        "{}",
        refused.text
    );
    assert!(!refused.text.contains("<script>x"), "{}", refused.text);
    plan[3].1 = "30";
    assert_eq!(site.post("/settings/backups", &plan).status, 200);
    let late = site.post("/settings/backups", &plan);
    assert!(
        late.status == 422 && late.text.contains("Someone else has changed"),
        "{}",
        late.text
    );
    assert_eq!(officer.get("/settings/backups").status, 403);
    assert_eq!(officer.post("/settings/backups/make", &[]).status, 403);
}
