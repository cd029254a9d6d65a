//! The worked examples of the sector, the properties every clock keeps, and what a case's facts come to.
