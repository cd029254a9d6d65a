//! Linking adapters: what they may reach, and what their answers are held to.

use super::*;

async fn find(settings: &str, folder: Option<&Path>) -> Result<(LinkPage, RunLog), RunError> {
    let job = link_job(run(settings, tight()), folder);
    HOST.link_find(&LINKER, job, any(100)).await
}

#[tokio::test]
async fn an_adapter_reads_what_it_was_granted_and_nothing_else() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("secret.csv"), "a,b\n1,2\n").unwrap();
    let granted = home.path().join("granted");
    std::fs::create_dir(&granted).unwrap();
    std::fs::write(granted.join("repairs.csv"), b"Ref;Who\nR1;Zo\xeb\n").unwrap();
    std::fs::write(granted.join("empty.csv"), "").unwrap();
    std::os::unix::fs::symlink("../secret.csv", granted.join("link.csv")).unwrap();

    let read = |mode: &str, name: &str| {
        let settings = format!(r#"{{"mode":"{mode}","name":"{name}"}}"#);
        let granted = granted.clone();
        async move { find(&settings, Some(&granted)).await }
    };
    // The rows are shown as arrays, which a record is not: the host says which record is wrong.
    let wrong = read("table", "repairs.csv").await.unwrap_err();
    assert!(
        wrong.to_string().contains("is not a JSON object"),
        "{wrong}"
    );
    let (page, _) = read("bytes", "repairs.csv").await.unwrap();
    assert_eq!(page.records[0].document, r#"{"bytes":15}"#);
    for name in ["../secret.csv", "/etc/passwd", "link.csv", "gone.csv", ".."] {
        for mode in ["table", "bytes"] {
            let error = read(mode, name).await.unwrap_err();
            assert!(
                matches!(error.cause, Cause::Failed(Failure::Unavailable(_))),
                "{name}: {error}"
            );
        }
    }
    let error = read("table", "empty.csv").await.unwrap_err();
    assert!(error.to_string().contains("it is empty"), "{error}");
    let error = find(r#"{"mode":"bytes","name":"repairs.csv"}"#, None)
        .await
        .unwrap_err();
    assert!(
        matches!(error.cause, Cause::Failed(Failure::Denied(_))),
        "{error}"
    );
}

#[tokio::test]
async fn an_adapter_that_misbehaves_ends_its_own_run() {
    for (mode_name, words) in [
        ("bad-json", "the record \"1\" is not JSON"),
        (
            "more-than-asked",
            "100 records were asked for and 101 given",
        ),
        ("huge-record", "it wanted more than 16 MB of memory"),
        ("long-cursor", "the mark of its next page is too long"),
        ("http", "no connection is granted to this plugin"),
        ("panic", "no such luck"),
        ("loop", "it computed for 300 milliseconds"),
    ] {
        let error = find(&mode(mode_name), None).await.expect_err(mode_name);
        assert!(error.to_string().contains(words), "{mode_name}: {error}");
    }
    let job = |settings: &str| link_job(run(settings, tight()), None);
    let (said, _) = HOST.link_check(&LINKER, job(&mode("good"))).await.unwrap();
    assert_eq!(said, "0 files");
    let error = HOST
        .link_check(&LINKER, job(&mode("loop")))
        .await
        .unwrap_err();
    assert!(matches!(error.cause, Cause::Computing(_)), "{error}");
}
