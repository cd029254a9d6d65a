//! The `redress` program.

fn main() -> std::process::ExitCode {
    redress::cli::main()
}
