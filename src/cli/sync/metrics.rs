//! The metrics in the OpenMetrics text format. Labels are ids of tenants and applications and directions, never users.

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use super::meter::{Meter, Side};
use super::process_metrics::Process;
use super::state::{Identity, State};
use crate::sync::run::View;
use crate::sync::{BOUNDS_MS, Delays, Figures};

/// The media type of the text.
pub(super) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// All current metrics.
pub(super) fn text(state: Arc<State>) -> String {
    let mut registry = Registry::with_prefix("swyx_teams");
    registry.register_collector(Box::new(Tenants(state)));
    let mut process = Registry::default();
    process.register_collector(Box::new(Process));
    let mut text = String::new();
    // Writing to memory cannot fail.
    let _ = encode_registry(&mut text, &process);
    let _ = encode_registry(&mut text, &registry);
    let _ = encode_eof(&mut text);
    text
}

struct Tenants(Arc<State>);

impl fmt::Debug for Tenants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tenants")
    }
}

type Gauge = (&'static str, &'static str, Option<Unit>, fn(&View) -> Option<f64>);
type Counter = (&'static str, &'static str, fn(&Figures) -> u64);

const GAUGES: [Gauge; 15] = [
    ("users", "Users that are synchronised", None, |view| Some(view.figures.users as f64)),
    ("swyx_users", "Activated users in Swyx", None, |view| view.headcount.map(|count| count.swyx as f64)),
    ("unmatched_findings", "Findings that keep a user from being matched", None, |view| {
        view.headcount.map(|count| count.errors as f64)
    }),
    ("open_sessions", "Calls in Swyx that are visible in Teams", None, |view| {
        Some(view.figures.open_sessions as f64)
    }),
    ("waiting", "Pending writes", None, |view| Some(view.figures.waiting as f64)),
    ("oldest_reading", "Age of the oldest presence", Some(Unit::Seconds), |view| {
        view.figures.oldest_reading.map(|age| age.as_secs_f64())
    }),
    ("read_interval", "Actual interval between two readings of one user", Some(Unit::Seconds), |view| {
        view.figures.interval_kept.map(|kept| kept.as_secs_f64())
    }),
    ("requests_in_window", "Presence requests that currently count against Graph's limit", None, |view| {
        Some(view.figures.budget.0 as f64)
    }),
    ("requests_limit", "Presence requests that Graph allows in 30 seconds", None, |view| {
        Some(view.figures.budget.1 as f64)
    }),
    ("graph_up", "1 while Microsoft Graph works", None, |view| Some(up(!view.figures.graph_is_out))),
    ("gateway_up", "1 while the gateway works", None, |view| Some(up(!view.figures.gateway_is_out))),
    ("unreadable_users", "Users whose presence has an unknown format", None, |view| {
        Some(view.figures.unreadable_users as f64)
    }),
    ("left_out_users", "Users whose id Graph rejects", None, |view| Some(view.figures.left_out as f64)),
    ("absent_users", "Users that the gateway's list of statuses lacks", None, |view| {
        Some(view.figures.absent as f64)
    }),
    ("problems", "Current problems", None, |view| Some(view.problems.len() as f64)),
];

const COUNTERS: [Counter; 13] = [
    ("readings", "Answered requests for presences", |figures| figures.readings),
    ("presences", "Presences read", |figures| figures.presences),
    ("changes_in_teams", "Presences with a change", |figures| figures.changes_in_teams),
    ("changes_in_swyx", "Calls in Swyx that started or ended", |figures| figures.changes_in_swyx),
    ("unknown_presences", "Presences with an unknown availability or activity", |figures| figures.unknown),
    ("unreadable_presences", "Presences in an unknown format", |figures| figures.unreadable),
    ("statuses_set", "Statuses set in Swyx", |figures| figures.statuses_set),
    ("sessions_set", "\"In a call\" set in Teams", |figures| figures.sessions_set),
    ("sessions_renewed", "\"In a call\" renewed in Teams", |figures| figures.sessions_renewed),
    ("sessions_cleared", "\"In a call\" cleared in Teams", |figures| figures.sessions_cleared),
    ("refused", "Rejected requests", |figures| figures.refused),
    ("throttled", "Throttled requests (429)", |figures| figures.throttled),
    ("failed", "Requests without an answer, or with a server error", |figures| figures.failed),
];

fn up(is_up: bool) -> f64 {
    if is_up { 1.0 } else { 0.0 }
}

impl Collector for Tenants {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        encoder
            .encode_descriptor("build", "The version of the program", None, MetricType::Info)?
            .encode_info(&[("version", env!("CARGO_PKG_VERSION"))])?;
        let help = "Settings files that cannot be used";
        let refused = f64::from(u32::try_from(self.0.refused()).unwrap_or(u32::MAX));
        encoder
            .encode_descriptor("settings_refused", help, None, MetricType::Gauge)?
            .encode_gauge(&refused)?;
        let tenants = self.0.tenants();
        let running = tenants.values().filter_map(|tenant| {
            let view = tenant.view.as_ref()?.read(View::clone);
            Some(Running { identity: tenant.identity.clone()?, view, meter: Arc::clone(&tenant.meter) })
        });
        let running = running.collect::<Vec<_>>();
        drop(tenants);
        encode_figures(&mut encoder, &running)?;
        encode_delays(&mut encoder, &running)?;
        encode_sides(&mut encoder, &running)
    }
}

/// A tenant that is synchronised.
struct Running {
    identity: Identity,
    view: View,
    meter: Arc<Meter>,
}

impl Running {
    fn sides(&self) -> [(&'static str, &Side); 2] {
        [("graph", &self.meter.graph), ("gateway", &self.meter.gateway)]
    }
}

fn encode_figures(encoder: &mut DescriptorEncoder<'_>, running: &[Running]) -> fmt::Result {
    for (name, help, unit, value) in &GAUGES {
        let mut metric = encoder.encode_descriptor(name, help, unit.as_ref(), MetricType::Gauge)?;
        for one in running {
            // Unknown values are left out; 0 would be wrong.
            if let Some(value) = value(&one.view) {
                metric.encode_family(&labels(&one.identity))?.encode_gauge(&value)?;
            }
        }
    }
    for (name, help, value) in &COUNTERS {
        let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
        for one in running {
            let labels = labels(&one.identity);
            let mut metric = metric.encode_family(&labels)?;
            metric.encode_counter::<NoLabelSet, _, u64>(&value(&one.view.figures), None)?;
        }
    }
    Ok(())
}

fn encode_delays(encoder: &mut DescriptorEncoder<'_>, running: &[Running]) -> fmt::Result {
    let help = "Time for a change to reach the other side";
    let mut metric = encoder.encode_descriptor("delay", help, Some(&Unit::Seconds), MetricType::Histogram)?;
    for one in running {
        let figures = &one.view.figures;
        for (direction, delays) in [("to_swyx", &figures.to_swyx), ("to_teams", &figures.to_teams)] {
            let [tenant, application] = labels(&one.identity);
            let labels = [tenant, application, ("direction", direction)];
            histogram(metric.encode_family(&labels)?, delays)?;
        }
    }
    Ok(())
}

/// The requests to each side.
fn encode_sides(encoder: &mut DescriptorEncoder<'_>, running: &[Running]) -> fmt::Result {
    let help = "Failed requests by side and reason";
    let mut metric = encoder.encode_descriptor("failures", help, None, MetricType::Counter)?;
    for one in running {
        let [tenant, application] = labels(&one.identity);
        for (name, side) in one.sides() {
            for (reason, count) in side.failures() {
                let labels = [tenant, application, ("side", name), ("reason", reason)];
                let mut metric = metric.encode_family(&labels)?;
                metric.encode_counter::<NoLabelSet, _, u64>(&count, None)?;
            }
        }
    }
    let (help, unit) = ("Time since the last request that succeeded", Some(&Unit::Seconds));
    let mut metric = encoder.encode_descriptor("last_success_age", help, unit, MetricType::Gauge)?;
    for one in running {
        let [tenant, application] = labels(&one.identity);
        for (name, side) in one.sides() {
            if let Some(age) = side.since_success() {
                let labels = [tenant, application, ("side", name)];
                metric.encode_family(&labels)?.encode_gauge(&age.as_secs_f64())?;
            }
        }
    }
    let help = "Times that the gateway's event stream was opened again";
    let mut metric = encoder.encode_descriptor("stream_reconnects", help, None, MetricType::Counter)?;
    for one in running {
        let labels = labels(&one.identity);
        let mut metric = metric.encode_family(&labels)?;
        metric.encode_counter::<NoLabelSet, _, u64>(&one.meter.gateway.reconnects(), None)?;
    }
    Ok(())
}

fn labels(identity: &Identity) -> [(&str, &str); 2] {
    [("tenant", &identity.tenant), ("application", &identity.application)]
}

fn histogram(mut metric: MetricEncoder<'_>, delays: &Delays) -> fmt::Result {
    let bounds = BOUNDS_MS.iter().map(|ms| *ms as f64 / 1_000.0).chain([f64::INFINITY]);
    let buckets = bounds.zip(delays.counts).collect::<Vec<_>>();
    metric.encode_histogram::<NoLabelSet>(delays.sum.as_secs_f64(), delays.count(), &buckets, None)
}
