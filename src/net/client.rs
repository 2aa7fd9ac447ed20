//! Asking over HTTP: a limit on bytes, a limit on time, and errors that name the address.

use std::time::Duration;

/// Longest time for a connection, and for each wait for bytes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Longest time for one request and its answer.
const PATIENCE_OVERALL: Duration = Duration::from_secs(300);

/// Why there was no answer.
#[derive(Debug, thiserror::Error)]
pub enum NetError {
    /// The address is no `http://` or `https://` URL.
    #[error("`{url}` is no http:// or https:// address")]
    Address {
        /// As given.
        url: String,
    },
    /// The server cannot be reached, or the exchange broke off.
    #[error("no answer from {url}")]
    NoAnswer {
        /// Who was asked.
        url: String,
        /// What went wrong.
        #[source]
        source: Box<ureq::Error>,
    },
    /// The answer is longer than what was asked for can be.
    #[error("the answer of {url} is longer than {limit} bytes")]
    TooLong {
        /// Who was asked.
        url: String,
        /// Most bytes that were expected.
        limit: u64,
    },
}

/// A server's answer: any status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The `Content-Type` without parameters, lower-cased; empty where there is none.
    pub media_type: String,
    /// The body; a `Content-Encoding: gzip` is undone.
    pub body: Vec<u8>,
}

/// A client that keeps connections open between requests.
#[derive(Debug, Clone)]
pub struct Client {
    agent: ureq::Agent,
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

impl Client {
    /// A client with this crate's limits.
    pub fn new() -> Self {
        let config = ureq::Agent::config_builder()
            // A status is part of an answer: witnesses say with it what they know.
            .http_status_as_error(false)
            .timeout_connect(Some(PATIENCE))
            .timeout_per_read(Some(PATIENCE))
            .timeout_global(Some(PATIENCE_OVERALL))
            .user_agent(concat!("onrecord/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: config.new_agent() }
    }

    /// Gets what lies at `url`, at most `limit` bytes after decompression.
    ///
    /// # Errors
    /// When there is no answer or too long a one. A status such as 404 is an answer.
    pub fn get(&self, url: &str, limit: u64) -> Result<Answer, NetError> {
        address(url)?;
        let response = self.agent.get(url).call();
        answer(url, limit, response)
    }

    /// Posts `body` to `url`, and returns an answer of at most `limit` bytes.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub fn post(&self, url: &str, media_type: &str, body: &[u8], limit: u64) -> Result<Answer, NetError> {
        address(url)?;
        let response = self.agent.post(url).content_type(media_type).send(body);
        answer(url, limit, response)
    }
}

fn address(url: &str) -> Result<(), NetError> {
    let named = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    if named.is_none_or(|rest| rest.is_empty() || rest.starts_with('/')) {
        return Err(NetError::Address { url: url.to_owned() });
    }
    Ok(())
}

fn answer(
    url: &str,
    limit: u64,
    response: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<Answer, NetError> {
    let failed = |source| NetError::NoAnswer { url: url.to_owned(), source: Box::new(source) };
    let mut response = response.map_err(failed)?;
    let status = response.status().as_u16();
    let media_type = response.headers().get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    // One byte more than allowed, so that an answer of just the limit is told from a longer one.
    match response.body_mut().with_config().limit(limit.saturating_add(1)).read_to_vec() {
        Ok(body) if body.len() as u64 <= limit => Ok(Answer { status, media_type, body }),
        Ok(_) | Err(ureq::Error::BodyExceedsLimit(_)) => Err(NetError::TooLong { url: url.to_owned(), limit }),
        Err(source) => Err(failed(source)),
    }
}
