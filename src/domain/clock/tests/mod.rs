//! The worked examples of the sector, the properties every clock keeps, and what a case's facts come to.
#![allow(clippy::unwrap_used)]

mod beside;
mod days;
mod examples;
mod facts;
mod properties;
mod wire;
