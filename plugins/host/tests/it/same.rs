//! The same call comes to the same bytes: a guest has no clock, no chance and no order but what the host gives it.

use wellspring_host::{CheckLine, Host};

use crate::support::{connection, host, id, install, tight};

async fn checked(host: &Host) -> Vec<CheckLine> {
    host.check(&id("chances"), connection("chances", &[], &[])).await.expect("it checks")
}

#[tokio::test]
async fn the_same_call_gives_the_same_bytes_on_every_host() {
    let (first, second) = (host(tight()), host(tight()));
    for host in [&first, &second] {
        install(host, &["chances"]).await;
    }
    let lines = checked(&first).await;
    let names: Vec<_> = lines.iter().map(|line| line.name.as_str()).collect();
    assert_eq!(names, ["clock", "random", "order", "nan", "addresses"]);
    for host in [&first, &second, &first] {
        assert_eq!(checked(host).await, lines);
    }
    // What the host's clock and chance are in these tests.
    assert_eq!((lines[0].message.as_str(), lines[1].message.as_str()), ("1795392000000", "0707070707070707"));
}
