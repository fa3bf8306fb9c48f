//! What two versions of a plugin make of the same events.

use super::case::Case;
use super::database::Database;
use super::difference::Difference;
use super::{BATCH, Events, Found, Trial, cuts, opening};
use crate::plugin::{LaneInfo, Link, Links, Plugin, World};
use anyhow::{Result, bail};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Events to replay, with what they are led through beside the plugin.
#[derive(Clone, Debug)]
pub struct Stretch {
    /// Name, for messages.
    pub name: String,
    /// The events.
    pub events: Events,
    /// JSON object of the plugin's options.
    pub config: Arc<str>,
    /// The lane.
    pub lane: LaneInfo,
    /// Of an enricher that is not alone: the mapper before it.
    pub mapper: Option<Link>,
}

impl Stretch {
    /// A case; the rows given to an enricher come from `mapper`, if there is one.
    #[must_use]
    pub fn of_case(case: Case, mapper: Option<Link>) -> Self {
        let Case { name, events, config, lane, .. } = case;
        Self { name, events, config, lane, mapper }
    }

    /// Whether a plugin is given the same.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let mapper =
            |stretch: &Self| stretch.mapper.as_ref().map(|link| (link.plugin.digest().to_owned(), link.config.clone()));
        (&self.name, &self.config, &self.lane, &self.events) == (&other.name, &other.config, &other.lane, &other.events)
            && mapper(self) == mapper(other)
    }

    /// What the plugin makes of it.
    ///
    /// # Errors
    /// If the plugin does not fit, or cannot be opened.
    pub fn replay(&self, plugin: &Arc<Plugin>) -> Result<Found> {
        let link = Link { plugin: plugin.clone(), config: self.config.clone() };
        let links = match (plugin.world(), &self.mapper) {
            (World::Mapper, None) => Links::new(link, Vec::new())?,
            (World::Mapper, Some(_)) => bail!("the plugin is a mapper itself: no other one can stand before it"),
            (World::Enricher, None) => Links::alone(link)?,
            (World::Enricher, Some(mapper)) => Links::new(mapper.clone(), vec![link])?,
        };
        let trial = Trial { links, opening: opening(self.lane.clone()) };
        let found = trial.run(&self.events, &cuts(self.events.len(), BATCH, false));
        found.map_err(|failed| anyhow::anyhow!("{} cannot be opened: {failed}", failed.plugin))
    }
}

/// What a version made of all stretches, by their names.
#[derive(Clone, Debug, Default)]
pub struct Results(BTreeMap<String, Rows>);

/// The rows of one stretch in the end, or why there are none.
type Rows = std::result::Result<Database, String>;

impl Results {
    /// Keeps what came of a stretch.
    pub fn keep(&mut self, name: &str, found: &Result<Found>) {
        let rows = found.as_ref().map(|found| Database::of(&found.rows)).map_err(|error| format!("{error:#}"));
        self.0.insert(name.to_owned(), rows);
    }

    /// What distinguishes another version's from these, by stretch; one that either could not do is left out.
    #[must_use]
    pub fn differences(&self, after: &Self) -> Vec<(String, Difference)> {
        let both =
            after.0.iter().filter_map(|(name, new)| Some((name, self.0.get(name)?.as_ref().ok()?, new.as_ref().ok()?)));
        let compared = both.map(|(name, old, new)| (name.clone(), Difference::between(old, new)));
        compared.filter(|(_, difference)| !difference.is_empty()).collect()
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.0.values().flatten().map(Database::len).sum()
    }
}
