//! A plan as text and as JSON.

use std::io::{self, Write};

use serde::Serialize;

use super::AdminSession;
use crate::cli::context::Context;
use crate::cli::output::Prose;
use crate::entra::snapshot::objects::{FoundBy, Objects};
use crate::provision::{Line, Plan, Sign};
use crate::settings::{Choice, Cloud};
use crate::text::printable;

/// A plan in JSON, version 1.
#[derive(Serialize)]
pub(super) struct PlanShape<'a> {
    version: u8,
    file: &'a str,
    tenant: TenantShape,
    application: ApplicationShape<'a>,
    steps: Vec<LineShape>,
    notes: &'a [String],
    summary: SummaryShape,
}

#[derive(Serialize)]
struct TenantShape {
    id: String,
    cloud: &'static str,
}

#[derive(Serialize)]
struct ApplicationShape<'a> {
    name: &'a str,
    client_id: Option<String>,
    found_by: Option<&'static str>,
}

#[derive(Serialize)]
pub(super) struct LineShape {
    action: &'static str,
    object: &'static str,
    what: String,
    key: String,
    reason: String,
    role: Option<&'static str>,
}

#[derive(Serialize)]
struct SummaryShape {
    add: usize,
    change: usize,
    remove: usize,
}

impl LineShape {
    pub(super) fn of(line: Line) -> Self {
        Self {
            action: match line.sign {
                Sign::Add => "add",
                Sign::Change => "change",
                Sign::Remove => "remove",
            },
            object: line.object,
            what: line.what,
            key: line.key.to_string(),
            reason: line.reason,
            role: line.role,
        }
    }
}

/// The JSON shape of a plan.
pub(super) fn plan_shape<'a>(
    session: &'a AdminSession,
    plan: &'a Plan,
    objects: &'a Objects,
) -> PlanShape<'a> {
    let (keys, mode) = (session.wanted.keys, session.wanted.mode);
    let application = objects.application.as_ref().map(|(_, application)| application);
    PlanShape {
        version: 1,
        file: &session.name,
        tenant: TenantShape {
            id: session.wanted.access.tenant_id.to_string(),
            cloud: cloud(session.wanted.access.cloud),
        },
        application: ApplicationShape {
            name: application.map_or(session.wanted.name(), |application| &application.name),
            client_id: application.map(|application| application.client_id.to_string()),
            found_by: plan.found_by.map(|mark| match mark {
                FoundBy::ClientId => "client_id",
                FoundBy::UniqueName => "unique_name",
                FoundBy::DisplayName => "display_name",
            }),
        },
        steps: plan.steps.iter().flat_map(|one| one.lines(keys, mode)).map(LineShape::of).collect(),
        notes: &plan.notes,
        summary: SummaryShape {
            add: plan.count((keys, mode), Sign::Add),
            change: plan.count((keys, mode), Sign::Change),
            remove: plan.count((keys, mode), Sign::Remove),
        },
    }
}

fn cloud(cloud: Cloud) -> &'static str {
    Cloud::CHOICES.iter().find(|(_, _, one)| *one == cloud).map_or("", |(name, _, _)| name)
}

/// A plan as text.
pub(in crate::cli) struct PlanText {
    /// The tenant and the application.
    pub(in crate::cli) head: Vec<String>,
    /// The planned changes.
    pub(in crate::cli) lines: Vec<Line>,
    /// Notes.
    pub(in crate::cli) notes: Vec<String>,
    /// The summary.
    pub(in crate::cli) end: String,
}

impl PlanText {
    pub(super) fn new(session: &AdminSession, plan: &Plan, objects: &Objects) -> Self {
        let (keys, mode) = (session.wanted.keys, session.wanted.mode);
        let lines = plan.steps.iter().flat_map(|step| step.lines(keys, mode)).collect::<Vec<_>>();
        let end = summary(&lines);
        Self {
            head: vec![tenant_line(session), application(session, plan, objects)],
            lines,
            notes: plan.notes.clone(),
            end,
        }
    }

    /// Prints the plan.
    pub(super) fn print(&self, context: &mut Context<'_>) -> io::Result<()> {
        let out = &mut Prose::new(context.out);
        self.head.iter().try_for_each(|line| writeln!(out, "{line}"))?;
        let width = self.lines.iter().map(|line| line.object.len()).max().unwrap_or(0);
        if !self.lines.is_empty() {
            writeln!(out)?;
        }
        for line in &self.lines {
            let sign = line.sign.mark();
            writeln!(out, "  {sign} {:width$}  {}", line.object, printable(&line.what))?;
            writeln!(out, "    {:width$}  {}: {}", "", line.key, printable(&line.reason))?;
            if let Some(role) = line.role {
                writeln!(out, "    {:width$}  needs at least: {role}", "")?;
            }
        }
        if !self.notes.is_empty() {
            writeln!(out, "\nNotes:\n")?;
            self.notes.iter().try_for_each(|note| writeln!(out, "  - {}", printable(note)))?;
        }
        writeln!(out, "\n{}", self.end)
    }
}

/// The settings file and its tenant.
pub(super) fn tenant_line(session: &AdminSession) -> String {
    let access = &session.wanted.access;
    format!("{}: tenant {} ({})", printable(&session.name), access.tenant_id, cloud(access.cloud))
}

/// The last line of a plan.
pub(super) fn summary(lines: &[Line]) -> String {
    if lines.is_empty() {
        return "nothing to do: the tenant matches the settings".to_owned();
    }
    let count = |sign| lines.iter().filter(|line| line.sign == sign).count();
    let (add, change, remove) = (count(Sign::Add), count(Sign::Change), count(Sign::Remove));
    format!("{add} to add, {change} to change, {remove} to remove")
}

/// The application of the plan, and how it was found.
fn application(session: &AdminSession, plan: &Plan, objects: &Objects) -> String {
    let (Some(mark), Some((_, application))) = (plan.found_by, &objects.application) else {
        return format!("application {}: does not exist yet", printable(session.wanted.name()));
    };
    let by = match mark {
        FoundBy::ClientId => "by the client id in the settings",
        FoundBy::UniqueName => "by the unique name from an earlier run",
        FoundBy::DisplayName => "by its name, which is unique",
    };
    format!("application {} ({}), found {by}", printable(&application.name), application.client_id)
}
