//! The metrics of the process, with the names that Prometheus' own libraries use.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;

use crate::os::ProcessFigures;

/// The figures of this process.
#[derive(Debug)]
pub(super) struct Process;

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let figures = ProcessFigures::now();
        if let Some(seconds) = figures.cpu_seconds {
            let help = "Total user and system CPU time spent in seconds";
            encoder
                .encode_descriptor("process_cpu_seconds", help, None, MetricType::Counter)?
                .encode_counter::<NoLabelSet, _, f64>(&seconds, None)?;
        }
        let count = |count: Option<u64>| count.map(|count| count as f64);
        let gauges = [
            ("process_resident_memory_bytes", "Resident memory size in bytes", count(figures.resident_bytes)),
            ("process_virtual_memory_bytes", "Virtual memory size in bytes", count(figures.virtual_bytes)),
            (
                "process_start_time_seconds",
                "Start time of the process since unix epoch in seconds",
                figures.start_seconds,
            ),
            ("process_open_fds", "Number of open file descriptors", count(figures.open_files)),
            ("process_max_fds", "Maximum number of open file descriptors", count(figures.max_files)),
        ];
        for (name, help, value) in gauges {
            if let Some(value) = value {
                encoder.encode_descriptor(name, help, None, MetricType::Gauge)?.encode_gauge(&value)?;
            }
        }
        Ok(())
    }
}
