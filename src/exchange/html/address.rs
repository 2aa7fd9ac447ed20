//! Where a report may link to, and what it says of where a link goes.

/// The address that a page may link to: `http`, `https` or `mailto`; a DOI goes to its resolver. Anything else is text.
pub fn target(url: &str) -> Option<String> {
    let scheme = url.split_once(':')?.0.to_ascii_lowercase();
    match scheme.as_str() {
        "http" | "https" | "mailto" => Some(url.to_owned()),
        "doi" => Some(format!("https://doi.org/{}", &url[4..])),
        _ => None,
    }
}

/// The host of an address, without `www.`: what a link says of where it goes. A name before an `@` is not the host.
pub fn host(url: &str) -> &str {
    let after = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = after.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host)
}
