//! A voice site with faults on demand, that knows the truth of what happened.
//!
//! ```text
//! config.rs   what the site is like and what goes wrong
//! site.rs     the site, simulated: entries in order            event.rs   what an entry is
//! ledger.rs   the truth: calls, login sessions, outages        ledger/expect.rs   what a database must say
//! line.rs     an entry as a line of the stream                 stream.rs  the stream over sockets, with faults
//! flat.rs     as a flat event: `events.jsonl`                  text.rs    as a message of a log
//! random.rs   chance by seed
//! ```
//!
//! ```
//! use simulator::{Config, Site};
//! let config = Config { agents: 5, calls_per_hour: 100.0, hours: 0.1, ..Config::default() };
//! let mut site = Site::new(&config);
//! let events = site.by_ref().count();
//! assert!(events > 50 && site.ledger().calls.iter().all(|call| call.ended.is_some()));
//! ```

pub mod config;
pub mod event;
pub mod flat;
pub mod ledger;
pub mod line;
mod random;
pub mod site;
pub mod stream;
pub mod text;

pub use config::Config;
pub use event::SiteEvent;
pub use ledger::Ledger;
pub use site::Site;
