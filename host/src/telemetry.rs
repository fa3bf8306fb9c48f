//! Logs: standard error as text for people, or JSON for machines; no files, no rotation.
//!
//! Every line of interest carries a `code`. User data and numbers of people never appear above `debug`.

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Form of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// A line for a person.
    #[default]
    Text,
    /// A JSON object a line.
    Json,
}

/// Starts logging. `level` is a level, or directives such as `info,concentrator::queue=debug`.
///
/// # Errors
/// If the directives cannot be read.
pub fn start(format: LogFormat, level: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(format!("sqlx=warn,{level}"))
        .map_err(|error| anyhow::anyhow!("log level `{level}`: {error}"))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(Stderr);
    let started = match format {
        LogFormat::Text => {
            let colour = std::io::IsTerminal::is_terminal(&std::io::stderr()) && std::env::var_os("NO_COLOR").is_none();
            builder.with_target(false).with_ansi(colour).try_init()
        }
        LogFormat::Json => builder.json().flatten_event(true).with_current_span(false).try_init(),
    };
    started.map_err(|error| anyhow::anyhow!("start logging: {error}"))
}

struct Stderr;

impl<'a> MakeWriter<'a> for Stderr {
    type Writer = std::io::Stderr;

    fn make_writer(&'a self) -> Self::Writer {
        std::io::stderr()
    }
}
