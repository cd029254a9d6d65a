//! Exporters: what each way of misbehaving ends with.

use super::*;

#[tokio::test]
async fn a_good_exporter_is_served_and_its_run_can_be_repeated() {
    let told = Arc::new(Mutex::new(vec![]));
    let (ended, seen) = export(&HOST, &mode("good"), Limits::export(), Reader::Quick).await;
    let report = ended.unwrap();
    assert_eq!(report.notes, ["made at 2026-03-02T09:30:00Z in en-GB"]);
    assert_eq!(report.log.lines[0].message, "mode good");
    let sizes: Vec<_> = seen
        .entries
        .iter()
        .map(|(p, b)| (p.as_str(), b.len()))
        .collect();
    assert_eq!(
        sizes,
        [
            ("case.json", 21),
            ("documents/photo.jpg", PHOTO),
            ("photo-size.txt", 6),
            ("letter.pdf", 11),
        ]
    );
    assert_eq!(seen.entries[2].1, b"300000");
    assert_eq!(seen.manifest.as_deref(), Some("manifest.json"));
    assert!(seen.closed);

    let (_, again) = export(&HOST, &mode("good"), tight(), Reader::Quick).await;
    assert_eq!(again.entries, seen.entries);

    let listener = Arc::clone(&told);
    let job = ExportJob {
        run: Run {
            progress: Some(Arc::new(move |done, total| {
                listener.lock().unwrap().push((done, total));
            })),
            ..run(&mode("good"), Limits::export())
        },
        source: Arc::new(Case),
        archive: Box::new(Bundle {
            seen: Arc::default(),
            reader: Reader::Quick,
        }),
        pdf: Arc::new(Pdf),
    };
    HOST.export(&EXPORTER, job).await.unwrap();
    assert_eq!(*told.lock().unwrap(), [(4, 4)]);
}

#[tokio::test]
async fn what_never_ends_is_ended() {
    let limits = tight();
    let looped = fails(&mode("loop"), |c| *c == Cause::Computing(limits.computing)).await;
    assert_eq!(
        looped.to_string(),
        "The plugin was stopped: it computed for 300 milliseconds without coming to an end."
    );
    fails(&mode("allocate"), |c| *c == Cause::Memory(limits.memory)).await;
    fails(&mode("write"), |c| *c == Cause::Written(limits.written)).await;
    fails(&mode("entries"), |c| *c == Cause::Entries(limits.entries)).await;
    fails(&mode("pdf-flood"), |c| *c == Cause::Renders(limits.renders)).await;
    // Whichever comes first on this machine.
    let flood = |c: &Cause| matches!(c, Cause::Calls(20_000) | Cause::Computing(_));
    fails(&mode("call-flood"), flood).await;
    fails(&mode("progress-flood"), flood).await;
    fails(&mode("section-flood"), flood).await;
    let flooded = fails(&mode("log-flood"), flood).await;
    assert_eq!(flooded.log.lines.len(), limits.log_lines);
    assert!(flooded.log.dropped > 100);
}

#[tokio::test]
async fn what_is_too_large_is_refused() {
    let roomy = Limits {
        memory: 256 << 20,
        computing: Duration::from_secs(10),
        ..tight()
    };
    for case in ["log-huge", "notes", "pdf-huge", "compose-bomb"] {
        let is = |c: &Cause| *c == Cause::Message(roomy.message);
        fails_within(roomy.clone(), &mode(case), is).await;
    }
    fails(&mode("include-flood"), |c| {
        matches!(c, Cause::Included(_) | Cause::Entries(_))
    })
    .await;
    fails(&mode("no-section"), |c| {
        matches!(c, Cause::Failed(Failure::BadInput(_)))
    })
    .await;
    fails(&mode("readers"), |c| {
        matches!(c, Cause::Failed(Failure::Denied(_)))
    })
    .await;
    let limits = Limits {
        included: PHOTO as u64 - 1,
        ..tight()
    };
    let (ended, seen) = export(&HOST, &mode("good"), limits, Reader::Quick).await;
    assert_eq!(ended.unwrap_err().cause, Cause::Included(PHOTO as u64 - 1));
    assert!(!seen.closed);
}

#[tokio::test]
async fn crashes_are_told_in_plain_words() {
    let says = |settings: &str, words: &'static str| {
        let settings = settings.to_owned();
        async move {
            fails(&settings, move |c| {
                matches!(c, Cause::Trapped(_)) && c.to_string().contains(words)
            })
            .await
        }
    };
    says(&mode("recurse"), "too deep").await;
    says(&mode("trap"), "it gave up without saying why").await;
    let panicked = says(&mode("panic"), "the guest gives up").await;
    assert!(!panicked.log.lines.is_empty());
}

#[tokio::test]
async fn an_archive_cannot_be_made_to_lie() {
    for (path, fault) in [
        ("../x", PathFault::Climbs),
        ("/etc/passwd", PathFault::Absolute),
        ("C:\\\\x", PathFault::Absolute),
        ("a\\u0000b", PathFault::Invisible),
        ("a\\u202etxt.exe", PathFault::Invisible),
        ("NUL.txt", PathFault::Reserved),
    ] {
        for mode in ["path", "path-ignored"] {
            let settings = format!(r#"{{"mode":"{mode}","path":"{path}"}}"#);
            fails(
                &settings,
                |c| matches!(c, Cause::Path { why, .. } if *why == fault),
            )
            .await;
        }
    }
    // Other spellings of the same tricks, wherever a path is taken.
    for path in [
        "a/../../b",
        "..",
        "./a",
        "a/./b",
        "a//b",
        "a/",
        "/",
        "",
        " ",
        "a\\\\..\\\\b",
        "\\\\\\\\server\\\\share",
        "con",
        "a/AUX.txt/b",
        "name.",
        "name ",
        "a\\nb",
        "a:b",
        "a?b",
    ] {
        for mode in ["path", "manifest-path", "compose-path"] {
            let settings = format!(r#"{{"mode":"{mode}","path":"{path}"}}"#);
            fails(&settings, |c| matches!(c, Cause::Path { .. })).await;
        }
    }
    assert_eq!(
        COMPOSED.load(Ordering::Relaxed),
        0,
        "nothing is composed for a path that cannot be"
    );
    let long = "x/".repeat(3000) + "x";
    let settings = format!(r#"{{"mode":"path","path":"{long}"}}"#);
    fails(&settings, |c| matches!(c, Cause::Path { .. })).await;
    fails(&mode("bad-utf8-path"), |c| matches!(c, Cause::Trapped(_))).await;
    let is = |fault| move |c: &Cause| matches!(c, Cause::Path { why, .. } if *why == fault);
    fails(&mode("duplicate"), is(PathFault::Duplicate)).await;
    fails(&mode("under-a-file"), is(PathFault::FileAndFolder)).await;
    let half = |c: &Cause| *c == Cause::Unfinished("half.txt".into());
    fails(&mode("unfinished"), half).await;
    fails(&mode("dropped"), half).await;
    fails(&mode("two-open"), |c| *c == Cause::TwoOpen("1.txt".into())).await;
    fails(&mode("two-manifests"), |c| *c == Cause::TwoManifests).await;
}

#[tokio::test]
async fn a_plugin_s_own_failures_come_through() {
    fails(&mode("refuses"), |c| {
        *c == Cause::Failed(Failure::BadInput("this case has no determination".into()))
    })
    .await;
    fails(&mode("no-attachment"), |c| {
        *c == Cause::Failed(Failure::BadInput(
            "the case has no attachment nobody".into(),
        ))
    })
    .await;
    for settings in ["{}", "not json", &mode("no such mode")] {
        fails(settings, |c| {
            matches!(c, Cause::Failed(Failure::BadSettings(_)))
        })
        .await;
    }
}
