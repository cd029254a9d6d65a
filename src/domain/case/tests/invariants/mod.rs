//! Every invariant of the core by its code (domain rules §12.2): what is refused, which field is at
//! fault, which paragraph of the Code stands behind it. E09 and E12 hold by construction; E14 is the
//! desk's, E17 the bundle's.

mod answering;
mod keeping;
mod receiving;
mod refusing;

use serde_json::Value;

use super::*;

/// One refusal expected: who tries what on which case, then code, field and paragraph.
#[track_caller]
fn refused(play: &Play, who: &str, command: Value, code: &str, field: &str, provision: &str) {
    let said = command.to_string();
    let refusal = play.refused(who, command);
    let got = (
        refusal.code.to_string(),
        refusal.field.unwrap_or(""),
        refusal.provision.unwrap_or(""),
    );
    assert_eq!(
        got,
        (code.to_owned(), field, provision),
        "{said}: {}",
        refusal.detail
    );
}

/// `command` with one field changed.
fn but(mut command: Value, field: &str, value: Value) -> Value {
    command[field] = value;
    command
}
