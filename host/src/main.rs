//! Arguments → logging → verb → exit code.

use clap::Parser as _;
use concentrator::cli::{self, Arguments};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        // Somebody installed one before: there is nothing to do.
    }
    if let Err(error) = concentrator::telemetry::start(arguments.log_format, arguments.level()) {
        eprintln!("error: {error:#}");
        return ExitCode::from(cli::exit::USAGE);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: start the runtime: {error}");
            return ExitCode::from(cli::exit::FAILURE);
        }
    };
    let code = runtime.block_on(cli::run(arguments)).unwrap_or_else(|error| {
        eprintln!("{}", cli::words_of(&error));
        cli::exit::code_of(&error)
    });
    // A thread that is stuck in a system call must not keep the process.
    runtime.shutdown_background();
    ExitCode::from(code)
}
