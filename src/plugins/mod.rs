//! The WebAssembly host: engine, limits, capabilities. Knows no case.
