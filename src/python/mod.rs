//! The binding of the Python package.
