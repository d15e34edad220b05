//! What the user named to be read: paths, addresses, standard input.

use std::env;
use std::path::Path;

use crate::error::Error;
use crate::read::Input;

/// Variables of the environment by these beginnings say how stores are reached, as their own tools have it.
const STORES: [&str; 2] = ["AWS_", "GOOGLE_"];

/// A path that exists, or an address.
pub fn named(path: &Path) -> Result<Input, Error> {
    let text = path.to_string_lossy();
    if Input::is_address(&text) {
        let options =
            env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let options = options.filter(|(name, _)| STORES.iter().any(|store| name.starts_with(store)));
        let options = options.map(|(name, value)| (name.to_lowercase(), value)).collect();
        return Ok(Input::Remote { address: text.into_owned(), options });
    }
    path.metadata().map_err(|cause| Error::io("read", path, cause))?;
    Ok(Input::Path(path.to_path_buf()))
}
