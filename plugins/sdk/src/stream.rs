//! Bytes of the host, as [`std::io::Read`] wants them.

use std::io;

use crate::Failure;

/// The most that is asked for at once.
const CHUNK: u32 = 1 << 20;

/// Fills the beginning of `buf` with what the host gives next, and says how much that was.
pub(crate) fn fill(
    buf: &mut [u8],
    next: impl FnOnce(u32) -> Result<Vec<u8>, Failure>,
) -> io::Result<usize> {
    let max = u32::try_from(buf.len()).unwrap_or(CHUNK).min(CHUNK);
    if max == 0 {
        return Ok(0);
    }
    let chunk = next(max).map_err(io::Error::other)?;
    let place = buf
        .get_mut(..chunk.len())
        .ok_or_else(|| io::Error::other("the program gave more than was asked for"))?;
    place.copy_from_slice(&chunk);
    Ok(chunk.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_host_gives_is_taken_and_more_is_refused() {
        let mut buf = [0; 4];
        let given = fill(&mut buf, |max| Ok(vec![7; max as usize - 1]));
        assert!(matches!(given, Ok(3)) && buf == [7, 7, 7, 0]);
        assert!(fill(&mut buf, |max| Ok(vec![7; max as usize + 1])).is_err());
        assert!(matches!(fill(&mut [], |_| Ok(vec![7])), Ok(0)));
        let failed = fill(&mut buf, |_| Err(Failure::Denied("no".into())));
        let told = failed.map_err(Failure::from);
        assert!(matches!(told, Err(Failure::Denied(why)) if why == "no"));
    }
}
