//! throw-away
use wirecopy::*;
fn main() {
    let inputs = std::env::args().skip(1).map(|p| read::Input::Path(p.into())).collect();
    let t = std::time::Instant::now();
    let f = pipeline::scan(inputs, &settings::Settings::default(), &progress::Silent).unwrap();
    eprintln!("{:?} {:?}", f.counts, t.elapsed());
    use std::io::Write;
    let mut o = std::io::BufWriter::new(std::fs::File::create("/tmp/pairs.jsonl").unwrap());
    for p in &f.pairs { writeln!(o, "{}", serde_json::json!({"a": f.members[p.a.index()].id, "b": f.members[p.b.index()].id, "relation": p.relation.name(), "jaccard": p.jaccard, "bits": p.evidence_bits, "rule": p.rule, "longest": p.longest_run, "same_source": p.same_source, "as": p.a_spans, "bs": p.b_spans})).unwrap(); }
    let mut o = std::io::BufWriter::new(std::fs::File::create("/tmp/members.jsonl").unwrap());
    for m in &f.members { writeln!(o, "{}", serde_json::json!({"id": m.id, "story": m.story, "partial": m.partial_in, "dup": m.duplicate_of.map(|d| &f.members[d.index()].id)})).unwrap(); }
}
