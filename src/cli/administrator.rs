//! The administrator's sign-in, for every command that needs one.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use indicatif::ProgressBar;
use uuid::Uuid;

use super::connection::Connection;
use super::context::Context;
use crate::entra::sign_in::{AdminSignIn, Administrators, DevicePrompt, Token};
use crate::entra::snapshot::{Cause, Unseen};
use crate::secret::shape::looks_like_a_secret;
use crate::secret::{Secret, SecretFault, find_reference};
use crate::settings::defaults;
use crate::text::{describe_character, printable, without_edges};
use crate::web::actions::Code;

/// Chooses the sign-in: a ready token, otherwise the Azure CLI, otherwise a device code if prompting is possible.
pub(super) fn administrators(
    context: &Context<'_>,
    use_az: bool,
    scopes: &'static [&'static str],
    patience: Duration,
    progress: &ProgressBar,
) -> Result<Administrators, Unseen> {
    let way = match context.admin_token.clone() {
        Some(token) => match token.fault() {
            Some(SecretFault::NotAscii(wrong)) => {
                let wrong = wrong.map_or_else(|| "a character outside ASCII".to_owned(), describe_character);
                let why = format!("{ADMIN_TOKEN} contains {wrong}: copy the token again");
                return Err(Unseen::new(Cause::Use, why));
            }
            _ => match describe_mistake(&token) {
                Some(mistake) => {
                    return Err(Unseen::new(Cause::Use, format!("{ADMIN_TOKEN} contains {mistake}")));
                }
                None => AdminSignIn::Token(token),
            },
        },
        None if use_az => AdminSignIn::AzureCli,
        None if context.page.is_some() => on_page(context),
        None if context.can_ask() => {
            let progress = progress.clone();
            AdminSignIn::DeviceCode(Box::new(move |prompt| progress.suspend(|| show(prompt))))
        }
        None => {
            let why = format!(
                "no administrator sign-in available: set {ADMIN_TOKEN}, or use --use-az; without a terminal, or with --no-input, a device code cannot be entered"
            );
            return Err(Unseen::new(Cause::Use, why));
        }
    };
    Ok(Administrators::new(way, scopes, patience).with_cancellation(context.cancellation()))
}

/// What the variable contains, if it is certainly no access token. Graph's tokens have no documented form, so nothing else is refused.
fn describe_mistake(token: &Secret) -> Option<String> {
    let text = token.expose();
    let mistake = if is_unexpanded(text) {
        "a reference that the shell did not expand, such as $TOKEN: set it to the token itself"
    } else if text.starts_with(['{', '[']) {
        return Some(describe_json(text));
    } else if looks_like_a_secret(text) {
        "a client secret, which is not an access token"
    } else if Uuid::try_parse(text).is_ok() {
        "an ID, which is not an access token"
    } else {
        return None;
    };
    Some(mistake.to_owned())
}

/// Whether a text is a reference to a variable or to the output of a command. No token contains these marks.
fn is_unexpanded(text: &str) -> bool {
    let is_in_percent_signs = text.len() > 2 && text.starts_with('%') && text.ends_with('%');
    text.starts_with('$') || is_in_percent_signs || find_reference(text).is_some()
}

/// Names the member that contains the token, as the Azure CLI, OAuth and Azure PowerShell call it.
fn describe_json(text: &str) -> String {
    const MEMBERS: [&str; 4] = ["accessToken", "access_token", "Token", "token"];
    match MEMBERS.into_iter().find(|member| text.contains(&format!("\"{member}\""))) {
        Some(member) => format!("JSON: set it to the text of `{member}` alone"),
        None => "JSON, which is not an access token".to_owned(),
    }
}

/// A device code sign-in that shows the code on the page.
fn on_page(context: &Context<'_>) -> AdminSignIn {
    let page = context.page.clone();
    AdminSignIn::DeviceCode(Box::new(move |prompt| {
        if let Some(page) = &page {
            let (address, code) = (printable(&prompt.address), printable(&prompt.code));
            page.request_sign_in(Code { address, code, minutes: prompt.lifetime.as_secs() / 60 });
        }
    }))
}

/// The environment variable with a ready token. Not read by the argument parser, whose help would show the value.
pub(super) const ADMIN_TOKEN: &str = "SWYX_TEAMS_ADMIN_TOKEN";

/// The ready token, if there is one.
pub(super) fn ready_token() -> Option<Secret> {
    let text = std::env::var(ADMIN_TOKEN).ok()?;
    Some(bare_token(&text)).filter(|token| !token.is_empty()).map(Secret::new)
}

/// A pasted token without a byte order mark, whitespace, quotation marks and the name of its scheme.
fn bare_token(text: &str) -> &str {
    const SCHEMES: [&str; 2] = ["Authorization:", "Bearer "];
    let mut token = without_edges(text);
    loop {
        let inner = ['"', '\''].into_iter().find_map(|mark| token.strip_prefix(mark)?.strip_suffix(mark));
        let after = SCHEMES.into_iter().find_map(|scheme| {
            let (start, rest) = token.split_at_checked(scheme.len())?;
            start.eq_ignore_ascii_case(scheme).then_some(rest)
        });
        match inner.or(after) {
            Some(rest) => token = without_edges(rest),
            None => return token,
        }
    }
}

/// Shows a device code on standard error.
fn show(prompt: &DevicePrompt) {
    let (address, code) = (printable(&prompt.address), printable(&prompt.code));
    let minutes = prompt.lifetime.as_secs() / 60;
    let text = format!(
        "To sign in as an administrator, open {address} and enter the code {code} (valid for {minutes} minutes)."
    );
    // A closed terminal must not end the sign-in.
    let _ = writeln!(io::stderr(), "{text}");
}

/// Signs the administrator in. A device code signs in to the application that the file names, so an application other than Microsoft's
/// requires full trust.
pub(super) async fn token(administrators: &Administrators, connection: &Connection) -> Result<Token, Unseen> {
    let access = connection.access();
    let is_microsofts = access.admin_client_id.to_string() == defaults::ADMIN_CLIENT_ID;
    if !connection.trusts_everything() && administrators.are_interactive() && !is_microsofts {
        let why = format!(
            "`entra.admin_client_id` is {}, which is not Microsoft's application; if this is intended, use --trust without a list",
            access.admin_client_id
        );
        return Err(Unseen::new(Cause::Use, why));
    }
    let token = administrators.fetch_token(access, Arc::clone(connection.transport())).await;
    token.map_err(|error| Unseen::from(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_people_paste_it() {
        for text in [
            "eyJ0.a.b",
            "\u{feff}eyJ0.a.b\r\n",
            "\"eyJ0.a.b\"",
            "'eyJ0.a.b'\n",
            "Bearer eyJ0.a.b",
            "bearer  \"eyJ0.a.b\"",
            "\"Authorization: Bearer eyJ0.a.b\"",
        ] {
            assert_eq!(bare_token(text), "eyJ0.a.b", "{text:?}");
        }
        for text in ["", " ", "\"\"", "\""] {
            assert!(bare_token(text).len() < 2, "{text:?}");
        }
    }

    #[test]
    fn what_is_certainly_no_token_is_described() {
        for (text, described) in [
            ("{\"accessToken\": \"eyJ0.a.b\"}", "JSON: set it to the text of `accessToken` alone"),
            ("{\"token_type\": \"Bearer\", \"access_token\": \"eyJ0.a.b\"}", "text of `access_token` alone"),
            ("{\"Token\": \"eyJ0.a.b\"}", "text of `Token` alone"),
            ("[1]", "JSON, which is not"),
            ("$TOKEN", "did not expand"),
            ("$token", "did not expand"),
            ("${TOKEN}", "did not expand"),
            ("$env:TOKEN", "did not expand"),
            ("%TOKEN%", "did not expand"),
            ("$(az account get-access-token)", "did not expand"),
            ("${{ secrets.TOKEN }}", "did not expand"),
            ("{{ token }}", "did not expand"),
            ("aBc8Q~0123456789012345678901234567890123", "client secret"),
            ("2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16", "an ID"),
        ] {
            let described_as = describe_mistake(&Secret::new(text));
            assert!(described_as.is_some_and(|found| found.contains(described)), "{text}");
        }
        assert_eq!(describe_mistake(&Secret::new("eyJ0.a.b")), None);
        assert_eq!(describe_mistake(&Secret::new("EwBwA8l6BAAU")), None);
    }
}
