//! The long campaign, by one command: `cargo xtask campaign`.

#![expect(clippy::print_stdout, reason = "the report is what the program is for")]

use campaign::{Options, run};
use clap::Parser;
use std::path::PathBuf;
use std::process::ExitCode;

/// Runs the fault campaign.
#[derive(Debug, Parser)]
struct Arguments {
    /// Everything follows from it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Events of the site's day.
    #[arg(long, default_value_t = 1_000_000)]
    events: u64,
    /// Agents of the site.
    #[arg(long, default_value_t = 400)]
    agents: u32,
    /// SIGKILLs.
    #[arg(long, default_value_t = 50)]
    kills: usize,
    /// Stops of the database server: smart, fast and immediate.
    #[arg(long, default_value_t = 10)]
    database_stops: usize,
    /// Cuts of the connection to the database.
    #[arg(long, default_value_t = 20)]
    database_cuts: usize,
    /// Cuts of the site's connection.
    #[arg(long, default_value_t = 20)]
    link_cuts: usize,
    /// Jumps of the daemon's clock.
    #[arg(long, default_value_t = 10)]
    clock_jumps: usize,
    /// Times at which the disk is full.
    #[arg(long, default_value_t = 10)]
    full_disks: usize,
    /// Reloads of the plugin.
    #[arg(long, default_value_t = 20)]
    reloads: usize,
    /// How often the site has each misfortune of its own.
    #[arg(long, default_value_t = 5)]
    misfortunes: usize,
    /// The program under test.
    #[arg(long, env = "CONCENTRATOR_PROGRAM")]
    program: PathBuf,
    /// The directory with the plugins.
    #[arg(long, env = "CONCENTRATOR_GUESTS_DIR")]
    plugins: PathBuf,
    /// An empty directory where databases and logs of the runs stay.
    #[arg(long)]
    keep: Option<PathBuf>,
}

fn main() -> anyhow::Result<ExitCode> {
    let it = Arguments::parse();
    let report = run(&Options {
        seed: it.seed,
        events: it.events,
        agents: it.agents,
        kills: it.kills,
        database_stops: it.database_stops,
        database_cuts: it.database_cuts,
        link_cuts: it.link_cuts,
        clock_jumps: it.clock_jumps,
        full_disks: it.full_disks,
        reloads: it.reloads,
        misfortunes: it.misfortunes,
        program: it.program,
        plugins: it.plugins,
        keep: it.keep,
    })?;
    if report.problems.is_empty() {
        println!("nothing lost, nothing double: seed {}", it.seed);
        return Ok(ExitCode::SUCCESS);
    }
    report.problems.iter().for_each(|problem| println!("{problem}"));
    println!("{} problems: seed {}", report.problems.len(), it.seed);
    Ok(ExitCode::FAILURE)
}
