//! Whether a plugin gives the same rows however its events come: in other calls, by other instances, after its state
//! was taken and restored.
//!
//! | compared | a difference means |
//! |---|---|
//! | the same calls twice | something that is not state or event enters the rows |
//! | calls of other sizes | something is remembered by call and not by event |
//! | snapshot and restoration in between | something is kept outside the snapshot |
//! | states after the same calls | the state holds what has no order, or no meaning |

use super::difference::shown_row;
use super::{BATCH, Cut, Events, Found, Made, Trial, cuts};
use crate::plugin::Failed;
use crate::record::table;

/// Runs with cuts at seeded places.
const SEEDED: u64 = 3;

/// The first difference that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differs {
    /// What was compared with what.
    pub compared: String,
    /// What differs first.
    pub first: String,
    /// What usually causes it.
    pub cause: &'static str,
}

/// Tries a plugin in several ways; gives what one of them found, and the first difference.
///
/// # Errors
/// [`Failed`] if it cannot be opened.
pub fn check(trial: &Trial, events: &Events, seed: u64) -> Result<(Found, Option<Differs>), Failed> {
    let whole = trial.run(events, &cuts(events.len(), BATCH, false))?;
    for (compared, cuts, cause) in ways(events.len(), seed) {
        let found = trial.run(events, &cuts)?;
        if let Some(first) = rows_differ(events, &whole, &found) {
            return Ok((whole, Some(Differs { compared, first, cause })));
        }
        let again = trial.run(events, &cuts)?;
        if let Some((at, _)) =
            found.states.iter().zip(&again.states).find(|(one, other)| one != other).map(|(one, _)| one)
        {
            let first = format!("the snapshot before {}", events.shown(*at));
            return Ok((whole, Some(Differs { compared: format!("{compared}, twice"), first, cause: STATE })));
        }
    }
    Ok((whole, None))
}

const TWICE: &str = "The plugin keeps something that two instances do not share, for instance a count of calls in the \
                     code of its runtime, or an address in memory that becomes part of a row.";
const CALLS: &str = "Something is remembered by call of `map` and not by event: a list that is cleared with each call, a \
                     number that counts calls, rows that are held back until the call ends.";
const RENEWED: &str = "Something is kept outside what `snapshot` gives: a static or global variable, a cache, a field that \
                       is left out when the state is written.";
const STATE: &str = "The state is written in an order that is not its own, as that of a hash map with a random seed; write \
                     it sorted.";

/// In which ways, and what a difference means.
fn ways(events: usize, seed: u64) -> Vec<(String, Vec<Cut>, &'static str)> {
    let mut ways = vec![
        ("the same calls, twice".to_owned(), cuts(events, BATCH, false), TWICE),
        (format!("calls of {BATCH} events, and of one"), cuts(events, 1, false), CALLS),
        (format!("calls of {BATCH} events, and of 7"), cuts(events, 7, false), CALLS),
        ("without and with snapshot and restoration after every 64 events".to_owned(), cuts(events, 64, true), RENEWED),
    ];
    for run in 0..SEEDED {
        let words = format!("without and with snapshot and restoration at places of seed {}", seed.wrapping_add(run));
        ways.push((words, seeded(events, seed.wrapping_add(run)), RENEWED));
    }
    ways
}

/// Calls of one to some fifty events, with snapshot and restoration after about every fourth.
fn seeded(events: usize, seed: u64) -> Vec<Cut> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut cuts = Vec::new();
    let mut at = 0;
    while at < events {
        at = at.saturating_add(random.usize(1..50)).min(events);
        cuts.push(Cut { at, renew: random.u8(0..4) == 0 });
    }
    cuts
}

/// The first row, rejection or failure in which two runs differ.
fn rows_differ(events: &Events, one: &Found, other: &Found) -> Option<String> {
    let left = |made: &Made| (made.event, made.table);
    let mut rows = (one.rows.iter(), other.rows.iter());
    loop {
        let (a, b) = match (rows.0.next(), rows.1.next()) {
            (None, None) => break,
            (a, b) if a == b => continue,
            pair => pair,
        };
        // Where one run has a row more, the other is already at a later place.
        let (a, b) = match (a, b) {
            (Some(a), Some(b)) if left(a) < left(b) => (Some(a), None),
            (Some(a), Some(b)) if left(b) < left(a) => (None, Some(b)),
            both => both,
        };
        let at = a.or(b).map_or(0, |made| made.event);
        let name = a.or(b).map_or("", |made| table(made.table).name);
        let shown =
            |made: Option<&Made>| made.map_or("no such row".to_owned(), |made| shown_row(made.table, &made.row));
        return Some(format!("{}, {name}\n  once   {}\n  again  {}", events.shown(at), shown(a), shown(b)));
    }
    let named = |found: &Found| -> Vec<(usize, String)> {
        // Words may tell how long a call took.
        let failures =
            found.failures.iter().map(|failing| (failing.event.unwrap_or(usize::MAX), failing.plugin.clone()));
        let mut all: Vec<_> = found.rejections.iter().cloned().chain(failures).collect();
        all.sort();
        all
    };
    let (a, b) = (named(one), named(other));
    let place = (0..a.len().max(b.len())).find(|place| a.get(*place) != b.get(*place))?;
    let shown = |side: &[(usize, String)]| {
        side.get(place).map_or("no failure".to_owned(), |(at, words)| format!("{}: {words}", events.shown(*at)))
    };
    Some(format!("a refusal or failure\n  once   {}\n  again  {}", shown(&a), shown(&b)))
}
