//! What a look at a tenant showed, in sentences: also the good, and how sure it is.

use jiff::Timestamp;

use crate::entra::aadsts;
use crate::entra::snapshot::{Read, Refusal, Registration, SignIn, Snapshot, Tried};
use crate::text::shown;

/// Seconds by which two clocks may differ before it is worth a word; Entra ID itself bears five minutes.
const CLOCK_TOLERANCE: i64 = 120;

/// The sentences about a tenant. What was not seen is left to the list of skipped rules.
pub fn verdict(tenant: &Snapshot) -> Vec<String> {
    let mut lines = Vec::new();
    match &tenant.sign_in {
        Err(_) => {}
        Ok(SignIn::Refused(refusal)) => lines.push(refused(refusal)),
        Ok(SignIn::Accepted { roles }) => {
            lines.push("the sign-in works".to_owned());
            lines.push(match roles.as_deref() {
                None => "permissions: the token cannot be read".to_owned(),
                Some([]) => "permissions: none of type Application".to_owned(),
                Some(roles) => format!("permissions: {}", names(roles)),
            });
        }
    }
    let reads = [("the directory", &tenant.directory), ("presences", &tenant.presence)];
    for (what, read) in reads {
        lines.extend(read.as_ref().ok().map(|read| match read {
            Read::Allowed(Tried::RealUser) => format!("{what} can be read"),
            Read::Allowed(Tried::MadeUpUser) => format!(
                "{what} can be read, as far as can be inferred: nobody was looked up but a made-up user (--thorough looks up a real one)"
            ),
            Read::Allowed(Tried::NobodyFound) => format!(
                "{what} can be read, as far as can be inferred: no user was found to look up, so a made-up one was"
            ),
            Read::Refused(status, _) => format!("{what} cannot be read (HTTP {status})"),
        }));
    }
    lines.extend(tenant.registration.as_ref().ok().map(|seen| registered(seen, tenant.seen_at)));
    if let Some(ahead) = tenant.clock_ahead.filter(|ahead| ahead.abs() > CLOCK_TOLERANCE) {
        let way = if ahead > 0 { "ahead of" } else { "behind" };
        let minutes = (ahead.abs() + 30) / 60;
        lines.push(format!(
            "this machine's clock is {minutes} minutes {way} Microsoft's; dates are judged by Microsoft's"
        ));
    }
    lines
}

fn refused(refusal: &Refusal) -> String {
    let more = match refusal.code {
        None => String::new(),
        Some(code) if aadsts::find(code).is_some() => {
            format!(" with AADSTS{code} (swyx-teams explain AADSTS{code})")
        }
        Some(code) => format!(" with AADSTS{code} ({})", aadsts::page(code)),
    };
    let request = refusal.request.map(|id| format!("; Microsoft's support finds it by the id {id}"));
    format!("the sign-in is refused{more}{}", request.unwrap_or_default())
}

/// What is left of the registration's secrets; those that have ended are of no use to anyone.
fn registered(registration: &Registration, seen_at: Timestamp) -> String {
    let living = registration.secrets.iter().filter(|secret| secret.ends > seen_at).collect::<Vec<_>>();
    let ends = living.iter().map(|secret| secret.ends.strftime("%Y-%m-%d").to_string()).collect::<Vec<_>>();
    let ends = match ends.as_slice() {
        [] => "no client secret of it is valid".to_owned(),
        [one] => format!("its client secret ends on {one}"),
        several => format!("its client secrets end on {}", several.join(", ")),
    };
    format!("the registration can be read; {ends}")
}

fn names(names: &[String]) -> String {
    names.iter().map(|name| shown(name)).collect::<Vec<_>>().join(", ")
}
