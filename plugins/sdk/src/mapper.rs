//! What a mapping implements, and how the contract's exports are made of it.

use crate::{
    Description, Lane, Model, Output, View, Views,
    bindings::concentrator::mapping::{
        host,
        types::{Output as Mapped, Rejection},
    },
    custom::CustomTable,
    state,
};
use concentrator_event::Kind;

pub use host::Level;

/// Maps the events of one lane. A deterministic function of state and events.
pub trait Mapper: Sized {
    /// Name of the plugin.
    const NAME: &'static str;
    /// Version of the plugin.
    const VERSION: &'static str;
    /// Version of what [`Mapper::snapshot`] gives.
    const STATE_VERSION: u32;
    /// Names of the source events that it wants to see; none named: all.
    const EVENTS: &'static [&'static str] = &[];

    /// Tables of its own, of which [`Model::custom`] writes rows.
    #[must_use]
    fn custom() -> Vec<CustomTable> {
        Vec::new()
    }

    /// Begins with an empty state; `config` is the JSON object of the source's `plugin_config`.
    ///
    /// # Errors
    /// What is wrong with the configuration, for a person.
    fn open(lane: Lane, config: &str) -> Result<Self, String>;

    /// The interaction model in which the mapping keeps what it knows, and which collects its rows.
    fn model(&mut self) -> &mut Model;

    /// Maps an event. What fell due before it has been released. Answers whether the event is one that the mapping
    /// knows; unknown ones are counted.
    ///
    /// # Errors
    /// Why the event cannot be mapped: it becomes a dead letter, its rows are dropped.
    fn map(&mut self, event: &View<'_>) -> Result<bool, String>;

    /// The whole state, as bytes.
    ///
    /// # Errors
    /// Why there is none, for a person.
    fn snapshot(&self) -> Result<Vec<u8>, String>;

    /// Takes a state of version [`Mapper::STATE_VERSION`].
    ///
    /// # Errors
    /// What is wrong with the bytes, for a person; the state is as before then.
    fn restore(&mut self, state: &[u8]) -> Result<(), String>;

    /// Takes a state of another version than [`Mapper::STATE_VERSION`]: what an earlier version of the plugin left, or
    /// a later one that is rolled back. Without a way from there, it is refused, and the host keeps the plugin that
    /// wrote it.
    ///
    /// # Errors
    /// Why this version cannot be read, for a person; the state is as before then.
    fn upgrade(&mut self, version: u32, state: &[u8]) -> Result<(), String> {
        let _ = state;
        Err(state::other_version(Self::NAME, Self::VERSION, Self::STATE_VERSION, version))
    }
}

/// Writes a line to the host's log, under the plugin's name; on standard error where there is no host.
pub fn log(level: Level, text: &str) {
    #[cfg(target_arch = "wasm32")]
    host::log(level, text);
    #[cfg(not(target_arch = "wasm32"))]
    eprintln!("{level:?}: {text}");
}

/// What the contract's `describe` answers for `M`.
#[must_use]
pub fn describe<M: Mapper>() -> Description {
    Description {
        name: M::NAME.to_owned(),
        version: M::VERSION.to_owned(),
        state_version: M::STATE_VERSION,
        tables: Output::TABLES.iter().map(|&name| name.to_owned()).collect(),
        events: M::EVENTS.iter().map(|&name| name.to_owned()).collect(),
        custom: M::custom(),
    }
}

/// Maps a batch of flat events.
///
/// # Errors
/// The bytes are not a batch of events.
pub fn map_batch<M: Mapper>(mapper: &mut M, batch: &[u8]) -> Result<Mapped, String> {
    let mut rejections = Vec::new();
    let mut unknown = 0;
    mapper.model().declare_custom(M::custom);
    for (at, event) in (0_u32..).zip(Views::new(batch)) {
        let event = event.map_err(|malformed| malformed.to_string())?;
        let time = mapper.model().time_of(&event);
        mapper.model().begin(at, time);
        match mapper.map(&event) {
            Ok(known) => {
                mapper.model().finish();
                if !known && event.kind() == Kind::Source {
                    unknown += 1;
                }
            }
            Err(reason) => {
                mapper.model().reject();
                rejections.push(Rejection { at, reason });
            }
        }
    }
    let model = mapper.model();
    let (tables, custom) = (model.take_rows(), model.take_custom());
    Ok(Mapped { tables, custom, rejections, unknown, due: model.next_due() })
}

/// Takes a state of any version that `M` reads.
///
/// # Errors
/// Both versions if there is no way from this one, or what is wrong with the bytes.
pub fn restore<M: Mapper>(mapper: &mut M, version: u32, state: &[u8]) -> Result<(), String> {
    if version == M::STATE_VERSION { mapper.restore(state) } else { mapper.upgrade(version, state) }
}

/// Makes a panic leave its message in the host's log before the instance traps.
pub fn log_panics() {
    std::panic::set_hook(Box::new(|panic| log(Level::Error, &panic.to_string())));
}

/// Exports a [`Mapper`] as a plugin.
#[macro_export]
macro_rules! export_mapper {
    ($mapper:ty) => {
        #[cfg(target_arch = "wasm32")]
        mod exported {
            #![allow(unsafe_code, missing_docs, reason = "the exports of the component model are raw functions")]
            use super::*;
            use $crate::bindings::{Guest, concentrator::mapping::types::Output};

            struct Exported;

            std::thread_local! {
                static MAPPER: std::cell::RefCell<Option<$mapper>> = const { std::cell::RefCell::new(None) };
            }

            fn with<R>(act: impl FnOnce(&mut $mapper) -> Result<R, String>) -> Result<R, String> {
                MAPPER.with_borrow_mut(|mapper| act(mapper.as_mut().ok_or("not open")?))
            }

            impl Guest for Exported {
                fn describe() -> $crate::Description {
                    $crate::mapper::describe::<$mapper>()
                }

                fn open(lane: $crate::Lane, config: String) -> Result<(), String> {
                    $crate::mapper::log_panics();
                    let opened = <$mapper as $crate::Mapper>::open(lane, &config)?;
                    MAPPER.set(Some(opened));
                    Ok(())
                }

                fn map(batch: Vec<u8>) -> Result<Output, String> {
                    with(|mapper| $crate::mapper::map_batch(mapper, &batch))
                }

                fn snapshot() -> Result<Vec<u8>, String> {
                    with(|mapper| $crate::Mapper::snapshot(mapper))
                }

                fn restore(version: u32, state: Vec<u8>) -> Result<(), String> {
                    with(|mapper| $crate::mapper::restore(mapper, version, &state))
                }
            }

            $crate::bindings::export_bindings!(Exported with_types_in $crate::bindings);
        }
    };
}
