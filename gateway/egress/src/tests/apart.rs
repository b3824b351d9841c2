//! Two connections share what is believed, and nothing else.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{
    HandshakeKind, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

use super::{
    Standing, get, limits, plain,
    server::{Answer, Server},
};
use crate::{Authorities, ConnectionClient, ConnectionEgress, SendFailure};

/// A server that speaks TLS, sends one answer over each connection and remembers how each began.
struct Tls {
    address: SocketAddr,
    began: Arc<Mutex<Vec<HandshakeKind>>>,
    authority: tempfile::NamedTempFile,
}

async fn tls() -> Tls {
    let key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = ca.self_signed(&key).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), authority.pem()).unwrap();
    let own = KeyPair::generate().unwrap();
    let issuer = Issuer::from_params(&ca, &key);
    let leaf = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().signed_by(&own, &issuer).unwrap();
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(leaf)], private)
        .unwrap();
    let (acceptor, listener) = (TlsAcceptor::from(Arc::new(config)), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let began = Arc::new(Mutex::new(Vec::new()));
    let tls = Tls { address: listener.local_addr().unwrap(), began: Arc::clone(&began), authority: file };
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let _asked = stream.read(&mut [0; 4_096]).await;
            let kind = stream.get_ref().1.handshake_kind().unwrap();
            began.lock().unwrap().push(kind);
            let _gone = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
            let _gone = stream.shutdown().await;
        }
    });
    tls
}

fn connection(server: &Tls, authorities: &Arc<Authorities>) -> ConnectionClient {
    let origin = format!("https://{}", server.address);
    let egress = ConnectionEgress {
        bases: BTreeMap::from([("api".to_owned(), origin.parse().unwrap())]),
        private_origins: vec![origin],
        credentials: BTreeMap::new(),
    };
    ConnectionClient::within(egress, Arc::clone(authorities), Standing::new(), limits())
}

/// Guards `authorities::tls`: with one configuration for both, or a clone of it, the second would go on where the first was.
#[tokio::test]
async fn a_tls_session_of_one_connection_is_not_gone_on_with_by_another() {
    let server = tls().await;
    let authorities = Arc::new(Authorities::new(Some(server.authority.path().to_owned())));
    let (one, other) = (connection(&server, &authorities), connection(&server, &authorities));
    for client in [&one, &one, &other] {
        assert_eq!(client.send(get("/x")).await.unwrap().status, 200);
    }
    let began = server.began.lock().unwrap().clone();
    assert_eq!(
        began,
        [HandshakeKind::Full, HandshakeKind::Resumed, HandshakeKind::Full],
        "the same, the same again, another"
    );
}

/// Guards `Authorities`: the file is gone after the first use, so that a second reading would fail.
#[tokio::test]
async fn authorities_are_read_once_for_all_connections() {
    let server = tls().await;
    let authorities = Arc::new(Authorities::new(Some(server.authority.path().to_owned())));
    assert_eq!(connection(&server, &authorities).send(get("/x")).await.unwrap().status, 200);
    std::fs::remove_file(server.authority.path()).unwrap();
    assert_eq!(connection(&server, &authorities).send(get("/x")).await.unwrap().status, 200);
    let anew = Arc::new(Authorities::new(Some(server.authority.path().to_owned())));
    assert_eq!(
        connection(&server, &anew).send(get("/x")).await,
        Err(SendFailure::Tls),
        "without authorities no way out"
    );
}

#[tokio::test]
async fn who_is_not_vouched_for_is_not_believed() {
    let server = tls().await;
    let nobodys = connection(&server, &Arc::new(Authorities::new(None)));
    assert_eq!(nobodys.send(get("/x")).await, Err(SendFailure::Tls));
    assert!(server.began.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_cookie_is_not_kept_and_neither_is_anything_else_a_server_wants_to_be_told_again() {
    let server = Server::start(|_, _| {
        let headers =
            [("Set-Cookie", "session=1"), ("Alt-Svc", "h3=\":1\""), ("Strict-Transport-Security", "max-age=9")];
        Answer::status("200 OK", &headers, "")
    })
    .await;
    let client = plain(&server);
    for _ in 0..2 {
        let answer = client.send(get("/x")).await.unwrap();
        assert!(!answer.headers.iter().any(|(name, _)| name == "set-cookie"));
    }
    let requests = server.requests();
    assert_eq!(requests[0], requests[1]);
}

#[tokio::test]
async fn two_connections_to_one_server_have_sockets_of_their_own() {
    let server = Server::start(|_, _| Answer::Kept(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec())).await;
    let (one, other) = (plain(&server), plain(&server));
    for (client, connections) in [(&one, 1), (&one, 1), (&other, 2), (&one, 2), (&other, 2)] {
        client.send(get("/x")).await.unwrap();
        assert_eq!(server.connections().0, connections);
    }
}
