//! throw-away
use crate::article::*; use crate::settings::*; use crate::error::*; use std::sync::Arc;
pub enum Input { Path(std::path::PathBuf) }
pub struct Found { pub sources: Vec<Source>, pub rejects: Vec<Reject> }
pub struct Source { pub path: Arc<str>, pub size_bytes: u64 }
pub fn sources(i: Vec<Input>, _: &ReadSettings) -> Result<Found> { Ok(Found{sources: i.into_iter().map(|Input::Path(p)| Source{size_bytes: 0, path: p.to_string_lossy().into()}).collect(), rejects: vec![]}) }
pub struct Mapping; impl Mapping { pub fn new(_: &ReadSettings) -> Result<Mapping> { Ok(Mapping) } }
pub struct UniqueIds; impl UniqueIds { pub fn new() -> Self { UniqueIds } pub fn claim(&mut self, _: &mut Article) {} }
pub struct Chunk(Arc<str>, Vec<String>, u64);
pub struct Parsed { pub articles: Vec<Article>, pub rejects: Vec<Reject> }
impl Chunk { pub fn bytes_read(&self) -> u64 { 0 } pub fn parse(&self, _: &Mapping) -> Parsed {
  let articles = self.1.iter().enumerate().map(|(i,l)| { let v: serde_json::Value = serde_json::from_str(l).unwrap(); let g=|k:&str| v.get(k).and_then(|x| x.as_str()).map(String::from);
   Article { id: g("id").unwrap(), text: g("maintext").or(g("text")).unwrap(), title: g("title"), url: g("url"), source: g("source"), author: None, credit: None, lang: g("lang").or(g("language")),
    published: None, modified: None, crawled: None, location: Location { path: self.0.clone(), record: self.2 + i as u64, byte_offset: 0 } } }).collect();
  Parsed { articles, rejects: vec![] } } }
pub fn chunks(s: Vec<Source>, _: &ReadSettings, _: &Mapping) -> impl Iterator<Item=Chunk> {
  s.into_iter().flat_map(|s| { let t = std::fs::read_to_string(&*s.path).unwrap(); let l: Vec<String> = t.lines().map(String::from).collect(); l.chunks(100).enumerate().map(|(i,c)| Chunk(s.path.clone(), c.to_vec(), i as u64*100+1)).collect::<Vec<_>>() }) }
