//! Articles as sites publish them and crawlers keep them: pages, WARC and WET.

use std::fmt::Write as _;
use std::io::Write as _;

use serde_json::json;

use crate::formats::{Written, escaped, gzip, paragraphs};

/// The sections that each page of the site leads to.
const SECTIONS: [&str; 7] = ["News", "Business", "Sport", "Culture", "Opinion", "Weather", "Obituaries"];

/// The page of an article: what the site says of it, and navigation, teasers and a footer around its text.
pub fn page(a: &Written) -> String {
    let about = json!({
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": a.title,
        "datePublished": a.date,
        "inLanguage": a.language,
        "mainEntityOfPage": {"@type": "WebPage", "@id": a.url},
        "author": {"@type": "Person", "name": "Ann Vell"},
        "publisher": {"@type": "Organization", "name": a.source}
    });
    let sections: String =
        SECTIONS.iter().map(|name| format!("<li><a href=\"/{0}\">{name}</a></li>", name.to_lowercase())).collect();
    let [url, source, title] = [&a.url, &a.source, &a.title].map(|text| escaped(text));
    format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\"><head><meta charset=\"utf-8\"><title>{title} | {source}</title>\n\
         <link rel=\"canonical\" href=\"{url}\"><meta property=\"og:type\" content=\"article\">\
         <meta property=\"og:title\" content=\"{title}\"><meta property=\"og:site_name\" content=\"{source}\">\
         <meta property=\"og:url\" content=\"{url}\">\n<script type=\"application/ld+json\">{about}</script>\
         <script>window.ads = {{\"slots\": [1, 2]}};</script></head>\n<body><header><a href=\"/\">{source}</a>\
         <nav class=\"menu\"><ul>{sections}</ul></nav></header>\n<main><article><h1>{title}</h1>\
         <p class=\"byline\">By <a rel=\"author\" href=\"/staff/vell\">Ann Vell</a> <time datetime=\"{date}\">{date}\
         </time></p>\n<div class=\"article-body\">{text}</div></article>\n<aside class=\"related\"><h2>Most read</h2>\
         <ul>{sections}</ul></aside></main>\n<footer><ul>{sections}</ul><p>All rights reserved. <a href=\"/terms\">\
         Terms of use</a></p></footer></body></html>\n",
        language = a.language,
        date = escaped(&a.date),
        text = paragraphs(&a.text),
    )
}

/// The same as XHTML, which is XML.
pub fn xhtml(a: &Written) -> String {
    let page = page(a).replace("<meta charset=\"utf-8\">", "");
    let page = page.replace("article\">", "article\"/>");
    let doctype = "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \
                   \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd\">";
    let page = page.replace("<!DOCTYPE html>", doctype);
    format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{}", page.replace("<html ", "<html xmlns=\"x\" "))
}

/// The records of a crawl, each alone.
fn records(articles: &[Written]) -> Vec<Vec<u8>> {
    let mut records = vec![record("warcinfo", "application/warc-fields", ("info", ""), b"software: crawler\r\n")];
    for (number, a) in articles.iter().enumerate() {
        let named = (a.id.as_str(), a.url.as_str());
        let asked = format!("GET /{} HTTP/1.1\r\nHost: {}\r\n\r\n", a.id, a.source);
        records.push(record("request", "application/http; msgtype=request", ("request", &a.url), asked.as_bytes()));
        let page = page(a).into_bytes();
        // As servers send them: as they are, in chunks, packed, and packed in chunks.
        let (head, body) = match number % 4 {
            0 => ("", page),
            1 => ("Transfer-Encoding: chunked\r\n", chunked(&page)),
            2 => ("Content-Encoding: gzip\r\n", gzip(&page)),
            _ => ("Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", chunked(&gzip(&page))),
        };
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n{head}\r\n");
        records.push(answer(named, &head, &body));
        let missing = "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n<p>There is no such page.";
        records.push(answer(("missing", &a.url), missing, b""));
        records.push(answer(("image", &a.url), "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n", b"\x89PNG\0"));
    }
    records
}

/// A crawl as one file.
pub fn warc(articles: &[Written]) -> Vec<u8> {
    records(articles).concat()
}

/// A crawl as crawlers pack it: each record is a member of gzip.
pub fn packed_warc(articles: &[Written]) -> Vec<u8> {
    records(articles).iter().flat_map(|record| gzip(record)).collect()
}

/// The texts of a crawl.
pub fn wet(articles: &[Written]) -> Vec<u8> {
    let text = |a: &Written| record("conversion", "text/plain", (&a.id, &a.url), a.text.as_bytes());
    articles.iter().flat_map(|a| gzip(&text(a))).collect()
}

fn answer(named: (&str, &str), head: &str, body: &[u8]) -> Vec<u8> {
    record("response", "application/http; msgtype=response", named, &[head.as_bytes(), body].concat())
}

fn record(kind: &str, content_type: &str, (id, url): (&str, &str), content: &[u8]) -> Vec<u8> {
    let mut record = format!("WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <{id}>\r\n");
    if !url.is_empty() {
        write!(record, "WARC-Target-URI: {url}\r\n").unwrap();
    }
    write!(record, "WARC-Date: 2026-05-01T12:00:00Z\r\nContent-Type: {content_type}\r\n").unwrap();
    write!(record, "Content-Length: {}\r\n\r\n", content.len()).unwrap();
    [record.as_bytes(), content, b"\r\n\r\n"].concat()
}

fn chunked(body: &[u8]) -> Vec<u8> {
    let mut chunked = Vec::new();
    for chunk in body.chunks(1000) {
        write!(chunked, "{:x}\r\n", chunk.len()).unwrap();
        chunked.extend_from_slice(chunk);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    chunked
}
