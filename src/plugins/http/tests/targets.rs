//! Which requests stay inside their base, and which do not.

use proptest::prelude::*;

use crate::plugins::HttpError;
use crate::plugins::http::target::Base;

proptest! {
    #[test]
    fn nothing_that_is_admitted_lies_outside(asked in "[a-z/.%25eE;:@?#2fF\\\\]{0,40}") {
        let base = Base::read("https://repairs.example.org/api/v2").unwrap();
        if let Ok(url) = base.inside(&asked) {
            prop_assert_eq!(url.origin().ascii_serialization(), "https://repairs.example.org");
            prop_assert!(url.path() == "/api/v2" || url.path().starts_with("/api/v2/"), "{}", url);
            prop_assert!(url.fragment().is_none() && url.username().is_empty());
            // What a lenient server would make of it is inside too.
            let decoded = url.path().replace("%2f", "/").replace("%2F", "/").replace("%2e", ".").replace("%2E", ".");
            prop_assert!(!decoded.split('/').any(|part| part == ".."), "{}", url);
        }
    }
}

#[test]
fn a_request_stays_inside_its_base() {
    let base = Base::read("https://repairs.example.org/api/v2").unwrap();
    for (asked, goes) in [
        ("", "https://repairs.example.org/api/v2"),
        ("?q=a%20b", "https://repairs.example.org/api/v2?q=a%20b"),
        (
            "workOrders",
            "https://repairs.example.org/api/v2/workOrders",
        ),
        (
            "workOrders/1?x=1&y=2",
            "https://repairs.example.org/api/v2/workOrders/1?x=1&y=2",
        ),
        (
            "/workOrders",
            "https://repairs.example.org/api/v2/workOrders",
        ),
        (
            "/api/v2/workOrders",
            "https://repairs.example.org/api/v2/workOrders",
        ),
        (
            "https://repairs.example.org/api/v2/next?page=2",
            "https://repairs.example.org/api/v2/next?page=2",
        ),
        (
            "HTTPS://REPAIRS.example.ORG:443/api/v2/next",
            "https://repairs.example.org/api/v2/next",
        ),
        (
            "//repairs.example.org/api/v2/next",
            "https://repairs.example.org/api/v2/next",
        ),
        ("a/../b", "https://repairs.example.org/api/v2/b"),
        ("a/./b#part", "https://repairs.example.org/api/v2/a/b"),
        (
            "notes/CRM%2F1234",
            "https://repairs.example.org/api/v2/notes/CRM%2F1234",
        ),
        ("straße", "https://repairs.example.org/api/v2/stra%C3%9Fe"),
        (
            "page?back=https://elsewhere.example/",
            "https://repairs.example.org/api/v2/page?back=https://elsewhere.example/",
        ),
    ] {
        assert_eq!(base.inside(asked).unwrap().as_str(), goes, "{asked}");
    }
    for asked in [
        "https://elsewhere.example/api/v2/x",
        "https://repairs.example.org.elsewhere.example/api/v2/x",
        "https://repairs.example.org@elsewhere.example/api/v2/x",
        "https://x:y@repairs.example.org/api/v2/x",
        "https://x@repairs.example.org/api/v2/x",
        "http://repairs.example.org/api/v2/x",
        "https://repairs.example.org:8443/api/v2/x",
        "https://repairs.example.org:80/api/v2/x",
        "https://repairs.example.org./api/v2/x",
        "https://repairs.example.org/",
        "https://repairs.example.org/api/v1/x",
        "https://repairs.example.org/api/v22",
        "https://repairs.example.org/api",
        "https://repairs.example.org/API/v2/x",
        "//elsewhere.example/api/v2/x",
        "///elsewhere.example/api/v2/x",
        "..",
        "../",
        "../v1/x",
        "../../admin",
        "a/../../v1",
        "%2e%2e/v1",
        "%2E%2e/%2e%2E/admin",
        ".%2e/v1",
        "/../admin",
        "a/%2e%2e%2f%2e%2e%2fadmin",
        "..%2fadmin",
        "..%5cadmin",
        "%252e%252e%252fadmin",
        "%25252e%25252e/x",
        "a/..;/..;/admin",
        "..;jsessionid=1/admin",
        "a%2f..%2f..%2fadmin",
        "a/%00",
        "\\\\elsewhere.example\\x",
        "/\\elsewhere.example",
        "a\\..\\..\\b",
        "https:\\\\elsewhere.example",
        "https:/elsewhere.example",
        "https:elsewhere.example",
        "htt\tps://elsewhere.example",
        " https://elsewhere.example",
        "file:///etc/passwd",
        "gopher://elsewhere.example/",
        "data:text/plain,x",
        "javascript:alert(1)",
        "ftp://repairs.example.org/api/v2",
        "unix:/var/run/docker.sock",
        "http://[::1]/",
        "https://",
        "https://2130706433/",
        "a b",
        "a\r\nHost: x",
        "a\u{0}b",
        "a\u{a0}b",
    ] {
        let answer = base.inside(asked);
        let refused = matches!(
            answer,
            Err(HttpError::NotAllowed(_) | HttpError::BadRequest(_))
        );
        // "https:elsewhere.example" is a relative reference to some readers and an address to others; ours is the client's.
        assert!(refused, "{asked}: {answer:?}");
    }
    for typed in [
        "",
        "repairs.example.org",
        "ftp://x/",
        "file:///x",
        "https://u:p@x/",
        "https://x/?q",
        "https://x/#f",
        "https://",
        "https://a b/",
        "https://x:0/",
    ] {
        assert!(Base::read(typed).is_err(), "{typed}");
    }
}

#[test]
fn a_redirect_is_read_from_where_it_was_found() {
    let base = Base::read("https://repairs.example.org/api").unwrap();
    let from = base.inside("a/b?x=1").unwrap();
    let to = |location: &str| base.redirected(&from, location);
    assert_eq!(to("c").unwrap().path(), "/api/a/c");
    assert_eq!(to("/api/d").unwrap().path(), "/api/d");
    for (location, told) in [
        (
            "/admin",
            "https://repairs.example.org, outside what is granted",
        ),
        (
            "https://169.254.169.254/latest",
            "https://169.254.169.254, outside",
        ),
        (
            "http://repairs.example.org/api/c",
            "http://repairs.example.org, outside",
        ),
        (
            "https://repairs.example.org:8443/api",
            "https://repairs.example.org:8443, outside",
        ),
        (
            "//elsewhere.example/api",
            "https://elsewhere.example, outside",
        ),
        ("file:///etc/passwd", "begins with file:"),
        ("../../..", "outside"),
        ("\\\\elsewhere.example", "not an address"),
    ] {
        match to(location) {
            Err(HttpError::NotAllowed(why)) => assert!(why.contains(told), "{location}: {why}"),
            other => panic!("{location}: {other:?}"),
        }
    }
}
