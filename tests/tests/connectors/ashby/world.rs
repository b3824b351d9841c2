//! A host with the Ashby connector, the double, and a connection between them.

use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;
use wellspring_host::{
    Answered, ConnectionView, Host, InboundCall, InboundRequest, JobsPage, NotAnswered, Purpose, Work,
};
use wellspring_model::{
    ats::{Offer, Offers, OrderRef},
    delivery::{ApplicationResult, DeliveryFailure, Receipt},
    id::OrderId,
};
use wellspring_testkit::{
    Ashby, AshbySeed,
    ashby::{OutboundRequest, id},
};

use crate::sandbox::{self, connection, corrected, deliver, host_with, withdrawal, work};

/// What can be ordered.
pub const OFFER: Uuid = Uuid::from_u128(0x0a);
/// Calls that only read.
const READS: [&str; 8] = [
    "apiKey.info",
    "application.info",
    "candidate.info",
    "candidate.list",
    "candidate.listNotes",
    "candidate.search",
    "customField.list",
    "job.list",
];

pub struct World {
    pub host: Host,
    pub ats: Ashby,
    pub view: ConnectionView,
}

pub fn result() -> ApplicationResult {
    sandbox::result(&id(61001), &id(501))
}

pub fn settings() -> Vec<(&'static str, Value)> {
    let ids = [("report_url_field", 13), ("score_field", 12), ("summary_field", 11), ("partner_id", 1)];
    ids.map(|(name, number)| (name, json!(id(number)))).to_vec()
}

pub fn secrets(seed: &AshbySeed) -> [(&'static str, Value); 3] {
    [
        ("main", json!({ "key": seed.key })),
        ("webhook", json!({ "secret": seed.webhook_secret })),
        ("partner", json!({ "secret": seed.partner_secret })),
    ]
}

fn view(api: &str, settings: &[(&str, Value)], secrets: &[(&str, Value)]) -> ConnectionView {
    connection("ashby", api, settings, &[("api", api.to_owned())], secrets)
}

impl World {
    /// Results are shown in fields of the application, and as assessments.
    pub async fn example() -> Self {
        Self::with(AshbySeed::example(), &settings()).await
    }

    /// Results are shown in a field of the candidate, and in no assessment.
    pub async fn of_candidate(seed: AshbySeed) -> Self {
        Self::with(seed, &[("fields_of", json!("candidate")), ("score_field", json!(id(22)))]).await
    }

    async fn with(seed: AshbySeed, settings: &[(&str, Value)]) -> Self {
        let secrets = secrets(&seed);
        let ats = Ashby::start(seed).await.expect("the double starts");
        let api = ats.origin().to_owned();
        Self { host: host_with("ashby").await, view: view(&api, settings, &secrets), ats }
    }

    /// As in [`World::example`]; the double listens at a port, and what is sent to it goes to another one first.
    pub async fn behind(api: u16, double: u16) -> Self {
        let seed = AshbySeed::example();
        let secrets = secrets(&seed);
        let ats = Ashby::start_on(double, seed).await.expect("the double starts");
        let api = format!("http://127.0.0.1:{api}");
        Self { host: host_with("ashby").await, view: view(&api, &settings(), &secrets), ats }
    }

    pub async fn deliver(&self) -> Result<Receipt, DeliveryFailure> {
        self.deliver_result(result()).await
    }

    pub async fn deliver_result(&self, result: ApplicationResult) -> Result<Receipt, DeliveryFailure> {
        self.send(Duration::from_secs(60), work(result)).await
    }

    pub async fn deliver_within(&self, deadline: Duration) -> Result<Receipt, DeliveryFailure> {
        self.send(deadline, work(result())).await
    }

    pub async fn correct(&self) -> Result<Receipt, DeliveryFailure> {
        self.deliver_result(corrected(&result())).await
    }

    pub async fn withdraw(&self, order: Option<OrderRef>) -> Result<Receipt, DeliveryFailure> {
        self.withdraw_result(&ApplicationResult { order, ..result() }).await
    }

    pub async fn withdraw_result(&self, result: &ApplicationResult) -> Result<Receipt, DeliveryFailure> {
        self.send(Duration::from_secs(60), Work::Withdrawal(Box::new(withdrawal(result)))).await
    }

    async fn send(&self, deadline: Duration, work: Work) -> Result<Receipt, DeliveryFailure> {
        deliver(&self.host, &self.view, deadline, work).await.result
    }

    pub async fn check(&self) -> Vec<(bool, String)> {
        let lines = self.host.check(&self.view.connection.connector, self.view.clone()).await.expect("it checks");
        lines.into_iter().map(|line| (line.ok, line.message)).collect()
    }

    pub async fn jobs(&self, cursor: Option<String>) -> Result<JobsPage, DeliveryFailure> {
        self.host.list_jobs(&self.view.connection.connector, self.view.clone(), cursor).await
    }

    /// A webhook of the double's.
    pub async fn receive(&self, request: OutboundRequest) -> Result<Answered, NotAnswered> {
        self.inbound(request, Purpose::Receive).await
    }

    /// A call of the double's to its partner; an order that is made gets the id with this number.
    pub async fn partner(&self, request: OutboundRequest, order: u128) -> Result<Answered, NotAnswered> {
        let offer = Offer { id: OFFER, name: "Data skills".to_owned(), description: None };
        let offers = Offers { order: OrderId::from_uuid(Uuid::from_u128(order)), offers: vec![offer] };
        self.inbound(request, Purpose::Partner(offers)).await
    }

    async fn inbound(&self, request: OutboundRequest, purpose: Purpose) -> Result<Answered, NotAnswered> {
        let OutboundRequest { path, headers, body } = request;
        let call = InboundCall {
            connection: self.view.clone(),
            call_id: "inb_test".to_owned(),
            deadline: Duration::from_secs(10),
            purpose,
            request: InboundRequest { method: "POST".to_owned(), path, query: Vec::new(), headers, body },
        };
        self.host.inbound(&self.view.connection.connector, call).await
    }

    /// Somebody in HR orders an assessment.
    pub async fn ordered(&self, application: u64) -> OrderRef {
        let order = 0x0b;
        let request = self.ats.start_assessment(&OFFER.to_string(), application);
        let answered = self.partner(request, order).await.expect("it answers");
        let body = answered.response.json.unwrap_or_default();
        let started = self.ats.started(&OFFER.to_string(), application, answered.response.status, body.as_bytes());
        started.expect("it is started");
        OrderRef { id: OrderId::from_uuid(Uuid::from_u128(order)) }
    }

    /// Calls that write, in the order in which they were made.
    pub fn writes(&self) -> Vec<String> {
        let verbs = self.ats.requests().into_iter().map(|one| one.path.trim_start_matches('/').to_owned());
        verbs.filter(|verb| !READS.contains(&verb.as_str())).collect()
    }
}
