//! The metrics in the OpenMetrics text format. Labels are ids of tenants and applications and directions, never users.

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use super::state::{Identity, State};
use crate::sync::run::View;
use crate::sync::{BOUNDS_MS, Delays, Figures};

/// The media type of the text.
pub(super) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// All current metrics.
pub(super) fn text(state: Arc<State>) -> String {
    let mut registry = Registry::with_prefix("swyx_teams");
    registry.register_collector(Box::new(Tenants(state)));
    let mut text = String::new();
    // Writing to memory cannot fail.
    let _ = encode(&mut text, &registry);
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

const GAUGES: [Gauge; 12] = [
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
    ("graph_up", "1 while Microsoft Graph answers", None, |view| Some(up(!view.figures.graph_is_out))),
    ("gateway_up", "1 while the gateway answers", None, |view| Some(up(!view.figures.gateway_is_out))),
    ("problems", "Current problems", None, |view| Some(view.problems.len() as f64)),
];

const COUNTERS: [Counter; 12] = [
    ("readings", "Answered requests for presences", |figures| figures.readings),
    ("presences", "Presences read", |figures| figures.presences),
    ("changes_in_teams", "Presences with a change", |figures| figures.changes_in_teams),
    ("changes_in_swyx", "Calls in Swyx that started or ended", |figures| figures.changes_in_swyx),
    ("unknown_presences", "Presences with an unknown availability or activity", |figures| figures.unknown),
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
        let help = "Settings files that cannot be used";
        let refused = f64::from(u32::try_from(self.0.refused()).unwrap_or(u32::MAX));
        encoder
            .encode_descriptor("settings_refused", help, None, MetricType::Gauge)?
            .encode_gauge(&refused)?;
        let tenants = self.0.tenants();
        let views = tenants.values().filter_map(|tenant| {
            let view = tenant.view.as_ref()?.read(View::clone);
            Some((tenant.identity.clone()?, view))
        });
        let views = views.collect::<Vec<_>>();
        for (name, help, unit, value) in &GAUGES {
            let mut metric = encoder.encode_descriptor(name, help, unit.as_ref(), MetricType::Gauge)?;
            for (tenant, view) in &views {
                // Unknown values are left out; 0 would be wrong.
                if let Some(value) = value(view) {
                    metric.encode_family(&labels(tenant))?.encode_gauge(&value)?;
                }
            }
        }
        for (name, help, value) in &COUNTERS {
            let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            for (tenant, view) in &views {
                let labels = labels(tenant);
                let mut metric = metric.encode_family(&labels)?;
                metric.encode_counter::<NoLabelSet, _, u64>(&value(&view.figures), None)?;
            }
        }
        let help = "Time for a change to reach the other side";
        let mut metric =
            encoder.encode_descriptor("delay", help, Some(&Unit::Seconds), MetricType::Histogram)?;
        for (tenant, view) in &views {
            for (direction, delays) in
                [("to_swyx", &view.figures.to_swyx), ("to_teams", &view.figures.to_teams)]
            {
                let [tenant, application] = labels(tenant);
                let labels = [tenant, application, ("direction", direction)];
                histogram(metric.encode_family(&labels)?, delays)?;
            }
        }
        Ok(())
    }
}

fn labels(identity: &Identity) -> [(&str, &str); 2] {
    [("tenant", &identity.tenant), ("application", &identity.application)]
}

fn histogram(mut metric: MetricEncoder<'_>, delays: &Delays) -> fmt::Result {
    let bounds = BOUNDS_MS.iter().map(|ms| *ms as f64 / 1_000.0).chain([f64::INFINITY]);
    let buckets = bounds.zip(delays.counts).collect::<Vec<_>>();
    metric.encode_histogram::<NoLabelSet>(delays.sum.as_secs_f64(), delays.count(), &buckets, None)
}
