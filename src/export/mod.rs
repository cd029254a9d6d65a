//! Turns a case into an archive: the exporter's input, the zip, the manifest, the verifier.
