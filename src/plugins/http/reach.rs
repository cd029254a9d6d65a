//! Which addresses a connection may reach. Anything but the public internet is refused unless the operator granted it
//! by name or network; what hands out a cloud machine's own credentials is refused always.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What kind of address it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Public,
    Loopback,
    LinkLocal,
    Private,
    Shared,
    Reserved,
    /// An IPv4 address in the clothes of IPv6, which could lead anywhere.
    Disguised,
    /// Never to be reached, whatever was granted.
    Metadata,
    Nowhere,
}

impl Kind {
    fn words(self) -> &'static str {
        match self {
            Self::Public => "a public address",
            Self::Loopback => "this machine itself",
            Self::LinkLocal => "a link-local address",
            Self::Private => "an address of a private network",
            Self::Shared => "an address of a provider's inner network",
            Self::Reserved => "a reserved address",
            Self::Disguised => "an IPv4 address disguised as IPv6",
            Self::Metadata => "where cloud machines keep their own credentials",
            Self::Nowhere => "not the address of one machine",
        }
    }
}

/// These give out the credentials of the machine they are asked from: AWS and most others, its containers, Alibaba,
/// Oracle, Azure, and AWS over IPv6.
const METADATA_V4: [[u8; 4]; 7] = [
    [169, 254, 169, 254],
    [169, 254, 170, 2],
    [169, 254, 170, 23],
    [169, 254, 169, 253],
    [100, 100, 100, 200],
    [192, 0, 0, 192],
    [168, 63, 129, 16],
];
const METADATA_V6: [Ipv6Addr; 2] = [
    Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x254),
];

fn kind_v4(ip: Ipv4Addr) -> Kind {
    if METADATA_V4.contains(&ip.octets()) {
        return Kind::Metadata;
    }
    match ip.octets() {
        [0, ..] | [224..=255, ..] => Kind::Nowhere,
        [127, ..] => Kind::Loopback,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Kind::Private,
        [100, 64..=127, ..] => Kind::Shared,
        [169, 254, ..] => Kind::LinkLocal,
        // IETF assignments, documentation, the old 6to4 relay, AS112, AMT, benchmarks.
        [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [192, 31, 196, _]
        | [192, 52, 193, _]
        | [192, 175, 48, _] => Kind::Reserved,
        [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => Kind::Reserved,
        _ => Kind::Public,
    }
}

/// The IPv4 address within an IPv6 one: mapped, compatible, translated (NAT64, also with a local prefix, and SIIT), 6to4
/// or Teredo.
fn inner(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = ip.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Some(Ipv4Addr::new(a, b, c, d))
    };
    match s {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, h, l] | [0, 0, 0, 0, 0xffff, 0, h, l] => v4(h, l),
        [0x64, 0xff9b, 0, 0, 0, 0, h, l] | [0x64, 0xff9b, 1, _, _, _, h, l] => v4(h, l),
        [0x2002, h, l, ..] => v4(h, l),
        [0x2001, 0, .., h, l] => v4(!h, !l),
        _ => None,
    }
}

fn kind_v6(ip: Ipv6Addr) -> Kind {
    if METADATA_V6.contains(&ip) {
        return Kind::Metadata;
    }
    if let Some(inner) = inner(ip) {
        return match kind_v4(inner) {
            Kind::Metadata => Kind::Metadata,
            _ => Kind::Disguised,
        };
    }
    match ip.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] | [0xff00..=0xffff, ..] => Kind::Nowhere,
        [0, 0, 0, 0, 0, 0, 0, 1] => Kind::Loopback,
        [0xfe80..=0xfebf, ..] => Kind::LinkLocal,
        [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] => Kind::Private,
        // IETF assignments, documentation twice.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Kind::Reserved,
        [0x2000..=0x3fff, ..] => Kind::Public,
        // Nothing else is given out for the public internet.
        _ => Kind::Reserved,
    }
}

/// What kind of address this is.
pub(super) fn kind(ip: IpAddr) -> Kind {
    match ip {
        IpAddr::V4(ip) => kind_v4(ip),
        IpAddr::V6(ip) => kind_v6(ip),
    }
}

/// An address that this connection may not reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Blocked {
    host: String,
    ip: IpAddr,
    kind: Kind,
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, ip, kind } = self;
        if *host == ip.to_string() || *host == format!("[{ip}]") {
            write!(f, "{ip} is {}", kind.words())?;
        } else {
            write!(f, "{host} leads to {ip}, which is {}", kind.words())?;
        }
        match kind {
            Kind::Metadata | Kind::Nowhere => f.write_str("; no connection may go there"),
            _ => f.write_str("; if that is right, an administrator writes it under “Hosts in your own network” of this connection"),
        }
    }
}

impl std::error::Error for Blocked {}

/// The private networks that the operator granted to a connection, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PrivateNetworks {
    names: Vec<String>,
    networks: Vec<Network>,
}

/// Addresses with the same first bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    ip: IpAddr,
    bits: u8,
}

impl Network {
    fn contains(&self, ip: IpAddr) -> bool {
        let shift = |all: u32| all - u32::from(self.bits);
        match (self.ip, ip) {
            (IpAddr::V4(own), IpAddr::V4(ip)) => {
                let rest = shift(32);
                own.to_bits().checked_shr(rest) == ip.to_bits().checked_shr(rest)
            }
            (IpAddr::V6(own), IpAddr::V6(ip)) => {
                let rest = shift(128);
                own.to_bits().checked_shr(rest) == ip.to_bits().checked_shr(rest)
            }
            _ => false,
        }
    }
}

impl PrivateNetworks {
    /// Reads what an operator typed: host names, addresses, and networks such as `10.2.0.0/16`.
    pub(super) fn read(typed: &[String]) -> Result<Self, String> {
        let mut read = Self::default();
        for entry in typed
            .iter()
            .map(|entry| entry.trim())
            .filter(|entry| !entry.is_empty())
        {
            let (address, bits) = match entry.split_once('/') {
                Some((address, bits)) => (address, Some(bits)),
                None => (entry, None),
            };
            let bare = address.trim_start_matches('[').trim_end_matches(']');
            if let Ok(ip) = bare.parse::<IpAddr>() {
                let all = if ip.is_ipv4() { 32 } else { 128 };
                let bits = match bits.map(str::parse::<u8>) {
                    None => all,
                    // The whole internet is no private network.
                    Some(Ok(bits)) if bits <= all && bits >= 4 => bits,
                    Some(_) => {
                        return Err(format!("\"{entry}\" is not a network such as 10.2.0.0/16"));
                    }
                };
                read.networks.push(Network { ip, bits });
            } else if bits.is_none() && is_name(entry) {
                read.names.push(plain(entry));
            } else {
                return Err(format!(
                    "\"{}\" is neither a host name nor a network such as 10.2.0.0/16",
                    entry.escape_debug()
                ));
            }
        }
        Ok(read)
    }

    /// Whether this host, or an address that it is, was granted by name.
    pub(super) fn names(&self, host: &str) -> bool {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        match bare.parse::<IpAddr>() {
            Ok(ip) => self.networks.iter().any(|network| network.contains(ip)),
            Err(_) => self.names.contains(&plain(host)),
        }
    }

    /// Whether `host` may be reached at `ip`.
    pub(super) fn check(&self, host: &str, ip: IpAddr) -> Result<(), Blocked> {
        let kind = kind(ip);
        let by_network = || self.networks.iter().any(|network| network.contains(ip));
        let by_name = || self.names.contains(&plain(host));
        let own = || host == "localhost" || host.ends_with(".localhost");
        let allowed = match kind {
            Kind::Public => true,
            Kind::Metadata | Kind::Nowhere => false,
            // A name is granted for the network it belongs to. If it leads to this machine all of a sudden, or to what
            // every machine has, somebody plays with its name.
            Kind::Private | Kind::Shared => by_network() || by_name(),
            Kind::Loopback => by_network() || (own() && by_name()),
            Kind::LinkLocal | Kind::Reserved | Kind::Disguised => by_network(),
        };
        if allowed {
            Ok(())
        } else {
            Err(Blocked {
                host: host.into(),
                ip,
                kind,
            })
        }
    }
}

fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

fn is_name(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    let text = text.trim_end_matches('.');
    // What ends in digits is an address in some spelling.
    text.len() <= 253
        && text.split('.').all(label)
        && text
            .rsplit('.')
            .next()
            .is_some_and(|last| last.starts_with(|c: char| c.is_ascii_alphabetic()))
}
