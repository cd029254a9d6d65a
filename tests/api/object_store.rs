//! Backups to an object store: a small one of the test's own that speaks S3, with the mishaps of real ones.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use md5::{Digest, Md5};
use serde_json::{Value, json};

use crate::support::words::complaint;
use crate::support::{Caller, Server, until};

const SECRET: &str = "wJalrXUtnFEMI-not-a-real-one";

#[derive(Default)]
struct Kept {
    objects: BTreeMap<String, Vec<u8>>,
    parts: BTreeMap<String, BTreeMap<u32, Vec<u8>>>,
    asked: Vec<String>,
    /// Answers that come before any other: each once.
    mishaps: Vec<(&'static str, u16)>,
}

#[derive(Clone, Default)]
struct Bucket(Arc<Mutex<Kept>>);

impl Bucket {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().expect("the bucket")
    }

    fn names(&self) -> Vec<String> {
        self.kept().objects.keys().cloned().collect()
    }

    /// Serves the bucket `evidence` at an address of its own.
    fn open(&self) -> String {
        let app = Router::new().fallback(answer).with_state(self.clone());
        let app = app.layer(axum::extract::DefaultBodyLimit::max(64 << 20));
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
                    .await
                    .expect("a port");
                tell.send(listener.local_addr().expect("an address"))
                    .expect("told");
                axum::serve(listener, app).await.expect("it serves");
            });
        });
        format!("http://{}", told.recv().expect("an address"))
    }
}

fn refusal(status: u16, code: &str) -> Response {
    let status = StatusCode::from_u16(status).expect("a status");
    (status, format!("<Error><Code>{code}</Code></Error>")).into_response()
}

fn xml(inside: &str) -> Response {
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    format!("{head}{inside}").into_response()
}

const NS: &str = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";

async fn answer(
    State(bucket): State<Bucket>,
    method: Method,
    uri: Uri,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut kept = bucket.kept();
    let part = query
        .get("partNumber")
        .map_or(0, |n| n.parse::<u32>().expect("a number"));
    let what = format!("{method} {part}");
    kept.asked.push(what.clone());
    if let Some(at) = kept.mishaps.iter().position(|(on, _)| *on == what) {
        let (_, status) = kept.mishaps.remove(at);
        return refusal(
            status,
            if status == 503 {
                "SlowDown"
            } else {
                "AccessDenied"
            },
        );
    }
    let signed = query.get("X-Amz-Signature").is_some_and(|s| s.len() == 64);
    let named = query
        .get("X-Amz-Credential")
        .is_some_and(|c| c.starts_with("KEY-ID/") && c.contains("/eu-west-2/s3/"));
    if !signed || !named {
        return refusal(403, "InvalidAccessKeyId");
    }
    let path = uri.path().trim_start_matches('/');
    let Some(name) = path.strip_prefix("evidence") else {
        return refusal(404, "NoSuchBucket");
    };
    let name = name.trim_start_matches('/').to_owned();
    if method == Method::PUT {
        let sum = base64::engine::general_purpose::STANDARD.encode(Md5::digest(&body));
        if headers
            .get("content-md5")
            .and_then(|value| value.to_str().ok())
            != Some(sum.as_str())
        {
            return refusal(400, "BadDigest");
        }
    }
    match (method.as_str(), query.get("uploadId")) {
        ("GET", _) => {
            let prefix = query.get("prefix").cloned().unwrap_or_default();
            let page: String = kept
                .objects
                .iter()
                .filter(|(key, _)| key.starts_with(&prefix))
                .map(|(key, bytes)| {
                    format!(
                        "<Contents><Key>{key}</Key><Size>{}</Size></Contents>",
                        bytes.len()
                    )
                })
                .collect();
            xml(&format!(
                "<ListBucketResult {NS}><Name>evidence</Name><IsTruncated>false</IsTruncated>{page}</ListBucketResult>"
            ))
        }
        ("HEAD", _) => match kept.objects.get(&name) {
            Some(bytes) => {
                ([("content-length", bytes.len().to_string())], bytes.clone()).into_response()
            }
            None => refusal(404, "NoSuchKey"),
        },
        ("POST", None) => {
            kept.parts.insert(name.clone(), BTreeMap::new());
            xml(&format!(
                "<InitiateMultipartUploadResult {NS}><Bucket>evidence</Bucket><Key>{name}</Key><UploadId>{name}</UploadId></InitiateMultipartUploadResult>"
            ))
        }
        ("PUT", Some(id)) => {
            let parts = kept.parts.get_mut(id).expect("a begun upload");
            parts.insert(part, body.to_vec());
            [("etag", format!("\"tag-{part}\""))].into_response()
        }
        ("POST", Some(id)) => {
            let parts = kept.parts.remove(id).expect("a begun upload");
            let told = String::from_utf8_lossy(&body).into_owned();
            assert!(
                parts.keys().all(|n| told.contains(&format!("tag-{n}"))),
                "{told}"
            );
            kept.objects
                .insert(name.clone(), parts.into_values().flatten().collect());
            xml(&format!(
                "<CompleteMultipartUploadResult {NS}><Location>here</Location><Bucket>evidence</Bucket><Key>{name}</Key><ETag>x</ETag></CompleteMultipartUploadResult>"
            ))
        }
        ("DELETE", Some(id)) => {
            kept.parts.remove(id);
            StatusCode::NO_CONTENT.into_response()
        }
        ("DELETE", None) => {
            kept.objects.remove(&name);
            StatusCode::NO_CONTENT.into_response()
        }
        ("PUT", None) => {
            kept.objects.insert(name, body.to_vec());
            [("etag", "\"whole\"")].into_response()
        }
        other => panic!("{other:?}"),
    }
}

fn backed_up(admin: &Caller) -> Value {
    // Names are to the second.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    admin.post("/backups", &json!({})).is(202);
    until("a backup", || {
        admin.get("/backups").is(200)["running"] == false
    });
    admin.get("/backups").is(200)
}

fn newest(all: &Value) -> Vec<u8> {
    let path = PathBuf::from(all["beside"][0]["path"].as_str().expect("a path"));
    fs::read(path).expect("read")
}

#[test]
fn backups_are_sent_in_parts_tidied_and_told_when_the_store_is_away() {
    let server = Server::start();
    let admin = server.caller("Operations", &["administrator"]);
    let officer = server.caller("Case system", &["complaints_officer"]);
    let bucket = Bucket::default();
    let mut answers = json!({"on": true, "address": bucket.open(), "region": "eu-west-2", "bucket": "evidence",
        "folder": "redress", "access_key": "KEY-ID", "secret": SECRET});
    let put = |version: u32, answers: &Value| {
        let body = json!({"version": version, "bucket": answers, "why": "Off site"});
        admin.call(Method::PUT, "/backups/bucket", &body, &[])
    };
    // What cannot work is not kept.
    for (field, wrong) in [
        ("address", "http://store.example.org"),
        ("address", "http://127.0.0.1:1"),
        ("bucket", "no-such-bucket"),
        ("region", ""),
        ("folder", "../other"),
        ("secret", ""),
    ] {
        let mut answers = answers.clone();
        answers[field] = json!(wrong);
        put(0, &answers).refuses(422, "validation", Some(field));
    }
    let set = put(0, &answers).is(200);
    assert_eq!(set["bucket"]["has_secret"], true);
    assert!(!set.to_string().contains(SECRET));
    put(0, &answers).refuses(409, "conflict", None);

    // An old backup goes, what is not ours stays.
    for name in [
        "redress/redress-20200101T220000Z.redb",
        "redress/letters.zip",
        "redress-20200101T220000Z.redb",
    ] {
        bucket.kept().objects.insert(name.into(), b"old".to_vec());
    }
    let all = backed_up(&admin);
    assert_eq!(all["failure"], Value::Null, "{all}");
    let sent = all["sent"]["name"].as_str().expect("sent").to_owned();
    assert_eq!(all["sent"]["kept"], 1);
    assert_eq!(
        bucket.names(),
        [
            "redress-20200101T220000Z.redb",
            "redress/letters.zip",
            sent.as_str()
        ]
    );
    assert!(
        bucket.kept().objects[&sent] == newest(&all),
        "byte for byte"
    );

    // Larger than one part, over a store that stumbles.
    let reference = officer.log(&complaint(3));
    let photo: Vec<u8> = (0..20_000_000u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    let fields = [("kind", "other"), ("title", "Walk-through")];
    officer
        .attach(&reference, "walk-through.bin", &photo, &fields)
        .is(201);
    bucket
        .kept()
        .mishaps
        .extend([("PUT 1", 503), ("POST 0", 503)]);
    let all = backed_up(&admin);
    assert_eq!(all["failure"], Value::Null, "{all}");
    let sent = all["sent"]["name"].as_str().expect("sent").to_owned();
    assert!(
        bucket.kept().objects[&sent] == newest(&all),
        "byte for byte"
    );
    assert!(
        bucket.kept().asked.contains(&"PUT 2".to_owned()),
        "in parts"
    );

    // Refused in the middle: the backup is here, the failure is told, and no part stays there.
    bucket.kept().mishaps.push(("PUT 2", 403));
    let before = bucket.names();
    let all = backed_up(&admin);
    let why = all["failure"]["why"].as_str().expect("told").to_owned();
    assert!(
        why.contains("not sent to the bucket evidence") && why.contains("403 (AccessDenied)"),
        "{why}"
    );
    assert!(!why.contains("X-Amz") && !why.contains(SECRET), "{why}");
    assert_eq!(bucket.names(), before);
    assert!(bucket.kept().parts.is_empty(), "aborted");
    assert_eq!(all["beside"].as_array().expect("a list").len(), 3);

    // Encrypted, if the schedule says to whom; the kept secret serves on.
    let safe = tempfile::tempdir().expect("a safe");
    let key = safe.path().join("key");
    let key = key.to_str().expect("text");
    let public = String::from_utf8(server.cli(&["backup-key", key]).stdout).expect("text");
    let body = json!({"version": 0, "plan": {"encrypt_to": public.trim()}, "why": "Off site"});
    admin.call(Method::PUT, "/backups/plan", &body, &[]).is(200);
    answers["secret"] = json!("");
    put(1, &answers).is(200);
    let all = backed_up(&admin);
    assert_eq!(all["failure"], Value::Null, "{all}");
    let sent = all["sent"]["name"].as_str().expect("sent").to_owned();
    assert!(sent.ends_with(".redb.age"), "{sent}");
    let taken = safe.path().join("taken.redb.age");
    fs::write(&taken, &bucket.kept().objects[&sent]).expect("written");
    let taken = taken.to_str().expect("text");
    let checked = server.cli(&["verify", taken, "--key", key]);
    assert!(
        checked.status.success(),
        "{}",
        String::from_utf8_lossy(&checked.stderr)
    );

    // A secret goes to the store it was given for and to no other.
    answers["address"] = json!(Bucket::default().open());
    put(2, &answers).refuses(422, "validation", Some("secret"));
    let kept = fs::read(&server.data).expect("read");
    assert!(
        !kept
            .windows(SECRET.len())
            .any(|piece| piece == SECRET.as_bytes())
    );
    officer.get("/backups").refuses(403, "forbidden", None);
}
