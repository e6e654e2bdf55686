//! A small JSON client over kept-alive connections, for one server.

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{Method, Request};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

/// Talks to the server at `base`; any number of requests may be under way at once.
#[derive(Clone)]
pub struct HttpClient {
    pub base: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl HttpClient {
    pub fn new(base: &str) -> HttpClient {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        HttpClient { base: base.trim_end_matches('/').to_string(), client }
    }

    /// Send one request with a body that is JSON, or none: the answer's status and text.
    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<(u16, String), String> {
        let said = |error: &dyn std::error::Error| {
            let behind = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            format!("{path}: {error}{behind}")
        };
        let text = body.map(Value::to_string).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header("Content-Type", "application/json")
            .body(Full::new(Bytes::from(text)))
            .map_err(|error| said(&error))?;
        let answer = self.client.request(request).await.map_err(|error| said(&error))?;
        let status = answer.status().as_u16();
        let bytes = answer.into_body().collect().await.map_err(|error| said(&error))?.to_bytes();
        Ok((status, String::from_utf8_lossy(&bytes).into_owned()))
    }
}
