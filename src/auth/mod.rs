//! Proof of identity: passwords, session and token secrets. Knows no case.
