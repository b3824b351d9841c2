//! DSSE: the bytes that are signed, their type, and the signature, in one JSON document.
//!
//! The signature is over the payload's bytes as they are, so that nobody has to agree on how to write JSON.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use wellspring_model::ed25519::PublicKey;

use super::{SignatureError, unreadable};

/// The type of what is signed.
const PAYLOAD_TYPE: &str = "application/vnd.wellspring.connector+json";

/// An envelope, taken apart.
pub(super) struct Envelope {
    pub payload: Vec<u8>,
    pub key: PublicKey,
    pub signature: [u8; 64],
}

/// As it is written. Members that DSSE may come to have are left aside: nothing outside of the payload is relied on.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    payload_type: String,
    payload: String,
    signatures: Vec<One>,
}

#[derive(Serialize, Deserialize)]
struct One {
    keyid: String,
    sig: String,
}

impl Envelope {
    pub fn parse(bytes: &[u8]) -> Result<Self, SignatureError> {
        let document: Document = serde_json::from_slice(bytes).map_err(|error| unreadable(&error.to_string()))?;
        if document.payload_type != PAYLOAD_TYPE {
            return Err(unreadable(&format!("its payload is not of type {PAYLOAD_TYPE}")));
        }
        let [one] = document.signatures.as_slice() else {
            return Err(unreadable("it does not hold exactly one signature"));
        };
        let decode =
            |text: &str, what| STANDARD.decode(text).map_err(|_| unreadable(&format!("its {what} is not in base64")));
        let signature = decode(&one.sig, "signature")?;
        Ok(Self {
            payload: decode(&document.payload, "payload")?,
            key: one.keyid.parse().map_err(|error| unreadable(&format!("its `keyid`: {error}")))?,
            signature: signature.try_into().map_err(|_| unreadable("its signature has not 64 bytes"))?,
        })
    }

    pub fn write(&self) -> Vec<u8> {
        let document = Document {
            payload_type: PAYLOAD_TYPE.to_owned(),
            payload: STANDARD.encode(&self.payload),
            signatures: vec![One { keyid: self.key.to_string(), sig: STANDARD.encode(self.signature) }],
        };
        let mut text = serde_json::to_vec_pretty(&document).unwrap_or_default();
        text.push(b'\n');
        text
    }

    /// DSSE's pre-authentication encoding: type and payload with their lengths, so that neither can run into the other.
    pub fn signed_bytes(&self) -> Vec<u8> {
        let head = format!("DSSEv1 {} {PAYLOAD_TYPE} {} ", PAYLOAD_TYPE.len(), self.payload.len());
        [head.as_bytes(), &self.payload].concat()
    }
}
