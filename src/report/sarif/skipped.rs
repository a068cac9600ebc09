//! The run itself: whether it completed, and what could not be checked.
//!
//! Rules that were not applied are notifications of the tool (3.20.21, 3.58), not results: a code host must
//! not treat them as findings.

use serde_sarif::sarif;

use super::message::message;
use super::{place, rules};
use crate::entra::snapshot::Cause;
use crate::report::{FileReport, Repository};
use crate::rules::Skipped;

/// The invocation. It succeeded if every file was read and nothing that was requested failed.
pub(super) fn invocation(files: &[FileReport], repository: &Repository) -> sarif::Invocation {
    let has_failed = |skipped: &Skipped| level(skipped.why.cause) == "error";
    let is_successful = |file: &FileReport| file.was_read() && !file.skipped.iter().any(has_failed);
    let mut invocation =
        sarif::Invocation::builder().execution_successful(files.iter().all(is_successful)).build();
    let notifications = files.iter().flat_map(|file| {
        let artifact = place::artifact(&repository.path(&file.path));
        file.skipped.iter().map(move |skipped| notification(skipped, &artifact))
    });
    let notifications = notifications.collect::<Vec<_>>();
    invocation.tool_execution_notifications = (!notifications.is_empty()).then_some(notifications);
    invocation
}

fn notification(skipped: &Skipped, artifact: &sarif::ArtifactLocation) -> sarif::Notification {
    let mut rule = sarif::ReportingDescriptorReference::builder().id(skipped.rule).build();
    rule.index = rules::index(skipped.rule);
    let physical = sarif::PhysicalLocation::builder().artifact_location(artifact.clone()).build();
    sarif::Notification::builder()
        .associated_rule(rule)
        .level(level(skipped.why.cause))
        .message(message(&format!("Could not be checked: {}.", skipped.why.reason)))
        .locations(vec![sarif::Location::builder().physical_location(physical).build()])
        .build()
}

/// Consequences of a finding, and parts that were not requested, are not faults of the run.
fn level(cause: Cause) -> &'static str {
    match cause {
        Cause::NotAsked | Cause::Follows => "note",
        Cause::Answer | Cause::Silence | Cause::Use => "error",
    }
}
