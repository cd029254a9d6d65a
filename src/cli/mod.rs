//! Arguments, configuration and wiring; one file per verb.
