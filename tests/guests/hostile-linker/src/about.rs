//! A manifest that misbehaves. A plugin that is asked what it is can be told nothing, so the tests write another word
//! over the one that stands here in the component.

use std::hint::black_box;

use redress_plugin::{Failure, files, http, log};

/// The word begins at the 16th byte.
static MODE: [u8; 32] = *b"manifest mode: honest           ";

pub fn manifest() -> String {
    let mode = black_box(MODE);
    let mode = String::from_utf8_lossy(&mode[15..]).trim().to_owned();
    let honest = include_str!("../plugin.json");
    match mode.as_str() {
        "loop" => loop {
            black_box(0);
        },
        "huge" => honest.replace("Misbehaves", &"x".repeat(900 << 10)),
        "larger" => "x".repeat(8 << 20),
        "grow" => {
            let mut held = Vec::new();
            loop {
                held.push(black_box(vec![1u8; 1 << 20]));
            }
        }
        "trap" => std::process::abort(),
        "flood" => loop {
            log::info("again");
        },
        "no-json" => "{\"schema\":".into(),
        "other-kind" => honest.replace("\"linker\"", "\"exporter\""),
        "other-id" => honest.replace("hostile-linker", "../../etc/cron.d/x"),
        "bad-utf8" => broken(),
        // What it was granted nothing of.
        "reaches" => honest.replace("Misbehaves", &reaches().replace('"', "'")),
        _ => honest.into(),
    }
}

/// A text that is none.
pub fn broken() -> String {
    let bytes = vec![b'a', 0xff, 0xfe, 0xc0, 0x80];
    // SAFETY: there is none; the host has to find out.
    unsafe { String::from_utf8_unchecked(bytes) }
}

fn reaches() -> String {
    let told = |failure: Failure| failure.to_string();
    let opened = files::open("repairs.csv").map(|_| String::new());
    let sent = http::send(&http::get("repairs", "/")).map(|_| String::new());
    format!(
        "files: {:?}; file: {}; http: {}",
        files::ls(),
        opened.unwrap_or_else(told),
        sent.unwrap_or_else(told)
    )
}
