//! Adapters that try to turn the host's requests against the landlord, or hang on a system that is down: the sentence
//! says what was tried, the log has every request, and no secret stands anywhere.

use redress::auth::seal::Secret;
use redress::plugins::Connections;
use redress::plugins::http::{Credentials, Grant, Http};

use super::*;
use crate::connections::server::{Server, answer};

const SECRET: &str = "key-of-the-landlord/2026";

fn connections(base: String) -> Arc<dyn Connections> {
    let grant = Grant {
        private_network: vec!["127.0.0.1".into()],
        credentials: Credentials::Bearer(Secret::new(SECRET)),
        ..Grant::new("repairs", base)
    };
    let http = Http::new().unwrap();
    http.session("link", vec![grant], 20).unwrap()
}

async fn find(
    settings: serde_json::Value,
    limits: Limits,
    connections: Arc<dyn Connections>,
) -> Result<(LinkPage, RunLog), RunError> {
    let job = LinkJob {
        run: run(&settings.to_string(), limits),
        folder: None,
        connections,
    };
    let query = LinkQuery {
        document: "{}".into(),
        limit: 10,
        cursor: None,
    };
    HOST.link_find(&LINKER, job, query).await
}

fn asking(mode: &str, url: &str) -> serde_json::Value {
    serde_json::json!({ "mode": mode, "connection": "repairs", "method": "GET", "url": url })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adapter_sends_what_was_granted_and_its_log_tells_of_it() {
    let server = Server::start(|_, _, to| answer(to, "200 OK", "", "[]"));
    let granted = connections(server.url("/api"));
    let (page, log) = find(asking("send", "jobs?ref=007"), tight(), granted)
        .await
        .unwrap();
    assert_eq!(page.records[0].document, r#"{"status":200,"body":"[]"}"#);
    assert_eq!(log.calls.len(), 1);
    assert_eq!(log.calls[0].url, server.url("/api/jobs?ref=…"));
    assert_eq!(log.calls[0].status, Some(200));
    let came = &server.came()[0];
    assert_eq!(
        came.header("x-correlation-id"),
        Some(log.calls[0].correlation_id.as_str())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adapter_that_asks_for_more_is_told_no_in_plain_words() {
    let server = Server::start(|_, _, to| {
        let away = "location: http://169.254.169.254/latest/meta-data/iam\r\n";
        answer(to, "302 Found", away, "");
    });
    let other = Server::start(|_, _, to| answer(to, "200 OK", "", "reached"));
    let with = |name: &str, value: serde_json::Value| {
        let mut asked = asking("send", "jobs");
        asked[name] = value;
        asked
    };
    for (asked, words) in [
        (
            with("connection", "people-of-another-link".into()),
            "there is no connection \"people-of-another-link\": only repairs is granted to this link",
        ),
        (
            with("url", other.url("/").into()),
            "is outside what is granted",
        ),
        (
            with("url", "https://2852039166/latest/meta-data".into()),
            "an address that begins with https: is outside what is granted",
        ),
        (
            with("url", "../../admin".into()),
            "the path /admin is outside what is granted",
        ),
        (
            with("url", "file:///etc/passwd".into()),
            "an address that begins with file: is outside",
        ),
        (
            with("method", "DELETE".into()),
            "the connection \"repairs\" was granted GET and not DELETE",
        ),
        (
            with(
                "headers",
                serde_json::json!([["Authorization", "Bearer x"]]),
            ),
            "a plugin may not set the header authorization: the connection signs in, not the plugin",
        ),
        (
            with(
                "headers",
                serde_json::json!([["Transfer-Encoding", "chunked"]]),
            ),
            "may not set the header transfer-encoding: the host says where a request begins and ends",
        ),
        (
            with("headers", serde_json::json!([["x", "a\r\nHost: internal"]])),
            "has characters that no header may have",
        ),
        (
            asking("send", "jobs"),
            "the other system sent the request on to http://169.254.169.254, outside what is granted",
        ),
    ] {
        let granted = connections(server.url("/api"));
        let error = find(asked, tight(), granted).await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        assert!(matches!(error.cause, Cause::Failed(_)), "{error:?}");
    }
    assert!(other.came().is_empty());
    assert_eq!(server.came().len(), 1, "only the redirect was asked for");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_comes_back_is_told_to_nobody() {
    let server = Server::start(|came, _, to| {
        let sent = came.header("authorization").unwrap_or_default().to_owned();
        answer(to, "200 OK", &format!("x-echo: {sent}\r\n"), &sent);
    });
    let granted = || connections(server.url("/api"));
    let error = find(
        asking("tell", &format!("echo?key={SECRET}")),
        tight(),
        granted(),
    )
    .await
    .unwrap_err();
    assert_eq!(
        server.came()[0].header("authorization"),
        Some("Bearer key-of-the-landlord/2026")
    );
    assert_eq!(error.to_string(), "The plugin failed: Bearer [redacted]");
    assert!(!format!("{error:?}").contains("key-of"), "{error:?}");
    assert_eq!(error.log.lines.len(), 2);
    // One that the adapter has from elsewhere does not get out in its log or its answers either.
    let say = serde_json::json!({ "mode": "say", "name": format!("it is {SECRET}") });
    let (page, log) = find(say, tight(), granted()).await.unwrap();
    assert_eq!(page.records[0].title, "it is [redacted]");
    assert!(
        !format!("{page:?} {log:?}").contains("key-of"),
        "{page:?} {log:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_requests_and_a_system_that_stalls_end_with_their_run() {
    let server = Server::start(|_, _, to| answer(to, "200 OK", "", "ok"));
    let error = find(
        asking("flood", "jobs"),
        tight(),
        connections(server.url("/api")),
    )
    .await
    .unwrap_err();
    assert!(
        matches!(error.cause, Cause::Calls(_) | Cause::Computing(_)),
        "{error}"
    );
    // Twenty were granted to the run; the rest never left.
    assert_eq!(server.came().len(), 20);
    assert_eq!(error.log.calls.len(), 20);

    let (done, until) = channel::<()>();
    let until = Mutex::new(until);
    let stalls = Server::start(move |_, _, _| {
        let _ = until.lock().unwrap().recv_timeout(Duration::from_secs(60));
    });
    let limits = Limits {
        wall: Duration::from_millis(700),
        ..tight()
    };
    let granted = connections(stalls.url("/api"));
    let began = Instant::now();
    let error = find(asking("send", "jobs"), limits, granted)
        .await
        .unwrap_err();
    assert!(matches!(error.cause, Cause::Wall(_)), "{error}");
    assert!(began.elapsed() < Duration::from_secs(5));
    assert_eq!(
        error.log.calls[0].error.as_deref(),
        Some("the run ended before there was an answer")
    );
    drop(done);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_that_lies_is_told_from_one_that_is_down() {
    let server = Server::start(|came, _, to| match came.target.as_str() {
        "/api/gigabyte" => {
            let _ = to.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n");
            while to.write_all(&[0; 65536]).is_ok() {}
        }
        "/api/nonsense" => {
            let _ = to.write_all(b"220 mail.example.org ESMTP\r\n");
        }
        _ => answer(to, "500 Internal Server Error", "", "<html>oh no</html>"),
    });
    for (path, words) in [
        (
            "gigabyte",
            "the answer is larger than this connection allows",
        ),
        ("nonsense", "the answer broke off or was not HTTP"),
    ] {
        let granted = connections(server.url("/api"));
        let error = find(asking("send", path), tight(), granted)
            .await
            .unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        assert!(error.log.calls[0].error.is_some(), "{:?}", error.log.calls);
    }
    // Any status is an answer; what it means is the adapter's to say.
    let granted = connections(server.url("/api"));
    let (page, log) = find(asking("send", "broken"), tight(), granted)
        .await
        .unwrap();
    assert!(page.records[0].document.contains("\"status\":500"));
    assert_eq!(log.calls[0].status, Some(500));
}
