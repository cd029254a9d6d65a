//! A case: state, commands, events, `decide` and `apply`.
