//! Holidays, counting, London dates, changes.
