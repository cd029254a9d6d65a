//! Server-rendered pages: extract, call one `desk` function, render.
