//! An exporter that misbehaves as its settings ask, one way a run: `tests/hostile_plugins.rs`.

use std::hint::black_box;
use std::io::{Read, Write};

use redress_plugin::{Exporter, Failure, bundle, cases, documents, log, run};
use serde::Deserialize;

#[derive(Deserialize)]
struct Settings {
    mode: String,
    #[serde(default)]
    path: String,
}

struct Hostile;

impl Exporter for Hostile {
    const MANIFEST: &str = include_str!("../plugin.json");

    fn export() -> Result<Vec<String>, Failure> {
        let Settings { mode, path } = run::settings()?;
        log::info(&format!("mode {mode}"));
        match mode.as_str() {
            "good" => return good(),
            "loop" => loop {
                black_box(0);
            },
            "allocate" => {
                let mut held = Vec::new();
                loop {
                    held.push(black_box(vec![1u8; 1 << 20]));
                }
            }
            "recurse" => {
                log::info(&deeper(1).to_string());
            }
            "write" => {
                let mut entry = bundle::create("zeros.bin", "application/octet-stream")?;
                let zeros = vec![0; 1 << 20];
                loop {
                    entry.write_all(&zeros)?;
                }
            }
            "entries" => {
                for n in 0u32.. {
                    bundle::put(&format!("{n}.txt"), "text/plain", b"")?;
                }
            }
            "trap" => std::process::abort(),
            "panic" => panic!("the guest gives up"),
            "path" => bundle::put(&path, "text/plain", b"x")?,
            // Writes on as if nothing had been refused.
            "path-ignored" => {
                let _ = bundle::put(&path, "text/plain", b"x");
                bundle::put("case.json", "application/json", b"{}")?;
            }
            "duplicate" => {
                bundle::put("a/Case.txt", "text/plain", b"1")?;
                bundle::put("a/case.TXT", "text/plain", b"2")?;
            }
            "under-a-file" => {
                bundle::put("a", "text/plain", b"1")?;
                bundle::put("a/b", "text/plain", b"2")?;
            }
            "unfinished" => {
                let mut entry = bundle::create("half.txt", "text/plain")?;
                entry.write_all(b"half")?;
                std::mem::forget(entry);
            }
            "dropped" => drop(bundle::create("half.txt", "text/plain")?),
            "two-open" => {
                let _first = bundle::create("1.txt", "text/plain")?;
                let _second = bundle::create("2.txt", "text/plain")?;
            }
            "two-manifests" => {
                bundle::manifest("manifest.json")?;
                bundle::manifest("manifest-2.json")?;
            }
            "log-flood" => loop {
                log::info("again");
            },
            "log-huge" => log::info(&"x".repeat(8 << 20)),
            "call-flood" => loop {
                black_box(run::started_at());
            },
            "progress-flood" => loop {
                run::progress(1, 2);
            },
            "pdf-flood" => loop {
                documents::render_pdf("letter", "{}")?;
            },
            "pdf-huge" => {
                documents::render_pdf("letter", &format!("\"{}\"", "x".repeat(40 << 20)))?;
            }
            "notes" => return Ok(vec!["note".repeat(1 << 18); 64]),
            "readers" => {
                let mut held = Vec::new();
                loop {
                    held.push(cases::open_attachment("photo")?);
                }
            }
            "no-attachment" => drop(bundle::include_attachment("a.txt", "nobody", None)?),
            "no-section" => drop(cases::section("passwords")?),
            "section-flood" => loop {
                let _ = black_box(cases::section("events"));
            },
            "compose-path" => {
                documents::compose_pdf(&path, "{\"parts\":[]}")?;
            }
            "compose-bomb" => {
                documents::compose_pdf("all.pdf", &format!("[{}", "[".repeat(40 << 20)))?;
            }
            "bad-utf8-path" => {
                let bytes = vec![b'a', 0xff, 0xfe];
                // SAFETY: there is none; the host has to find out.
                let name = unsafe { String::from_utf8_unchecked(bytes) };
                bundle::put(&name, "text/plain", b"x")?;
            }
            "include" => {
                bundle::include_attachment("film.mp4", "photo", None)?;
                bundle::manifest("manifest.json")?;
            }
            "include-flood" => {
                for n in 0u32.. {
                    bundle::include_attachment(&format!("{n}.jpg"), "photo", None)?;
                }
            }
            "manifest-path" => bundle::manifest(&path)?,
            "refuses" => return Err(Failure::BadInput("this case has no determination".into())),
            other => return Err(Failure::BadSettings(format!("there is no mode {other}"))),
        }
        Ok(vec![])
    }
}

fn good() -> Result<Vec<String>, Failure> {
    bundle::put(
        "case.json",
        "application/json",
        cases::document_json().as_bytes(),
    )?;
    let photo = bundle::include_attachment("documents/photo.jpg", "photo", None)?;
    let mut seen = Vec::new();
    cases::open_attachment("photo")?.read_to_end(&mut seen)?;
    if seen.len() as u32 != photo.bytes {
        return Err(Failure::Other("another photo went in".into()));
    }
    bundle::put(
        "photo-size.txt",
        "text/plain",
        seen.len().to_string().as_bytes(),
    )?;
    let pdf = documents::render_pdf("letter", "{}")?;
    bundle::put("letter.pdf", "application/pdf", &pdf)?;
    bundle::manifest("manifest.json")?;
    run::progress(4, 4);
    Ok(vec![format!(
        "made at {} in {}",
        run::started_at(),
        run::language()
    )])
}

#[expect(unconditional_recursion, reason = "the point of it")]
fn deeper(n: u64) -> u64 {
    let page = black_box([n; 256]);
    1 + deeper(page[7] + 1) + page[9]
}

redress_plugin::exporter!(Hostile);
