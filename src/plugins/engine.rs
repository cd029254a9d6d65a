//! The WebAssembly engine and its ticker. One of each serves the whole program.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

use wasmtime::{Config, Engine, EngineWeak};

use super::HostError;
use super::meter::TICK;

/// Makes the engine: components, fibers, and code that can be interrupted everywhere.
pub(super) fn engine() -> Result<Engine, HostError> {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .epoch_interruption(true)
        .wasm_backtrace_max_frames(None)
        .max_wasm_stack(512 << 10)
        .async_stack_size(2 << 20);
    Engine::new(&config).map_err(|error| HostError::Engine(format!("{error:#}")))
}

/// Lets the threads that serve people go before this one, where both want a processor.
pub(super) fn step_back() {
    // On Linux this is the calling thread alone. Where it is not allowed, all are equal.
    let _ = rustix::process::setpriority_process(None, 10);
}

/// Advances the engine's epoch while plugins run, and sleeps while none does.
#[derive(Debug, Clone, Default)]
pub(super) struct Ticker(Arc<(Mutex<State>, Condvar)>);

#[derive(Debug, Default)]
struct State {
    running: usize,
    ended: bool,
}

/// As long as this lives, the epoch advances.
#[derive(Debug)]
pub(super) struct Ticking(Ticker);

impl Ticker {
    /// Starts the thread; it ends with [`Ticker::end`] or with the engine.
    pub(super) fn start(engine: EngineWeak) -> Result<Self, HostError> {
        let ticker = Self::default();
        let mine = ticker.clone();
        std::thread::Builder::new()
            .name("redress-ticker".into())
            .spawn(move || {
                while mine.wait() {
                    std::thread::sleep(TICK);
                    let Some(engine) = engine.upgrade() else {
                        return;
                    };
                    engine.increment_epoch();
                }
            })
            .map_err(HostError::Threads)?;
        Ok(ticker)
    }

    /// Waits until a plugin runs; false at the end.
    fn wait(&self) -> bool {
        let (state, wake) = &*self.0;
        let state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = |state: &mut State| state.running == 0 && !state.ended;
        let state = wake
            .wait_while(state, idle)
            .unwrap_or_else(PoisonError::into_inner);
        !state.ended
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let (state, wake) = &*self.0;
        change(&mut state.lock().unwrap_or_else(PoisonError::into_inner));
        wake.notify_one();
    }

    pub(super) fn running(&self) -> Ticking {
        self.change(|state| state.running += 1);
        Ticking(self.clone())
    }

    pub(super) fn end(&self) {
        self.change(|state| state.ended = true);
    }
}

impl Drop for Ticking {
    fn drop(&mut self) {
        self.0.change(|state| state.running -= 1);
    }
}
