//! Answers on their way: words come down in size for whoever can read them so, files stay as they are.

use std::io::Read;

use reqwest::Method;
use reqwest::header::HeaderMap;

use crate::support::words::complaint;
use crate::support::{Caller, Server};

/// The answer as it came, packed or not: the content's encoding, its length and its bytes.
fn asked(caller: &Caller, path: &str) -> (HeaderMap, Vec<u8>) {
    let request = caller.request(Method::GET, path);
    let answer = request.header("accept-encoding", "gzip").send();
    let answer = answer.expect("an answer");
    (
        answer.headers().clone(),
        answer.bytes().expect("a body").to_vec(),
    )
}

fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    flate2::read::GzDecoder::new(bytes)
        .read_to_end(&mut out)
        .expect("a gzip stream");
    out
}

#[test]
fn words_are_made_smaller_and_files_are_sent_as_they_are() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let reference = officer.log(&complaint(3));
    let path = format!("/cases/{reference}");
    let plain = officer.get(&path);
    assert_eq!(plain.header("content-encoding"), "");
    let (head, small) = asked(&officer, &path);
    assert_eq!(head["content-encoding"], "gzip");
    assert_eq!(head["vary"], "accept-encoding");
    assert_eq!(unpacked(&small), plain.bytes);
    assert!(small.len() < plain.bytes.len());
    let text = "The same words again. ".repeat(500);
    let kept = officer.attach(&reference, "call.txt", text.as_bytes(), &[]);
    let file = kept.header("location").replace("/api/v1", "");
    let (head, file) = asked(&officer, &file);
    assert!(!head.contains_key("content-encoding"));
    assert_eq!(head["content-length"], text.len().to_string());
    assert!(file == text.as_bytes());
}
