//! The doubles that a connector can be tried on, with what the kit asks of each.

mod ashby;
mod greenhouse;

use std::{collections::BTreeMap, io, sync::Arc};

use serde_json::{Map, Value, json};
use wellspring_egress::{Authorities, ConnectionClient, ConnectionEgress, Credential};
use wellspring_model::Timestamp;

use crate::{
    Ashby, Greenhouse,
    forward::Forward,
    front::Behind,
    generic::{Generic, GenericSeed, Written},
    rig::{Applicant, Sample, StoppedClock},
};

/// Which double.
#[derive(Debug, Clone)]
pub enum DoubleKind {
    /// No particular ATS: what `double.json` says.
    Generic(Box<GenericSeed>),
    Greenhouse,
    Ashby,
}

/// One that runs, with nothing written to it yet.
pub enum Double {
    Generic(Arc<Generic>),
    Greenhouse(Box<Greenhouse>, Arc<Forward>),
    Ashby(Box<Ashby>, Arc<Forward>),
}

/// What has happened to the applicant before the connector comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scene {
    /// Nothing.
    Usual,
    /// Somebody has deleted them.
    Gone,
    /// Somebody has merged them into another candidate, who has the application now.
    Merged,
}

impl DoubleKind {
    /// What the connection's settings are.
    pub fn settings(&self) -> Map<String, Value> {
        match self {
            Self::Generic(seed) => seed.settings.clone(),
            Self::Greenhouse => greenhouse::settings(),
            Self::Ashby => ashby::settings(),
        }
    }

    /// Whose application the double has.
    fn applicant(&self) -> Applicant {
        match self {
            Self::Generic(seed) => seed.applicant.clone(),
            Self::Greenhouse => Applicant::default(),
            Self::Ashby => ashby::applicant(),
        }
    }

    /// Work about the applicant that the double has.
    pub fn sample(&self) -> Sample {
        Sample::new(self.applicant())
    }

    /// Starts one.
    ///
    /// # Errors
    /// No port can be had.
    pub async fn start(&self, scene: Scene) -> io::Result<Double> {
        match self {
            Self::Generic(seed) => {
                let generic = Generic::new((**seed).clone());
                match scene {
                    Scene::Usual => {}
                    Scene::Gone => generic.delete_applicant(),
                    Scene::Merged => generic.merge_applicant(),
                }
                Ok(Double::Generic(Arc::new(generic)))
            }
            Self::Greenhouse => {
                let double = Greenhouse::start(greenhouse::seed(scene)).await?;
                let forward = Arc::new(Forward::new(greenhouse::client(&double)));
                Ok(Double::Greenhouse(Box::new(double), forward))
            }
            Self::Ashby => {
                let double = ashby::start(scene).await?;
                let forward = Arc::new(Forward::new(ashby::client(&double)));
                Ok(Double::Ashby(Box::new(double), forward))
            }
        }
    }
}

impl Double {
    /// Who answers the connector.
    pub fn behind(&self) -> Arc<dyn Behind> {
        match self {
            Self::Generic(generic) => Arc::clone(generic) as _,
            Self::Greenhouse(_, forward) | Self::Ashby(_, forward) => Arc::clone(forward) as _,
        }
    }

    /// What has been written to it, without ids and times: equal where people would see the same.
    pub fn written(&self) -> Value {
        json!({ "kept": self.kept(), "changeable": self.changeable() })
    }

    /// Of that, what its ATS has no way to change or take away.
    pub fn kept(&self) -> Value {
        match self {
            Self::Generic(_) => Value::Null,
            Self::Greenhouse(double, _) => greenhouse::notes(double).into(),
            Self::Ashby(double, _) => ashby::notes(double).into(),
        }
    }

    /// Of that, the rest.
    pub fn changeable(&self) -> Value {
        match self {
            Self::Generic(generic) => {
                let mut all: Vec<Value> = generic.written().iter().map(seen).collect();
                all.sort_by_key(Value::to_string);
                Value::Array(all)
            }
            Self::Greenhouse(double, _) => greenhouse::fields(double),
            Self::Ashby(double, _) => ashby::changeable(double),
        }
    }

    /// Nothing was written.
    pub fn is_untouched(&self) -> bool {
        match self {
            Self::Generic(generic) => generic.written().is_empty(),
            Self::Greenhouse(double, _) => greenhouse::notes(double).is_empty(),
            Self::Ashby(double, _) => ashby::is_untouched(double),
        }
    }

    /// The page where people at the ATS see the applicant, where the double has pages of its own.
    pub fn page(&self) -> Option<String> {
        match self {
            Self::Generic(_) => None,
            Self::Greenhouse(double, _) => Some(greenhouse::page(double)),
            Self::Ashby(double, _) => Some(ashby::page(double)),
        }
    }
}

fn seen(written: &Written) -> Value {
    let mut record = written.record.clone();
    if !written.was_there
        && let Value::Object(members) = &mut record
    {
        members.remove("id");
    }
    json!({ written.collection.as_str(): record })
}

/// A way to a double on loopback, with its own credential in the place of the made-up one.
fn client(origin: &str, bases: &[(&str, String)], credential: Credential) -> ConnectionClient {
    let base = |(name, url): &(&str, String)| Some(((*name).to_owned(), url.parse().ok()?));
    let egress = ConnectionEgress {
        bases: bases.iter().filter_map(base).collect(),
        private_origins: vec![origin.to_owned()],
        credentials: BTreeMap::from([("main".to_owned(), credential)]),
    };
    ConnectionClient::new(egress, Arc::new(Authorities::new(None)), Arc::new(StoppedClock(Timestamp::UNIX_EPOCH)))
}
