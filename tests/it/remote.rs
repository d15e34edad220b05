//! Objects in stores, from a server on this machine: `https://` (without its encryption), `s3://`, `gs://`.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// A server with some objects, by their paths.
struct Server {
    address: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// A server that is away for the first `away` requests for bytes.
    fn start(objects: &[(&str, &str)], away: usize) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let objects: Arc<BTreeMap<String, String>> =
            Arc::new(objects.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (seen, away) = (Arc::clone(&requests), Arc::new(AtomicUsize::new(away)));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (objects, seen, away) = (Arc::clone(&objects), Arc::clone(&seen), Arc::clone(&away));
                std::thread::spawn(move || answer(stream.unwrap(), &objects, &seen, &away));
            }
        });
        Server { address, requests }
    }

    fn asked(&self, beginning: &str) -> usize {
        self.requests.lock().unwrap().iter().filter(|request| request.starts_with(beginning)).count()
    }
}

/// Answers the requests of one connection.
fn answer(stream: TcpStream, objects: &BTreeMap<String, String>, seen: &Mutex<Vec<String>>, away: &AtomicUsize) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    loop {
        let mut request = String::new();
        if reader.read_line(&mut request).unwrap_or(0) == 0 {
            return;
        }
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).unwrap();
            if header.trim().is_empty() {
                break;
            }
        }
        seen.lock().unwrap().push(request.clone());
        let mut words = request.split_whitespace();
        let (method, target) = (words.next().unwrap(), words.next().unwrap());
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = &path.replace("%2F", "/").replace("%2E", ".");
        let is_away = || away.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        let (status, body) = match objects.get(path) {
            Some(_) if method == "GET" && is_away() => ("503 Service Unavailable", String::new()),
            Some(body) => ("200 OK", body.clone()),
            None if query.contains("list-type=2") => ("200 OK", listing(path, query, objects)),
            None => ("404 Not Found", String::new()),
        };
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\nLast-Modified: Tue, 02 Jan 2024 15:04:05 GMT\r\nETag: \"1\"\r\n\r\n",
            body.len()
        );
        let body = if method == "HEAD" { "" } else { &body };
        if stream.write_all(format!("{head}{body}").as_bytes()).is_err() {
            return;
        }
    }
}

/// The objects of a bucket under a prefix, as S3 lists them.
fn listing(bucket: &str, query: &str, objects: &BTreeMap<String, String>) -> String {
    let prefix = query.split('&').find_map(|part| part.strip_prefix("prefix=")).unwrap_or_default().replace("%2F", "/");
    let bucket = format!("{}/", bucket.trim_end_matches('/'));
    let keys = objects.iter().filter_map(|(path, body)| Some((path.strip_prefix(&bucket)?, body)));
    let contents: String = keys
        .filter(|(key, _)| key.starts_with(&prefix))
        .map(|(key, body)| {
            format!(
                "<Contents><Key>{key}</Key><LastModified>2024-01-02T15:04:05.000Z</LastModified>\
                 <ETag>\"1\"</ETag><Size>{}</Size></Contents>",
                body.len()
            )
        })
        .collect();
    format!("<?xml version=\"1.0\"?><ListBucketResult><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>")
}

/// Scans an address; standard output as JSON, or standard error if it fails.
fn scan(server: &Server, address: &str) -> Result<serde_json::Value, String> {
    let key = format!(
        "{{\"gcs_base_url\": \"http://{}\", \"disable_oauth\": true, \"client_email\": \"\", \"private_key\": \"\", \
         \"private_key_id\": \"\"}}",
        server.address
    );
    let output = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
        .args(["inspect", address, "--isolated", "--format", "json"])
        .env("AWS_ENDPOINT", format!("http://{}", server.address))
        .env("AWS_ALLOW_HTTP", "true")
        .env("AWS_SKIP_SIGNATURE", "true")
        .env("AWS_REGION", "north")
        .env("GOOGLE_SERVICE_ACCOUNT_KEY", key)
        .env("GOOGLE_ALLOW_HTTP", "true")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    match output.status.code() {
        Some(0) => Ok(serde_json::from_str(&text(output.stdout)).unwrap()),
        _ => Err(text(output.stderr)),
    }
}

const LINES: &str =
    "{\"id\": \"vell-1\", \"text\": \"It rained.\"}\n{\"id\": \"vell-2\", \"text\": \"It rained again.\"}\n";

#[test]
fn an_object_of_the_web() {
    let server = Server::start(&[("/day/a.jsonl", LINES)], 2);
    let found = scan(&server, &format!("http://{}/day/a.jsonl", server.address)).unwrap();
    assert_eq!(found["groups"][0]["articles"], 2);
    assert_eq!(found["groups"][0]["first_file"], format!("http://{}/day/a.jsonl", server.address));
    // Away twice, and asked again.
    assert_eq!(server.asked("GET /day/a.jsonl"), 3);
    let error = scan(&server, &format!("http://{}/day/b.jsonl", server.address)).unwrap_err();
    assert!(error.starts_with(&format!("error: cannot read http://{}/day/b.jsonl: ", server.address)), "{error}");
}

#[test]
fn prefixes_of_stores() {
    let objects = [
        ("/news/2024/a.jsonl", LINES),
        ("/news/2024/b/c.txt", "It rained a third time."),
        ("/news/2024/.hidden.txt", "no"),
        ("/news/2024/picture.png", "no"),
        ("/news/2025/d.jsonl", LINES),
    ];
    let server = Server::start(&objects, 1);
    for store in ["s3", "gs"] {
        for address in [format!("{store}://news/2024"), format!("{store}://news/2024/")] {
            let found = scan(&server, &address).unwrap();
            let files: Vec<&str> =
                found["groups"].as_array().unwrap().iter().map(|group| group["first_file"].as_str().unwrap()).collect();
            let expected = [format!("{store}://news/2024/a.jsonl"), format!("{store}://news/2024/b/c.txt")];
            assert_eq!(files, expected, "{found} {:?}", server.requests.lock().unwrap());
            assert_eq!((&found["groups"][0]["articles"], &found["passed_over"]), (&2.into(), &1.into()));
        }
        let found = scan(&server, &format!("{store}://news/2025/d.jsonl")).unwrap();
        assert_eq!(found["groups"][0]["articles"], 2);
        let error = scan(&server, &format!("{store}://news/2023")).unwrap_err();
        assert!(error.contains("neither an object nor a prefix of any"), "{error}");
    }
}
