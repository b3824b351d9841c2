//! Who may answer for a package: signatures, the operator's trust file, and manifests that say other than what was signed.
//!
//! Abuses 28 and 29 of the design (manifests that lie; packages swapped or signed for something else) are refused here before
//! anything is compiled. Each names the line that it fails without.

use ed25519_dalek::SigningKey;
use wellspring_host::{
    AdmissionError, Admitted, Candidate, SignatureError, TrustError, TrustFile, Unsigned, admit,
    manifest::ManifestError,
    package::{self, PackageError},
    signature::{self, public},
};
use wellspring_model::{Timestamp, digest::Digest};

use crate::package::{MANIFEST, closed, with_import};

fn key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32])
}

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn now() -> Timestamp {
    time("2026-11-23T12:00:00Z")
}

fn packed(manifest: &str) -> Vec<u8> {
    package::embed(with_import(""), manifest, &closed()).expect("embeds")
}

fn signed(package: &[u8], by: u8) -> Vec<u8> {
    signature::sign(package, &key(by), time("2026-11-01T00:00:00Z")).expect("it is signed")
}

fn trust(text: &str) -> TrustFile {
    let keys = [1, 2].map(|number| public(&key(number)).to_string());
    text.replace("KEY1", &keys[0]).replace("KEY2", &keys[1]).parse().expect("a trust file")
}

/// Relies on the first key for all of Acme's.
fn acme() -> TrustFile {
    trust("[[keys]]\nkey = \"KEY1\"\nconnectors = [\"acme/*\"]\n")
}

fn admit_signed(package: &[u8], signature: &[u8], trust: &TrustFile) -> Result<Admitted, AdmissionError> {
    admit(Candidate { package, signature: Some(signature) }, trust, Unsigned::Refused, now())
}

#[test]
fn a_package_signed_by_a_trusted_key_is_admitted_with_that_key() {
    let package = packed(MANIFEST);
    let admitted = admit_signed(&package, &signed(&package, 1), &acme()).expect("it is admitted");
    assert_eq!((admitted.key, admitted.inspection.id.as_str()), (Some(public(&key(1))), "acme/test"));
}

#[test]
fn an_unsigned_package_is_refused_unless_the_operator_takes_it() {
    let package = packed(MANIFEST);
    let candidate = Candidate { package: &package, signature: None };
    // Fails without the last arm of the match in `admit`.
    assert_eq!(admit(candidate, &acme(), Unsigned::Refused, now()), Err(AdmissionError::Unsigned));
    assert_eq!(admit(candidate, &acme(), Unsigned::Accepted, now()).expect("it is taken").key, None);
    // A signature that is there has to hold all the same.
    let candidate = Candidate { package: &package, signature: Some(b"{}") };
    assert!(matches!(admit(candidate, &acme(), Unsigned::Accepted, now()), Err(AdmissionError::Signature(_))));
}

#[test]
fn a_signature_for_another_file_or_by_a_key_that_nobody_knows_is_refused() {
    let (package, other) = (packed(MANIFEST), packed(&MANIFEST.replace("0.1.0", "0.2.0")));
    // Fails without `signed.over(digest)` in `admit` and `self.over` in `Signed::fits`.
    let error = admit_signed(&other, &signed(&package, 1), &acme()).expect_err("another file");
    assert!(matches!(error, AdmissionError::Signature(SignatureError::Digest { .. })), "{error}");
    // Fails without `trust.admits` in `admit`.
    let error = admit_signed(&package, &signed(&package, 2), &acme()).expect_err("another key");
    assert_eq!(error, AdmissionError::Trust(TrustError::KeyUnknown { key: public(&key(2)) }));
}

#[test]
fn a_key_signs_only_for_the_connectors_it_is_trusted_with() {
    let package = packed(MANIFEST);
    for allowed in ["\"acme/other\"", "\"acme\"", "\"acmetest\"", "\"other/*\"", "\"greenhouse\""] {
        let trust = trust(&format!("[[keys]]\nkey = \"KEY1\"\nconnectors = [{allowed}]\n"));
        // Fails without the filter by `covers` in `TrustFile::admits`.
        let error = admit_signed(&package, &signed(&package, 1), &trust).expect_err("not for this one");
        assert!(matches!(error, AdmissionError::Trust(TrustError::NotAllowed { .. })), "{allowed}: {error}");
    }
    let exactly = trust("[[keys]]\nkey = \"KEY1\"\nconnectors = [\"acme/test\"]\n");
    admit_signed(&package, &signed(&package, 1), &exactly).expect("for this one");
}

#[test]
fn a_key_is_good_in_its_time_only_whatever_the_signer_says_of_the_time() {
    let package = packed(MANIFEST);
    let of = |times: &str| trust(&format!("[[keys]]\nkey = \"KEY1\"\nconnectors = [\"acme/*\"]\n{times}\n"));
    let judged = |trust: &TrustFile, created: &str| {
        let signature = signature::sign(&package, &key(1), time(created)).expect("it is signed");
        match admit_signed(&package, &signature, trust) {
            Ok(_) => None,
            Err(AdmissionError::Trust(error)) => Some(error),
            Err(error) => panic!("{error}"),
        }
    };
    let run_out = of("not-after = \"2026-06-30T00:00:00Z\"");
    // Dated back to when the key was good: as somebody would who found it later.
    assert!(matches!(judged(&run_out, "2026-06-01T00:00:00Z"), Some(TrustError::RunOut { .. })));
    let later = of("not-before = \"2026-11-10T00:00:00Z\"");
    assert!(matches!(judged(&later, "2026-11-01T00:00:00Z"), Some(TrustError::NotYet { .. })));
    assert_eq!(judged(&later, "2026-11-11T00:00:00Z"), None);
    assert!(matches!(judged(&acme(), "2026-11-23T13:00:00Z"), Some(TrustError::Future { .. })));
    assert_eq!(judged(&acme(), "2026-11-23T12:04:00Z"), None, "clocks differ a little");
}

#[test]
fn two_keys_stand_beside_each_other_while_one_follows_the_other() {
    let package = packed(MANIFEST);
    let both = trust(
        "[[keys]]\nkey = \"KEY1\"\nconnectors = [\"acme/*\"]\nnot-after = \"2026-12-31T00:00:00Z\"\n\
         [[keys]]\nkey = \"KEY2\"\nconnectors = [\"acme/*\"]\nnot-before = \"2026-10-01T00:00:00Z\"\n",
    );
    for by in [1, 2] {
        admit_signed(&package, &signed(&package, by), &both).expect("both are good in November");
    }
}

#[test]
fn what_is_revoked_comes_in_on_no_account() {
    let package = packed(MANIFEST);
    let digest = wellspring_host::inspect(&package).expect("a package").digest;
    let key_revoked = trust("[[keys]]\nkey = \"KEY1\"\nconnectors = [\"acme/*\"]\n[revoked]\nkeys = [\"KEY1\"]\n");
    // Each fails without its half of `TrustFile::stands`.
    let error = admit_signed(&package, &signed(&package, 1), &key_revoked).expect_err("the key is revoked");
    assert_eq!(error, AdmissionError::Trust(TrustError::KeyRevoked { key: public(&key(1)) }));
    let digest_revoked = trust(&format!("[revoked]\ndigests = [\"{digest}\"]\n"));
    let unsigned = Candidate { package: &package, signature: None };
    let error = admit(unsigned, &digest_revoked, Unsigned::Accepted, now()).expect_err("the digest is revoked");
    assert_eq!(error, AdmissionError::Trust(TrustError::DigestRevoked { digest }));
    assert!(digest_revoked.stands(Digest::from_bytes([0; 32]), None).is_ok());
}

/// What somebody has signed who does not care whether it fits.
fn signed_as(package: &[u8], id: &str, version: &str) -> Vec<u8> {
    // A package of that name is signed, then the statement is made to name the other file's digest. Only the holder of the key
    // can do this; it is the vendor who must not be able to sign one thing and ship another.
    let manifest = MANIFEST.replace("acme/test", id).replace("0.1.0", version);
    let mut statement =
        serde_json::to_value(signature::Signed::read(&signed(&packed(&manifest), 1)).expect("signed").statement())
            .expect("JSON");
    statement["sha256"] = serde_json::json!(wellspring_host::inspect(package).expect("a package").digest);
    let payload = statement.to_string();
    seal(payload.as_bytes())
}

fn seal(payload: &[u8]) -> Vec<u8> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use ed25519_dalek::Signer as _;
    let kind = "application/vnd.wellspring.connector+json";
    let signed = [format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len()).as_bytes(), payload].concat();
    serde_json::json!({
        "payloadType": kind,
        "payload": STANDARD.encode(payload),
        "signatures": [{ "keyid": public(&key(1)), "sig": STANDARD.encode(key(1).sign(&signed).to_bytes()) }],
    })
    .to_string()
    .into_bytes()
}

#[test]
fn a_right_signature_on_the_wrong_id_or_version_is_refused() {
    let package = packed(MANIFEST);
    for (id, version, wrong) in [("acme/other", "0.1.0", "id"), ("acme/test", "0.9.0", "version")] {
        // Fails without `signed.fits` in `admit`.
        let error = admit_signed(&package, &signed_as(&package, id, version), &acme()).expect_err("it does not fit");
        assert!(
            matches!(&error, AdmissionError::Signature(SignatureError::Package { field, .. }) if *field == wrong),
            "{error}"
        );
    }
    // A member that nobody here knows might limit what was signed.
    let mut statement: serde_json::Value =
        serde_json::to_value(signature::Signed::read(&signed(&package, 1)).expect("signed").statement()).expect("JSON");
    statement["only"] = serde_json::json!("staging");
    let error = admit_signed(&package, &seal(statement.to_string().as_bytes()), &acme()).expect_err("unknown member");
    assert!(matches!(error, AdmissionError::Signature(SignatureError::Unreadable(_))), "{error}");
}

#[test]
fn a_manifest_that_lies_is_refused_though_it_is_signed() {
    // Signed by a vendor whose key is trusted: that does not make a manifest true.
    let of = |manifest: &str| {
        let package = packed(manifest);
        let candidate = Candidate { package: &package, signature: None };
        admit(candidate, &TrustFile::default(), Unsigned::Accepted, now()).expect_err("refused")
    };
    // All of these fail without `Manifest::parse` in `package::inspect`, each without its own rule there.
    let everywhere = format!("{MANIFEST}\n[bases.api]\nurl = \"https://*\"\n");
    assert!(matches!(of(&everywhere), AdmissionError::Package(PackageError::Manifest(ManifestError::Base { .. }))));
    let anyone = MANIFEST.replace("acme/test", "*");
    assert!(matches!(of(&anyone), AdmissionError::Package(PackageError::Manifest(ManifestError::Unreadable(_)))));
    let greedy = format!("{MANIFEST}\n[limits]\nmemory = \"4 GiB\"");
    assert!(matches!(of(&greedy), AdmissionError::Package(PackageError::Manifest(ManifestError::Unreadable(_)))));
    let future = MANIFEST.replace("contract = \"0.1\"", "contract = \"9.0\"");
    let error = of(&future);
    assert_eq!(error, AdmissionError::Package(PackageError::ContractVersion("9.0".to_owned())));
    for part in ["contract 9.0", "speaks 0.1", "newer gateway"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    let twice = package::embed(packed(MANIFEST), MANIFEST, &closed()).expect("embeds");
    let candidate = Candidate { package: &twice, signature: None };
    let error = admit(candidate, &TrustFile::default(), Unsigned::Accepted, now()).expect_err("two manifests");
    // Fails without the pattern `[section]` in `package::inspect`.
    assert_eq!(error, AdmissionError::Package(PackageError::ManifestSections(2)));
}

#[test]
fn a_package_over_the_limit_is_refused_before_anything_of_it_is_looked_at() {
    let huge = vec![0; package::SIZE_MAX + 1];
    let error = admit(Candidate { package: &huge, signature: Some(b"{}") }, &acme(), Unsigned::Refused, now());
    assert_eq!(error, Err(AdmissionError::Package(PackageError::TooLarge { size: huge.len() })));
}

#[test]
fn a_trust_file_that_says_less_than_it_seems_is_refused() {
    let good = public(&key(1)).to_string();
    for (text, part) in [
        ("[[keys]]\nkey = \"KEY\"\nconnectors = []\n", "no `connectors`"),
        ("[[keys]]\nkey = \"KEY\"\nconnectors = [\"*\"]\n", "`*`"),
        ("[[keys]]\nkey = \"KEY\"\nconnectors = [\"*/*\"]\n", "`*/*`"),
        ("[[keys]]\nkey = \"KEY\"\nconnectors = [\"acme/te*\"]\n", "`acme/te*`"),
        ("[[keys]]\nkey = \"acme\"\nconnectors = [\"acme/*\"]\n", "ed25519:"),
        ("[[keys]]\nkey = \"KEY\"\nconnector = [\"acme/*\"]\n", "connector"),
        ("[revoke]\nkeys = []\n", "revoke"),
        (
            "[[keys]]\nkey = \"KEY\"\nconnectors = [\"acme/*\"]\nnot-before = \"2027-01-01T00:00:00Z\"\n\
             not-after = \"2026-01-01T00:00:00Z\"\n",
            "ends before it begins",
        ),
    ] {
        let error = text.replace("KEY", &good).parse::<TrustFile>().expect_err(text).to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
}
