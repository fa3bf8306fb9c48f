//! A stand-in for a telephone exchange: serves what a manager connection brought, recorded, to whoever logs in.
//!
//! ```text
//! recording.rs   .ami and .idx.tsv ─▶ packets with their times, and the state lists that a recorder asked for
//! behaviour.rs   what it does, and what it does wrong
//! server.rs      greeting, log-in, Ping, state lists, and the packets at their pace
//! main.rs        the same from a command line
//! ```
//! It is used by the tests, by the demo, and by hand. It stores nothing and checks no more than the secret.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use exchange::{Behaviour, Exchange, Recording};
//! let recording = Recording::load("call.ami".as_ref())?;
//! let exchange = Exchange::start("127.0.0.1:0", recording, Behaviour::new("reporting", "secret")).await?;
//! println!("{}", exchange.address());
//! exchange.all_sent().await;
//! # Ok(())
//! # }
//! ```

mod behaviour;
mod recording;
mod server;

pub use behaviour::{AtEnd, Behaviour, Faults, Pace, Resume};
pub use recording::{Packet, Recording, StateLists};
pub use server::{Exchange, Server};
