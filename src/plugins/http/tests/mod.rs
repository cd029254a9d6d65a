//! The guards, by table: spellings of addresses, ways out of a base, secrets in disguise, brakes. Real servers are in
//! `tests/connections`.

#![allow(clippy::unwrap_used)]

mod addresses;
mod targets;

use std::time::{Duration, Instant};

use chrono::{TimeZone, Utc};
use proptest::prelude::*;

use super::brakes::{Breaker, Bucket, Now, again};
use super::redact::Redactor;
use super::target::{Base, shown};
use super::*;
use crate::auth::seal::Secret;
use crate::plugins::HttpError;

#[test]
fn a_grant_says_what_is_wrong_with_it() {
    let good = || Grant::new("repairs", "https://repairs.example.org/api");
    assert_eq!(good().check(), Ok(()));
    let cases: Vec<(Grant, &str, &str)> = vec![
        (
            Grant::new("x", "http://repairs.example.org"),
            "base",
            "http:// is not encrypted",
        ),
        (
            Grant::new("x", "https://10.0.0.5/"),
            "base",
            "Hosts in your own network",
        ),
        (
            Grant::new("x", "https://169.254.169.254/"),
            "base",
            "no connection may go there",
        ),
        (
            Grant {
                methods: vec!["CONNECT".into()],
                ..good()
            },
            "methods",
            "is not one of GET",
        ),
        (
            Grant {
                methods: vec![],
                ..good()
            },
            "methods",
            "name a method",
        ),
        (
            Grant {
                headers: vec![("Host".into(), "x".into())],
                ..good()
            },
            "headers",
            "set by Redress",
        ),
        (
            Grant {
                headers: vec![("x-a".into(), "a\r\nb: c".into())],
                ..good()
            },
            "headers",
            "characters",
        ),
        (
            Grant {
                private_ca: Some("no".into()),
                ..good()
            },
            "private_ca",
            "no certificate",
        ),
        (
            Grant {
                private_network: vec!["0.0.0.0/0".into()],
                ..good()
            },
            "private_network",
            "not a network",
        ),
        (
            Grant {
                credentials: Credentials::Bearer(Secret::new("a\nb")),
                ..good()
            },
            "credentials",
            "characters",
        ),
        (
            Grant {
                credentials: Credentials::Header {
                    name: "x-correlation-id".into(),
                    value: Secret::new("a"),
                },
                ..good()
            },
            "credentials",
            "set by Redress",
        ),
        (
            Grant {
                credentials: oauth("http://login.example.org/token"),
                ..good()
            },
            "token_url",
            "not encrypted",
        ),
        (
            Grant {
                credentials: oauth("https://[fd00:ec2::254]/token"),
                ..good()
            },
            "token_url",
            "no connection",
        ),
    ];
    for (grant, field, words) in cases {
        let told = grant.check().unwrap_err();
        assert_eq!(told.field, field, "{told}");
        assert!(told.why.contains(words), "{told}");
    }
    assert_eq!(
        Grant {
            plain_http: true,
            ..Grant::new("x", "http://repairs.example.org")
        }
        .check(),
        Ok(())
    );
    let private = Grant {
        private_network: vec!["repairs.local".into()],
        ..Grant::new("x", "http://repairs.local")
    };
    assert_eq!(private.check(), Ok(()));
}

fn oauth(token_url: &str) -> Credentials {
    Credentials::OAuth(OAuth {
        token_url: token_url.into(),
        client_id: "redress".into(),
        client_secret: Secret::new("client-secret-1"),
        scope: None,
        audience: None,
        in_body: false,
    })
}

#[test]
fn plugins_set_no_header_that_steers() {
    let grant = Grant {
        credentials: Credentials::Header {
            name: "X-Api-Key".into(),
            value: Secret::new("k"),
        },
        headers: vec![("X-Landlord".into(), "north".into())],
        ..Grant::new("repairs", "https://repairs.example.org")
    };
    let asked = |name: &str, value: &str| headers::asked(&grant, &[(name.into(), value.into())]);
    for name in [
        "Authorization",
        "COOKIE",
        "Host",
        "Connection",
        "Proxy-Authorization",
        "proxy-anything",
        "Content-Length",
        "Transfer-Encoding",
        "x-api-key",
        "X_API_KEY",
        "x-landlord",
        "X-Correlation-Id",
        "X-HTTP-Method-Override",
        "Expect",
        "Upgrade",
        "TE",
        "X-Forwarded-For",
        "x-forwarded-host",
        "Forwarded",
        "X-Original-URL",
        "Accept-Encoding",
    ] {
        let told = asked(name, "x");
        assert!(
            matches!(&told, Err(HttpError::NotAllowed(why)) if why.contains("may not set the header")),
            "{name}: {told:?}"
        );
    }
    for (name, value) in [
        ("a b", "x"),
        ("", "x"),
        ("x", "a\r\nHost: y"),
        ("x:y", "z"),
        ("x", "a\0b"),
        ("x\r\ny", "z"),
    ] {
        assert!(
            matches!(asked(name, value), Err(HttpError::BadRequest(_))),
            "{name}"
        );
    }
    assert!(matches!(
        asked("x", &"y".repeat(20_000)),
        Err(HttpError::BadRequest(_))
    ));
    assert!(
        asked("accept", "application/json").is_ok() && asked("x-hackney-user", "zo\u{e9}").is_ok()
    );
}

fn redactor(secret: &str) -> Redactor {
    let credentials = Credentials::Bearer(Secret::new(secret));
    Redactor::new(&Grant {
        credentials,
        ..Grant::new("x", "https://x.example")
    })
}

#[test]
fn secrets_are_found_in_the_forms_in_which_they_travel() {
    let keep = redactor("pa\"ss/w ord+1");
    for text in [
        "x pa\"ss/w ord+1 y",
        "x pa\\\"ss/w ord+1 y",
        "x pa%22ss%2Fw%20ord%2B1 y",
        "x cGEic3MvdyBvcmQrMQ== y",
    ] {
        assert_eq!(keep.text(text), "x [redacted] y", "{text}");
        assert_eq!(keep.body(text.as_bytes().to_vec()), b"x [redacted] y");
    }
    keep.add("fetched-token");
    assert_eq!(
        keep.text("Bearer fetched-token, fetched-token"),
        "Bearer [redacted], [redacted]"
    );
    let basic = Credentials::Basic {
        user: "redress".into(),
        password: Secret::new("hunter22"),
    };
    let basic = Redactor::new(&Grant {
        credentials: basic,
        ..Grant::new("x", "https://x.example")
    });
    assert_eq!(
        basic.text("Basic cmVkcmVzczpodW50ZXIyMg=="),
        "Basic [redacted]"
    );
    assert!(!basic.in_stream(&mut Vec::new(), b"nothing in it"));
    let shown_url = Base::read("https://x.example/a")
        .unwrap()
        .inside("b?ref=00700123&name=Okafor&flag")
        .unwrap();
    assert_eq!(shown(&shown_url), "https://x.example/a/b?ref=…&name=…&…");
    let debug = format!(
        "{:?}",
        Grant {
            credentials: oauth("https://x.example"),
            ..Grant::new("x", "https://x.example")
        }
    );
    assert!(!debug.contains("client-secret-1"), "{debug}");
}

fn now(seconds: u64) -> Now {
    static BEGAN: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    let at = Utc.with_ymd_and_hms(2026, 7, 1, 12, 0, 0).unwrap();
    Now {
        tick: *BEGAN + Duration::from_secs(seconds),
        at: at + Duration::from_secs(seconds),
    }
}

#[test]
fn a_connection_that_fails_rests_and_then_one_request_tries() {
    let mut breaker = Breaker::default();
    for second in 0..4 {
        breaker.failed("it is down", now(second));
        assert_eq!(breaker.ask("repairs", now(second)), Ok(()));
    }
    breaker.failed("it is down", now(4));
    let told = breaker.ask("repairs", now(5)).unwrap_err();
    // In England's time, which is an hour ahead in July.
    assert_eq!(
        told,
        "the connection \"repairs\" has not worked since 13:00:00 and rests (it is down); it is tried again at 13:00:34"
    );
    assert!(breaker.ask("repairs", now(33)).is_err());
    assert_eq!(breaker.ask("repairs", now(34)), Ok(()));
    assert!(
        breaker
            .ask("repairs", now(35))
            .unwrap_err()
            .contains("is being tried now")
    );
    breaker.failed("still down", now(40));
    assert!(
        breaker
            .ask("repairs", now(99))
            .unwrap_err()
            .contains("still down")
    );
    assert_eq!(breaker.health().failures, 6);
    assert_eq!(breaker.ask("repairs", now(100)), Ok(()));
    // Somebody else's answer, or none: the next may try.
    breaker.nothing();
    assert_eq!(breaker.ask("repairs", now(101)), Ok(()));
    breaker.answered(now(102));
    assert_eq!(breaker.ask("repairs", now(102)), Ok(()));
    assert_eq!(breaker.health().failing_since, None);
    assert!(breaker.health().answered_at.is_some());
}

#[test]
fn requests_go_out_at_the_rate_that_was_granted() {
    let mut bucket = Bucket::new(2, now(0).tick);
    let most = Duration::from_secs(5);
    let waits: Vec<u128> = (0..5)
        .map(|_| bucket.take(now(0).tick, most).unwrap().as_millis())
        .collect();
    assert_eq!(waits, [0, 0, 500, 1000, 1500]);
    assert_eq!(bucket.take(now(0).tick, Duration::from_secs(1)), None);
    assert_eq!(bucket.take(now(60).tick, most), Some(Duration::ZERO));
}

#[test]
fn a_new_try_waits_as_long_as_it_is_asked_to() {
    let at = Utc.with_ymd_and_hms(2026, 11, 6, 8, 49, 37).unwrap();
    assert_eq!(again::asked("7", at), Some(Duration::from_secs(7)));
    assert_eq!(
        again::asked("Fri, 06 Nov 2026 08:49:47 GMT", at),
        Some(Duration::from_secs(10))
    );
    assert_eq!(
        again::asked("Fri, 06 Nov 2020 08:49:47 GMT", at),
        Some(Duration::ZERO)
    );
    assert_eq!(again::asked("soon", at), None);
    for jitter in [0.0, 0.5, 1.0] {
        let (first, second) = (again::pause(1, None, jitter), again::pause(2, None, jitter));
        assert!(
            first >= Duration::from_millis(400) && second <= Duration::from_millis(1600),
            "{first:?} {second:?}"
        );
        assert_eq!(
            again::pause(1, Some(Duration::from_secs(9)), jitter),
            Duration::from_secs(9)
        );
    }
}

#[test]
fn correlation_ids_are_uuids_and_differ() {
    let (one, other) = (correlation_id(), correlation_id());
    assert_ne!(one, other);
    assert_eq!(one.len(), 36);
    assert!(
        one.as_bytes()[14] == b'4' && b"89ab".contains(&one.as_bytes()[19]),
        "{one}"
    );
}

proptest! {
    #[test]
    fn a_stream_hides_no_secret_between_its_pieces(cut in 1..40_usize, before in 0..100_usize) {
        let redactor = redactor("s3cret-value-of-the-key");
        let mut bytes = vec![b'.'; before];
        bytes.extend_from_slice(b"s3cret-value-of-the-key and more");
        let mut tail = Vec::new();
        let found = bytes.chunks(cut).any(|chunk| redactor.in_stream(&mut tail, chunk));
        prop_assert!(found);
    }
}
