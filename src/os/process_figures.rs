//! What this process uses, for monitoring.

/// The figures of this process; those that the system does not provide are `None`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ProcessFigures {
    /// Processor time in seconds, of the program and of the system for it.
    pub(crate) cpu_seconds: Option<f64>,
    /// Memory in bytes.
    pub(crate) resident_bytes: Option<u64>,
    /// Virtual memory in bytes.
    pub(crate) virtual_bytes: Option<u64>,
    /// When it started, in seconds since 1970.
    pub(crate) start_seconds: Option<f64>,
    /// Open files.
    pub(crate) open_files: Option<u64>,
    /// The limit of open files.
    pub(crate) max_files: Option<u64>,
}

impl ProcessFigures {
    /// The current figures.
    pub(crate) fn now() -> Self {
        let max_files = super::open_files::open_file_limit();
        #[cfg(target_os = "linux")]
        return Self { max_files, ..linux::figures() };
        #[cfg(not(target_os = "linux"))]
        Self { max_files, ..Self::default() }
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::{read_dir, read_to_string};

    use rustix::param::{clock_ticks_per_second, page_size};

    use super::ProcessFigures;

    pub(super) fn figures() -> ProcessFigures {
        let stat = read_to_string("/proc/self/stat").unwrap_or_default();
        // The name of the program, in parentheses, may contain spaces.
        let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
        let fields = fields.collect::<Vec<_>>();
        // As numbered by proc(5): the state is field 3.
        let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
        let seconds = |ticks: u64| ticks as f64 / clock_ticks_per_second() as f64;
        let boot = read_to_string("/proc/stat").unwrap_or_default();
        let boot = boot.lines().find_map(|line| line.strip_prefix("btime ")?.trim().parse::<f64>().ok());
        ProcessFigures {
            cpu_seconds: field(14).zip(field(15)).map(|(user, system)| seconds(user + system)),
            resident_bytes: field(24).map(|pages| pages * page_size() as u64),
            virtual_bytes: field(23),
            start_seconds: boot.zip(field(22)).map(|(boot, ticks)| boot + seconds(ticks)),
            // Without the one for this search.
            open_files: read_dir("/proc/self/fd").ok().map(|files| (files.count() as u64).saturating_sub(1)),
            max_files: None,
        }
    }
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_those_of_this_process() {
        let figures = ProcessFigures::now();
        let resident = figures.resident_bytes.expect("known");
        assert!(
            (1 << 20..1 << 40).contains(&resident) && figures.virtual_bytes > Some(resident),
            "{figures:?}"
        );
        let now = std::time::UNIX_EPOCH.elapsed().expect("after 1970").as_secs_f64();
        let age = now - figures.start_seconds.expect("known");
        assert!((-2.0..86_400.0).contains(&age), "{age}");
        assert!(figures.cpu_seconds.is_some_and(|seconds| (0.0..86_400.0).contains(&seconds)));
        let open = figures.open_files.expect("known");
        let _files = [(); 40].map(|()| std::fs::File::open("/proc/self/stat").expect("opened"));
        // Other tests open and close files at the same time.
        assert!(ProcessFigures::now().open_files.expect("known") + 20 > open + 40, "{open}");
        assert!(figures.max_files >= Some(open));
    }
}
