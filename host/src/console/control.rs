//! What changes something: pause and resume of a lane, and its dead letters. Served on the socket only.
//!
//! ```text
//! POST /lanes/<source>/pause          {"reason":…,"by":…}                    → {"changed":true}
//! POST /lanes/<source>/resume         {"by":…}                               → {"changed":true}
//! POST /lanes/<source>/dead-letters   {"wish":"replay","letters":[…],"by":…} → [{"seq":…,"refused":null}]
//! ```

use crate::daemon::Lanes;
use crate::event::Seq;
use crate::lane::letters::{Answer, Wish};
use crate::lane::pause::Paused;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

/// Longest request, bytes.
const REQUEST_BYTES_MAX: usize = 1 << 20;
/// Most letters of one request: what it names is done before it is answered.
pub const LETTERS_MAX: usize = 100;

/// To pause a lane.
#[derive(Debug, Serialize, Deserialize)]
pub struct Pause {
    /// Why.
    pub reason: String,
    /// Who asks.
    pub by: String,
}

/// To let it go on.
#[derive(Debug, Serialize, Deserialize)]
pub struct Resume {
    /// Who asks.
    pub by: String,
}

/// Whether it was otherwise before.
#[derive(Debug, Serialize, Deserialize)]
pub struct Changed {
    /// It was.
    pub changed: bool,
}

/// What is to become of dead letters.
#[derive(Debug, Serialize, Deserialize)]
pub struct Request {
    /// What.
    pub wish: Wish,
    /// Which, at most [`LETTERS_MAX`].
    pub letters: Vec<Seq>,
    /// Who asks.
    pub by: String,
}

/// The routes.
pub(super) fn router() -> Router<Lanes> {
    Router::new()
        .route("/lanes/{source}/pause", post(pause))
        .route("/lanes/{source}/resume", post(resume))
        .route("/lanes/{source}/dead-letters", post(letters))
        .layer(DefaultBodyLimit::max(REQUEST_BYTES_MAX))
}

fn unknown(source: &str) -> Response {
    (StatusCode::NOT_FOUND, format!("there is no lane `{source}`\n")).into_response()
}

fn failed(error: &dyn std::fmt::Display) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")).into_response()
}

async fn pause(State(lanes): State<Lanes>, Path(source): Path<String>, Json(request): Json<Pause>) -> Response {
    let Some(lane) = lanes.get(&source) else { return unknown(&source) };
    let paused = Paused { reason: request.reason, since: lanes.clock.now(), by: request.by };
    tracing::warn!(code = "IC5005", source, by = paused.by, reason = paused.reason, "The lane is to pause.");
    match lane.shared.gate.pause(paused) {
        Ok(changed) => Json(Changed { changed }).into_response(),
        Err(error) => failed(&format!("the lane is paused, but will not be after a restart: {error}")),
    }
}

async fn resume(State(lanes): State<Lanes>, Path(source): Path<String>, Json(request): Json<Resume>) -> Response {
    let Some(lane) = lanes.get(&source) else { return unknown(&source) };
    match lane.shared.gate.resume() {
        Ok(was) => {
            tracing::info!(code = "IC5006", source, by = request.by, paused = was.is_some(), "The lane goes on.");
            Json(Changed { changed: was.is_some() }).into_response()
        }
        Err(error) => failed(&format!("the lane stays paused: {error}")),
    }
}

async fn letters(State(lanes): State<Lanes>, Path(source): Path<String>, Json(request): Json<Request>) -> Response {
    if request.letters.len() > LETTERS_MAX {
        let words = format!("letters: limit {LETTERS_MAX}, requested {}\n", request.letters.len());
        return (StatusCode::PAYLOAD_TOO_LARGE, words).into_response();
    }
    // On a task of its own, so that a client that goes away leaves no letter half-way.
    let work = tokio::spawn(async move { fulfil(&lanes, &source, &request).await.ok_or(source) });
    match work.await {
        Ok(Ok(answers)) => Json(answers).into_response(),
        Ok(Err(source)) => unknown(&source),
        Err(error) => failed(&error),
    }
}

async fn fulfil(lanes: &Lanes, source: &str, request: &Request) -> Option<Vec<Answer>> {
    let lane = lanes.get(source)?;
    let Some(queue) = lane.queue() else {
        let refused = Some("the queue is not open yet: try again".to_owned());
        return Some(request.letters.iter().map(|seq| Answer { seq: *seq, refused: refused.clone() }).collect());
    };
    let (letters, by) = (&request.letters, &request.by);
    Some(lane.letters.fulfil(request.wish, letters, by, queue, &lane.shared, &lanes.clock).await)
}
