//! The `redress` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args_os()
        .nth(1)
        .is_some_and(|verb| verb == "render-pdf")
    {
        return redress::pdf::child_main();
    }
    ExitCode::SUCCESS
}
