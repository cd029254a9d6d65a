//! How long, how much, how often.

use std::io::Write;
use std::sync::mpsc::channel;

use super::*;

/// Short times, so that the tests are.
fn quick(base: String) -> Grant {
    let grant = granted(base);
    Grant {
        limits: HttpLimits {
            timeout: Duration::from_secs(2),
            document: Duration::from_secs(3),
            stall: Duration::from_millis(600),
            largest_body: 100_000,
            largest_document: 1_000_000,
            ..grant.limits
        },
        ..grant
    }
}

#[test]
fn stalls_drips_and_endless_bodies_end_in_time() {
    let server = Server::start(|came, _, to| match came.target.as_str() {
        "/silence" => std::thread::sleep(Duration::from_secs(6)),
        "/stall" => {
            let _ = to.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf");
            let _ = to.flush();
            std::thread::sleep(Duration::from_secs(6));
        }
        "/drip" => {
            let _ = to.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n");
            for _ in 0..60 {
                if to.write_all(b".").and_then(|()| to.flush()).is_err() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(100));
            }
        }
        "/headers" => {
            let _ = to.write_all(b"HTTP/1.1 200 OK\r\n");
            for n in 0..2_000_000 {
                if write!(to, "x-{n}: {n}\r\n").is_err() {
                    return;
                }
            }
        }
        "/long-headers" => answer(
            to,
            "200 OK",
            &format!("x-long: {}\r\n", "x".repeat(90_000)),
            "ok",
        ),
        "/gigabyte" => {
            let _ = to.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n");
            while to.write_all(&[0; 65536]).is_ok() {}
        }
        "/endless" => {
            let _ = to.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
            while to
                .write_all(b"400\r\n")
                .and_then(|()| to.write_all(&[b'x'; 0x400]))
                .and_then(|()| to.write_all(b"\r\n"))
                .is_ok()
            {}
        }
        "/nonsense" => {
            let _ = to.write_all(b"SSH-2.0-OpenSSH_9.6\r\n");
        }
        "/cut" => {
            let _ = to.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf");
        }
        _ => answer(to, "200 OK", "", "ok"),
    });
    // Each in a run and a program of its own: failures in a row would let the connection rest.
    let ask = |path: &str| open(quick(server.url(""))).send(get(path)).unwrap_err();
    for (path, error) in [
        ("silence", HttpError::Timeout),
        ("stall", HttpError::Timeout),
        ("drip", HttpError::Timeout),
        ("gigabyte", HttpError::TooLarge),
        ("endless", HttpError::TooLarge),
    ] {
        let began = Instant::now();
        assert_eq!(ask(path), error, "{path}");
        assert!(
            began.elapsed() < Duration::from_secs(5),
            "{path}: {:?}",
            began.elapsed()
        );
        let mut sink = Vec::new();
        let session = open(quick(server.url("")));
        assert_eq!(
            session.send_into(get(path), &mut sink).unwrap_err(),
            error,
            "{path}"
        );
        assert!(
            began.elapsed() < Duration::from_secs(9),
            "{path}: {:?}",
            began.elapsed()
        );
        assert!(sink.len() <= 1_000_000, "{path}");
        let [call] = session.calls().try_into().unwrap();
        let call: Call = call;
        assert!(call.error.is_some(), "{call:?}");
    }
    for (path, words) in [
        ("headers", "the answer broke off or was not HTTP"),
        (
            "long-headers",
            "the headers of the answer are larger than 64 KB",
        ),
        ("nonsense", "the answer broke off or was not HTTP"),
        ("cut", "the answer broke off or was not HTTP"),
    ] {
        let error = ask(path);
        assert!(error.to_string().contains(words), "{path}: {error}");
    }
    let session = open(quick(server.url("")));
    assert_eq!(text(&session.send(get("fine")).unwrap()), "ok");
}

#[test]
fn a_stall_of_a_minute_ends_with_the_run_that_was_given_up() {
    let (done, waits) = channel::<()>();
    let waits = std::sync::Mutex::new(waits);
    let server = Server::start(move |_, _, _| {
        let _ = waits.lock().unwrap().recv_timeout(Duration::from_secs(60));
    });
    let session = open(granted(server.url("")));
    let began = Instant::now();
    let giver = Arc::clone(&session);
    let sent = std::thread::spawn(move || session.send(get("x")));
    while server.came().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    giver.end();
    let error = sent.join().unwrap().unwrap_err();
    assert!(error.to_string().contains("the run is over"), "{error}");
    assert!(began.elapsed() < Duration::from_secs(5));
    let [call] = giver.calls().try_into().unwrap();
    let call: Call = call;
    assert_eq!(
        call.error.as_deref(),
        Some("the run ended before there was an answer")
    );
    // And no more go out.
    assert!(giver.send(get("y")).is_err());
    assert_eq!(server.came().len(), 1);
    drop(done);
}

#[test]
fn a_failure_that_passes_is_tried_again() {
    let server = Server::start(|came, number, to| match (came.target.as_str(), number) {
        ("/busy", 0) => answer(to, "503 Busy", "", "later"),
        ("/busy", 1) => {}
        ("/always", _) => answer(to, "502 Bad Gateway", "", "down"),
        ("/limited", 0) => answer(to, "429 Slow Down", "retry-after: 1\r\n", ""),
        ("/tomorrow", _) => answer(to, "429 Slow Down", "retry-after: 86400\r\n", "tomorrow"),
        ("/broken", _) => answer(to, "500 Oh No", "", "broken"),
        ("/gone", _) => answer(to, "404 Not Found", "", "00700123"),
        ("/post", _) => answer(to, "503 Busy", "", "later"),
        _ => answer(to, "200 OK", "", "done"),
    });
    let ask = |request: Request| {
        server.came.lock().unwrap().clear();
        let session = open(Grant {
            methods: vec!["GET".into(), "POST".into()],
            ..granted(server.url(""))
        });
        let began = Instant::now();
        let response = session.send(request).unwrap();
        let tries: Vec<_> = session
            .calls()
            .into_iter()
            .map(|call| (call.attempt, call.status))
            .collect();
        (response.status, text(&response), tries, began.elapsed())
    };
    let (status, body, tries, _) = ask(get("busy"));
    assert_eq!((status, body.as_str()), (200, "done"));
    assert_eq!(tries, [(1, Some(503)), (2, None), (3, Some(200))]);
    let (status, body, tries, _) = ask(get("always"));
    assert_eq!((status, body.as_str(), tries.len()), (502, "down", 3));
    let (status, _, tries, took) = ask(get("limited"));
    assert_eq!((status, tries.len()), (200, 2));
    assert!(took >= Duration::from_secs(1), "{took:?}");
    // Nobody waits until tomorrow, and what is wrong now will be wrong in a second.
    for (path, status) in [("tomorrow", 429), ("broken", 500), ("gone", 404)] {
        let (answered, _, tries, took) = ask(get(path));
        assert_eq!((answered, tries.len()), (status, 1), "{path}");
        assert!(took < Duration::from_secs(5), "{path}");
    }
    // What may do something twice is sent once.
    let (status, _, tries, _) = ask(Request {
        method: "POST".into(),
        body: Some(b"{}".to_vec()),
        ..get("post")
    });
    assert_eq!((status, tries.len()), (503, 1));
}

#[test]
fn a_flood_ends_at_the_budget() {
    let server = Server::start(|_, _, to| answer(to, "200 OK", "", "ok"));
    let grant = granted(server.url(""));
    let limits = HttpLimits {
        requests: 7,
        ..grant.limits.clone()
    };
    let session = open(Grant {
        limits,
        ..grant.clone()
    });
    let answers: Vec<_> = (0..50).map(|_| session.send(get("x"))).collect();
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 7);
    assert_eq!(answers[49], Err(HttpError::Budget));
    // The run's own budget counts over all its connections; redirects and new tries count too.
    let session = Http::new()
        .unwrap()
        .session("link", vec![grant], 3)
        .unwrap();
    assert_eq!((0..9).filter(|_| session.send(get("x")).is_ok()).count(), 3);
    assert_eq!(server.came().len(), 10);
}

#[test]
fn all_runs_together_keep_to_the_rate() {
    let server = Server::start(|_, _, to| answer(to, "200 OK", "", "ok"));
    let grant = granted(server.url(""));
    let grant = Grant {
        limits: HttpLimits {
            per_second: 10,
            ..grant.limits.clone()
        },
        ..grant
    };
    let http = Http::new().unwrap();
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            let session = http.session("link", vec![grant.clone()], 100).unwrap();
            scope.spawn(move || (0..7).for_each(|_| drop(session.send(get("x")).unwrap())));
        }
    });
    // Ten at once after a rest, then one every tenth of a second.
    assert!(
        began.elapsed() >= Duration::from_millis(1050),
        "{:?}",
        began.elapsed()
    );
}

#[test]
fn a_system_that_is_down_is_left_alone_for_a_while() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let http = Http::new().unwrap();
    let grant = granted(format!("http://{closed}/"));
    let grant = Grant {
        methods: vec!["POST".into()],
        ..grant
    };
    let session = http.session("link", vec![grant.clone()], 100).unwrap();
    let post = || Request {
        method: "POST".into(),
        ..get("x")
    };
    for _ in 0..5 {
        fails(
            &session,
            post(),
            5,
            "the other system cannot be reached (Connection refused)",
        );
    }
    let again = http.session("link", vec![grant.clone()], 100).unwrap();
    let began = Instant::now();
    let error = fails(&again, post(), 1, "has not worked since");
    assert!(
        error.to_string().contains("it is tried again at"),
        "{error}"
    );
    assert!(began.elapsed() < Duration::from_millis(200));
    assert!(again.calls().is_empty());
    let health = http.health("link", "repairs").unwrap();
    assert_eq!(health.failures, 5);
    assert!(health.rests_until.unwrap() > health.failing_since.unwrap());
    // Another link is not held up by it; nor is this one after somebody says that it was mended.
    let other = http.session("other", vec![grant.clone()], 100).unwrap();
    fails(&other, post(), 5, "cannot be reached");
    http.forget("link");
    let mended = http.session("link", vec![grant], 100).unwrap();
    fails(&mended, post(), 5, "cannot be reached");
}

#[test]
fn a_document_streams_past_the_memory() {
    let server = Server::start(|came, _, to| {
        if came.target == "/gone" {
            return answer(to, "404 Not Found", "", "no such photo");
        }
        let _ = to.write_all(
            b"HTTP/1.1 200 OK\r\ncontent-type: image/jpeg\r\ncontent-length: 50000000\r\n\r\n",
        );
        for _ in 0..500 {
            let _ = to.write_all(&[7; 100_000]);
        }
    });
    struct Counting(u64, usize);
    impl Write for Counting {
        fn write(&mut self, chunk: &[u8]) -> std::io::Result<usize> {
            self.0 += chunk.len() as u64;
            self.1 = self.1.max(chunk.len());
            Ok(chunk.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let session = open(granted(server.url("")));
    let mut sink = Counting(0, 0);
    let response = session.send_into(get("photo"), &mut sink).unwrap();
    assert_eq!(
        (response.status, response.body.len(), sink.0),
        (200, 0, 50_000_000)
    );
    assert!(sink.1 <= 1 << 20, "{}", sink.1);
    assert_eq!(session.calls()[0].bytes, 50_000_000);
    // What is no document comes as an answer.
    let mut sink = Counting(0, 0);
    let response = session.send_into(get("gone"), &mut sink).unwrap();
    assert_eq!(
        (response.status, text(&response).as_str(), sink.0),
        (404, "no such photo", 0)
    );
}
