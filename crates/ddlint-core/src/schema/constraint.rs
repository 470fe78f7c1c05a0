//! What the name of a constraint tells.

use super::name::Name;

/// Whether a constraint that is dropped is the key: `None` if not, and whether that is sure.
pub(super) fn is_key(key: &Name, dropped: &Name) -> Option<bool> {
    if key == dropped {
        return Some(key.is_known());
    }
    // Of a key whose name somebody else makes up, the usual names of other constraints tell apart what is not it.
    let other = !key.is_known() && names_other(dropped);
    (key.may_be(dropped) && !other).then_some(false)
}

/// Whether a constraint of an unknown table has the name that keys have.
pub(super) fn names_key(table: &Name, dropped: &Name) -> bool {
    let name = dropped.as_str().to_ascii_lowercase();
    let default = format!("{}_pkey", table.as_str().to_ascii_lowercase());
    name == default
        || name.ends_with("_pkey")
        || name.ends_with("_pk")
        || name.starts_with("pk_")
        || name.ends_with("_primary")
}

/// Whether it has the name that foreign keys, unique constraints or checks have, by the customs of the server and of
/// libraries.
fn names_other(dropped: &Name) -> bool {
    const STARTS: [&str; 9] = ["fk_", "fk-", "fk", "uq_", "uq", "chk_", "check_", "idx_", "rel_"];
    const ENDS: [&str; 9] =
        ["_fkey", "_fk", "_key", "_check", "_excl", "_foreign", "_unique", "_idx", "_uniq"];
    let name = dropped.as_str().to_ascii_lowercase();
    STARTS.iter().any(|start| name.starts_with(start)) || ENDS.iter().any(|end| name.ends_with(end))
}
