//! Names become addresses here, inside the client: the address that was checked is the one that is connected to, so a
//! name that answers differently the second time gains nothing.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::reach::PrivateNetworks;

/// An answer to come.
pub type Answer = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Who knows the addresses of names.
pub trait Lookup: Send + Sync {
    /// The addresses of a host.
    fn addresses(&self, host: &str) -> Answer;
}

/// The machine's own resolver.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn addresses(&self, host: &str) -> Answer {
        let host = host.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// The resolver of one connection.
pub(super) struct Guard {
    pub(super) lookup: Arc<dyn Lookup>,
    pub(super) private: PrivateNetworks,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let private = self.private.clone();
        let answer = self.lookup.addresses(&host);
        Box::pin(async move {
            let mut allowed = Vec::new();
            let mut blocked = None;
            for ip in answer.await? {
                match private.check(&host, ip) {
                    Ok(()) => allowed.push(SocketAddr::new(ip, 0)),
                    Err(why) => blocked = Some(why),
                }
            }
            match blocked {
                Some(why) if allowed.is_empty() => Err(why.into()),
                _ => Ok(Box::new(allowed.into_iter()) as Addrs),
            }
        })
    }
}
