//! The one redb file: events, states, documents, indexes, backup.
