//! Where requests may go, and where not.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicUsize, Ordering};

use redress::plugins::http::{Answer, Lookup};

use super::*;

#[test]
fn a_request_goes_out_with_what_the_connection_adds_and_is_written_down() {
    let server = Server::start(|_, _, to| {
        answer(
            to,
            "200 OK",
            "content-type: application/json\r\nset-cookie: a=b\r\nx-own: 1\r\n",
            "[1]",
        );
    });
    let session = open(Grant {
        credentials: Credentials::Header {
            name: "x-api-key".into(),
            value: Secret::new("key-of-the-landlord"),
        },
        headers: vec![("x-landlord".into(), "north".into())],
        ..granted(server.url("/api/v2"))
    });
    let response = session
        .send(Request {
            headers: vec![("accept".into(), "application/json".into())],
            ..get("workOrders?propertyReference=00700123&page=1")
        })
        .unwrap();
    assert_eq!((response.status, text(&response).as_str()), (200, "[1]"));
    assert!(
        response
            .url
            .ends_with("/api/v2/workOrders?propertyReference=00700123&page=1")
    );
    assert!(response.headers.contains(&("x-own".into(), "1".into())));
    assert!(
        !response
            .headers
            .iter()
            .any(|(name, _)| name == "set-cookie")
    );
    let came = &server.came()[0];
    assert_eq!(
        came.target,
        "/api/v2/workOrders?propertyReference=00700123&page=1"
    );
    assert_eq!(came.header("x-api-key"), Some("key-of-the-landlord"));
    assert_eq!(came.header("x-landlord"), Some("north"));
    let [call] = session.calls().try_into().unwrap();
    let call: Call = call;
    assert_eq!(
        came.header("x-correlation-id"),
        Some(call.correlation_id.as_str())
    );
    assert_eq!(
        call.url,
        server.url("/api/v2/workOrders?propertyReference=…&page=…")
    );
    assert_eq!(
        (call.status, call.bytes, call.attempt, call.error),
        (Some(200), 3, 1, None)
    );
    session.send(get("x")).unwrap();
    let calls = session.calls();
    assert_ne!(calls[0].correlation_id, calls[1].correlation_id);
}

#[test]
fn what_was_not_granted_does_not_leave() {
    let server = Server::start(|_, _, to| answer(to, "200 OK", "", "reached"));
    let session = open(granted(server.url("/api")));
    let other = Server::start(|_, _, to| answer(to, "200 OK", "", "reached"));
    for (request, words) in [
        (
            Request {
                connection: "people".into(),
                ..get("x")
            },
            "there is no connection \"people\": only repairs is granted",
        ),
        (
            Request {
                method: "DELETE".into(),
                ..get("x")
            },
            "was granted GET and not DELETE",
        ),
        (
            Request {
                method: "get".into(),
                ..get("x")
            },
            "was granted GET and not get",
        ),
        (
            Request {
                method: "CONNECT".into(),
                ..get("x")
            },
            "not CONNECT",
        ),
        (get(&other.url("/api")), "is outside what is granted"),
        (
            get("http://169.254.169.254/latest/meta-data"),
            "is outside what is granted",
        ),
        (
            get("file:///etc/passwd"),
            "an address that begins with file: is outside",
        ),
        (get("../admin"), "the path /admin is outside"),
        (
            Request {
                headers: vec![("Authorization".into(), "Bearer mine".into())],
                ..get("x")
            },
            "the connection signs in, not the plugin",
        ),
        (
            Request {
                headers: vec![("Transfer-Encoding".into(), "chunked".into())],
                ..get("x")
            },
            "where a request begins and ends",
        ),
        (
            Request {
                headers: vec![("x".into(), "a\r\nHost: b".into())],
                ..get("x")
            },
            "characters that no header may have",
        ),
    ] {
        fails(&session, request, 2, words);
    }
    assert!(server.came().is_empty() && other.came().is_empty() && session.calls().is_empty());
    // The same address, without the grant by name, and by names that lead there.
    let refused =
        Http::new()
            .unwrap()
            .session("link", vec![Grant::new("repairs", server.url("/api"))], 10);
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("this machine itself")
    );
    let port = server.address.port();
    let session = open(Grant {
        plain_http: true,
        private_network: vec![],
        ..granted(format!("http://localhost:{port}/api"))
    });
    let error = fails(
        &session,
        get("x"),
        5,
        "which is this machine itself; if that is right, an administrator writes it under",
    );
    assert!(matches!(error, HttpError::NotAllowed(_)));
    assert!(server.came().is_empty());
}

/// Answers differently the second time.
struct Rebinding(AtomicUsize, Vec<Vec<[u8; 4]>>);

impl Lookup for Rebinding {
    fn addresses(&self, _host: &str) -> Answer {
        let time = self.0.fetch_add(1, Ordering::Relaxed).min(self.1.len() - 1);
        let found = self.1[time]
            .iter()
            .map(|&ip| IpAddr::V4(Ipv4Addr::from(ip)))
            .collect();
        Box::pin(async move { Ok(found) })
    }
}

#[test]
fn a_name_that_answers_differently_the_second_time_gains_nothing() {
    let server = Server::start(|_, _, to| answer(to, "200 OK", "", "reached"));
    let base = format!("http://repairs.example.org:{}/api", server.address.port());
    let ask = |answers: Vec<Vec<[u8; 4]>>, private: &[&str]| {
        let http = Http::with_lookup(Arc::new(Rebinding(AtomicUsize::new(0), answers))).unwrap();
        let private_network = private.iter().map(|&name| name.into()).collect();
        let grant = Grant {
            plain_http: true,
            private_network,
            ..granted(base.clone())
        };
        http.session("link", vec![grant], 10).unwrap()
    };
    // The address that was checked is the one that is connected to, and the other is checked when its time comes.
    let session = ask(
        vec![vec![[127, 0, 0, 1]], vec![[127, 0, 0, 2]]],
        &["127.0.0.1"],
    );
    assert_eq!(text(&session.send(get("a")).unwrap()), "reached");
    let error = fails(
        &session,
        get("b"),
        5,
        "repairs.example.org leads to 127.0.0.2",
    );
    assert!(matches!(error, HttpError::NotAllowed(_)));
    // Metadata, although the name was granted; and this machine, when the name was granted for a network.
    for metadata in [[169, 254, 169, 254], [100, 100, 100, 200]] {
        let session = ask(
            vec![vec![metadata]],
            &["repairs.example.org", "169.254.0.0/16"],
        );
        fails(
            &session,
            get("a"),
            5,
            "cloud machines keep their own credentials; no connection may go there",
        );
    }
    let session = ask(vec![vec![[127, 0, 0, 1]]], &["repairs.example.org"]);
    fails(&session, get("a"), 5, "which is this machine itself");
    // Of several addresses only those are used that may be.
    let session = ask(
        vec![vec![[169, 254, 169, 254], [127, 0, 0, 1]]],
        &["127.0.0.1"],
    );
    assert_eq!(text(&session.send(get("a")).unwrap()), "reached");
    assert_eq!(server.came().len(), 2);
}

#[test]
fn redirects_are_followed_inside_and_nowhere_else() {
    let other = Server::start(|_, _, to| answer(to, "200 OK", "", "reached"));
    let elsewhere = other.url("/api/stolen");
    let server = Server::start(move |came, _, to| {
        let location = match came.target.as_str() {
            "/api/inside" => "/api/end?x=1",
            "/api/relative" => "end",
            "/api/host" => &elsewhere,
            "/api/metadata" => "http://169.254.169.254/latest/meta-data/",
            "/api/decimal" => "http://2852039166/latest",
            "/api/mapped" => "http://[::ffff:169.254.169.254]/",
            "/api/scheme" => "file:///etc/passwd",
            "/api/up" => "/admin",
            "/api/hidden" => "%2e%2e%2f%2e%2e%2fadmin",
            "/api/login" => "https://login.example.org/sign-in?token=abc",
            "/api/loop" => "/api/loop",
            "/api/post" => "/api/end",
            _ => {
                return answer(
                    to,
                    "200 OK",
                    "",
                    &format!("{} {}{}", came.method, came.target, came.body),
                );
            }
        };
        answer(to, "302 Found", &format!("location: {location}\r\n"), "");
    });
    let session = open(Grant {
        methods: vec!["GET".into(), "POST".into()],
        credentials: Credentials::Bearer(Secret::new("token-of-the-landlord")),
        ..granted(server.url("/api"))
    });
    let inside = session.send(get("inside")).unwrap();
    assert_eq!(
        (text(&inside).as_str(), inside.url),
        ("GET /api/end?x=1", server.url("/api/end?x=1"))
    );
    assert_eq!(
        text(&session.send(get("relative")).unwrap()),
        "GET /api/end"
    );
    let post = Request {
        method: "POST".into(),
        body: Some(b"secret form".to_vec()),
        ..get("post")
    };
    assert_eq!(text(&session.send(post).unwrap()), "GET /api/end");
    let before = session.calls().len();
    for (path, words) in [
        (
            "host",
            "outside what is granted; redirects are only followed inside the connection",
        ),
        (
            "metadata",
            "sent the request on to http://169.254.169.254, outside",
        ),
        (
            "decimal",
            "sent the request on to http://169.254.169.254, outside",
        ),
        ("mapped", "outside what is granted"),
        ("scheme", "begins with file:"),
        ("up", "outside"),
        ("hidden", "outside what is granted"),
        (
            "login",
            "sent the request on to https://login.example.org, outside",
        ),
    ] {
        let error = fails(&session, get(path), 5, words);
        assert!(matches!(error, HttpError::NotAllowed(_)), "{path}");
    }
    fails(
        &session,
        get("loop"),
        5,
        "sent the request on more than 5 times",
    );
    assert!(other.came().is_empty(), "{:?}", other.came());
    let calls = session.calls();
    let metadata = &calls[before + 1];
    assert_eq!(metadata.status, Some(302));
    assert!(
        metadata
            .error
            .as_deref()
            .unwrap()
            .contains("169.254.169.254"),
        "{metadata:?}"
    );
    // The first and five more.
    assert_eq!(
        calls[before..]
            .iter()
            .filter(|call| call.url.ends_with("/loop"))
            .count(),
        6
    );
}

#[test]
fn a_server_of_one_s_own_authority_is_trusted_when_its_certificate_is_given() {
    let server = Server::encrypted(|_, _, to| answer(to, "200 OK", "", "sealed"));
    let base = format!("https://127.0.0.1:{}/", server.address.port());
    let session = open(granted(base.clone()));
    let error = fails(&session, get("a"), 10, "certificate is not trusted");
    assert!(
        error
            .to_string()
            .contains("give this connection its certificate"),
        "{error}"
    );
    assert!(server.came().is_empty());
    let ca = include_str!("../fixtures/tls/ca.pem");
    let session = open(Grant {
        private_ca: Some(ca.into()),
        ..granted(base)
    });
    assert_eq!(text(&session.send(get("a")).unwrap()), "sealed");
    // Trusted for its own names only.
    let base = format!("https://localhost:{}/", server.address.port());
    let private_network = vec!["localhost".into()];
    let session = open(Grant {
        private_ca: Some(ca.into()),
        private_network,
        ..granted(base)
    });
    fails(&session, get("a"), 10, "certificate is not trusted");
}
