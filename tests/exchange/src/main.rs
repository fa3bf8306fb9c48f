//! `exchange`: serves recordings to manager clients from a command line.

use std::io::{Error, Write};

use exchange::{AtEnd, Behaviour, Exchange, Pace, Recording, Resume};

const USAGE: &str = "\
Serve recorded manager connections over TCP.

Usage: exchange [OPTION…] FILE.ami…

  --listen HOST:PORT     where to listen               [127.0.0.1:5038]
  --username NAME        who may log in                [reporting]
  --secret-file FILE     that user's secret, one line  [the secret is `secret`]
  --auth plain|md5       take only this proof          [both]
  --speed N|full         times the recorded pace       [1]
  --resume continue|restart   what a client that comes again gets    [continue]
  --at-end hold|close    what follows the last packet  [hold]
  --cut-after BYTES      cut the first connection there; repeat it for the next ones
  --piece BYTES          write in pieces of that size
  --silent-after BYTES   say nothing more from there on
  --greeting LINE        greet with this line
  --mute                 answer nothing but the log-in
  --state FILE.ami       answer state requests as they are answered there
";

struct Options {
    listen: String,
    behaviour: Behaviour,
    files: Vec<String>,
}

fn wrong(what: &str) -> Error {
    Error::other(format!("{what}\n\n{USAGE}"))
}

fn number<T: std::str::FromStr>(option: &str, value: &str) -> Result<T, Error> {
    value.parse().map_err(|_| wrong(&format!("{option}: {value:?} is no number")))
}

fn options(mut arguments: impl Iterator<Item = String>) -> Result<Options, Error> {
    let mut behaviour = Behaviour::new("reporting", "secret");
    behaviour.pace = Pace::Recorded(1.0);
    let mut options = Options { listen: "127.0.0.1:5038".to_owned(), behaviour, files: Vec::new() };
    while let Some(option) = arguments.next() {
        let behaviour = &mut options.behaviour;
        if !option.starts_with("--") {
            options.files.push(option);
            continue;
        }
        if option == "--mute" {
            behaviour.faults.mute = true;
            continue;
        }
        let value = arguments.next().ok_or_else(|| wrong(&format!("{option} is unknown or needs a value")))?;
        match (option.as_str(), value.as_str()) {
            ("--listen", _) => options.listen = value,
            ("--username", _) => behaviour.username = value,
            ("--secret-file", path) => behaviour.secret = std::fs::read_to_string(path)?.trim_end().to_owned(),
            ("--auth", "plain") => behaviour.md5 = false,
            ("--auth", "md5") => behaviour.plain = false,
            ("--speed", "full") => behaviour.pace = Pace::Full,
            ("--speed", times) => match number(&option, times)? {
                speed if (0.001..=1e6).contains(&speed) => behaviour.pace = Pace::Recorded(speed),
                _ => return Err(wrong("--speed must be from 0.001 to 1000000")),
            },
            ("--resume", "continue") => behaviour.resume = Resume::Continue,
            ("--resume", "restart") => behaviour.resume = Resume::Restart,
            ("--at-end", "hold") => behaviour.at_end = AtEnd::Hold,
            ("--at-end", "close") => behaviour.at_end = AtEnd::Close,
            ("--cut-after", bytes) => behaviour.faults.cut_after.push(number(&option, bytes)?),
            ("--piece", bytes) => behaviour.faults.piece_bytes = Some(number(&option, bytes)?),
            ("--silent-after", bytes) => behaviour.faults.silent_after = Some(number(&option, bytes)?),
            ("--greeting", _) => behaviour.faults.greeting = Some(value),
            ("--state", path) => behaviour.state = Recording::load(path.as_ref())?.state_lists(),
            _ => return Err(wrong(&format!("{option} {value} is unknown"))),
        }
    }
    if options.files.is_empty() {
        return Err(wrong("no recording is named"));
    }
    Ok(options)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let options = match options(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            std::process::exit(2);
        }
    };
    let recording = Recording::load_all(&options.files)?;
    let (packets, bytes) = (recording.packets.len(), recording.bytes());
    let exchange = Exchange::start(&options.listen, recording, options.behaviour).await?;
    let mut out = std::io::stdout();
    writeln!(out, "Serving {packets} packets ({bytes} bytes) on {}.", exchange.address())?;
    let mut told = false;
    loop {
        tokio::select! {
            stop = tokio::signal::ctrl_c() => return stop,
            () = exchange.all_sent(), if !told => {
                writeln!(out, "All packets have been sent.")?;
                told = true;
            }
        }
    }
}
