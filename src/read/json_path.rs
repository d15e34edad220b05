//! Where in a JSON object is the array at a path? Brackets and strings are told apart, nothing is built.

use super::splice::string_end;

/// Where the array at `path` begins, a name for each object that it stands in; it may end behind `object`.
pub(super) fn array_at(object: &[u8], path: &[String]) -> Option<usize> {
    let mut open: Vec<u8> = Vec::new();
    // How many of the open objects are those of the path.
    let mut followed = 0;
    let (mut place, mut is_name, mut is_next) = (0, false, false);
    while let Some(&byte) = object.get(place) {
        match byte {
            b'"' => {
                let end = string_end(object, place)?;
                let name = object.get(place + 1..end - 1)?;
                if is_name {
                    is_next = open.len() == followed && path.get(followed - 1).is_some_and(|of| of.as_bytes() == name);
                }
                is_name = false;
                place = end;
                continue;
            }
            b'{' => {
                if open.is_empty() || is_next && followed < path.len() {
                    followed += 1;
                }
                open.push(byte);
                (is_name, is_next) = (true, false);
            }
            b'[' => {
                if is_next && followed == path.len() {
                    return Some(place);
                }
                open.push(byte);
                (is_name, is_next) = (false, false);
            }
            b'}' | b']' => {
                open.pop();
                if open.len() < followed {
                    return None;
                }
                (is_name, is_next) = (false, false);
            }
            b',' => {
                is_name = open.last() == Some(&b'{');
                is_next = false;
            }
            _ => {}
        }
        place += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::array_at;

    #[test]
    fn arrays_are_found_by_their_path() {
        let object = br#"{"a":{"x":[1],"b":[{"a":{"b":[2]}}]},"hits":{"total":{"hits":[3]},"s":"\"hits\":[","hits":[4]},"l":[5]}"#;
        let at = |path: &str| {
            let path: Vec<String> = path.split('.').map(str::to_owned).collect();
            array_at(object, &path).map(|place| object[place + 1] as char)
        };
        assert_eq!(at("a.x"), Some('1'));
        assert_eq!(at("a.b"), Some('{'));
        assert_eq!(at("hits.hits"), Some('4'));
        assert_eq!(at("hits.total.hits"), Some('3'));
        assert_eq!(at("l"), Some('5'));
        for path in ["hits", "a", "b", "x", "a.b.a.b", "hits.s", "hits.total", "nothing"] {
            assert_eq!(at(path), None, "{path}");
        }
        assert_eq!(array_at(br#"{"a": {"b": [ {"te"#, &["a".into(), "b".into()]), Some(12));
        assert_eq!(array_at(b"[1]", &["a".into()]), None);
    }
}
