//! Pages as a user of `read` sees them. All of them are invented.

use proptest::prelude::*;

use crate::article::Article;
use crate::read::tests::{check, gzip, read};

const FIRST: &str = "Heavy rain flooded the old harbour of Vell on Tuesday, the port office said.";
const SECOND: &str = "Two ferries were kept at the quay until the evening, and nobody was hurt.";
const THIRD: &str = "The water fell again before midnight; the port opens on Wednesday at six, the office said.";

/// A page with the furniture that outlets put around an article.
fn furnished(head: &str) -> String {
    let links: String = (0..30).map(|n| format!("<li><a href=/{n}>Another story, number {n}</a></li>")).collect();
    format!(
        "<!DOCTYPE html><html><head><title>Rain floods the harbour - The Lark</title>{head}</head><body>\
         <header><nav><ul>{links}</ul></nav></header><main><article><h1>Rain floods the harbour</h1>\
         <div class=share><a href=#>Share this</a><a href=#>Tweet</a></div>\
         <p>{FIRST}</p><p>{SECOND}</p>\
         <aside class=related><h3>Related stories</h3><ul>{links}</ul></aside>\
         <p>{THIRD}</p></article></main>\
         <footer><p>Copyright The Lark. All rights reserved.</p><ul>{links}</ul></footer></body></html>"
    )
}

fn page(html: &str) -> Article {
    let parsed = read_long("a.html", html.as_bytes());
    assert_eq!(parsed.rejects, []);
    parsed.articles.into_iter().next().unwrap()
}

/// Reads a page that may be long.
fn read_long(name: &str, bytes: &[u8]) -> crate::read::Parsed {
    use crate::read::{Input, Mapping, chunks, sources};
    let settings = crate::settings::ReadSettings::default();
    let mapping = Mapping::new(&settings).unwrap();
    let input = Input::Stream { name: name.into(), reader: Box::new(std::io::Cursor::new(bytes.to_vec())) };
    let mut found = sources(vec![input], &settings).unwrap();
    found.sources[0].format = Some(&super::Html);
    chunks(found.sources, &settings, &mapping).next().unwrap().parse(&mapping)
}

#[test]
fn the_article_is_found_among_furniture() {
    let article = page(&furnished(""));
    assert_eq!(article.text, [FIRST, SECOND, THIRD].join("\n\n"));
    assert_eq!(article.title.as_deref(), Some("Rain floods the harbour"));
    assert_eq!(article.lang.as_deref(), Some("en"));
}

/// Ten paragraphs, numbered, long enough for extractors to be sure of them.
fn paragraphs() -> Vec<String> {
    (1..=10).map(|n| format!("Paragraph {n} tells of the harbour, where the water stood {n}0 centimetres high at noon, and of what the port office said about it.")).collect()
}

fn as_p(paragraphs: &[String]) -> String {
    paragraphs.iter().map(|paragraph| format!("<p>{paragraph}</p>")).collect()
}

#[test]
fn what_stands_beside_the_body_is_kept() {
    let all = paragraphs();
    let (lead, rest) = (&all[0], as_p(&all[1..]));
    let expected = all.join("\n\n");
    let pages = [
        format!("<article><h1>Rain</h1><p class=lead>{lead}</p><div class=article-body>{rest}</div></article>"),
        format!("<article><h1>Rain</h1><div class=lead>{lead}</div><div class=article-body>{rest}</div></article>"),
        format!("<main><h1>Rain</h1><div class=intro>{lead}</div><div class=story>{rest}</div></main>"),
        format!(
            "<div id=content><h1>Rain</h1><p><strong>{lead}</strong></p><div class=entry-content>{rest}</div></div>"
        ),
        format!(
            "<article><header><h1>Rain</h1><p class=standfirst>{lead}</p></header><section class=body>{rest}</section></article>"
        ),
        format!("<article><h1>Rain</h1>{lead}{rest}</article>"),
        format!("<article><h1>Rain</h1><section><h2>Flood</h2>{lead}{rest}</section></article>"),
    ];
    for html in pages {
        let html = format!(
            "<html><head><title>Rain</title></head><body><nav><a href=/>Home</a></nav>{html}<footer>Imprint</footer></body></html>"
        );
        let text = page(&html).text;
        assert_eq!(text.strip_prefix("Flood\n\n").unwrap_or(&text), expected, "{html}");
    }
}

#[test]
fn a_division_among_paragraphs_is_one() {
    let all = paragraphs();
    for (open, close) in
        [("<div>", "</div>"), ("<div class=para>", "</div>"), ("", ""), ("<div><span>", "</span></div>")]
    {
        let middle = format!("{open}{}{close}", all[4]);
        let body = format!("{}{middle}{}", as_p(&all[..4]), as_p(&all[5..]));
        let html = format!("<html><body><article><h1>Rain</h1>{body}</article><footer>Imprint</footer></body></html>");
        assert_eq!(page(&html).text, all.join("\n\n"), "{open}");
    }
}

#[test]
fn other_articles_of_a_page_are_kept() {
    let all = paragraphs();
    let other: Vec<String> =
        all.iter().map(|text| text.replace("harbour", "library").replace("Paragraph", "Passage")).collect();
    let post = |title: &str, text: &[String]| {
        format!("<article class=post><h2><a href=/x>{title}</a></h2>{}</article>", as_p(text))
    };
    let html = format!(
        "<html><body><main>{}{}</main><footer>Imprint</footer></body></html>",
        post("Rain", &all),
        post("Fines", &other)
    );
    let text = page(&html).text;
    assert!(all.iter().chain(&other).all(|paragraph| text.contains(paragraph.as_str())), "{text}");
    assert!(text.contains("Fines"), "{text}");
    // Teasers and comments are no articles.
    let teaser = format!("<article class=card><h3>More</h3><p>{}</p></article>", other[0]);
    let comments: String =
        other.iter().map(|text| format!("<article class=comment><h4>Ada</h4><p>{text}</p></article>")).collect();
    let html = format!("<html><body><main>{}{}{comments}</main></body></html>", post("Rain", &all), teaser.repeat(5));
    let text = page(&html).text;
    assert!(all.iter().all(|paragraph| text.contains(paragraph.as_str())) && !text.contains("Passage"), "{text}");
}

#[test]
fn what_the_page_calls_apart_stays_out() {
    let all = paragraphs();
    let note =
        "Sign up for our letter and read every morning what happened at the harbour in the night before you woke.";
    for apart in [
        format!("<div class=newsletter-signup>{note}</div>"),
        format!("<aside><p>{note}</p></aside>"),
        format!("<figure><img src=a.png><figcaption>{note}</figcaption></figure>"),
        format!("<div class=related><p><a href=/x>{note}</a></p></div>"),
    ] {
        let body = format!("{apart}{}{apart}{}", as_p(&all[..5]), as_p(&all[5..]));
        let html = format!("<html><body><article><h1>Rain</h1>{body}</article></body></html>");
        let text = page(&html).text;
        assert!(!text.contains("Sign up") || apart.starts_with("<figure"), "{apart}: {text}");
    }
}

#[test]
fn lines_and_spaces_are_those_of_the_page() {
    let html = format!(
        "<!doctype html><html><body><article><p>{FIRST}<br>{SECOND}</p><p>A&nbsp;<b>bold</b>word,\n and <i>it</i>\n\
         <p>{THIRD}<ul><li>One thing that was said there<li>Another thing that was said</ul></article>"
    );
    let expected = format!(
        "{FIRST}\n{SECOND}\n\nA boldword, and it\n\n{THIRD}\n\nOne thing that was said there\n\n\
         Another thing that was said"
    );
    assert_eq!(page(&html).text, expected);
}

#[test]
fn files_of_pages() {
    let html = furnished("");
    let text = [FIRST, SECOND, THIRD].join("\n\n");
    for (name, bytes) in [
        ("news/a.html", html.clone().into_bytes()),
        ("news/a.HTM", html.clone().into_bytes()),
        ("news/a.xhtml.gz", gzip(format!("<?xml version='1.0'?>{html}").as_bytes())),
    ] {
        let parsed = read_long(name, &bytes);
        assert_eq!((parsed.articles[0].text.as_str(), parsed.rejects.len()), (text.as_str(), 0), "{name}");
        assert_eq!(parsed.articles[0].id, "news/a");
    }
    let small = format!("<p>{FIRST}</p><p>{SECOND}</p>");
    let text = [FIRST, SECOND].join("\n\n");
    for start in
        ["<!doctype html>", " \n<!-- saved --> <HTML>", "<html lang=en>", "<?xml version='1.0'?><!DOCTYPE html>"]
    {
        check("-", format!("{start}{small}").as_bytes(), &[&text], &[]);
    }
    check("a.html", small.as_bytes(), &[&text], &[]);
}

#[test]
fn malformed_pages() {
    let nested = "<div>".repeat(390) + "a";
    let too_deep = "<i><b>".repeat(300) + "<p>a";
    let attributes = format!("<p {}>a", "a=b ".repeat(1001));
    for (html, reason) in [
        (&b""[..], "no text: the page is blank"),
        (b" \n", "no text: the page is blank"),
        (b"\0\0\0", "binary data, not text"),
        (b"\x89PNG\r\n\x1a\n\0\0", "binary data, not text"),
        (b"%PDF-1.4\n\0", "binary data, not text"),
        (b"<html><head><title>Nothing</title></head><body></body></html>", "no text: the page has no article"),
        (b"<!doctype html><script>let x = 1;</script>", "no text: the page has no article"),
        (b"<frameset><frame src=x></frameset>", "no text: the page has no article"),
        (attributes.as_bytes(), "a tag with more than the 1000 attributes"),
        (too_deep.as_bytes(), "elements nested more than the 400 levels"),
    ] {
        let parsed = read_long("a.html", html);
        let found: Vec<&str> = parsed.rejects.iter().map(|reject| &*reject.reason).collect();
        let text = parsed.articles.first().map(|article| article.text.as_str());
        assert!(found.len() == 1 && found[0].starts_with(reason), "{found:?} {text:?} is not {reason:?}");
    }
    assert_eq!(page(&nested).text, "a");
    check("a.html", &[b'x'; 3000], &[], &[(1, 0, "record of 3000 bytes")]);
}

#[test]
fn character_sets_of_pages() {
    let russian = "Паром сел на мель у острова утром во вторник, сообщили спасатели, пассажиры в безопасности.";
    for (head, set) in [
        ("<meta charset=windows-1251>", "windows-1251"),
        ("<meta http-equiv='content-type' content='text/html; charset=koi8-r'>", "koi8-r"),
        ("", "koi8-r"),
        ("<meta charset=koi8-r>", "utf-8"),
    ] {
        let html = format!("<!doctype html><html><head>{head}</head><body><article><p>{russian}</p></article></body>");
        let bytes = encoding_rs::Encoding::for_label(set.as_bytes()).unwrap().encode(&html).0.into_owned();
        check("a.html", &bytes, &[russian], &[]);
    }
}

/// A field of a page with this head.
fn check_field(field: fn(&Article) -> Option<String>, cases: &[(&str, Option<&str>)]) {
    for (head, expected) in cases {
        let article = page(&furnished(head));
        assert_eq!(field(&article).as_deref(), *expected, "{head}");
    }
}

fn data(members: &str) -> String {
    format!("<script type='application/ld+json'>{{\"@type\":\"NewsArticle\",{members}}}</script>")
}

#[test]
fn titles_authors_and_outlets() {
    let both = data(r#""headline":"From data""#) + "<meta property=og:title content='From graph'>";
    check_field(
        |article| article.title.clone(),
        &[
            ("", Some("Rain floods the harbour")),
            ("<meta property='og:title' content=' From graph '>", Some("From graph")),
            (&both, Some("From data")),
        ],
    );
    check_field(
        |article| article.author.clone(),
        &[
            ("", None),
            ("<meta name=author content='Ann Vell'>", Some("Ann Vell")),
            (
                "<meta property='article:author' content='https://social.example/ann'><meta name=byl content=Bo>",
                Some("Bo"),
            ),
            ("<meta name=author content=Ann><meta name=author content=Bo>", Some("Ann, Bo")),
            ("</head><body><p itemprop=author>By Ann Vell, Orm Agency</p>", Some("By Ann Vell, Orm Agency")),
            ("</head><body><p itemprop=author>Ann Vell, 10 March 2026, 4 min read</p>", None),
            ("</head><body><figure itemscope itemtype=ImageObject><i itemprop=author>Bo</i></figure>", None),
            (
                &data(r#""author":[{"name":"Ann Vell"},{"name":"Bo Tarn"},{"name":"Ann Vell"}]"#),
                Some("Ann Vell, Bo Tarn"),
            ),
        ],
    );
    check_field(
        |article| article.source.clone(),
        &[
            ("", None),
            ("<meta property=og:site_name content='The Lark'>", Some("The Lark")),
            (&data(r#""publisher":{"@type":"Organization","name":"The Lark"}"#), Some("The Lark")),
            ("<link rel=canonical href='https://www.lark.example/a'>", Some("lark.example")),
        ],
    );
}

#[test]
fn dates_and_languages() {
    check_field(
        |article| article.published.map(|moment| moment.to_string()),
        &[
            ("", None),
            (
                "<meta property='article:published_time' content='2026-03-10T09:30:00+01:00'>",
                Some("2026-03-10T09:30:00+01:00"),
            ),
            ("<meta itemprop=datePublished content=2026-03-10>", Some("2026-03-10")),
            ("<meta name=date content=yesterday><meta name=pubdate content=20260310>", Some("2026-03-10")),
            (
                &data(r#""datePublished":"2026-03-10T09:30:00Z","dateModified":"2026-03-11T00:00:00Z""#),
                Some("2026-03-10T09:30:00Z"),
            ),
            ("</head><body><time datetime='2026-03-10T09:30'>Tuesday</time>", Some("2026-03-10T09:30:00")),
        ],
    );
    check_field(
        |article| article.modified.map(|moment| moment.to_string()),
        &[("", None), ("<meta property='article:modified_time' content='2026-03-10'>", Some("2026-03-10"))],
    );
    check_field(
        |article| article.lang.clone(),
        &[
            ("<meta property=og:locale content=de_AT>", Some("de-AT")),
            ("<meta http-equiv=content-language content=fr>", Some("fr")),
            (&data(r#""inLanguage":{"@type":"Language","name":"es"}"#), Some("es")),
        ],
    );
}

#[test]
fn where_a_text_came_from() {
    let address = "<meta property=og:url content='https://lark.example/rain'>";
    let elsewhere = format!("{address}<link rel=canonical href='https://wire.example/rain'>");
    let at_home = format!("{address}<link rel=canonical href='https://www.lark.example/news/rain'>");
    check_field(
        |article| article.based_on.clone(),
        &[
            ("", None),
            (&elsewhere, Some("https://wire.example/rain")),
            (&at_home, None),
            ("<meta name=original-source content='https://wire.example/1'>", Some("https://wire.example/1")),
            ("<meta name=syndication-source content='https://wire.example/2'>", Some("https://wire.example/2")),
            (&format!("{address}<meta name=syndication-source content='https://lark.example/rain'>"), None),
            ("<meta property=og:site_name content='The Lark'><meta name=dc.source content=TheLark>", None),
            (&data(r#""isBasedOn":"https://wire.example/3""#), Some("https://wire.example/3")),
            (&data(r#""isBasedOn":{"@type":"NewsArticle","name":"Orm Agency"}"#), Some("Orm Agency")),
        ],
    );
    check_field(
        |article| article.url.clone(),
        &[(&elsewhere, Some("https://lark.example/rain")), (&at_home, Some("https://www.lark.example/news/rain"))],
    );
    let saved = format!("<!-- saved from url=(0025)https://lark.example/saved -->{}", furnished(""));
    assert_eq!(page(&saved).url.as_deref(), Some("https://lark.example/saved"));
    check_field(
        |article| article.credit.clone(),
        &[
            (&data(r#""creditText":"Orm Agency""#), Some("Orm Agency")),
            (&data(r#""sourceOrganization":{"name":"Orm Agency"}"#), Some("Orm Agency")),
            ("<meta name=credit content='Orm Agency'>", Some("Orm Agency")),
        ],
    );
    check_field(
        |article| article.copyright.clone(),
        &[
            (&data(r#""copyrightHolder":{"@type":"Organization","name":"Orm Agency"}"#), Some("Orm Agency")),
            ("<meta name=copyright content='2026 Orm Agency'>", Some("2026 Orm Agency")),
        ],
    );
    check_field(
        |article| article.dateline.clone(),
        &[(&data(r#""dateline":"VELL, March 10""#), Some("VELL, March 10"))],
    );
}

#[test]
fn a_text_that_only_scripts_would_show_is_taken_from_linked_data() {
    let body = [FIRST, SECOND, THIRD].join(r"\n\n").repeat(2);
    let shell = |body: &str| {
        format!(
            "<!doctype html><html><head>{}</head><body><div id=app><p>Enable scripts.</p></div></body></html>",
            data(&format!("\"articleBody\":\"{body}\""))
        )
    };
    assert!(page(&shell(&body)).text.starts_with(&format!("{FIRST}\n\n{SECOND}")));
    let markup = format!("<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>").repeat(2);
    assert!(page(&shell(&markup)).text.starts_with(&format!("{FIRST}\n\n{SECOND}")));
    let escaped = body.replace("port", "port &amp; quay");
    assert!(page(&shell(&escaped)).text.contains("the port & quay office"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn damaged_pages_are_no_panic(
        flips in proptest::collection::vec((0usize..10_000, proptest::num::u8::ANY), 0..60),
        cut in 0usize..10_000,
    ) {
        let mut bytes = furnished(&data(r#""headline":"Rain","author":[{"name":"Ann"}]"#)).into_bytes();
        for (place, byte) in flips {
            let place = place % bytes.len();
            bytes[place] = byte;
        }
        bytes.truncate(cut);
        read("a.html", &bytes);
        let parsed = read_long("a.html", &bytes);
        prop_assert_eq!(parsed.articles.len() + parsed.rejects.len(), 1);
    }
}
