//! Letters to residents: required blocks by kind, and their rendering.
