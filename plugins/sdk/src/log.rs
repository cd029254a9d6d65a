//! The run's log, which the operator can read.

use crate::Level;
pub use crate::bindings::exporter::redress::plugin::log::write;

/// For the plugin's author.
pub fn debug(message: &str) {
    write(Level::Debug, message);
}

/// What was done.
pub fn info(message: &str) {
    write(Level::Info, message);
}

/// What the operator should look at.
pub fn warn(message: &str) {
    write(Level::Warn, message);
}

/// What went wrong.
pub fn error(message: &str) {
    write(Level::Error, message);
}

/// Sends a panic's message to the log: without WASI it has nowhere else to go.
#[doc(hidden)]
pub fn panics() {
    std::panic::set_hook(Box::new(|panic| error(&panic.to_string())));
}
