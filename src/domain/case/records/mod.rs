//! The smaller records a case holds, by noun.

mod approval;
mod beside;
mod contribution;
mod document;
mod file;
mod letter;
mod people;
mod points;
mod process;

pub use approval::*;
pub use beside::*;
pub use contribution::*;
pub use document::*;
pub use file::*;
pub use letter::*;
pub use people::*;
pub use points::*;
pub use process::*;
