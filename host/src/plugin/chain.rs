//! The plugins of a lane as one: a mapper, and the enrichers that change what it made, in order.
//!
//! ```text
//! events ─▶ mapper ─▶ rows ─▶ enricher ─▶ rows ─▶ enricher ─▶ … ─▶ rows
//! ```
//! Each plugin is given the events that it asks for; an enricher also those that made rows of tables which it sees. Rows
//! of other tables pass by it. To the lane, the chain is one plugin: it has one state, which is that of all its links at
//! one position, and when one link fails the whole chain is made anew from that state. So an event costs what it costs
//! everywhere in the chain, or nowhere.
//!
//! # Invariants
//! 1. The rows do not depend on how the events were cut into calls (`plugin/tests/chain.rs`).
//! 2. What the mapper rejected, no enricher sees.

use super::contract::{Output, put_in_order};
use super::load::Plugin;
use super::map::{Failure, Instance, LaneInfo};
use super::snapshot::{self, State};
use super::{Limits, World};
use crate::event::{Kind, Micros, View};
use crate::record::{Role, Row, TableId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A plugin of a lane, and the options that the lane gives it.
#[derive(Clone, Debug)]
pub struct Link {
    /// The plugin.
    pub plugin: Arc<Plugin>,
    /// JSON object of its options.
    pub config: Arc<str>,
}

impl Link {
    /// Name and version, for messages.
    #[must_use]
    pub fn shown(&self) -> String {
        let description = self.plugin.description();
        format!("{} {}", description.name, description.version)
    }
}

/// The plugins of a lane, loaded: the mapper first.
#[derive(Clone, Debug)]
pub struct Links(Arc<[Link]>);

/// Plugins that make no chain.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// A lane's plugin must be a mapper.
    #[error("plugin `{0}` is an enricher: name a mapper as `plugin`, and this one among the `enrichers`")]
    NoMapper(String),
    /// An enricher is a mapper.
    #[error("plugin `{0}` is a mapper: only enrichers can stand among the `enrichers`")]
    NoEnricher(String),
}

impl Links {
    /// A mapper and its enrichers.
    ///
    /// # Errors
    /// If one of them is of the other world.
    pub fn new(mapper: Link, enrichers: Vec<Link>) -> Result<Self, Unfit> {
        let name = |link: &Link| link.plugin.description().name.clone();
        if mapper.plugin.world() != World::Mapper {
            return Err(Unfit::NoMapper(name(&mapper)));
        }
        if let Some(other) = enrichers.iter().find(|link| link.plugin.world() != World::Enricher) {
            return Err(Unfit::NoEnricher(name(other)));
        }
        Ok(Self(std::iter::once(mapper).chain(enrichers).collect()))
    }

    /// An enricher alone, for a trial that gives it the rows which a mapper would have made.
    ///
    /// # Errors
    /// If it is none.
    pub fn alone(enricher: Link) -> Result<Self, Unfit> {
        if enricher.plugin.world() != World::Enricher {
            return Err(Unfit::NoEnricher(enricher.plugin.description().name.clone()));
        }
        Ok(Self([enricher].into()))
    }

    /// The plugins, in order: the mapper first.
    #[must_use]
    pub fn each(&self) -> &[Link] {
        &self.0
    }

    /// Whether one of them is given the entry.
    #[must_use]
    pub fn want(&self, view: &View<'_>) -> bool {
        if view.kind() == Kind::Bookmark {
            return false;
        }
        self.0.iter().enumerate().any(|(at, link)| asks_for(link, at == 0, view))
    }

    /// Names of the tables that they write.
    #[must_use]
    pub fn tables(&self) -> BTreeSet<&'static str> {
        self.0.iter().flat_map(|link| link.plugin.description().table_names()).collect()
    }

    /// The tables of their own.
    #[must_use]
    pub fn custom(&self) -> Vec<TableId> {
        let own = self.0.iter().flat_map(|link| &link.plugin.description().custom);
        own.map(|(_, table)| *table).collect()
    }

    /// Names and versions, for messages: `voice 0.1.0 + shape 0.1.0`.
    #[must_use]
    pub fn shown(&self) -> String {
        self.0.iter().map(Link::shown).collect::<Vec<_>>().join(" + ")
    }
}

/// Whether a link is given an entry, whatever rows it made: a mapper all but source events that it does not ask for; an
/// enricher those that it names, or, if it names none, nothing that the mapper would not be given.
fn asks_for(link: &Link, is_mapper: bool, view: &View<'_>) -> bool {
    let description = link.plugin.description();
    if is_mapper {
        view.kind() != Kind::Source || description.asks_for(view.name())
    } else {
        !description.events.is_empty() && view.kind() == Kind::Source && description.asks_for(view.name())
    }
}

/// How a lane opens its plugins.
#[derive(Clone, Debug)]
pub struct Opening {
    /// The lane.
    pub lane: LaneInfo,
    /// Its roles.
    pub roles: Vec<Role>,
    /// What each plugin may use.
    pub limits: Limits,
}

/// A call that gave nothing, and whose it was.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{failure}")]
pub struct Failed {
    /// Name and version of the plugin.
    pub plugin: String,
    /// What happened.
    #[source]
    pub failure: Failure,
}

/// The plugins of a lane at work.
#[derive(Debug)]
pub struct Chain {
    links: Links,
    instances: Vec<Instance>,
    /// When something falls due, as the mapper said last.
    due: Option<Micros>,
}

impl Chain {
    /// New instances with empty states.
    ///
    /// # Errors
    /// [`Failed`]: the plugin that does not like its options, in its words; traps and limits.
    pub fn open(links: &Links, opening: &Opening) -> Result<Self, Failed> {
        let Opening { lane, roles, limits } = opening;
        let open = |link: &Link| {
            let opened = link.plugin.open(lane, &link.config, roles, limits);
            opened.map_err(|failure| Failed { plugin: link.shown(), failure })
        };
        let instances = links.each().iter().map(open).collect::<Result<_, _>>()?;
        Ok(Self { links: links.clone(), instances, due: None })
    }

    /// Leads entries through all plugins. `at` in rows and rejections is the index in `views`.
    ///
    /// # Errors
    /// [`Failed`]; the chain is of no further use then, and the state from before is to be restored in another one.
    pub fn map(&mut self, views: &[View<'_>]) -> Result<Output, Failed> {
        self.lead(views, Vec::new())
    }

    /// The same with rows that a mapper made of the entries, for an enricher that is alone.
    ///
    /// # Errors
    /// As [`Chain::map`].
    pub fn lead(&mut self, views: &[View<'_>], mut given: Vec<(TableId, Row)>) -> Result<Output, Failed> {
        put_in_order(&mut given);
        let mut output = Output { rows: given, due: self.due, ..Output::default() };
        for (link, instance) in self.links.0.iter().zip(&mut self.instances) {
            let worked = match link.plugin.world() {
                World::Mapper => Given::mapper(link, views).map(instance),
                World::Enricher => {
                    Given::enricher(link, &self.links, views, &mut output).enrich(instance, &mut output).map(|()| None)
                }
            };
            let mapped = worked.map_err(|failure| Failed { plugin: link.shown(), failure })?;
            output = mapped.unwrap_or(output);
        }
        self.due = output.due;
        Ok(output)
    }

    /// The states of all plugins.
    ///
    /// # Errors
    /// [`Failed`]; the chain can go on after [`Failure::Refused`] only.
    pub fn snapshot(&mut self) -> Result<Vec<State>, Failed> {
        let links = self.links.0.iter().zip(&mut self.instances);
        let taken = links.map(|(link, instance)| {
            let description = link.plugin.description();
            let bytes = instance.snapshot().map_err(|failure| Failed { plugin: link.shown(), failure })?;
            Ok(State {
                plugin: description.name.clone(),
                plugin_version: description.version.clone(),
                state_version: description.state_version,
                config: snapshot::config_digest(&link.config),
                bytes: Arc::new(bytes),
            })
        });
        taken.collect()
    }

    /// Takes states that plugins of these names, of any version, gave before; `from` is in the order of its links. An
    /// enricher that has none there, or had other options, begins with an empty state.
    ///
    /// # Errors
    /// [`Failed`]; the chain is to be dropped.
    pub fn restore(&mut self, from: &[State]) -> Result<(), Failed> {
        let mut used = BTreeSet::new();
        for (at, (link, instance)) in self.links.0.iter().zip(&mut self.instances).enumerate() {
            let own = |state: &State| {
                let same = state.plugin == link.plugin.description().name;
                // Whether a mapper's state fits its options was decided when the snapshot was read.
                same && (at == 0 || state.config == snapshot::config_digest(&link.config))
            };
            let found = from
                .iter()
                .enumerate()
                .find(|(place, state)| (at == 0) == (*place == 0) && !used.contains(place) && own(state));
            let Some((place, state)) = found else {
                if at == 0 {
                    let failure = Failure::Refused("there is no state of this plugin".to_owned());
                    return Err(Failed { plugin: link.shown(), failure });
                }
                tracing::info!(plugin = link.shown(), "The enricher begins with an empty state.");
                continue;
            };
            used.insert(place);
            let restored = instance.restore(state.state_version, &state.bytes);
            restored.map_err(|failure| Failed { plugin: link.shown(), failure })?;
        }
        Ok(())
    }

    /// Linear memory in use by all instances, bytes.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.instances.iter().map(Instance::memory_bytes).sum()
    }
}

/// What a link is given of a batch.
struct Given {
    /// Indexes of its events in the chain's batch, ascending.
    events: Vec<u32>,
    batch: Vec<u8>,
    rows: Vec<(TableId, Row)>,
}

impl Given {
    fn new(views: &[View<'_>], rows: Vec<(TableId, Row)>, is_given: impl Fn(u32, &View<'_>) -> bool) -> Self {
        let given = (0_u32..).zip(views).filter(|(at, view)| is_given(*at, view));
        let bytes = views.iter().map(|view| view.raw().len()).sum();
        let (mut events, mut batch) = (Vec::with_capacity(views.len()), Vec::with_capacity(bytes));
        for (at, view) in given {
            events.push(at);
            batch.extend_from_slice(view.raw());
        }
        Self { events, batch, rows }
    }

    fn mapper(link: &Link, views: &[View<'_>]) -> Self {
        Self::new(views, Vec::new(), |_, view| asks_for(link, true, view))
    }

    /// Takes the rows that the enricher sees out of `output`.
    fn enricher(link: &Link, links: &Links, views: &[View<'_>], output: &mut Output) -> Self {
        let description = link.plugin.description();
        let (mut seen, mut others) = (Vec::new(), Vec::new());
        for (table, row) in output.rows.drain(..) {
            let side = if description.sees.contains(&table) { &mut seen } else { &mut others };
            side.push((table, row));
        }
        output.rows = others;
        let made: BTreeSet<u32> = seen.iter().map(|(_, row)| row.at).collect();
        let rejected: BTreeSet<u32> = output.rejections.iter().map(|(at, _)| *at).collect();
        let sees_all = description.events.is_empty();
        Self::new(views, seen, |at, view| {
            let by_mapper = sees_all && links.0.first().is_some_and(|mapper| asks_for(mapper, true, view));
            !rejected.contains(&at) && (made.contains(&at) || by_mapper || asks_for(link, false, view))
        })
    }

    fn count(&self) -> u32 {
        u32::try_from(self.events.len()).unwrap_or(u32::MAX)
    }

    /// The index in the chain's batch of the event that has that one here.
    fn outside(&self, at: u32) -> u32 {
        usize::try_from(at).ok().and_then(|at| self.events.get(at)).copied().unwrap_or(u32::MAX)
    }

    fn map(self, instance: &mut Instance) -> Result<Option<Output>, Failure> {
        if self.events.is_empty() {
            return Ok(None);
        }
        let mut output = instance.map(&self.batch, self.count())?;
        for (_, row) in &mut output.rows {
            row.at = self.outside(row.at);
        }
        for (at, _) in &mut output.rejections {
            *at = self.outside(*at);
        }
        Ok(Some(output))
    }

    fn enrich(mut self, instance: &mut Instance, output: &mut Output) -> Result<(), Failure> {
        if self.events.is_empty() {
            return Ok(());
        }
        let inside: BTreeMap<u32, u32> = self.events.iter().copied().zip(0..).collect();
        let mut rows = std::mem::take(&mut self.rows);
        for (_, row) in &mut rows {
            row.at = inside.get(&row.at).copied().unwrap_or(u32::MAX);
        }
        let enriched = instance.enrich(&self.batch, self.count(), rows)?;
        output.left_out += enriched.left_out;
        output.rows.extend(enriched.rows.into_iter().map(|(table, row)| {
            let at = self.outside(row.at);
            (table, Row { at, ..row })
        }));
        put_in_order(&mut output.rows);
        Ok(())
    }
}
