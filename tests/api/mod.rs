//! The API as machines meet it: the real program, real HTTP, every answer held against its own document.

mod assignments;
mod backups;
mod beside;
mod concurrency;
mod documents;
mod ended;
mod erasure;
mod exports;
mod hostile;
mod hostile_plugins;
mod identity;
mod keys;
mod kill;
mod life;
mod limits;
mod linking;
mod matrix;
mod object_store;
mod plugins;
mod rates;
mod refusals;
mod secrets;
mod sees;
mod settings;
mod tls;
mod truth;
