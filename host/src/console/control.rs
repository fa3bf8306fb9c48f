//! What changes something: pause and resume of a lane, its dead letters, its plugins. Served on the socket only.
//!
//! ```text
//! POST /lanes/<source>/pause          {"reason":…,"by":…}                    → {"changed":true}
//! POST /lanes/<source>/resume         {"by":…}                               → {"changed":true}
//! POST /lanes/<source>/dead-letters   {"wish":"replay","letters":[…],"by":…} → [{"seq":…,"refused":null}]
//! POST /plugins/reload                {"wish":{"file":"voice"},"lane":null,"cold":false,"by":…} → [{"source":…,…}]
//! GET  /plugins/logs?plugin=voice&lane=…&after=0                         → {"last":17,"lines":[{"number":…,…}]}
//! ```
//! What plugins log may quote events, and so is not for everybody who reads figures.

use crate::daemon::{self, Lanes};
use crate::event::Seq;
use crate::lane::letters::{Answer, Wish};
use crate::lane::pause::Paused;
use crate::lane::reload;
use crate::plugin::journal::Line;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
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

/// Which plugins are to take over, and where.
#[derive(Debug, Serialize, Deserialize)]
pub struct Reload {
    /// Which.
    pub wish: reload::Wish,
    /// In that lane only; otherwise in every one that uses the plugin.
    pub lane: Option<String>,
    /// Begin with empty states, if those before cannot be taken over or are not wanted.
    pub cold: bool,
    /// Who asks.
    pub by: String,
}

/// Which lines of plugins are asked for.
#[derive(Debug, Deserialize)]
struct Asked {
    plugin: String,
    lane: Option<String>,
    #[serde(default)]
    after: u64,
}

/// Lines that plugins wrote.
#[derive(Debug, Serialize, Deserialize)]
pub struct Lines {
    /// Number of the last line of all plugins: what to ask for the next ones with.
    pub last: u64,
    /// The lines, oldest first.
    pub lines: Vec<Line>,
}

/// The routes.
pub(super) fn router() -> Router<Lanes> {
    Router::new()
        .route("/lanes/{source}/pause", post(pause))
        .route("/lanes/{source}/resume", post(resume))
        .route("/lanes/{source}/dead-letters", post(letters))
        .route("/plugins/reload", post(reload))
        .route("/plugins/logs", get(logs))
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

async fn reload(State(lanes): State<Lanes>, Json(request): Json<Reload>) -> Response {
    let sources = match affected(&lanes, &request) {
        Ok(sources) => sources,
        Err(words) => return (StatusCode::NOT_FOUND, words).into_response(),
    };
    // On a task of its own, so that a client that goes away leaves no lane half-way.
    let work = tokio::spawn(async move {
        let Reload { wish, cold, by, .. } = request;
        daemon::fulfil(&lanes, &sources, &wish, cold, &by).await
    });
    work.await.map_or_else(|error| failed(&error), |outcomes| Json(outcomes).into_response())
}

/// The lanes that a reload is about.
fn affected(lanes: &Lanes, request: &Reload) -> Result<Vec<String>, String> {
    if let Some(lane) = request.lane.as_ref().filter(|lane| lanes.get(lane).is_none()) {
        return Err(format!("there is no lane `{lane}`\n"));
    }
    let asked = |source: &str| request.lane.as_ref().is_none_or(|lane| lane == source);
    let plugin = match &request.wish {
        reload::Wish::File(name) | reload::Wish::Before(name) => Some(name),
        reload::Wish::Changed => None,
    };
    let uses = |lane: &daemon::LaneView| plugin.is_none_or(|name| lane.plugins.uses(name));
    let found: Vec<String> = lanes
        .each()
        .filter(|(source, lane)| asked(source) && uses(lane))
        .map(|(source, _)| source.to_owned())
        .collect();
    match (plugin, &request.lane) {
        (Some(name), None) if found.is_empty() => Err(format!("no lane uses the plugin `{name}`\n")),
        (Some(name), Some(lane)) if found.is_empty() => {
            Err(format!("lane `{lane}` does not use the plugin `{name}`\n"))
        }
        _ => Ok(found),
    }
}

async fn logs(State(lanes): State<Lanes>, Query(asked): Query<Asked>) -> Response {
    let (lines, last) = lanes.journal.after(asked.after, |source, plugin| {
        let is_asked = asked.lane.as_ref().is_none_or(|lane| lane == source);
        is_asked && lanes.get(source).is_some_and(|lane| lane.plugins.is_called(plugin, &asked.plugin))
    });
    Json(Lines { last, lines }).into_response()
}
