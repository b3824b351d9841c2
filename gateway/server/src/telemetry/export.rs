//! Sending spans to the operator's collector (OTLP over HTTP, protobuf), by the only way out.

use std::{collections::HashMap, fmt, sync::Arc, time::Duration};

use opentelemetry::KeyValue;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::{
    Resource,
    trace::{Sampler, SdkTracerProvider},
};
use secrecy::ExposeSecret as _;
use tokio::runtime::Handle;
use url::Url;
use wellspring_egress::OperatorClient;

use crate::{config::Config, start::StartError};

/// How long one batch may take.
const LONGEST: Duration = Duration::from_secs(10);

/// What takes spans and sends them in batches, from a thread of its own.
pub fn provider(config: &Config, endpoint: &Url) -> Result<SdkTracerProvider, StartError> {
    let client =
        Way { client: Arc::new(OperatorClient::new(endpoint, config.extra_ca_file())?), runtime: Handle::current() };
    let headers: HashMap<String, String> = config
        .telemetry
        .otlp_headers
        .iter()
        .map(|(name, value)| (name.clone(), value.expose_secret().to_owned()))
        .collect();
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(client)
        .with_endpoint(format!("{}/v1/traces", endpoint.as_str().trim_end_matches('/')))
        .with_headers(headers)
        .with_timeout(LONGEST)
        .build()
        .map_err(|error| StartError::Telemetry(error.to_string()))?;
    // Whoever calls us and records a trace wants our part of it; of the others, a share.
    let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(config.telemetry.sample_ratio)));
    let resource = Resource::builder()
        .with_service_name("wellspring-gateway")
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_sampler(sampler).with_resource(resource).build())
}

/// Egress, as the exporter wants it.
struct Way {
    client: Arc<OperatorClient>,
    /// The exporter's thread has no runtime of its own.
    runtime: Handle,
}

impl fmt::Debug for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Way")
    }
}

#[async_trait::async_trait]
impl HttpClient for Way {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (parts, body) = request.into_parts();
        let url = Url::parse(&parts.uri.to_string())?;
        let client = Arc::clone(&self.client);
        let sent = self.runtime.spawn(async move { client.post(url, parts.headers, body).await });
        let (status, body) = sent.await??;
        Ok(Response::builder().status(status).body(body)?)
    }
}
