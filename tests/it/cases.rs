//! The program as files tell it: one file in `tests/cases` for each group of cases.

#[test]
fn cases() {
    trycmd::TestCases::new().env("NO_COLOR", "1").case("tests/cases/*.md");
}
