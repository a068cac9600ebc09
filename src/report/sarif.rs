//! SARIF 2.1.0, which GitHub code scanning, Azure DevOps and editors read.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>; how GitHub uses it:
//! <https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>.
//! No snippets are written, because a report may be uploaded to a place where the settings file must not be.

mod message;
mod place;
mod rules;
mod skipped;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::ser::{Serialize, SerializeSeq, Serializer};
use serde_sarif::sarif;

use self::message::message;
use self::place::{ROOT, location, region};
use self::rules::level;
use super::fingerprint::Fingerprints;
use super::{FileReport, Finding, Repository};

/// Writes one run with all findings.
pub(super) fn write(files: &[FileReport], repository: &Repository, out: &mut dyn Write) -> io::Result<()> {
    let root = sarif::ArtifactLocation::builder().description(message("the root of the repository")).build();
    let run = Run {
        tool: sarif::Tool::builder().driver(rules::driver()).build(),
        invocations: [skipped::invocation(files, repository)],
        original_uri_base_ids: BTreeMap::from([(ROOT, root)]),
        column_kind: sarif::ResultColumnKind::UnicodeCodePoints,
        results: Results { files, repository },
    };
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: sarif::Version::V2_1_0,
        runs: [run],
    };
    serde_json::to_writer(&mut *out, &log)?;
    writeln!(out)
}

/// Replaces the crate's own type, which would hold all results at once.
#[derive(serde::Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: sarif::Version,
    runs: [Run<'a>; 1],
}

/// Like [`Log`].
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: sarif::Tool,
    invocations: [sarif::Invocation; 1],
    original_uri_base_ids: BTreeMap<&'static str, sarif::ArtifactLocation>,
    column_kind: sarif::ResultColumnKind,
    results: Results<'a>,
}

/// The results, created one by one while they are written.
struct Results<'a> {
    files: &'a [FileReport],
    repository: &'a Repository,
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut results = serializer.serialize_seq(None)?;
        for file in self.files {
            let path = self.repository.path(&file.path);
            let artifact = place::artifact(&path);
            let mut fingerprints = Fingerprints::of(&path);
            for finding in &file.findings {
                let mut result = result(finding, &artifact);
                let fingerprint = fingerprints.next(finding).to_string();
                result.partial_fingerprints =
                    Some(BTreeMap::from([("ruleAndKey/v1".to_owned(), fingerprint)]));
                results.serialize_element(&result)?;
            }
        }
        results.end()
    }
}

fn result(finding: &Finding, artifact: &sarif::ArtifactLocation) -> sarif::Result {
    let diagnostic = &finding.diagnostic;
    let mut result = sarif::Result::builder()
        .rule_id(diagnostic.rule)
        .level(level(diagnostic.severity))
        .message(message(&finding.sentences()))
        .locations(vec![location(artifact, finding.span, finding.key())])
        .build();
    result.rule_index = rules::index(diagnostic.rule);
    if !diagnostic.related.is_empty() {
        result.related_locations = Some(related(finding, artifact));
    }
    result.fixes = fix(finding, artifact).map(|fix| vec![fix]);
    result
}

fn related(finding: &Finding, artifact: &sarif::ArtifactLocation) -> Vec<sarif::Location> {
    let places = finding.diagnostic.related.iter().zip(&finding.related).enumerate();
    let location = |(index, (related, (span, _))): (usize, (&crate::diagnostic::Related, &(_, _)))| {
        let mut location = location(artifact, *span, related.place.key());
        location.id = Some(place::number(index + 1));
        location.message = Some(message(&related.message));
        location
    };
    places.map(location).collect()
}

fn fix(finding: &Finding, artifact: &sarif::ArtifactLocation) -> Option<sarif::Fix> {
    let fix = finding.diagnostic.fix.as_ref().filter(|_| !finding.replacements.is_empty())?;
    let replacements = finding.replacements.iter().map(|(span, with)| {
        let mut replacement = sarif::Replacement::builder().deleted_region(region(*span)).build();
        // In SARIF, no content means that the text is only deleted.
        let inserted = || sarif::ArtifactContent::builder().text(with).build();
        replacement.inserted_content = (!with.is_empty()).then(inserted);
        replacement
    });
    let change = sarif::ArtifactChange::builder().artifact_location(artifact.clone());
    let change = change.replacements(replacements.collect::<Vec<_>>()).build();
    Some(sarif::Fix::builder().description(message(&fix.title)).artifact_changes(vec![change]).build())
}
