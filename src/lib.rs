//! wirecopy finds the articles of a corpus that carry the same wire story.
//!
//! # Vocabulary
//!
//! - An **article** is one record of a corpus: a text, and what its source states about it. A record that is no article
//!   is a **reject**.
//! - A **token** is a word or number in normalised form, or a pair of neighbouring characters of a script without spaces.
//!   A **run** is a stretch of tokens, mostly one that two texts share; a **shingle** is a run of five. A **passage** is a
//!   shared run of nine tokens or more with all articles that carry it.
//! - **Prose** is what an article says itself. **Quotations** are what it quotes, **furniture** is what its site puts
//!   around it, and **stock** is what unrelated articles repeat, such as an agency's context paragraph. Only prose proves
//!   reuse.
//! - A **class** is a set of texts that are one text for later stages: equal (exact class), or alike (near-duplicate
//!   class). Its **leader** is its longest text. A **candidate** is a pair worth comparing.
//! - **Evidence** is what two texts were found to share, measured on the texts. It gives their **relation**, by a
//!   **rule**. A relation that says that reported prose was reused is a **link**.
//! - A **story** is a set of articles joined by links. A round-up that carries parts of several belongs to none of them.
//! - **Findings** are the whole result, resolved and ready to be shown.
//!
//! # Example
//!
//! Three articles, two of which carry one story:
//!
//! ```
//! use wirecopy::article::ArticleId;
//! use wirecopy::pipeline;
//! use wirecopy::progress::Silent;
//! use wirecopy::read::Input;
//! use wirecopy::relation::Relation;
//! use wirecopy::settings::Settings;
//!
//! let corpus = r#"id,source,text
//! wire,northwire.example,"PORT CALLOCH (Northwire) - A ferry carrying 148 people ran onto a reef in fog early on
//! Tuesday, and all were brought ashore by lifeboats and fishing boats within three hours, the coastguard said. The
//! vessel had left harbour shortly before seven and struck a chain of rocks marked by a single unlit beacon. The owner
//! said that all sailings were cancelled until divers had looked at the hull and the harbour master at the charts."
//! reprint,tarnbridge.example,"Nobody on the island was surprised. A ferry carrying 148 people ran onto a reef in fog
//! early on Tuesday, and all were brought ashore by lifeboats and fishing boats within three hours. The vessel had left
//! harbour shortly before seven and struck a chain of rocks marked by a single unlit beacon. Fishermen have asked for
//! a light there since the winter of 1998, when two crabbers were lost within sight of the pier."
//! other,tarnbridge.example,"The council will decide in May whether the old swimming baths are to be sold. Two
//! builders have made offers, but a petition to keep the pool open has gathered four thousand names since January."
//! "#;
//! let input = Input::Stream { name: "corpus".into(), reader: Box::new(corpus.as_bytes()) };
//! let findings = pipeline::scan(vec![input], &Settings::default(), &Silent)?;
//!
//! assert_eq!(findings.members.len(), 3);
//! assert_eq!(findings.stories.len(), 1);
//! let id = |article: &ArticleId| findings.members.get(article.index()).id.clone();
//! let story: Vec<String> = findings.stories[0].members.iter().map(id).collect();
//! assert_eq!(story, ["wire", "reprint"]);
//! assert_eq!(findings.pairs.get(0).relation, Relation::Version);
//! assert!(findings.passages.iter().any(|passage| passage.text.starts_with("A ferry carrying 148 people")));
//! # Ok::<(), wirecopy::error::Error>(())
//! ```
//!
//! # Modules, in pipeline order
//!
//! - [`article`]: articles, their ids, spans, dates and places.
//! - [`relation`]: what two articles can be to one another, one row of a table each.
//! - [`error`]: why a run could not go on.
//! - [`settings`]: everything that can be set, one struct per stage.
//! - [`progress`]: how a long run tells how far it is, and learns that it should stop.
//! - [`disk`]: what does not fit into memory? Lists and sorting that go on in temporary files.
//! - [`read`]: what is in these files? Articles and rejects from every format.
//! - [`text`]: which words count? Tokens, and what kind of text each stands in.
//! - [`credit`]: who wrote it? The agency that an article credits.
//! - [`spool`]: what did this article say? Tokens, spans and text by article.
//! - [`shingle`]: which runs of words? Word n-grams as hashes, and how many of them two texts share.
//! - [`sketch`]: what does it look like, small? MinHash signatures and their bands.
//! - [`bucket`]: who might be alike? Near-duplicate classes, and candidates by shared passages.
//! - [`corpus`]: what has been read: articles, spool, and what identifies each text.
//! - [`verify`]: are they, really? Shared runs, stock, and what a run is worth.
//! - [`score`]: how sure is it that text was reused? Match weights, added up to a probability.
//! - [`relate`]: what is their relation? From evidence to a relation and its rule.
//! - [`decoys`]: how many links are chance? An estimate from pairs that are far apart.
//! - [`compare`]: which pairs are compared, and what became of them?
//! - [`story`]: which belong together? From links to stories.
//! - [`analysis`]: what the stages up to here made.
//! - [`origin`]: which came first, whose copy is it, and why do we think so?
//! - [`findings`]: the whole result, as rows of six tables.
//! - [`evaluate`]: how right are we? Findings against labelled pairs and stories.
//! - [`pipeline`]: all of it, on one screen.
//! - [`explain`]: why were two articles linked, or why not? Every stage's product for an article or a pair.
//! - [`check`]: which pairs must not be there? The gate over a scan, and its baseline.
//! - [`report`]: how is it shown? One file per format.
//! - `engine`, with the feature `parquet`: the same stages for an engine that has the partitions.
//!
//! Two fronts stand before them: `program`, with the feature `cli`, and `python`, with the feature `python`.

pub mod article;
pub mod relation;
pub mod error;
pub mod settings;
mod hashed;
pub mod progress;
pub mod disk;
pub mod read;
pub mod text;
pub mod credit;
pub mod spool;
pub mod shingle;
pub mod sketch;
pub mod bucket;
pub mod corpus;
pub mod learn;
pub mod verify;
pub mod score;
pub mod relate;
pub mod epoch;
pub mod decoys;
pub mod compare;
pub mod story;
pub mod analysis;
pub mod origin;
pub mod findings;
pub mod evaluate;
pub mod pipeline;
pub mod explain;
pub mod check;
pub mod report;
#[cfg(feature = "parquet")]
pub mod engine;
#[cfg(feature = "cli")]
pub mod program;
#[cfg(feature = "python")]
pub mod python;
