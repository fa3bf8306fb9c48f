//! Metrics: OpenMetrics text, made at each scrape from what the lanes tell.
//!
//! Labels are bounded: source, plugin, table, reason, alarm; never a call, a DN or a person. The list, and which series
//! appear only with their first event, is in `docs/reference/metrics.md`.

use crate::daemon::{LaneView, Lanes};
use crate::lane::alarms::Alarm;
use crate::lane::status::{Figures, Stage, TIME_BOUNDS, Times};
use crate::queue::{LATENCY_BOUNDS_MICROS, Latency, Positions};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};
use std::fmt::Error;

/// The metrics of all lanes as text.
///
/// # Errors
/// If the text cannot be made.
pub fn encode(lanes: &Lanes) -> Result<String, Error> {
    let mut registry = Registry::with_prefix("concentrator");
    registry.register_collector(Box::new(Scrape { lanes: lanes.clone() }));
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry)?;
    Ok(text)
}

struct Scrape {
    lanes: Lanes,
}

impl std::fmt::Debug for Scrape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Scrape")
    }
}

/// One lane at one moment.
struct Moment<'a> {
    name: &'a str,
    view: &'a LaneView,
    figures: Figures,
    positions: Option<Positions>,
}

type Pairs = Vec<(&'static str, String)>;
type Samples = Vec<(Pairs, f64)>;

impl Collector for Scrape {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        let moments: Vec<Moment<'_>> = self
            .lanes
            .each()
            .map(|(name, view)| {
                let positions = view.queue().map(|queue| queue.positions());
                Moment { name, view, figures: view.shared.figures(), positions }
            })
            .collect();
        let out = &mut encoder;
        self.process(out)?;
        sources(out, &moments)?;
        queues(out, &moments)?;
        plugins(out, &moments)?;
        databases(out, &moments)?;
        operation(out, &moments)
    }
}

impl Scrape {
    fn process(&self, out: &mut DescriptorEncoder<'_>) -> Result<(), Error> {
        let build =
            vec![("version", env!("CARGO_PKG_VERSION").to_owned()), ("wit", crate::plugin::WIT_VERSION.to_owned())];
        gauge(out, "build_info", "The program and the interface it offers to plugins", vec![(build, 1.0)])?;
        let started = vec![(Vec::new(), seconds(self.lanes.started))];
        gauge(out, "start_timestamp_seconds", "When the daemon started", started)?;
        let ready = if self.lanes.not_ready().is_empty() { 1.0 } else { 0.0 };
        gauge(out, "ready", "1: accepting events", vec![(Vec::new(), ready)])
    }
}

fn sources(out: &mut DescriptorEncoder<'_>, moments: &[Moment<'_>]) -> Result<(), Error> {
    let each = |value: &dyn Fn(&crate::source::Seen) -> f64| -> Samples {
        moments.iter().map(|m| (source(m), value(&m.view.shared.source.snapshot()))).collect()
    };
    gauge(
        out,
        "source_connected",
        "1: a session with the source is open",
        each(&|s| f64::from(u8::from(s.connected))),
    )?;
    let last = each(&|s| seconds(s.last_event));
    gauge(out, "source_last_event_timestamp_seconds", "When the last event was received", last)?;
    counter(out, "source_sessions", "Sessions opened", each(&|s| float(s.connects)))?;
    counter(out, "source_connects_failed", "Attempts to connect that failed", each(&|s| float(s.connects_failed)))?;
    counter(out, "source_logins_refused", "Logins refused", each(&|s| float(s.refused_logins)))?;
    counter(out, "source_events", "Events taken", each(&|s| float(s.events)))?;
    counter(out, "source_bytes", "Bytes read", each(&|s| float(s.bytes)))?;
    let repeated = each(&|s| float(s.repeated));
    counter(out, "source_events_repeated", "Events dropped because an earlier connection brought them", repeated)?;
    let malformed = each(&|s| float(s.malformed));
    counter(out, "source_packets_malformed", "Packets that could not be read; kept as events", malformed)?;
    let replaced = each(&|s| float(s.invalid_utf8));
    counter(out, "source_events_invalid_utf8", "Events with bytes that were not UTF-8; replaced", replaced)?;
    let unreadable = each(&|s| float(s.unreadable));
    counter(out, "source_lines_unreadable", "Lines without a number that could not be read; dropped", unreadable)?;
    let passed_over = each(&|s| float(s.passed_over));
    counter(out, "source_messages_passed_over", "Messages of logs that are no events", passed_over)?;
    counter(out, "source_gaps", "Times that the source's numbers jumped", each(&|s| float(s.gaps)))?;
    counter(out, "source_events_missing", "Numbers that were jumped over", each(&|s| float(s.missing)))?;
    counter(out, "source_events_given_up", "Events refused by the queue until the stop", each(&|s| float(s.given_up)))
}

fn queues(out: &mut DescriptorEncoder<'_>, moments: &[Moment<'_>]) -> Result<(), Error> {
    let each = |value: &dyn Fn(&Moment<'_>, &Positions) -> f64| -> Samples {
        moments.iter().filter_map(|m| Some((source(m), value(m, m.positions.as_ref()?)))).collect()
    };
    let depth = |m: &Moment<'_>, p: &Positions| float(p.durable.saturating_sub(m.view.shared.positions().1));
    gauge(out, "queue_depth_events", "Events on disk that are not committed", each(&depth))?;
    gauge(out, "queue_size_bytes", "Size of all files", each(&|_, p| float(p.bytes)))?;
    gauge(out, "queue_limit_bytes", "Size at which the queue refuses", each(&|_, p| float(p.limit_bytes)))?;
    let refusing = each(&|_, p| f64::from(u8::from(p.refusing.is_some())));
    gauge(out, "queue_refusing", "1: the queue refuses events", refusing)?;
    counter(out, "queue_appended_events", "Events taken", each(&|_, p| float(p.appended_events)))?;
    counter(out, "queue_appended_bytes", "Bytes of those", each(&|_, p| float(p.appended_bytes)))?;
    counter(out, "queue_trimmed_segments", "Segments trimmed", each(&|_, p| float(p.trimmed_segments)))?;
    counter(out, "queue_quarantined", "Damaged places met", each(&|_, p| float(p.quarantined)))?;
    counter(out, "queue_quarantined_bytes", "Bytes of those", each(&|_, p| float(p.quarantined_bytes)))?;
    let mut descriptor =
        out.encode_descriptor("queue_fsync", "Waits for the disk", Some(&Unit::Seconds), MetricType::Histogram)?;
    for (moment, positions) in moments.iter().filter_map(|m| Some((m, m.positions.as_ref()?))) {
        latency(descriptor.encode_family(&source(moment))?, &positions.sync)?;
    }
    Ok(())
}

fn plugins(out: &mut DescriptorEncoder<'_>, moments: &[Moment<'_>]) -> Result<(), Error> {
    let failures = moments.iter().flat_map(|m| {
        m.figures.plugin_failures.iter().map(|(reason, count)| (plugin(m, &[("reason", reason)]), float(*count)))
    });
    counter(out, "plugin_failures", "Calls that failed", failures.collect())?;
    let each = |value: &dyn Fn(&Figures) -> f64| -> Samples {
        moments.iter().map(|m| (plugin(m, &[]), value(&m.figures))).collect()
    };
    gauge(out, "plugin_memory_bytes", "Memory of the instance", each(&|f| float(f.plugin_memory_bytes)))?;
    gauge(out, "plugin_running", "1: the plugin maps", each(&|f| running(&f.plugin)))?;
    counter(out, "plugin_unknown_events", "Source events that the plugin does not know", each(&|f| float(f.unknown)))?;
    counter(out, "plugin_rows_left_out", "Rows of roles that the lane does not fill", each(&|f| float(f.left_out)))?;
    let letters = moments.iter().flat_map(|m| {
        m.figures.dead_letters.iter().map(|(reason, count)| (plugin(m, &[("reason", reason)]), float(*count)))
    });
    counter(out, "dead_letters", "Events that became dead letters", letters.collect())?;
    histogram(out, "plugin_call", "Calls of the plugin", moments, |figures| figures.plugin_calls)?;
    reloads(out, moments)
}

fn reloads(out: &mut DescriptorEncoder<'_>, moments: &[Moment<'_>]) -> Result<(), Error> {
    let each = |value: &dyn Fn(&Figures) -> f64| -> Samples {
        moments.iter().map(|m| (source(m), value(&m.figures))).collect()
    };
    let infos = moments.iter().flat_map(|m| {
        let labels = |(name, digest): &(String, String)| {
            [source(m), vec![("plugin", name.clone()), ("digest", digest.clone())]].concat()
        };
        m.figures.reloads.digests.iter().map(move |file| (labels(file), 1.0))
    });
    gauge(out, "plugin_info", "The plugin files in force", infos.collect())?;
    let since = each(&|f| f.reloads.since.map_or(0.0, seconds));
    gauge(out, "plugin_in_force_timestamp_seconds", "Since when the plugins are in force", since)?;
    let results = moments.iter().flat_map(|m| {
        let reloads = &m.figures.reloads;
        let labels = |result: &str| [source(m), vec![("result", result.to_owned())]].concat();
        [(labels("done"), float(reloads.done)), (labels("refused"), float(reloads.refused))]
    });
    counter(out, "plugin_reloads", "Reloads that were asked for", results.collect())?;
    let succeeded = each(&|f| {
        let refused = f.reloads.last.as_ref().is_some_and(|(_, last)| last.refused.is_some());
        f64::from(u8::from(!refused))
    });
    gauge(out, "plugin_last_reload_successful", "0: the last reload was refused", succeeded)?;
    let last = each(&|f| f.reloads.last.as_ref().map_or(0.0, |(at, _)| seconds(*at)));
    gauge(out, "plugin_last_reload_timestamp_seconds", "When it was", last)?;
    histogram(out, "plugin_reload_pause", "What lanes waited for takeovers", moments, |figures| figures.reloads.pauses)
}

fn databases(out: &mut DescriptorEncoder<'_>, moments: &[Moment<'_>]) -> Result<(), Error> {
    let each = |value: &dyn Fn(&Figures) -> f64| -> Samples {
        moments.iter().map(|m| (source(m), value(&m.figures))).collect()
    };
    gauge(out, "idb_connected", "1: batches are written", each(&|f| running(&f.idb)))?;
    counter(out, "idb_retries", "Batches tried again", each(&|f| float(f.retries)))?;
    counter(out, "idb_values_cleaned", "Values changed to fit their column", each(&|f| float(f.cleaned)))?;
    let rows = moments.iter().flat_map(|m| {
        let labels = |table: &str| [source(m), vec![("table", table.to_owned())]].concat();
        m.figures.rows.iter().map(move |(table, count)| (labels(table), float(*count)))
    });
    counter(out, "idb_rows", "Rows written", rows.collect())?;
    histogram(out, "idb_batch", "Transactions", moments, |figures| figures.batches)?;
    histogram(out, "lag", "Time from receipt to commit", moments, |figures| figures.lag)
}

fn operation(out: &mut DescriptorEncoder<'_>, moments: &[Moment<'_>]) -> Result<(), Error> {
    let each =
        |value: &dyn Fn(&Moment<'_>) -> f64| -> Samples { moments.iter().map(|m| (source(m), value(m))).collect() };
    let paused = each(&|m| f64::from(u8::from(m.view.shared.gate.paused().is_some())));
    gauge(out, "lane_paused", "1: the lane is paused", paused)?;
    gauge(out, "dead_letters_kept", "Dead letters on disk", each(&|m| float(m.figures.letters_kept.letters)))?;
    gauge(out, "dead_letters_kept_bytes", "Bytes of those", each(&|m| float(m.figures.letters_kept.bytes)))?;
    let alarms = moments.iter().flat_map(|m| {
        let raised = m.view.with_alarms(|alarms| alarms.raised());
        Alarm::ALL.map(|alarm| {
            let labels = [source(m), vec![("alarm", alarm.name().to_owned())]].concat();
            (labels, f64::from(u8::from(raised.contains_key(&alarm))))
        })
    });
    gauge(out, "alarm", "1: the alarm is raised", alarms.collect())
}

fn source(moment: &Moment<'_>) -> Pairs {
    vec![("source", moment.name.to_owned())]
}

fn plugin(moment: &Moment<'_>, more: &[(&'static str, &str)]) -> Pairs {
    let mut labels = source(moment);
    labels.push(("plugin", moment.figures.plugin_name.clone()));
    labels.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
    labels
}

fn running(stage: &Stage) -> f64 {
    f64::from(u8::from(*stage == Stage::Running))
}

fn gauge(out: &mut DescriptorEncoder<'_>, name: &str, help: &str, samples: Samples) -> Result<(), Error> {
    let mut descriptor = out.encode_descriptor(name, help, None, MetricType::Gauge)?;
    for (labels, value) in samples {
        descriptor.encode_family(&labels)?.encode_gauge(&value)?;
    }
    Ok(())
}

fn counter(out: &mut DescriptorEncoder<'_>, name: &str, help: &str, samples: Samples) -> Result<(), Error> {
    let mut descriptor = out.encode_descriptor(name, help, None, MetricType::Counter)?;
    for (labels, value) in samples {
        descriptor.encode_family(&labels)?.encode_counter::<NoLabelSet, _, f64>(&value, None)?;
    }
    Ok(())
}

fn histogram(
    out: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    moments: &[Moment<'_>],
    times: impl Fn(&Figures) -> Times,
) -> Result<(), Error> {
    let mut descriptor = out.encode_descriptor(name, help, Some(&Unit::Seconds), MetricType::Histogram)?;
    for moment in moments {
        let times = times(&moment.figures);
        let bounds = TIME_BOUNDS.iter().copied().chain([f64::MAX]);
        let buckets: Vec<(f64, u64)> = bounds.zip(times.buckets).collect();
        let labels = source(moment);
        let mut family = descriptor.encode_family(&labels)?;
        family.encode_histogram::<NoLabelSet>(times.sum, times.count, &buckets, None)?;
    }
    Ok(())
}

fn latency(mut family: MetricEncoder<'_>, latency: &Latency) -> Result<(), Error> {
    let bounds = LATENCY_BOUNDS_MICROS.iter().map(|micros| float(*micros) / 1e6).chain([f64::MAX]);
    let buckets: Vec<(f64, u64)> = bounds.zip(latency.buckets).collect();
    family.encode_histogram::<NoLabelSet>(float(latency.sum_micros) / 1e6, latency.count, &buckets, None)
}

#[expect(clippy::cast_precision_loss, reason = "metrics are floating-point")]
fn float(number: u64) -> f64 {
    number as f64
}

#[expect(clippy::cast_precision_loss, reason = "metrics are floating-point")]
fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}
