//! Which addresses a stranger's name may lead to: only those that anybody on the public internet can reach.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address is a public unicast address. IPv4 addresses dressed up as IPv6 are judged by what they stand for.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => match embedded_v4(v6) {
            Some(v4) => is_public_v4(v4),
            None => is_public_v6(v6),
        },
    }
}

/// The special-purpose registry of IPv4 (RFC 6890 and its updates), and the addresses cloud metadata is served at.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)     // this network, private, loopback, multicast and above
            | (100, 64..=127, _)             // carrier-grade NAT; Alibaba's metadata lives here
            | (169, 254, _)                  // link-local; most clouds' metadata lives here
            | (172, 16..=31, _)              // private
            | (192, 168, _)                  // private
            | (192, 0, 0 | 2)                // protocol assignments, documentation
            | (192, 88, 99)                  // 6to4 relays
            | (198, 18..=19, _)              // benchmarking
            | (198, 51, 100)                 // documentation
            | (203, 0, 113)                  // documentation
            | (168, 63, 129) // Azure's wire server
    );
    !special
}

/// Whether an operator may have meant this address by a name that they granted: one host's, on whatever network. Services
/// of a cloud that tell anybody on the machine its secrets are none of these, nor are addresses of many hosts or of none.
pub(crate) fn may_be_granted(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, d] = v4.octets();
            let metadata =
                matches!((a, b, c, d), (169, 254, ..) | (100, 100, 100, 200) | (168, 63, 129, 16) | (192, 0, 0, 192));
            !metadata && a != 0 && a < 224
        }
        IpAddr::V6(v6) => match (embedded_v4(v6), v6.segments()) {
            // `::1` looks like an IPv4 address that is embedded.
            (Some(_), _) if v6.is_loopback() => true,
            (Some(v4), _) => may_be_granted(v4.into()),
            (None, [0xfd00, 0x0ec2, ..] | [0xfe80..=0xfebf | 0xff00.., ..]) => false,
            (None, _) => true,
        },
    }
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    // Only 2000::/3 is handed out as global unicast; everything else is special in one way or another.
    let is_global_unicast = segments[0] & 0xe000 == 0x2000;
    let special = matches!(
        (segments[0], segments[1]),
        (0x2001, 0x0000..=0x01ff) // protocol assignments: Teredo, benchmarking, ORCHID …
            | (0x2001, 0x0db8)    // documentation
            | (0x3fff, 0x0000..=0x0fff) // documentation
    );
    is_global_unicast && !special
}

/// The IPv4 address inside an IPv6 one: mapped, compatible, NAT64 and 6to4.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let segments = address.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match segments {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] => Some(v4(high, low)),
        [0, 0, 0, 0, 0xffff, 0, high, low] => Some(v4(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(v4(high, low)),
        [0x2002, high, low, ..] => Some(v4(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_public, may_be_granted};

    #[test]
    fn addresses_that_are_not_everybodys_are_refused_in_every_dress() {
        for text in [
            "0.0.0.0",
            "10.1.2.3",
            "127.0.0.1",
            "127.255.255.254",
            "100.64.0.1",
            "100.100.100.200",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "192.0.0.192",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "168.63.129.16",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:0:10.0.0.1",
            "64:ff9b::a00:1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2002:c0a8:101::1",
            "2001:0:1::1",
            "2001:db8::1",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "100::1",
            "4000::1",
        ] {
            assert!(!is_public(text.parse().expect(text)), "{text} is not public");
        }
    }

    #[test]
    fn a_granted_name_may_lead_to_a_host_on_any_network_and_not_to_what_gives_away_secrets() {
        for text in
            ["127.0.0.1", "::1", "10.0.0.1", "192.168.1.1", "100.64.0.1", "fd12::1", "8.8.8.8", "::ffff:10.0.0.1"]
        {
            assert!(may_be_granted(text.parse().expect(text)), "{text}");
        }
        for text in [
            "0.0.0.0",
            "::",
            "169.254.169.254",
            "169.254.170.2",
            "100.100.100.200",
            "168.63.129.16",
            "192.0.0.192",
            "224.0.0.1",
            "255.255.255.255",
            "fd00:ec2::254",
            "fe80::1",
            "ff02::1",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
        ] {
            assert!(!may_be_granted(text.parse().expect(text)), "{text}");
        }
    }

    #[test]
    fn public_addresses_are_accepted() {
        for text in [
            "1.1.1.1",
            "8.8.8.8",
            "172.32.0.1",
            "100.128.0.1",
            "192.0.1.1",
            "2606:4700::1111",
            "2a00::1",
            "::ffff:8.8.8.8",
        ] {
            assert!(is_public(text.parse().expect(text)), "{text} is public");
        }
    }
}
