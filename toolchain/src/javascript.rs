//! javascript: see below.

use crate::{Error, Options, Project};
use std::path::PathBuf;

/// Compiles a project; gives the component.
pub(crate) fn build(project: &Project, _options: &Options, _report: &mut dyn FnMut(&str)) -> Result<PathBuf, Error> {
    Err(Error::Failed { what: format!("build {}", project.name), outcome: "not in this program".to_owned() })
}
