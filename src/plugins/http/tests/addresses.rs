//! Which addresses may be reached, in all their spellings.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use crate::plugins::http::Grant;
use crate::plugins::http::reach::PrivateNetworks;
use crate::plugins::http::target::{Base, literal};

fn networks(typed: &[&str]) -> PrivateNetworks {
    let typed: Vec<String> = typed.iter().map(|&entry| entry.into()).collect();
    PrivateNetworks::read(&typed).unwrap()
}

#[test]
fn only_the_public_internet_is_reached_without_a_grant() {
    let none = PrivateNetworks::default();
    for public in [
        "1.1.1.1",
        "93.184.216.34",
        "172.15.0.1",
        "172.32.0.1",
        "100.63.0.1",
        "100.128.0.1",
        "192.167.1.1",
        "169.253.1.1",
        "223.255.255.254",
        "2606:2800:220:1::1",
        "2a00:1450:4009::1",
    ] {
        assert!(none.check("x", public.parse().unwrap()).is_ok(), "{public}");
    }
    for inner in [
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "169.254.0.1",
        "169.254.169.254",
        "169.254.170.2",
        "100.64.0.1",
        "100.127.255.255",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.1",
        "192.0.0.192",
        "192.0.2.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.7",
        "192.88.99.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::10.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:1.1.1.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::10.0.0.1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "2002:c0a8:1::1",
        "2001:0:1234::1",
        "2001:db8::1",
        "3fff::1",
        "fe80::1",
        "febf::1",
        "fc00::1",
        "fd00::1",
        "fd00:ec2::254",
        "fdff::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
        "100::1",
        "5f00::1",
        "4000::1",
        "2001:10::1",
        "2001:20::1",
    ] {
        assert!(none.check("x", inner.parse().unwrap()).is_err(), "{inner}");
    }
}

#[test]
fn a_grant_opens_what_it_names_and_metadata_never() {
    let granted = networks(&[
        "repairs.local",
        "10.2.0.0/16",
        "127.0.0.1",
        "fd12::/16",
        "localhost",
        " ",
    ]);
    let check = |host: &str, ip: &str| granted.check(host, ip.parse().unwrap()).is_ok();
    assert!(check("anything", "10.2.3.4") && !check("anything", "10.3.0.1"));
    assert!(check("x", "127.0.0.1") && !check("x", "127.0.0.2"));
    assert!(check("x", "fd12::1") && !check("x", "fd13::1"));
    assert!(check("REPAIRS.local", "192.168.1.9") && !check("other.local", "192.168.1.9"));
    // A granted name that suddenly leads to this machine, or to its neighbours' link, is being played with.
    assert!(!check("repairs.local", "127.0.0.9") && !check("repairs.local", "169.254.3.3"));
    assert!(!check("repairs.local", "::ffff:10.9.9.9"));
    assert!(check("localhost", "::1"));
    for never in [
        "169.254.169.254",
        "fd00:ec2::254",
        "64:ff9b::a9fe:a9fe",
        "0.0.0.0",
        "255.255.255.255",
        "ff02::1",
    ] {
        let all = networks(&[
            "169.254.0.0/16",
            "fd00::/8",
            "64:ff9b::/96",
            "0.0.0.0/4",
            "224.0.0.0/4",
            "ff00::/8",
            "here",
        ]);
        let told = all
            .check("here", never.parse().unwrap())
            .unwrap_err()
            .to_string();
        assert!(told.contains("no connection may go there"), "{told}");
    }
    for typed in [
        "10.0.0.0/33",
        "0.0.0.0/0",
        "::/0",
        "10.0.0/8",
        "http://x",
        "a b",
        "*.local",
        "10.0.0.0/x",
        "2130706433",
        "-",
    ] {
        assert!(
            PrivateNetworks::read(&[typed.to_owned()]).is_err(),
            "{typed}"
        );
    }
}

proptest! {
    #[test]
    fn no_private_address_passes_in_any_clothes(bits in any::<u32>(), net in 0..10_usize, prefix in any::<u32>()) {
        const NETS: [(u32, u32); 10] = [
            (0x0a00_0000, 8), (0x7f00_0000, 8), (0xac10_0000, 12), (0xc0a8_0000, 16), (0xa9fe_0000, 16),
            (0x6440_0000, 10), (0, 8), (0xe000_0000, 4), (0xf000_0000, 4), (0xc612_0000, 15),
        ];
        let (base, size) = NETS[net];
        let v4 = base | (bits & (u32::MAX >> size));
        let (high, low) = ((v4 >> 16) as u16, v4 as u16);
        let (a, b) = ((prefix >> 16) as u16, prefix as u16);
        let none = PrivateNetworks::default();
        prop_assert!(none.check("x", Ipv4Addr::from_bits(v4).into()).is_err());
        for s in [
            [0, 0, 0, 0, 0, 0xffff, high, low], [0, 0, 0, 0, 0, 0, high, low], [0, 0, 0, 0, 0xffff, 0, high, low],
            [0x64, 0xff9b, 0, 0, 0, 0, high, low], [0x64, 0xff9b, 1, a, b, a, high, low],
            [0x2002, high, low, a, b, 0, 0, 1], [0x2001, 0, a, b, 0, 0, !high, !low],
            [0xfc00 | (a & 0x1ff), b, a, b, a, b, high, low], [0xfe80 | (a & 0x3f), b, 0, 0, a, b, high, low],
            [0xff00 | (a & 0xff), b, a, b, a, b, high, low],
        ] {
            let [s0, s1, s2, s3, s4, s5, s6, s7] = s;
            let v6 = Ipv6Addr::new(s0, s1, s2, s3, s4, s5, s6, s7);
            prop_assert!(none.check("x", v6.into()).is_err(), "{v6}");
            // However it is written: the client reads it back before it is checked.
            let written = Base::read(&format!("https://[{v6}]/")).unwrap();
            prop_assert!(literal(written.url(), &none).is_err());
        }
        for written in [
            format!("{v4}"), format!("0x{v4:x}"), format!("0{v4:o}"),
            format!("{}.{}", v4 >> 24, v4 & 0xff_ffff), format!("0x{:x}.{}.{}", v4 >> 24, v4 >> 16 & 0xff, v4 & 0xffff),
            format!("0{:o}.0{:o}.0x{:X}.{}", v4 >> 24, v4 >> 16 & 0xff, v4 >> 8 & 0xff, v4 & 0xff),
        ] {
            let base = Base::read(&format!("https://{written}/api")).unwrap();
            prop_assert!(literal(base.url(), &none).is_err(), "{written}");
        }
    }
}

#[test]
fn every_spelling_of_this_machine_is_seen_through() {
    let none = PrivateNetworks::default();
    for host in [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "017700000001",
        "0177.0.0.1",
        "0x7f.0x0.0x0.0x1",
        "127.0.0.1.",
        "①②⑦.⓪.⓪.①",
        "127。0。0。1",
        "0",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:7f00:0001]",
        "[64:ff9b::127.0.0.1]",
        "2852039166",
        "0xa9fea9fe",
        "169.254.43518",
        "0251.0376.0251.0376",
        "%31%32%37.0.0.1",
        "10.1",
        "192.168.257",
    ] {
        let url = format!("https://{host}/latest/meta-data");
        let refused = match Base::read(&url) {
            Err(_) => true,
            Ok(base) => literal(base.url(), &none).is_err(),
        };
        assert!(refused, "{host}");
        let grant = Grant::new("x", url);
        assert!(grant.check().is_err(), "{host}");
    }
}

#[test]
fn a_refusal_says_what_to_do() {
    let told = PrivateNetworks::default()
        .check("repairs.example.org", IpAddr::V4(Ipv4Addr::LOCALHOST))
        .unwrap_err();
    assert_eq!(
        told.to_string(),
        "repairs.example.org leads to 127.0.0.1, which is this machine itself; if that is right, an administrator writes it under “Hosts in your own network” of this connection"
    );
}
