//! Whole-program tests, by journey.
