//! The doubles that a connector can be tried on, with what the kit asks of each.

use std::{collections::BTreeMap, io, sync::Arc};

use serde_json::{Map, Value, json};
use wellspring_egress::{ConnectionClient, ConnectionEgress, Credential};
use wellspring_model::Timestamp;

use crate::{
    Greenhouse, GreenhouseSeed,
    forward::Forward,
    front::Behind,
    generic::{Generic, GenericSeed},
    greenhouse::Note,
    rig::{Applicant, Sample, StoppedClock},
};

/// Which double.
#[derive(Debug, Clone)]
pub enum DoubleKind {
    /// No particular ATS: what `double.json` says.
    Generic(Box<GenericSeed>),
    Greenhouse,
}

/// One that runs, with nothing written to it yet.
pub enum Double {
    Generic(Arc<Generic>),
    Greenhouse(Box<Greenhouse>, Arc<Forward>),
}

impl DoubleKind {
    /// What the connection's settings are.
    pub fn settings(&self) -> Map<String, Value> {
        match self {
            Self::Generic(seed) => seed.settings.clone(),
            Self::Greenhouse => {
                let fields = [
                    ("report_url_field", "verified_skills_url"),
                    ("score_field", "verified_skills_score"),
                    ("summary_field", "verified_skills_summary"),
                ];
                fields.into_iter().map(|(name, key)| (name.to_owned(), key.into())).collect()
            }
        }
    }

    /// Work about the applicant that the double has.
    pub fn sample(&self) -> Sample {
        Sample::new(match self {
            Self::Generic(seed) => seed.applicant.clone(),
            Self::Greenhouse => Applicant::default(),
        })
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
                let empty = || GreenhouseSeed::empty().job(7001, "Junior data analyst");
                let double = Greenhouse::start(match scene {
                    Scene::Usual => GreenhouseSeed::example(),
                    Scene::Gone => empty(),
                    Scene::Merged => {
                        empty().candidate(990_501, "Ana Ruiz", "ana@example.org").application(61001, 990_501, 7001)
                    }
                });
                let double = double.await?;
                let forward = Arc::new(Forward::new(client(&double)));
                Ok(Double::Greenhouse(Box::new(double), forward))
            }
        }
    }
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

/// A way to the double, with its own credentials.
fn client(double: &Greenhouse) -> ConnectionClient {
    let bases = [("api", double.api_base()), ("auth", double.auth_base())];
    let base = |(name, url): (&str, String)| Some((name.to_owned(), url.parse().ok()?));
    let token_url = format!("{}/token", double.auth_base()).parse();
    let credential = token_url.ok().map(|token_url| Credential::OAuth {
        token_url,
        client_id: double.client_id(),
        client_secret: double.client_secret().into(),
        scopes: Vec::new(),
    });
    let egress = ConnectionEgress {
        bases: bases.into_iter().filter_map(base).collect(),
        private_origins: vec![double.origin().to_owned()],
        credentials: credential.into_iter().map(|one| ("main".to_owned(), one)).collect::<BTreeMap<_, _>>(),
    };
    ConnectionClient::new(egress, Arc::new(StoppedClock(Timestamp::UNIX_EPOCH)))
}

impl Double {
    /// Who answers the connector.
    pub fn behind(&self) -> Arc<dyn Behind> {
        match self {
            Self::Generic(generic) => Arc::clone(generic) as _,
            Self::Greenhouse(_, forward) => Arc::clone(forward) as _,
        }
    }

    /// What has been written to it, without ids and times: equal where people would see the same.
    pub fn written(&self) -> Value {
        match self {
            Self::Generic(generic) => {
                let mut all: Vec<Value> = generic.written().iter().map(seen).collect();
                all.sort_by_key(Value::to_string);
                Value::Array(all)
            }
            Self::Greenhouse(double, _) => {
                let notes: Vec<_> = ours(double).into_iter().map(|note| note.body).collect();
                let fields = double.candidate(501).map(|candidate| candidate.custom_fields);
                json!({ "notes": notes, "fields": fields })
            }
        }
    }

    /// Nothing was written.
    pub fn is_untouched(&self) -> bool {
        match self {
            Self::Generic(generic) => generic.written().is_empty(),
            Self::Greenhouse(double, _) => ours(double).is_empty(),
        }
    }
}

/// Notes that no recruiter wrote.
fn ours(double: &Greenhouse) -> Vec<Note> {
    double.notes().into_iter().filter(|note| !note.author.contains("recruiter")).collect()
}

fn seen(written: &crate::generic::Written) -> Value {
    let mut record = written.record.clone();
    if !written.was_there
        && let Value::Object(members) = &mut record
    {
        members.remove("id");
    }
    json!({ written.collection.as_str(): record })
}
