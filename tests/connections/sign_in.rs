//! Credentials: the host's, never the plugin's, and nobody else's.

use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use redress::plugins::http::{Answer, Lookup};

use super::*;

const SECRET: &str = "s3cret/of the+landlord";

#[test]
fn a_system_that_repeats_the_secret_does_not_tell_it() {
    let server = Server::start(|came, _, to| {
        let auth = came.header("authorization").unwrap_or("none").to_owned();
        let key = auth.trim_start_matches("Bearer ");
        if came.target.starts_with("/moved") {
            return answer(
                to,
                "302 Found",
                "location: /echo?key=s3cret%2Fof%20the%2Blandlord\r\n",
                "",
            );
        }
        if came.target.starts_with("/away") {
            return answer(
                to,
                "302 Found",
                &format!(
                    "location: https://s3cret.example/{}\r\n",
                    key.replace(' ', "%20")
                ),
                "",
            );
        }
        answer(
            to,
            "200 OK",
            &format!("x-echo: {auth}\r\n"),
            &format!("{{\"you sent\":\"{auth}\"}}"),
        );
    });
    let session = open(Grant {
        credentials: Credentials::Bearer(Secret::new(SECRET)),
        ..granted(server.url(""))
    });
    let response = session.send(get("echo")).unwrap();
    assert_eq!(
        server.came()[0].header("authorization"),
        Some("Bearer s3cret/of the+landlord")
    );
    assert_eq!(text(&response), r#"{"you sent":"Bearer [redacted]"}"#);
    assert!(
        response
            .headers
            .contains(&("x-echo".into(), "Bearer [redacted]".into()))
    );
    let moved = session.send(get("moved")).unwrap();
    assert!(moved.url.ends_with("/echo?key=[redacted]"), "{}", moved.url);
    let away = session.send(get("away")).unwrap_err();
    // A document with the secret in it is not kept.
    let mut sink = Vec::new();
    let error = session.send_into(get("echo"), &mut sink).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("repeats the connection's credentials"),
        "{error}"
    );
    let shown = format!("{session:?} {away} {error} {:?} {sink:?}", session.calls());
    assert!(
        !shown.contains("of the+landlord") && !shown.contains("of%20the"),
        "{shown}"
    );
    // And should the plugin have got hold of it all the same, its log and its answers pass through this.
    assert_eq!(
        session.redact(&format!("I have {SECRET}!")),
        "I have [redacted]!"
    );
}

#[test]
fn each_way_to_sign_in_sends_what_it_should() {
    let server = Server::start(|_, _, to| answer(to, "200 OK", "", ""));
    let sent = |credentials: Credentials, name: &str| {
        let session = open(Grant {
            credentials,
            ..granted(server.url(""))
        });
        session.send(get("x")).unwrap();
        server
            .came()
            .last()
            .unwrap()
            .header(name)
            .map(str::to_owned)
    };
    assert_eq!(sent(Credentials::None, "authorization"), None);
    let key = Credentials::Header {
        name: "X-Api-Key".into(),
        value: Secret::new("abc"),
    };
    assert_eq!(sent(key, "x-api-key").as_deref(), Some("abc"));
    let basic = Credentials::Basic {
        user: "redress".into(),
        password: Secret::new("pässword"),
    };
    assert_eq!(
        sent(basic, "authorization").as_deref(),
        Some("Basic cmVkcmVzczpww6Rzc3dvcmQ=")
    );
}

fn oauth(server: &Server, in_body: bool) -> Credentials {
    Credentials::OAuth(OAuth {
        token_url: server.url("/token"),
        client_id: "redress".into(),
        client_secret: Secret::new("the client's secret"),
        scope: Some("repairs.read people.read".into()),
        audience: None,
        in_body,
    })
}

#[test]
fn tokens_are_fetched_kept_and_renewed() {
    let given = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&given);
    let server = Server::start(move |came, _, to| {
        if came.target == "/token" {
            let number = counted.fetch_add(1, Ordering::Relaxed) + 1;
            // The second lasts a second, the others an hour.
            let lasts = if number == 2 { "1" } else { "\"3600\"" };
            let body = format!(
                "{{\"access_token\":\"token-number-{number}\",\"token_type\":\"Bearer\",\"expires_in\":{lasts}}}"
            );
            return answer(to, "200 OK", "content-type: application/json\r\n", &body);
        }
        let token = came.header("authorization").unwrap_or_default().to_owned();
        match came.target.as_str() {
            "/revoked" if token.ends_with("-1") => {
                answer(to, "401 Unauthorized", "", "token-number-1 is over")
            }
            "/never" => answer(to, "401 Unauthorized", "", ""),
            _ => answer(to, "200 OK", "", &token),
        }
    });
    let http = Http::new().unwrap();
    let grant = Grant {
        credentials: oauth(&server, false),
        ..granted(server.url(""))
    };
    let run = || http.session("link", vec![grant.clone()], 100).unwrap();
    let first = run();
    assert_eq!(text(&first.send(get("a")).unwrap()), "Bearer [redacted]");
    // Another run has the same token.
    run().send(get("b")).unwrap();
    let came = server.came();
    let targets: Vec<&str> = came.iter().map(|came| came.target.as_str()).collect();
    assert_eq!(targets, ["/token", "/a", "/b"]);
    assert_eq!(came[0].method, "POST");
    assert_eq!(
        came[0].body,
        "grant_type=client_credentials&scope=repairs.read%20people.read"
    );
    assert_eq!(
        came[0].header("authorization"),
        Some("Basic cmVkcmVzczp0aGUlMjBjbGllbnQlMjdzJTIwc2VjcmV0")
    );
    assert_eq!(
        came[2].header("authorization"),
        Some("Bearer token-number-1")
    );
    // The fetching stands in the log of the run that did it.
    assert_eq!(
        first
            .calls()
            .iter()
            .map(|call| call.method.as_str())
            .collect::<Vec<_>>(),
        ["POST", "GET"]
    );
    // Refused before its time: another is fetched and the request sent once more.
    let response = run().send(get("revoked")).unwrap();
    assert_eq!(response.status, 200);
    assert_eq!(
        server.came().last().unwrap().header("authorization"),
        Some("Bearer token-number-2")
    );
    // That one is over after a second.
    std::thread::sleep(Duration::from_millis(1100));
    run().send(get("c")).unwrap();
    assert_eq!(
        server.came().last().unwrap().header("authorization"),
        Some("Bearer token-number-3")
    );
    // A fresh token that is refused is the answer.
    let refused = run();
    assert_eq!(refused.send(get("never")).unwrap().status, 401);
    assert_eq!(given.load(Ordering::Relaxed), 4);
    let shown = format!("{:?} {:?}", refused.calls(), first.calls());
    assert!(
        !shown.contains("token-number") && !shown.contains("client's secret"),
        "{shown}"
    );
}

#[test]
fn a_sign_in_that_fails_says_so_and_gives_nothing_away() {
    let server = Server::start(|came, number, to| match (came.target.as_str(), number) {
        ("/token", 0) => {
            let body = format!(
                "{{\"error\":\"invalid_client\",\"error_description\":\"{}\"}}",
                came.body
            );
            answer(to, "401 Unauthorized", "", &body);
        }
        ("/token", 1) => answer(
            to,
            "302 Found",
            "location: http://169.254.169.254/token\r\n",
            "",
        ),
        ("/token", 2) => answer(to, "200 OK", "", "<html>Sign in</html>"),
        _ => answer(to, "200 OK", "", "reached"),
    });
    let session = open(Grant {
        credentials: oauth(&server, true),
        ..granted(server.url("/api"))
    });
    let told = fails(
        &session,
        get("x"),
        5,
        "refused the client id and secret of this connection (HTTP 401, invalid_client)",
    );
    assert!(
        !format!("{told} {:?}", session.calls()).contains("client's"),
        "{told}"
    );
    assert!(
        server.came()[0]
            .body
            .ends_with("&client_id=redress&client_secret=the%20client%27s%20secret")
    );
    assert_eq!(server.came()[0].header("authorization"), None);
    fails(&session, get("x"), 5, "gave no token (HTTP 302)");
    fails(&session, get("x"), 5, "is not a token of OAuth 2.0");
    assert!(server.came().iter().all(|came| came.target == "/token"));
    // The token's address passes the same guard when its name is resolved.
    struct Inner;
    impl Lookup for Inner {
        fn addresses(&self, _host: &str) -> Answer {
            Box::pin(async { Ok(vec![IpAddr::from([127, 0, 0, 2])]) })
        }
    }
    let Credentials::OAuth(own) = oauth(&server, false) else {
        panic!("it is")
    };
    let token_url = format!("http://login.example.org:{}/token", server.address.port());
    let grant = Grant {
        credentials: Credentials::OAuth(OAuth { token_url, ..own }),
        plain_http: true,
        ..granted(server.url(""))
    };
    let session = Http::with_lookup(Arc::new(Inner))
        .unwrap()
        .session("link", vec![grant], 10)
        .unwrap();
    let error = fails(
        &session,
        get("x"),
        5,
        "login.example.org leads to 127.0.0.2, which is this machine itself",
    );
    assert!(
        error
            .to_string()
            .starts_with("signing in at http://login.example.org"),
        "{error}"
    );
}
