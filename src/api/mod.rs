//! The JSON API of version 1: extract, call one `desk` function, render.
