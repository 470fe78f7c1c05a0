//! Chores of the ddlint repository.

fn main() {}
