//! What is known of the site that one voice server serves.

use crate::{agents::Agents, calls::Calls, config::Config};
use concentrator_sdk::Model;
use serde::{Deserialize, Serialize};

/// What is known of the site.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Site {
    #[serde(skip)]
    pub(crate) config: Config,
    pub(crate) model: Model,
    pub(crate) calls: Calls,
    pub(crate) agents: Agents,
}
