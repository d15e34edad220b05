//! Which site does an address belong to?

use std::net::{Ipv4Addr, Ipv6Addr};

/// Whether `text` is an address and not the name of an outlet or its domain: it has a scheme, or begins with `//` or
/// `www.` and goes on with a path.
pub(super) fn looks_like_url(text: &str) -> bool {
    if text.contains(char::is_whitespace) {
        return false;
    }
    match text.split_once("://") {
        Some((scheme, rest)) => {
            !rest.is_empty() && !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())
        }
        None => text.starts_with("//") || (starts_with_www(text) && text.contains('/')),
    }
}

fn starts_with_www(text: &str) -> bool {
    text.as_bytes().get(..4).is_some_and(|head| head.eq_ignore_ascii_case(b"www."))
}

/// The registrable domain of an address, in lower case: `bbc.co.uk` for `https://user@www.BBC.co.uk:443/news`.
///
/// IP addresses are given as they are; a host without a registrable domain (`localhost`) is given whole.
pub(super) fn domain(url: &str) -> Option<String> {
    let url = url.trim();
    let rest = url.split_once("://").map(|(_, rest)| rest).or_else(|| url.strip_prefix("//")).unwrap_or(url);
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if let Some((address, _)) = host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        return address.parse::<Ipv6Addr>().ok().map(|address| address.to_string());
    }
    let host = host.split(':').next()?.trim_end_matches('.').to_lowercase();
    if host.parse::<Ipv4Addr>().is_ok() {
        return Some(host);
    }
    let host = host.strip_prefix("www.").unwrap_or(&host);
    let plausible = !host.is_empty() && (host.contains('.') || rest.len() != url.len());
    if !plausible || host.contains(|c: char| c.is_whitespace() || c == '%') {
        return None;
    }
    Some(psl::domain_str(host).unwrap_or(host).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registrable_domains() {
        for (url, expected) in [
            ("https://user:word@www.BBC.co.uk:443/news?x=1", Some("bbc.co.uk")),
            ("http://edition.cnn.com", Some("cnn.com")),
            ("//www.lemonde.fr/a", Some("lemonde.fr")),
            ("www.example.org/a", Some("example.org")),
            ("http://192.168.0.7:8080/x", Some("192.168.0.7")),
            ("http://[2001:db8::1]:80/x", Some("2001:db8::1")),
            ("http://localhost:3000/x", Some("localhost")),
            ("https://journal.example.com./x", Some("example.com")),
            ("12345", None),
            ("", None),
            ("/news/relative", None),
            ("https://", None),
        ] {
            assert_eq!(domain(url).as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn addresses_and_names() {
        for url in ["https://a.example/x", "//a.example/x", "WWW.a.example/x", "http://a.example"] {
            assert!(looks_like_url(url), "{url}");
        }
        for name in ["nytimes.com", "AFP/Reuters", "The Times: a paper", "www.a.example", "see https://a.example", ""] {
            assert!(!looks_like_url(name), "{name}");
        }
    }
}
