//! `guest-builder MODULE OUT`: wraps a core module, as rustc makes it for wasm32-unknown-unknown,
//! into a component. A compiler with the target wasm32-wasip2 does this itself; see `dist/build-guests`.

use std::process::ExitCode;

use wit_component::ComponentEncoder;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [module, out] = args.as_slice() else {
        eprintln!("usage: guest-builder MODULE OUT");
        return ExitCode::FAILURE;
    };
    let component = std::fs::read(module).map_err(Into::into).and_then(|bytes| {
        ComponentEncoder::default()
            .module(&bytes)?
            .validate(true)
            .encode()
    });
    match component.and_then(|bytes| Ok(std::fs::write(out, bytes)?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{module}: {error:#}");
            ExitCode::FAILURE
        }
    }
}
