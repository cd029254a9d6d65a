//! What a run of an adapter adds to the request that it sends.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};
use std::{fs, thread};

use chrono::Utc;
use redress::plugins::http::{Grant, Http, HttpLimits};
use redress::plugins::{
    Connections, HostConfig, Limits, LinkJob, LinkQuery, Plugin, PluginHost, Request, Run,
};

use super::Failure;

/// A run of an adapter that sends one request, in turn with that request through its connection, and without.
pub fn link_run(times: usize) -> Result<(), Failure> {
    println!("## A link run, beside the request that it makes");
    let address = serve()?;
    let wasm = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/guests/hostile-linker.wasm"
    );
    let plugin = Plugin::new("bench", fs::read(wasm)?);
    let host = PluginHost::new(HostConfig::default())?;
    let http = Http::new()?;
    let grant = Grant {
        private_network: vec!["127.0.0.1".into()],
        limits: HttpLimits {
            per_second: 1_000_000,
            ..HttpLimits::default()
        },
        ..Grant::new("repairs", format!("http://{address}/api"))
    };
    let settings = serde_json::json!({
        "mode": "send", "connection": "repairs", "method": "GET", "url": "jobs?property=00700123"
    });
    let runtime = tokio::runtime::Runtime::new()?;
    let (mut bare, mut alone, mut run) = (Vec::new(), Vec::new(), Vec::new());
    let client = reqwest::Client::builder().no_proxy();
    let client = client.tls_certs_only([]).build()?;
    let url = format!("http://{address}/api/jobs?property=00700123");
    for n in 0..times + 50 {
        let began = Instant::now();
        runtime.block_on(async { client.get(&url).send().await?.bytes().await })?;
        let sent_bare = began.elapsed();
        let began = Instant::now();
        let session = http.session("bench", vec![grant.clone()], 10)?;
        let sent = session.send(Request {
            connection: "repairs".into(),
            method: "GET".into(),
            url: "jobs?property=00700123".into(),
            ..Request::default()
        });
        assert_eq!(sent.map(|answer| answer.status), Ok(200));
        let request = began.elapsed();
        let began = Instant::now();
        let job = LinkJob {
            run: Run {
                settings_json: settings.to_string(),
                started_at: Utc::now(),
                language: "en-GB".into(),
                progress: None,
                limits: Limits::link(),
            },
            folder: None,
            connections: http.session("bench", vec![grant.clone()], 10)?,
        };
        let query = LinkQuery {
            document: "{}".into(),
            limit: 10,
            cursor: None,
        };
        let (page, _) = runtime.block_on(host.link_find(&plugin, job, query))?;
        assert_eq!(page.records.len(), 1);
        // The first compile the plugin and open the connection.
        if n >= 50 {
            bare.push(sent_bare);
            alone.push(request);
            run.push(began.elapsed());
        }
    }
    let (bare, alone, run) = (told(&mut bare), told(&mut alone), told(&mut run));
    println!("the client alone          {}", bare.0);
    println!("the request as granted    {}", alone.0);
    println!("a run that sends it       {}", run.0);
    println!(
        "what the run adds         p50 {:.2?}",
        run.1.saturating_sub(bare.1)
    );
    println!();
    Ok(())
}

/// Times as a line, and their middle.
fn told(times: &mut [Duration]) -> (String, Duration) {
    times.sort_unstable();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
    let line = format!(
        "p50 {:.2?}  p99 {:.2?}  n {}",
        at(0.5),
        at(0.99),
        times.len()
    );
    (line, at(0.5))
}

/// Another system that answers at once and keeps its connections open.
fn serve() -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || talk(stream));
        }
    });
    Ok(address)
}

fn talk(stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        if line == "\r\n" {
            let answer =
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n[]";
            reader.get_mut().write_all(answer)?;
        }
    }
}
