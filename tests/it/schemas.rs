//! The published schemas of the tables are those of the tables.

use std::fs;

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;
use tempfile::TempDir;
use wirecopy::report::rows::{Column, Kind, MemberRow, OutletRow, PairRow, PassageRow, RejectRow, Row, StoryRow};
use wirecopy::report::{Table, TableFormat};

use crate::corpora::project;
use crate::program::{json_lines, run};

/// The schema of a table, or of the manifest.
fn published(name: &str) -> Value {
    let path = project().join(format!("docs/schemas/{name}.schema.json"));
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn compiled(name: &str, schemas: &mut Schemas) -> SchemaIndex {
    let mut compiler = Compiler::new();
    // One that was compiled is found again by its name.
    compiler.add_resource(name, published(name)).unwrap();
    compiler.compile(name, schemas).unwrap()
}

fn columns(table: Table) -> &'static [Column] {
    match table {
        Table::Members => MemberRow::COLUMNS,
        Table::Pairs => PairRow::COLUMNS,
        Table::Stories => StoryRow::COLUMNS,
        Table::Outlets => OutletRow::COLUMNS,
        Table::Passages => PassageRow::COLUMNS,
        Table::Rejects => RejectRow::COLUMNS,
    }
}

/// Whether a property may be nothing.
fn is_optional(property: &Value) -> bool {
    let has = |key: &str, null: Value| property[key].as_array().is_some_and(|values| values.contains(&null));
    has("type", "null".into()) || has("enum", Value::Null)
}

#[test]
fn a_schema_has_the_columns_of_its_table_and_no_others() {
    for table in Table::ALL {
        let schema = published(table.name());
        let names: Vec<&str> = columns(table).iter().map(|column| column.name).collect();
        let properties = schema["properties"].as_object().unwrap();
        assert_eq!(properties.keys().collect::<Vec<_>>(), names, "{}", table.name());
        assert_eq!(schema["required"], serde_json::json!(names), "{}", table.name());
        assert_eq!(schema["additionalProperties"], false, "{}", table.name());
        for column in columns(table) {
            let property = &properties[column.name];
            let kinds: &[&str] = match column.kind {
                Kind::Text | Kind::OptionalText => &["string"],
                Kind::Whole | Kind::OptionalWhole => &["integer"],
                Kind::Real => &["number"],
                Kind::Truth => &["boolean"],
                Kind::Texts | Kind::Spans | Kind::Carriers | Kind::Outlets => &["array"],
            };
            let told = property["type"].as_str().or_else(|| property["type"][0].as_str());
            // A list of values tells the type by itself.
            assert!(property["enum"].is_array() || kinds.contains(&told.unwrap()), "{property}");
            assert!(property["description"].is_string(), "{}: {}", table.name(), column.name);
            match column.kind {
                Kind::OptionalText | Kind::OptionalWhole => assert!(is_optional(property), "{}", column.name),
                // One kind for those that are always there, too.
                Kind::Real => {}
                _ => assert!(!is_optional(property), "{}", column.name),
            }
        }
    }
}

/// A scan of the demonstration corpus, with records that are rejected beside it.
#[test]
fn tables_and_manifest_are_of_their_published_schemas() {
    let folder = TempDir::new().unwrap();
    let bad = folder.path().join("bad.jsonl");
    fs::write(&bad, "{\"id\": \"x\"}\n{broken\n{\"title\": \"Storm\", \"text\": \"The harbour at Vell is closed.\"}\n")
        .unwrap();
    let out = folder.path().join("out");
    let (bad, out_name) = (bad.to_str().unwrap(), out.to_str().unwrap());
    run(project(), &["scan", "data/corpus", bad, "--out", out_name, "--no-report", "--all-pairs"], 0);
    let mut schemas = Schemas::new();
    for table in Table::ALL {
        let schema = compiled(table.name(), &mut schemas);
        let rows = json_lines(&out.join(table.file_name(TableFormat::Jsonl)));
        assert!(!rows.is_empty(), "{}", table.name());
        for row in &rows {
            schemas.validate(row, schema).unwrap_or_else(|error| panic!("{}: {row}\n{error:#}", table.name()));
        }
        let mut wrong = rows[0].clone();
        wrong["another"] = true.into();
        assert!(schemas.validate(&wrong, schema).is_err(), "{}", table.name());
        let mut wrong = rows[0].clone();
        wrong.as_object_mut().unwrap().remove(columns(table)[0].name);
        assert!(schemas.validate(&wrong, schema).is_err(), "{}", table.name());
    }
    let manifest: Value = serde_json::from_slice(&fs::read(out.join("manifest.json")).unwrap()).unwrap();
    let schema = compiled("manifest", &mut schemas);
    schemas.validate(&manifest, schema).unwrap_or_else(|error| panic!("{error:#}"));
    let told = published("manifest");
    for (told, written) in [(&told, &manifest), (&told["properties"]["counts"], &manifest["counts"])] {
        let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<String>>();
        assert_eq!(keys(&told["properties"]), keys(written));
    }
}

/// Kinds, shares and outlets say the same in one table as in another.
#[test]
fn tables_agree_with_one_another() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    let agencies = ["--agencies", "data/agencies.toml"];
    let scan = ["scan", "data/corpus", "--no-report", "--out", out.to_str().unwrap()];
    run(project(), &[&scan[..], &agencies[..]].concat(), 0);
    let rows = |table: Table| json_lines(&out.join(table.file_name(TableFormat::Jsonl)));
    let (members, pairs, outlets) = (rows(Table::Members), rows(Table::Pairs), rows(Table::Outlets));
    let mut measured = 0;
    for member in members.iter().filter(|member| member["measured_against"].is_string()) {
        let (id, other) = (&member["id"], &member["measured_against"]);
        let pair = pairs
            .iter()
            .find(|pair| (&pair["a"], &pair["b"]) == (id, other) || (&pair["b"], &pair["a"]) == (id, other));
        let pair = pair.unwrap();
        let (own, others) = if pair["a"] == *id { ("prose_a", "prose_b") } else { ("prose_b", "prose_a") };
        let share = |value: &Value| (value.as_f64().unwrap() * 1e4).round();
        assert_eq!(share(&member["kept"]), share(&pair[others]), "{member}");
        assert_eq!(share(&member["cut"]), 1e4 - share(&pair[others]), "{member}");
        assert_eq!(share(&member["added"]), 1e4 - share(&pair[own]), "{member}");
        assert!(member["kind"] != "original" && member["kind"] != "first_agency_copy", "{member}");
        assert_eq!(member["kind"] == "revision", pair["revision"] == true, "{member}");
        measured += 1;
    }
    assert!(measured > 50, "{measured}");
    for outlet in &outlets {
        let count = |kind: &str| {
            members.iter().filter(|member| member["source"] == outlet["source"] && member["kind"] == kind).count()
        };
        assert_eq!(outlet["own"], count("original"), "{outlet}");
        assert_eq!(outlet["agency"], count("first_agency_copy"), "{outlet}");
        for copied in outlet["copied_from"].as_array().unwrap() {
            let other = outlets.iter().find(|other| other["source"] == copied["source"]).unwrap();
            let back = serde_json::json!({ "source": outlet["source"], "articles": copied["articles"] });
            assert!(other["copied_by"].as_array().unwrap().contains(&back), "{outlet}");
        }
    }
    assert_eq!(outlets.iter().filter_map(|outlet| outlet["articles"].as_u64()).sum::<u64>() as usize, members.len());
    assert!(outlets.iter().any(|outlet| outlet["agency"].as_u64() > Some(0)));
    assert!(outlets.iter().any(|outlet| outlet["copied_from"].as_array().is_some_and(|list| list.len() > 1)));
    assert!(outlets.iter().any(|outlet| outlet["median_lag_seconds"].as_u64() > Some(0)));
}
