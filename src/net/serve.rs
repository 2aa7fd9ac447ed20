//! A witness over HTTP: C2SP tlog-witness.
//!
//! | request | answer |
//! |---|---|
//! | `POST /add-checkpoint` | a cosignature line, or why not |
//! | `GET /<hex SHA-256(origin)>/checkpoint` | the latest checkpoint cosigned |
//! | `GET /` | the witness's verifier key |

use std::future::IntoFuture as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;

use crate::hash::Digest;
use crate::tlog::witness::request::MAX_REQUEST;
use crate::witness::{FolderError, Witness};

const TEXT: &str = "text/plain; charset=utf-8";

/// Longest time for the body of a request to arrive.
const PATIENCE: Duration = Duration::from_secs(20);

/// Longest time that requests under way are given when the witness is told to stop.
const PARTING: Duration = Duration::from_secs(3);

/// A witness that could not be served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// No runtime could be started.
    #[error("cannot start")]
    Start(#[source] std::io::Error),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's answer.
        #[source]
        source: std::io::Error,
    },
}

/// Gives the time, in seconds since 1970.
pub type Now = Box<dyn Fn() -> u64 + Send + Sync>;

/// Is told of each request: the status, and a line for a person.
pub type Log = Box<dyn Fn(u16, &str) + Send + Sync>;

/// What a witness is given besides its folder.
pub struct Served {
    /// The witness.
    pub witness: Witness,
    /// The clock.
    pub now: Now,
    /// Who is told of requests.
    pub log: Log,
}

/// The router, which tests can call without a network.
pub fn app(served: Arc<Served>) -> Router {
    Router::new()
        .route("/", get(about))
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/{origin}/checkpoint", get(checkpoint))
        .with_state(served)
}

/// Serves until the process is told to stop (Ctrl-C, or the system's signal to end). `ready` hears the address that is listened on, which
/// tells the port where 0 was asked for.
///
/// # Errors
/// When the address cannot be listened on.
pub fn serve(served: Arc<Served>, address: SocketAddr, ready: impl FnOnce(SocketAddr)) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(ServeError::Start)?;
    runtime.block_on(async move {
        let failed = |source| ServeError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let bound = listener.local_addr().map_err(failed)?;
        let (for_server, for_us) = (stopped().map_err(ServeError::Start)?, stopped().map_err(ServeError::Start)?);
        let server = axum::serve(listener, app(served)).with_graceful_shutdown(for_server);
        let server = tokio::spawn(server.into_future());
        ready(bound);
        for_us.await;
        // A client that never ends its request does not keep the witness from ending.
        let _ = tokio::time::timeout(PARTING, server).await;
        Ok(())
    })
}

/// Comes to its end at Ctrl-C, or at the system's signal to end. Signals count from the call on, not from the first wait.
#[cfg(unix)]
fn stopped() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(std::future::poll_fn(move |cx| {
        if interrupt.poll_recv(cx).is_ready() || terminate.poll_recv(cx).is_ready() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    }))
}

/// Comes to its end at Ctrl-C.
#[cfg(not(unix))]
fn stopped() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

async fn about(State(served): State<Arc<Served>>) -> Response {
    text(StatusCode::OK, TEXT, format!("{}\n", served.witness.verifier()))
}

async fn add_checkpoint(State(served): State<Arc<Served>>, body: Body) -> Response {
    // The framing around the body adds nothing to what is kept.
    let body = match tokio::time::timeout(PATIENCE, to_bytes(body, MAX_REQUEST)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => {
            let why = format!("a request is sent whole and has at most {MAX_REQUEST} bytes\n");
            return text(StatusCode::PAYLOAD_TOO_LARGE, TEXT, why);
        }
        Err(_) => return text(StatusCode::REQUEST_TIMEOUT, TEXT, "the request did not come to its end\n".into()),
    };
    blocking(served, move |served| decide(served, &body)).await
}

fn decide(served: &Served, body: &Bytes) -> Response {
    match served.witness.decide(body, (served.now)()) {
        Ok(Ok(cosigned)) => {
            let (origin, size) = (cosigned.checkpoint.origin(), cosigned.checkpoint.size());
            (served.log)(200, &format!("cosigned {origin} at size {size}"));
            text(StatusCode::OK, TEXT, format!("{}\n", cosigned.line))
        }
        Ok(Err(refusal)) => {
            let status = refusal.status();
            (served.log)(status, refusal.body().trim_end());
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            text(status, refusal.media_type(), refusal.body())
        }
        Err(error) => broken(served, &error),
    }
}

async fn checkpoint(State(served): State<Arc<Served>>, Path(origin): Path<String>) -> Response {
    let Ok(origin) = origin.parse::<Digest>() else {
        return text(StatusCode::NOT_FOUND, TEXT, "no such log\n".into());
    };
    blocking(served, move |served| match served.witness.latest(&origin) {
        Ok(Some(cosigned)) => text(StatusCode::OK, TEXT, cosigned.note.to_string()),
        Ok(None) => text(StatusCode::NOT_FOUND, TEXT, "nothing cosigned for such a log\n".into()),
        Err(error) => broken(served, &error),
    })
    .await
}

/// The disk is waited for elsewhere than where connections are served.
async fn blocking(served: Arc<Served>, work: impl FnOnce(&Served) -> Response + Send + 'static) -> Response {
    match tokio::task::spawn_blocking(move || work(&served)).await {
        Ok(response) => response,
        Err(_) => text(StatusCode::INTERNAL_SERVER_ERROR, TEXT, "this witness failed\n".into()),
    }
}

/// The state cannot be read or written: said in full to the keeper alone.
fn broken(served: &Served, error: &FolderError) -> Response {
    let mut words = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        words.push_str(": ");
        words.push_str(&error.to_string());
        source = error.source();
    }
    (served.log)(500, &words);
    text(StatusCode::INTERNAL_SERVER_ERROR, TEXT, "this witness cannot read or write its state\n".into())
}

fn text(status: StatusCode, media_type: &'static str, body: String) -> Response {
    let headers = [(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, "no-store")];
    (status, headers, body).into_response()
}
