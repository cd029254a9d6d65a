//! `redress demo`: a landlord to look around in, on a file that is thrown away.

use super::args::Demo;
use super::{serve, wiring};

/// Serves the demonstration.
pub async fn demo(how: &Demo) -> anyhow::Result<()> {
    let folder = tempfile::Builder::new().prefix("redress-demo-").tempdir()?;
    let data = how
        .keep
        .clone()
        .unwrap_or_else(|| folder.path().join("redress.redb"));
    let desk = wiring::desk(wiring::open_or_create(&data)?, None, wiring::clock())?;
    let listener = serve::listen(how.listen).await?;
    println!("listening on http://{}", listener.local_addr()?);
    serve::run(desk, listener, Some(&data), false).await
}
