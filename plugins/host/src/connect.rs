//! Setting up a connection: are these settings, addresses and secrets what the connector asks for?

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use thiserror::Error;
use wellspring_model::{ExposeSecret, SecretString, connection::BaseUrl, pointer::Pointer};

use crate::{
    manifest::{Credential, CredentialKind, ManifestError},
    registry::Connector,
};

/// What a connection is made of, once it is accepted.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// Every base of the manifest: as the caller gave it, else as the manifest asks for it.
    pub bases: BTreeMap<String, BaseUrl>,
    /// The texts to seal, by credential, in the form [`crate::grants`] reads.
    pub secrets: BTreeMap<String, SecretString>,
}

/// Why it is not accepted. Never quotes a value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{pointer}: {message}")]
pub struct Refusal {
    /// Where, in an object with the members `settings`, `bases` and `credentials`.
    pub pointer: Pointer,
    /// A plain sentence.
    pub message: String,
}

impl Connector {
    /// Checks what a connection is to be made of. `bases` may leave out those that the manifest knows the address of.
    /// `credentials` are the members of each secret, by credential.
    pub fn connect(
        &self,
        settings: &Map<String, Value>,
        bases: &BTreeMap<String, BaseUrl>,
        credentials: &BTreeMap<String, BTreeMap<String, SecretString>>,
    ) -> Result<Accepted, Refusal> {
        if let Some((pointer, mistake)) = self.check_settings(settings).into_iter().next() {
            let pointer = Pointer::root().key("settings").join(&Pointer::from_text(pointer));
            return Err(Refusal { pointer, message: mistake });
        }
        Ok(Accepted { bases: self.bases(settings, bases)?, secrets: self.secrets(credentials)? })
    }

    fn bases(
        &self,
        settings: &Map<String, Value>,
        given: &BTreeMap<String, BaseUrl>,
    ) -> Result<BTreeMap<String, BaseUrl>, Refusal> {
        let at = Pointer::root().key("bases");
        let asked = &self.manifest().bases;
        if let Some(name) = given.keys().find(|name| !asked.contains_key(*name)) {
            return Err(Refusal {
                pointer: at.key(name),
                message: "the connector has no base of this name".to_owned(),
            });
        }
        let mut bases = given.clone();
        for name in asked.keys().filter(|name| !given.contains_key(*name)) {
            let url = self.manifest().asked_base(name, settings).map_err(|error| match &error {
                ManifestError::Setting(setting) => {
                    Refusal { pointer: Pointer::root().key("settings").key(setting), message: error.to_string() }
                }
                _ => Refusal { pointer: at.key(name), message: error.to_string() },
            })?;
            bases.insert(name.clone(), url);
        }
        Ok(bases)
    }

    fn secrets(
        &self,
        given: &BTreeMap<String, BTreeMap<String, SecretString>>,
    ) -> Result<BTreeMap<String, SecretString>, Refusal> {
        let at = Pointer::root().key("credentials");
        let asked = &self.manifest().credentials;
        if let Some(name) = given.keys().find(|name| !asked.contains_key(*name)) {
            let message = "the connector has no credential of this name".to_owned();
            return Err(Refusal { pointer: at.key(name), message });
        }
        // Without what both sides know, requests that come to us are not believed; what we send does not need it.
        let is_needed = |name: &String, credential: &Credential| {
            credential.kind != CredentialKind::SharedSecret || given.contains_key(name)
        };
        let secret = |(name, credential): (&String, &Credential)| match given.get(name) {
            Some(members) => Ok((name.clone(), secret(credential, members, &at.key(name))?)),
            None => {
                Err(Refusal { pointer: at.key(name), message: "the connector asks for this credential".to_owned() })
            }
        };
        asked.iter().filter(|(name, credential)| is_needed(name, credential)).map(secret).collect()
    }
}

fn secret(
    credential: &Credential,
    members: &BTreeMap<String, SecretString>,
    at: &Pointer,
) -> Result<SecretString, Refusal> {
    let fields = credential.kind.fields();
    if let Some(name) = members.keys().find(|name| !fields.contains(&name.as_str())) {
        let message = format!("a credential of type {} has no such member", credential.kind.as_str());
        return Err(Refusal { pointer: at.key(name), message });
    }
    let mut text = Map::new();
    for field in fields {
        let value = members.get(*field).map(ExposeSecret::expose_secret).filter(|value| !value.is_empty());
        let value = value.ok_or_else(|| Refusal { pointer: at.key(field), message: "this is missing".to_owned() })?;
        text.insert((*field).to_owned(), value.into());
    }
    Ok(SecretString::from(Value::Object(text).to_string()))
}
