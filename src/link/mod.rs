//! Snapshots of records in other systems, through linker plugins.
