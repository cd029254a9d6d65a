//! TLS without a proxy: the landlord's own certificate, and plain HTTP that only leads there.

use std::net::{TcpListener, TcpStream};

use redress::auth::secret::TOKEN_PREFIX;
use reqwest::Certificate;
use reqwest::blocking::Client;
use reqwest::redirect::Policy;

use crate::support::{Server, http, plain_http};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/tls");

fn trusting() -> Client {
    let authority =
        Certificate::from_pem(include_bytes!("../fixtures/tls/ca.pem")).expect("a certificate");
    let client = http().tls_certs_only([authority]).redirect(Policy::none());
    client.build().expect("a client")
}

#[test]
fn pages_and_api_come_over_tls_and_plain_http_only_leads_there() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let from = free.local_addr().expect("an address").to_string();
    drop(free);
    let (certificate, key) = (
        format!("{FIXTURES}/server.pem"),
        format!("{FIXTURES}/server.key"),
    );
    let server = Server::with(&[
        "--tls-cert",
        &certificate,
        "--tls-key",
        &key,
        "--redirect-from",
        &from,
    ]);
    assert!(
        server.base().starts_with("https://127.0.0.1:"),
        "{}",
        server.base()
    );
    // Clients that come and say nothing keep nobody waiting.
    let at = server.base().trim_start_matches("https://");
    let silent: Vec<TcpStream> = (0..50)
        .map(|_| TcpStream::connect(at).expect("connected"))
        .collect();

    let client = trusting();
    let page = client
        .get(format!("{}/start", server.base()))
        .send()
        .expect("a page");
    assert_eq!(page.status(), 200);
    assert_eq!(
        page.headers()["strict-transport-security"],
        "max-age=31536000"
    );
    let token = server.token("Case system", &["complaints_officer"]);
    assert!(token.starts_with(TOKEN_PREFIX));
    let me = client
        .get(format!("{}/api/v1/me", server.base()))
        .bearer_auth(&token);
    assert_eq!(me.send().expect("an answer").status(), 200);
    drop(silent);

    // Who does not know the authority, or speaks no TLS, gets nothing.
    assert!(
        plain_http()
            .get(format!("{}/healthz", server.base()))
            .send()
            .is_err()
    );
    assert!(
        plain_http()
            .get(format!("http://{at}/healthz"))
            .send()
            .is_err()
    );

    let sent = client
        .get(format!("http://{from}/cases?q=damp"))
        .send()
        .expect("an answer");
    assert_eq!(sent.status(), 308);
    let to = sent.headers()["location"]
        .to_str()
        .expect("text")
        .to_owned();
    assert_eq!(to, format!("{}/cases?q=damp", server.base()));
    let odd = client
        .get(format!("http://{from}/"))
        .header("host", "a<b>")
        .send();
    assert_eq!(odd.expect("an answer").status(), 400);
}

#[test]
fn a_server_without_a_usable_certificate_does_not_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("redress.redb");
    let start = |certificate: &str, key: &str| {
        let (certificate, key) = (
            format!("{FIXTURES}/{certificate}"),
            format!("{FIXTURES}/{key}"),
        );
        let args = [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--tls-cert",
            &certificate,
            "--tls-key",
            &key,
        ];
        let ended = crate::support::cli(&data, &args, "");
        assert!(!ended.status.success());
        String::from_utf8(ended.stderr).expect("text")
    };
    assert!(start("server.pem", "renewed.key").contains("does not belong to"));
    assert!(start("none.pem", "server.key").contains("cannot be read"));
    assert!(start("README.md", "server.key").contains("no certificate in PEM"));
}
