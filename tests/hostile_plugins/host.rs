//! The host under load: neighbours, slow readers, foreign files, damaged caches.

use super::*;

#[tokio::test]
async fn busy_plugins_do_not_hold_up_a_good_one() {
    let host = Arc::new(
        PluginHost::new(HostConfig {
            threads: Some(2),
            ..HostConfig::default()
        })
        .unwrap(),
    );
    let endless = Limits {
        computing: Duration::from_secs(600),
        wall: Duration::from_secs(600),
        ..tight()
    };
    // Warm, so that the compiler's time is not in the comparison.
    export(&host, &mode("good"), tight(), Reader::Quick)
        .await
        .0
        .unwrap();
    let loops: Vec<_> = (0..4)
        .map(|_| {
            let (host, limits) = (Arc::clone(&host), endless.clone());
            tokio::spawn(async move { export(&host, &mode("loop"), limits, Reader::Quick).await.1 })
        })
        .collect();
    for _ in 0..10 {
        let (ended, seen) = export(&host, &mode("good"), tight(), Reader::Quick).await;
        ended.unwrap();
        assert!(seen.closed);
    }
    assert!(loops.iter().all(|looping| !looping.is_finished()));
    // Nobody waits for them any more: their places are free again.
    for looping in &loops {
        looping.abort();
    }
    let good = mode("good");
    let runs = (0..8).map(|_| export(&host, &good, tight(), Reader::Quick));
    for (ended, _) in futures_util::future::join_all(runs).await {
        ended.unwrap();
    }
}

#[tokio::test]
async fn a_slow_reader_costs_the_plugin_nothing() {
    let limits = Limits {
        computing: Duration::from_millis(500),
        wall: Duration::from_millis(900),
        ..tight()
    };
    // Eight hand-overs and more of 200 ms each.
    let slow = Reader::Slow(Duration::from_millis(200));
    let (ended, seen) = export(&HOST, &mode("good"), limits, slow).await;
    ended.unwrap();
    assert!(seen.closed);
}

#[tokio::test]
async fn a_reader_that_goes_or_stops_ends_the_export() {
    let (ended, seen) = export(&HOST, &mode("good"), tight(), Reader::Gone).await;
    assert_eq!(ended.unwrap_err().cause, Cause::Archive(ArchiveError::Gone));
    assert!(!seen.closed && seen.dropped);

    let (_held, until): (Sender<()>, _) = channel();
    let limits = Limits {
        stall: Duration::from_millis(300),
        ..tight()
    };
    let stall = Cause::Stalled(limits.stall);
    let (ended, seen) = export(&HOST, &mode("good"), limits, Reader::Stuck(until)).await;
    assert_eq!(ended.unwrap_err().cause, stall);
    assert!(!seen.closed);
}

#[tokio::test]
async fn what_is_no_plugin_of_this_kind_is_refused_before_it_runs() {
    assert!(HOST.accepts(&EXPORTER, Kind::Exporter).await.is_ok());
    assert!(HOST.accepts(&LINKER, Kind::Linker).await.is_ok());
    let junk = Plugin::new("junk", &b"\0asm nonsense"[..]);
    let empty = Plugin::new("empty", &b""[..]);
    for (plugin, kind, wanted) in [
        (&*EXPORTER, Kind::Linker, "a linking adapter"),
        (&*LINKER, Kind::Exporter, "an exporter"),
        (&junk, Kind::Exporter, "a plugin"),
        (&empty, Kind::Linker, "a plugin"),
    ] {
        let refused = HOST.accepts(plugin, kind).await.unwrap_err();
        let says = format!("This file is not {wanted} for this version of Redress");
        assert!(refused.to_string().starts_with(&says), "{refused}");
    }
}

#[tokio::test]
async fn compiled_code_is_kept_checked_and_made_again_when_damaged() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("cache");
    let config = || HostConfig {
        cache_dir: Some(folder.clone()),
        ..HostConfig::default()
    };
    let good = || async {
        let host = PluginHost::new(config()).unwrap();
        export(&host, &mode("good"), tight(), Reader::Quick)
            .await
            .0
            .unwrap();
    };
    good().await;
    let files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|f| f.unwrap().path())
        .collect();
    let [kept] = files.as_slice() else {
        panic!("{files:?}")
    };
    let made = std::fs::read(kept).unwrap();
    good().await;
    assert_eq!(std::fs::read(kept).unwrap(), made, "used as it was");

    let mut damaged = made.clone();
    damaged[made.len() / 2] ^= 1;
    for bytes in [&damaged[..], &made[..40], b""] {
        std::fs::write(kept, bytes).unwrap();
        good().await;
        assert_eq!(std::fs::read(kept).unwrap().len(), made.len(), "made again");
    }
}
