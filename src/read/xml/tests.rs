//! XML records, whole and damaged, as a user of `read` sees them.

use super::Kind;
use crate::read::tests::{check, gzip, read, settings};
use crate::read::{Input, Mapping, Parsed, chunks, sources};
use crate::settings::{Field, ReadSettings};

fn item(text: &str) -> String {
    format!("<item><title>T</title><description>{text}</description></item>")
}

/// A feed, whose items begin at byte 52.
fn feed(items: &str) -> String {
    format!("<?xml version=\"1.0\"?>\n<rss><channel><title>F</title>{items}\n</channel></rss>\n")
}

#[test]
fn feeds() {
    let two = feed(&(item("one") + "\n" + &item("two")));
    check("a.xml", two.as_bytes(), &["one", "two"], &[]);
    check("-", two.as_bytes(), &["one", "two"], &[]);
    check("a.rss", &gzip(two.as_bytes()), &["one", "two"], &[]);
    check("a.xml", feed(&(item("Q&A") + &item("1 < 2 & 3"))).as_bytes(), &["Q&A", "1 < 2 & 3"], &[]);
    check("a.xml", feed("").as_bytes(), &[], &[]);
    let rdf = "<rdf:RDF><channel><title>F</title></channel><item><description>x</description></item></rdf:RDF>";
    check("a.xml", rdf.as_bytes(), &["x"], &[]);
    let prefixed = "<atom:feed><atom:entry><atom:content>x</atom:content></atom:entry></atom:feed>";
    check("a.atom", prefixed.as_bytes(), &["x"], &[]);
}

#[test]
fn items_without_an_author_have_that_of_their_feed() {
    let authors = |feed: &str| -> Vec<Option<String>> {
        read("a.xml", feed.as_bytes()).articles.into_iter().map(|article| article.author).collect()
    };
    let atom = "<feed><title>F</title><author><name>Ann Vell</name></author><author><name>Bo Tarn</name></author>\
                <entry><content>x</content></entry>\
                <entry><author><name>Cy Orm</name></author><content>x</content></entry>\
                <entry><source><title>G</title><author><name>Di Lund</name></author></source><content>x</content></entry>\
                </feed>";
    let of = |names: &[&str]| names.iter().map(|name| Some((*name).to_owned())).collect::<Vec<_>>();
    assert_eq!(authors(atom), of(&["Ann Vell, Bo Tarn", "Cy Orm", "Di Lund"]));
    let prefixed = atom.replace("</", "</atom:").replace('<', "<atom:").replace("<atom:/atom:", "</atom:");
    assert_eq!(authors(&prefixed), of(&["Ann Vell, Bo Tarn", "Cy Orm", "Di Lund"]));
    let rss = feed(&item("one")).replace("<title>F", "<managingEditor>desk@f.example (Ed)</managingEditor><title>F");
    assert_eq!(authors(&rss), [None]);
    assert_eq!(authors(&rss.replace("<title>F", "<dc:creator>Ann Vell</dc:creator><title>F")), of(&["Ann Vell"]));
}

#[test]
fn damaged_feeds_lose_what_is_damaged() {
    let two = feed(&(item("one") + &item("two")));
    let cut = two.find("two").unwrap();
    check("a.xml", &two.as_bytes()[..cut], &["one"], &[(2, 111, "broken XML: the file ends inside this record")]);
    let open = feed(&(item("one").replace("</item>", "") + &item("two")));
    check("a.xml", open.as_bytes(), &["two"], &[(1, 52, "broken XML: this record is never closed")]);
    let open = feed(&(item("<![CDATA[one") + &item("two")));
    check("a.xml", open.as_bytes(), &["two"], &[(1, 52, "broken XML: markup in this record is never closed")]);
    let long = feed(&(item("one") + &item(&"x".repeat(5000)) + &item("three")));
    check("a.xml", long.as_bytes(), &["one", "three"], &[(2, 111, "record of 5056 bytes, more than the 2000")]);
    check("a.xml", feed(&item(" ")).as_bytes(), &[], &[(1, 52, "no text: the item has neither content nor desc")]);
    check("a.xml", b"<rss><channel>", &[], &[(0, 0, "broken XML: neither an item nor an entry")]);
}

#[test]
fn what_is_no_xml_of_a_known_kind() {
    check("a.xml", b"", &[], &[(0, 0, "the file is empty")]);
    check("a.xml", b"words", &[], &[(0, 0, "not XML of a known kind")]);
    check("a.xml", &[0; 100], &[], &[(0, 0, "not XML of a known kind")]);
}

#[test]
fn character_sets() {
    let xml = |declaration: &[u8], text: &[u8]| {
        let (begin, end) = (b"<rss><item><description>", b"</description></item></rss>");
        [declaration, begin, text, end].concat()
    };
    let windows = xml(b"<?xml version='1.0' encoding='windows-1251'?>", b"\xcc\xe8\xf0");
    check("a.xml", &windows, &["Мир"], &[]);
    let martian = xml(b"<?xml version='1.0' encoding='martian'?>", b"x");
    check("a.xml", &martian, &[], &[(0, 0, "the XML declaration names an unknown character set, martian")]);
    check("a.xml", &xml(b"", b"caf\xe9"), &[], &[(1, 5, "invalid UTF-8 at byte")]);
    check("a.xml", &xml(b"", b"\0"), &[], &[(1, 5, "binary data, not text")]);
    check("a.xml", &xml(b"<?xml version='1.0' encoding='shift_jis'?>", b"\x81"), &[], &[(1, 47, "invalid Shift_JIS")]);
}

#[test]
fn news_and_records() {
    let items = "<items><item><text>a</text></item><item><x>y</x></item></items>";
    check("a.xml", items.as_bytes(), &["a"], &[(2, 34, "no text: all of")]);
    check("a.xml", b"<corpus><doc><body>a</body></doc></corpus>", &["a"], &[]);
    check("a.xml", b"<nitf><body/></nitf>", &[], &[(1, 0, "no text: body.content is missing or blank")]);
    let package = "<newsMessage><packageItem guid='x'></packageItem></newsMessage>";
    check("a.xml", package.as_bytes(), &[], &[(1, 13, "a package: it refers")]);
    let picture = "<newsItem><contentSet><remoteContent/></contentSet></newsItem>";
    check("a.xml", picture.as_bytes(), &[], &[(1, 0, "no text: the content of the item is elsewhere")]);
    let plain =
        "<newsItem><contentSet><inlineData contenttype='text/plain'>a &lt; b</inlineData></contentSet></newsItem>";
    check("a.xml", plain.as_bytes(), &["a < b"], &[]);
    check("a.xml", b"<newsMessage><header/></newsMessage>", &[], &[(0, 0, "broken XML: no newsItem")]);
}

#[test]
fn a_setting_goes_before_the_fields_of_a_format() {
    let map = [(Field::Text, vec!["summary".to_owned()]), (Field::Author, vec!["desk".to_owned()])];
    let settings = ReadSettings { map: map.into_iter().collect(), ..settings() };
    let mapping = Mapping::new(&settings).unwrap();
    let feed = "<feed><entry><content>long</content><summary>short</summary><author><name>N</name></author>\
                <desk>D</desk></entry></feed>";
    let input = Input::Stream { name: "a".into(), reader: Box::new(feed.as_bytes()) };
    let found = sources(vec![input], &settings).unwrap();
    let parsed: Vec<Parsed> = chunks(found.sources, &settings, &mapping).map(|chunk| chunk.parse(&mapping)).collect();
    let article = &parsed[0].articles[0];
    assert_eq!((article.text.as_str(), article.author.as_deref()), ("short", Some("D")));
}

#[test]
fn kinds_by_the_root() {
    for (head, kind) in [
        ("<?xml version=\"1.0\"?>\n<!-- x > --><rss version=\"2.0\">", Some(Kind::Feed)),
        ("<rdf:RDF xmlns=\"x\">", Some(Kind::Feed)),
        ("<atom:feed>", Some(Kind::Feed)),
        ("<!DOCTYPE nitf [ <!ENTITY a \">\"> ]>\n<nitf>", Some(Kind::Nitf)),
        ("<newsMessage>", Some(Kind::NewsMl)),
        ("<items>", Some(Kind::Table)),
        ("<!DOCTYPE html><html lang=\"en\">", None),
        ("words", None),
        ("<", None),
    ] {
        assert_eq!(Kind::of(head.as_bytes()), kind, "{head}");
    }
}

#[test]
fn a_record_of_many_names_is_read_in_good_time() {
    let begun = std::time::Instant::now();
    let names: String = (0..100_000).map(|number| format!("<a{number}>1</a{number}>")).collect();
    let text = format!("<items><item>{names}<text>x</text></item></items>");
    let settings = ReadSettings::default();
    let mapping = Mapping::new(&settings).unwrap();
    let input = Input::Stream { name: "a".into(), reader: Box::new(std::io::Cursor::new(format!("<?xml?>{text}"))) };
    let found = sources(vec![input], &settings).unwrap();
    let parsed: Vec<Parsed> = chunks(found.sources, &settings, &mapping).map(|chunk| chunk.parse(&mapping)).collect();
    assert_eq!(parsed.iter().map(|parsed| parsed.articles.len()).sum::<usize>(), 1);
    // A quarter of a minute and more, were each name looked for among all.
    assert!(begun.elapsed().as_secs() < 8, "{:?}", begun.elapsed());
}
