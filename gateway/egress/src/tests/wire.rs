//! A request as it was on the wire, and what holds of every one.

use proptest::prelude::*;

use super::{
    get, plain,
    server::{Answer, Server},
};
use crate::{OutboundBody, OutboundRequest, SendFailure};

/// A request as it was on the wire, read without the library that wrote it.
pub struct Wire {
    pub line: String,
    fields: Vec<(String, String)>,
    pub body: String,
}

impl Wire {
    pub fn read(request: &str) -> Self {
        let (head, body) = request.split_once("\r\n\r\n").expect("a head");
        assert!(!head.replace("\r\n", "").contains(['\r', '\n']), "a line break of its own: {head:?}");
        let mut lines = head.split("\r\n");
        let line = lines.next().expect("a first line").to_owned();
        let fields = lines.map(|line| line.split_once(": ").unwrap_or_else(|| panic!("no field: {line:?}")));
        let fields = fields.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        Self { line, fields, body: body.to_owned() }
    }

    pub fn all(&self, name: &str) -> Vec<&str> {
        self.fields.iter().filter(|(one, _)| one == name).map(|(_, value)| value.as_str()).collect()
    }

    /// What holds of every request that leaves.
    pub fn check(&self, server: &Server) {
        let authority = server.origin().replace("http://", "");
        assert_eq!(self.all("host"), [authority.as_str()]);
        let length = self.all("content-length");
        assert!(length.is_empty() && self.body.is_empty() || length == [self.body.len().to_string()], "{length:?}");
        for name in ["transfer-encoding", "connection", "upgrade", "te", "trailer", "expect", "cookie", "forwarded"] {
            assert!(self.all(name).is_empty(), "{name}");
        }
        let mut words = self.line.split(' ');
        let (_method, target, version) = (words.next(), words.next().expect("a target"), words.next());
        assert_eq!((version, words.next()), (Some("HTTP/1.1"), None), "{}", self.line);
        let path = target.split('?').next().unwrap_or_default();
        assert!(path == "/v3" || path.starts_with("/v3/"), "{target}");
        let undone = path.to_ascii_lowercase().replace("%2e", ".").replace("%2f", "/").replace("%5c", "\\");
        assert!(!undone.split(['/', '\\']).any(|segment| segment == ".." || segment == "."), "{target}");
        assert!(!target.contains(['#', '\\', '\r', '\n']) && !path.contains("//"), "{target}");
    }
}

fn piece() -> impl Strategy<Value = String> {
    let dangerous = prop::sample::select(vec![
        "/",
        "//",
        "..",
        ".",
        "%2e",
        "%2E",
        "%2f",
        "%5c",
        "\\",
        "@",
        "evil.example",
        ":",
        "?",
        "#",
        "v3",
        "%",
        "%00",
        "%25",
        ";",
        "\r\n",
        "\n",
        "\0",
        " ",
        "\t",
        "http://",
        "*",
        "é",
        "\u{2025}",
        "\u{ff0e}",
        "\u{2215}",
        "{}",
    ]);
    prop_oneof![3 => dangerous.prop_map(str::to_owned), 1 => ".{0,3}"]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..8).prop_map(|pieces| pieces.concat())
}

#[test]
fn whatever_a_guest_says_what_goes_out_is_one_request_below_its_base() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let server = runtime.block_on(Server::start(|_, _| Answer::ok("{}")));
    let client = plain(&server);
    let sent = std::cell::Cell::new(0_usize);
    proptest!(|(path in text(), name in text(), value in text(), field in "[a-zA-Z-]{0,4}", body in text())| {
        let request = OutboundRequest {
            method: "POST".into(),
            query: vec![(name.clone(), value.clone())],
            headers: vec![(format!("x-{field}"), value)],
            body: OutboundBody::Bytes(body.clone().into()),
            ..get(&format!("/{path}"))
        };
        let before = server.requests().len();
        match runtime.block_on(client.send(request)) {
            Ok(_) => {
                let requests = server.requests();
                prop_assert_eq!(requests.len(), before + 1);
                let wire = Wire::read(&requests[before]);
                prop_assert_eq!(&wire.body, &body);
                wire.check(&server);
                sent.set(sent.get() + 1);
            }
            Err(failure) => {
                prop_assert!(matches!(failure, SendFailure::Denied(_)), "{:?}", failure);
                prop_assert_eq!(server.requests().len(), before);
            }
        }
    });
    assert!(sent.get() > 5, "some have to be let through for this to say anything: {}", sent.get());
}
