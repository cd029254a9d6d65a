//! Another system, as bad as it gets: a server that writes whatever bytes a test wants, over TCP or TLS.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// A request as it came.
#[derive(Debug, Clone, Default)]
pub struct Came {
    pub method: String,
    pub target: String,
    /// Names in small letters.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Came {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }
}

type Act = dyn Fn(&Came, usize, &mut dyn Write) + Send + Sync;

/// A server that ends with the test.
pub struct Server {
    pub address: SocketAddr,
    pub came: Arc<Mutex<Vec<Came>>>,
    over: Arc<AtomicBool>,
}

impl Server {
    /// `act` gets each request, its number from 0, and where to write; then the connection is closed.
    pub fn start(act: impl Fn(&Came, usize, &mut dyn Write) + Send + Sync + 'static) -> Self {
        Self::serve(None, Arc::new(act))
    }

    /// The same behind TLS, with the certificate of `tests/fixtures/tls`.
    pub fn encrypted(act: impl Fn(&Came, usize, &mut dyn Write) + Send + Sync + 'static) -> Self {
        let chain = CertificateDer::from_pem_slice(include_bytes!("../fixtures/tls/server.pem"));
        let key = PrivateKeyDer::from_pem_slice(include_bytes!("../fixtures/tls/server.key"));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![chain.unwrap()], key.unwrap())
            .unwrap();
        Self::serve(Some(Arc::new(config)), Arc::new(act))
    }

    fn serve(tls: Option<Arc<rustls::ServerConfig>>, act: Arc<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            came: Arc::default(),
            over: Arc::default(),
        };
        let (came, over) = (Arc::clone(&server.came), Arc::clone(&server.over));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let (came, act, tls) = (Arc::clone(&came), Arc::clone(&act), tls.clone());
                std::thread::spawn(move || match tls {
                    None => talk(stream, &came, &*act),
                    Some(tls) => {
                        let session = rustls::ServerConnection::new(tls).unwrap();
                        talk(rustls::StreamOwned::new(session, stream), &came, &*act);
                    }
                });
            }
        });
        server
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn came(&self) -> Vec<Came> {
        self.came.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address);
    }
}

fn talk<S: Read + Write>(stream: S, came: &Mutex<Vec<Came>>, act: &Act) {
    let mut reader = BufReader::new(stream);
    let Some(request) = read(&mut reader) else {
        return;
    };
    let number = {
        let mut came = came.lock().unwrap();
        came.push(request.clone());
        came.len() - 1
    };
    let stream = reader.get_mut();
    act(&request, number, stream);
    let _ = stream.flush();
}

fn read(reader: &mut impl BufRead) -> Option<Came> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let mut came = Came {
        method: words.next()?.into(),
        target: words.next()?.into(),
        ..Came::default()
    };
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(':') else {
            break;
        };
        came.headers
            .push((name.to_lowercase(), value.trim().into()));
    }
    let length = came.header("content-length").map(str::parse);
    if let Some(Ok(length)) = length {
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        came.body = String::from_utf8_lossy(&body).into_owned();
    }
    Some(came)
}

/// Writes a whole answer; `headers` are lines with their line ends.
pub fn answer(to: &mut dyn Write, status: &str, headers: &str, body: &str) {
    let length = body.len();
    let _ = write!(
        to,
        "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}"
    );
}
