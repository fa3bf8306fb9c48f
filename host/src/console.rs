//! The console over HTTP: `/healthz`, `/readyz`, `/status`, `/metrics`.
//!
//! It listens on the socket `console.sock` in the data directory, where the verbs find it, and on an address if one is
//! configured. What changes something (`control.rs`) is served on the socket only: who may write to that file is a
//! matter of the file system, while the address has no login.
//!
//! # Not here
//! What the figures mean (`lane/status.rs`) and how they are named (`metrics.rs`).

pub mod control;
pub mod metrics;
pub mod status;

use crate::daemon::Lanes;
use anyhow::{Context, Result};
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::path::Path;
use tokio::net::{TcpListener, UnixListener};
use tokio_util::sync::CancellationToken;

/// Serves until `stop`.
///
/// # Errors
/// If the configured address cannot be listened on.
pub async fn run(lanes: Lanes, socket: &Path, address: Option<&str>, stop: CancellationToken) -> Result<()> {
    let router = Router::new()
        .route("/", get(index))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/status", get(show))
        .route("/metrics", get(measure));
    let controlled = router.clone().merge(control::router()).with_state(lanes.clone());
    let on_socket = on_socket(controlled, socket, stop.clone());
    let router = router.with_state(lanes);
    let Some(address) = address else { return on_socket.await };
    let listener = TcpListener::bind(address).await.with_context(|| format!("listen on {address} for the console"))?;
    tracing::info!(address, "The console listens.");
    let on_address = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned());
    let (first, second) = tokio::join!(on_socket, on_address);
    first.and(second.context("serve the console"))
}

async fn on_socket(router: Router, socket: &Path, stop: CancellationToken) -> Result<()> {
    // The lock on the data directory says that no other daemon uses this socket.
    let _ = std::fs::remove_file(socket);
    let listener = match UnixListener::bind(socket) {
        Ok(listener) => listener,
        Err(error) => {
            tracing::warn!(code = "IC6001", socket = %socket.display(), %error,
                "No socket for `concentrator status`; everything else works.");
            stop.cancelled().await;
            return Ok(());
        }
    };
    let served = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await;
    let _ = std::fs::remove_file(socket);
    served.context("serve the console")
}

async fn index() -> &'static str {
    "concentrator\n/healthz  alive\n/readyz   accepting events\n/status   everything, as JSON\n/metrics  OpenMetrics\n"
}

async fn ready(State(lanes): State<Lanes>) -> Response {
    let refused = lanes.not_ready();
    if refused.is_empty() {
        return "ready\n".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, format!("{}\n", refused.join("\n"))).into_response()
}

#[derive(serde::Deserialize)]
struct FailOn {
    #[serde(rename = "fail-on", default)]
    fail_on: String,
}

async fn show(State(lanes): State<Lanes>, Query(query): Query<FailOn>) -> Response {
    let status = status::of(&lanes);
    let failed = status.failing(&query.fail_on);
    let code = if failed.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (code, axum::Json(status)).into_response()
}

async fn measure(State(lanes): State<Lanes>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    match metrics::encode(&lanes) {
        Ok(text) => ([(header::CONTENT_TYPE, kind)], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
