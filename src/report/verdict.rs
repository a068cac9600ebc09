//! The results of a tenant check as sentences, including good ones, and how certain they are.

use jiff::Timestamp;

use crate::entra::aadsts;
use crate::entra::snapshot::{Read, Refusal, Registration, SignIn, Snapshot, Tried};
use crate::text::shown;

/// The difference of clocks in seconds that is not reported; Entra ID itself tolerates five minutes.
const CLOCK_TOLERANCE: i64 = 120;

/// The sentences about a tenant. The list of skipped rules contains the parts that could not be read.
pub fn describe_verdict(tenant: &Snapshot) -> Vec<String> {
    let mut lines = Vec::new();
    match &tenant.sign_in {
        Err(_) => {}
        Ok(SignIn::Refused(refusal)) => lines.push(refused(refusal)),
        Ok(SignIn::Accepted { roles }) => {
            lines.push("the sign-in works".to_owned());
            lines.push(match roles.as_deref() {
                None => "permissions: unknown, the token cannot be decoded".to_owned(),
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
                "{what} can probably be read: only a made-up user was looked up (inferred; --thorough looks up a real one)"
            ),
            Read::Allowed(Tried::NoUserFound) => format!(
                "{what} can probably be read: no user was found, so a made-up one was looked up (inferred)"
            ),
            Read::Refused(status, _) => format!("{what} cannot be read (HTTP {status})"),
        }));
    }
    lines.extend(tenant.registration.as_ref().ok().map(|seen| registered(seen, tenant.seen_at)));
    if let Some(ahead) = tenant.clock_ahead.filter(|ahead| ahead.abs() > CLOCK_TOLERANCE) {
        let way = if ahead > 0 { "ahead of" } else { "behind" };
        let minutes = (ahead.abs() + 30) / 60;
        lines.push(format!(
            "the clock of this machine is {minutes} minutes {way} Microsoft's clock, which is used for all dates"
        ));
    }
    lines
}

fn refused(refusal: &Refusal) -> String {
    let more = match refusal.code {
        None => String::new(),
        Some(code) if aadsts::find(code).is_some() => {
            format!(" with AADSTS{code} (`swyx-teams explain AADSTS{code}`)")
        }
        Some(code) => format!(" with AADSTS{code} ({})", aadsts::build_page_address(code)),
    };
    let request = refusal.request.map(|id| format!("; Microsoft's support finds it by the id {id}"));
    format!("sign-in refused{more}{}", request.unwrap_or_default())
}

/// The valid secrets of the registration; expired ones are omitted.
fn registered(registration: &Registration, seen_at: Timestamp) -> String {
    let living = registration.secrets.iter().filter(|secret| secret.ends > seen_at).collect::<Vec<_>>();
    let ends = living.iter().map(|secret| secret.ends.strftime("%Y-%m-%d").to_string()).collect::<Vec<_>>();
    let ends = match ends.as_slice() {
        [] => "it has no valid client secret".to_owned(),
        [one] => format!("its client secret expires on {one}"),
        several => format!("its client secrets expire on {}", several.join(", ")),
    };
    format!("the registration can be read; {ends}")
}

fn names(names: &[String]) -> String {
    names.iter().map(|name| shown(name)).collect::<Vec<_>>().join(", ")
}
