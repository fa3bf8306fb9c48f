//! The command line: the verbs `run` and `write`, and the options of a site that both have.

use anyhow::{Context, Result, bail};
use clap::{Args, Parser, Subcommand};
use simulator::config::{At, AtLimit, Fault, Planned};
use simulator::stream::{Address, Endpoint, Options, Pace, Player};
use simulator::{Config, Ledger, Site, flat, text};
use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Time between two lines of progress.
const PROGRESS: Duration = Duration::from_secs(2);

/// A voice site with faults on demand: plays its events as a source, or writes them, and knows what really happened.
#[derive(Debug, Parser)]
#[command(name = "simulator", version, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Play the site as a source that speaks the `stream` protocol.
    Run(Box<Run>),
    /// Write the site's day to files.
    Write(Box<Write>),
}

/// What the site is like. An option counts more than the configuration file.
#[derive(Debug, Args)]
struct SiteOptions {
    /// A configuration file (TOML) with everything that a site has; see `simulator write --print-config`.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Everything that happens by chance follows from it.
    #[arg(long)]
    seed: Option<u64>,
    /// Name of the source.
    #[arg(long)]
    name: Option<String>,
    /// How long the site takes calls, h.
    #[arg(long)]
    hours: Option<f64>,
    /// Number of agents.
    #[arg(long)]
    agents: Option<u32>,
    /// Calls of all kinds an hour.
    #[arg(long)]
    calls_per_hour: Option<f64>,
    /// About that many calls live at a time; sets agents and calls an hour.
    #[arg(long, conflicts_with_all = ["agents", "calls_per_hour"])]
    live_calls: Option<u32>,
    /// Mean time of talking, s.
    #[arg(long)]
    talk_seconds: Option<f64>,
    /// The day is over after that many events.
    #[arg(long)]
    events_max: Option<u64>,
    /// At `--events-max` the site stops dead in place of winding down.
    #[arg(long, requires = "events_max")]
    stop_dead: bool,
    /// Share of moments whose events come in another order, from 0 to 1.
    #[arg(long)]
    reorder: Option<f64>,
    /// Something that goes wrong, as `600=link-lost:20`: seconds after the beginning, or `#5000` events; what; how
    /// long in seconds, or how many events. One of link-lost, crash, shutdown, switchover-anew, silence (seconds),
    /// gap (events), switchover, primary-changed. May be given more than once.
    #[arg(long = "fault", value_name = "WHEN=WHAT[:SIZE]", value_parser = planned)]
    faults: Vec<Planned>,
    /// Things go wrong by chance that often, each kind, a mean number an hour.
    #[arg(long, value_name = "NUMBER")]
    fault_rate: Option<f64>,
}

#[derive(Debug, Args)]
struct Run {
    #[command(flatten)]
    site: SiteOptions,
    /// Connect to the daemon: host:port, or unix:/path.
    #[arg(long, value_name = "ADDRESS", required_unless_present = "listen", conflicts_with = "listen")]
    connect: Option<Address>,
    /// Listen for the daemon: host:port, or unix:/path.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<Address>,
    /// Listen there as the backup server.
    #[arg(long, value_name = "ADDRESS", requires = "listen")]
    listen_backup: Option<Address>,
    /// That many times faster than the events happen; without it as fast as they are taken.
    #[arg(long)]
    speed: Option<f64>,
    /// Keep only that many sent events, acknowledged or not: makes gaps.
    #[arg(long, value_name = "EVENTS")]
    forgetful: Option<u64>,
    /// Where connections go wrong follows from it.
    #[arg(long, default_value_t = 1)]
    transport_seed: u64,
    /// Cut connections after that many bytes in the mean.
    #[arg(long, value_name = "BYTES")]
    cut_every: Option<u64>,
    /// Repeat up to that many events after a reconnection.
    #[arg(long, value_name = "EVENTS", default_value_t = 0)]
    repeats_max: u64,
    /// Send a line that nobody understands after that many bytes in the mean.
    #[arg(long, value_name = "BYTES")]
    garbage_every: Option<u64>,
    /// Write in pieces of at most that many bytes.
    #[arg(long, value_name = "BYTES")]
    piece: Option<usize>,
    /// Answer no pings.
    #[arg(long)]
    mute: bool,
    /// Write the truth of what happened there.
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Write {
    #[command(flatten)]
    site: SiteOptions,
    /// Write a log of T-Library events.
    #[arg(long, value_name = "FILE")]
    text: Option<PathBuf>,
    /// Write such logs into a directory, a new one after `--rotate` bytes.
    #[arg(long, value_name = "DIRECTORY", requires = "rotate")]
    text_directory: Option<PathBuf>,
    /// Size of a log in `--text-directory`, bytes.
    #[arg(long, value_name = "BYTES")]
    rotate: Option<u64>,
    /// Write flat events as lines of JSON, as case folders hold them.
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// Write the truth of what happened.
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// Print the configuration of the site.
    #[arg(long)]
    print_config: bool,
}

impl Arguments {
    pub(crate) fn run(self) -> Result<()> {
        match self.verb {
            Verb::Run(run) => run.run(),
            Verb::Write(write) => write.run(),
        }
    }
}

/// Reads `600=link-lost:20`.
fn planned(text: &str) -> Result<Planned> {
    let (when, what) = text.split_once('=').context("has no `=`")?;
    let at = match when.strip_prefix('#') {
        Some(number) => At::Event(number.parse().context("`#` needs a number of events")?),
        None => At::Seconds(when.parse().context("begins with seconds, or with # and a number of events")?),
    };
    let (what, size) = what.split_once(':').unwrap_or((what, ""));
    let seconds = || -> Result<f64> {
        let seconds: f64 = size.parse().with_context(|| format!("`{what}` needs seconds, as `{what}:20`"))?;
        if seconds.is_finite() && seconds > 0.0 { Ok(seconds) } else { bail!("`{what}` needs seconds above 0") }
    };
    let fault = match what {
        "link-lost" => Fault::LinkLost(seconds()?),
        "crash" => Fault::Crash(seconds()?),
        "shutdown" => Fault::Shutdown(seconds()?),
        "switchover-anew" => Fault::SwitchoverAnew(seconds()?),
        "silence" => Fault::Silence(seconds()?),
        "gap" => Fault::Gap(size.parse().context("`gap` needs a number of events, as `gap:10`")?),
        "switchover" | "primary-changed" if !size.is_empty() => bail!("`{what}` has no size"),
        "switchover" => Fault::Switchover,
        "primary-changed" => Fault::PrimaryChanged,
        _ => bail!("`{what}` is no fault"),
    };
    Ok(Planned { at, fault })
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

impl SiteOptions {
    fn config(self) -> Result<Config> {
        let mut config = match &self.config {
            Some(path) => {
                let text = std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
                toml::from_str(&text).with_context(|| format!("read {}", path.display()))?
            }
            None => Config::default(),
        };
        set(&mut config.seed, self.seed);
        set(&mut config.name, self.name);
        set(&mut config.hours, self.hours);
        set(&mut config.agents, self.agents);
        set(&mut config.calls_per_hour, self.calls_per_hour);
        set(&mut config.talk_seconds, self.talk_seconds);
        set(&mut config.reorder, self.reorder);
        config.live_calls = self.live_calls.or(config.live_calls);
        config.events_max = self.events_max.or(config.events_max);
        if self.stop_dead {
            config.at_limit = AtLimit::Stop;
        }
        config.faults.extend(self.faults);
        if let Some(rate) = self.fault_rate {
            config.fault_rates.set_all(rate);
        }
        let problems = config.problems();
        if !problems.is_empty() {
            bail!("the site cannot be: {}", problems.join("; "));
        }
        Ok(config)
    }
}

impl Write {
    fn run(self) -> Result<()> {
        if self.text.is_none()
            && self.text_directory.is_none()
            && self.events.is_none()
            && self.ledger.is_none()
            && !self.print_config
        {
            bail!("nothing is to be written: name --text, --text-directory, --events, --ledger or --print-config");
        }
        let config = self.site.config()?;
        if self.print_config {
            let text = toml::to_string(&config).context("write the configuration")?;
            std::io::stdout().write_all(text.as_bytes()).context("print the configuration")?;
        }
        if let Some(path) = &self.text {
            let bytes = text::write_log(Site::new(&config), &config.name, &mut create(path)?)?;
            eprintln!("{}: {bytes} bytes", path.display());
        }
        if let (Some(directory), Some(bytes)) = (&self.text_directory, self.rotate) {
            std::fs::create_dir_all(directory).with_context(|| format!("create {}", directory.display()))?;
            let paths = text::write_rotating(Site::new(&config), &config.name, directory, bytes)
                .with_context(|| format!("write logs into {}", directory.display()))?;
            eprintln!("{}: {} logs", directory.display(), paths.len());
        }
        if let Some(path) = &self.events {
            let events = flat::write_events(Site::new(&config), &mut create(path)?)?;
            eprintln!("{}: {events} events", path.display());
        }
        if let Some(path) = &self.ledger {
            let mut site = Site::new(&config);
            site.by_ref().for_each(drop);
            write_ledger(site.ledger(), path)?;
        }
        Ok(())
    }
}

fn create(path: &Path) -> Result<BufWriter<File>> {
    Ok(BufWriter::new(File::create(path).with_context(|| format!("create {}", path.display()))?))
}

fn write_ledger(ledger: &Ledger, path: &Path) -> Result<()> {
    ledger.write(&mut create(path)?).with_context(|| format!("write {}", path.display()))?;
    let (calls, sessions, outages) = (ledger.calls.len(), ledger.sessions.len(), ledger.outages.len());
    eprintln!("{}: {calls} calls, {sessions} login sessions, {outages} outages", path.display());
    Ok(())
}

impl Run {
    fn run(self) -> Result<()> {
        let config = self.site.config()?;
        let endpoint = match (self.connect, self.listen) {
            (Some(address), _) => Endpoint::Connect(address),
            (None, Some(primary)) => Endpoint::Listen { primary, backup: self.listen_backup },
            (None, None) => bail!("name --connect or --listen"),
        };
        let mut options = Options::new(&config.name, endpoint);
        if let Some(speed) = self.speed {
            if !(0.01..=1e6).contains(&speed) {
                bail!("--speed must be from 0.01 to 1000000");
            }
            options.pace = Pace::Times(speed);
        }
        options.forgetful = self.forgetful;
        options.faults.seed = self.transport_seed;
        options.faults.cut_every_bytes = self.cut_every;
        options.faults.repeats_max = self.repeats_max;
        options.faults.garbage_every_bytes = self.garbage_every;
        options.faults.piece_bytes = self.piece;
        options.faults.mute = self.mute;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("start")?;
        let truth = runtime.block_on(play(Site::new(&config), options))?;
        match &self.ledger {
            Some(path) => write_ledger(&truth, path),
            None => Ok(()),
        }
    }
}

async fn play(site: Site, options: Options) -> Result<Ledger> {
    let player = Player::start(site, options).await.context("begin to play")?;
    for address in player.addresses() {
        eprintln!("listening at {address}");
    }
    let begin = std::time::Instant::now();
    let mut refused = None;
    loop {
        let done = tokio::time::timeout(PROGRESS, player.all_acked()).await.is_ok();
        let progress = player.progress();
        if progress.refusal != refused {
            refused.clone_from(&progress.refusal);
            eprintln!("refused: {}", refused.as_deref().unwrap_or_default());
        }
        let rate = u64::try_from(u128::from(progress.acked) * 1_000 / begin.elapsed().as_millis().max(1)).unwrap_or(0);
        if done || !std::io::stderr().is_terminal() || progress.acked > 0 {
            let (sent, acked, connections) = (progress.sent, progress.acked, progress.connections);
            eprintln!(
                "sent {sent}, acknowledged {acked} ({rate}/s), connections {connections}, cuts {}",
                progress.cuts
            );
        }
        if done {
            return Ok(player.stop().await);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Arguments, String> {
        let words = line.split_whitespace().map(|word| word.trim_matches('\''));
        Arguments::try_parse_from(words).map_err(|error| error.to_string())
    }

    #[test]
    fn faults_are_read() {
        let good = |text: &str| planned(text).unwrap();
        assert_eq!(good("600=link-lost:20"), Planned { at: At::Seconds(600.0), fault: Fault::LinkLost(20.0) });
        assert_eq!(good("#5000=gap:10"), Planned { at: At::Event(5_000), fault: Fault::Gap(10) });
        assert_eq!(good("0.5=switchover"), Planned { at: At::Seconds(0.5), fault: Fault::Switchover });
        for wrong in ["", "5", "x=crash:1", "#x=crash:1", "5=crash", "5=crash:-1", "5=crash:x", "5=gap:1.5", "5=fire:1"]
        {
            assert!(planned(wrong).is_err(), "{wrong}");
        }
        assert!(planned("5=switchover:3").is_err());
    }

    /// Every command of the how-to page is one.
    #[test]
    fn documented_commands_are_commands() {
        let page = include_str!("../../docs/how-to/simulate-a-site.md").replace("\\\n", " ");
        let commands: Vec<&str> = page.lines().filter(|line| line.starts_with("simulator ")).collect();
        assert!(commands.len() >= 4);
        for command in commands {
            parse(command).unwrap_or_else(|error| panic!("{command}: {error}"));
        }
        for option in page.split('`').filter(|text| text.starts_with("--") && !text.contains(',')) {
            let listen = if option.contains("--listen ") { "" } else { "--connect h:1" };
            let listen = if option.contains("--connect") { "" } else { listen };
            let run = parse(&format!("simulator run {listen} --events-max 5 {option}"));
            let run =
                if option.contains("events-max") { parse(&format!("simulator run {listen} {option}")) } else { run };
            let write = parse(&format!("simulator write {option} f"));
            assert!(run.is_ok() || write.is_ok(), "{option}: {}", run.unwrap_err());
        }
    }

    #[test]
    fn a_wrong_command_line_is_told() {
        for line in
            ["simulator", "simulator run", "simulator run --connect a:1 --listen b:2", "simulator run --connect x"]
        {
            assert!(parse(line).is_err(), "{line}");
        }
        assert!(parse("simulator write").unwrap().run().unwrap_err().to_string().contains("nothing is to be written"));
        let nothing = parse("simulator write --agents 0 --print-config").unwrap().run();
        assert!(nothing.unwrap_err().to_string().contains("`agents`"));
    }
}
