//! The administrator's sign-in, for every command that needs one.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use indicatif::ProgressBar;
use jiff::Timestamp;
use uuid::Uuid;

use super::browser;
use super::connection::Connection;
use super::context::Context;
use crate::entra::GraphError;
use crate::entra::sign_in::{
    AdminSignIn, Administrators, BrowserPrompt, CODE_EXPIRED, DevicePrompt, TO_AUTOMATE, TO_READ, Token,
    as_automation,
};
use crate::entra::snapshot::{Cause, Unseen};
use crate::secret::shape::looks_like_a_secret;
use crate::secret::{Secret, SecretFault, find_reference};
use crate::settings::{Automation, defaults, keys};
use crate::text::{describe_character, printable, without_edges};
use crate::web::actions::Code;

/// The method that the command line names, if there is no ready token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::cli) enum AdminChoice {
    /// None: `[entra.automation]`, otherwise the browser, otherwise a device code.
    #[default]
    Any,
    /// The account of the Azure CLI.
    AzureCli,
    /// The browser of this machine.
    Browser,
    /// A device code.
    DeviceCode,
}

impl AdminChoice {
    /// The choice of three flags that exclude each other.
    pub(in crate::cli) fn of_flags(use_az: bool, browser: bool, device_code: bool) -> Self {
        match (use_az, browser, device_code) {
            (true, ..) => Self::AzureCli,
            (_, true, _) => Self::Browser,
            (.., true) => Self::DeviceCode,
            _ => Self::Any,
        }
    }
}

/// How the administrator of each file signs in.
pub(super) struct AdminAccess {
    /// The method, or why there is none.
    method: Result<Administrators, Unseen>,
    /// Whether `[entra.automation]` of a file comes before the method.
    prefers_automation: bool,
    patience: Duration,
}

/// Chooses the sign-in: a ready token, otherwise the named method, otherwise `[entra.automation]` of the file, otherwise the browser or a
/// device code if prompting is possible.
pub(super) fn administrators(
    context: &Context<'_>,
    choice: AdminChoice,
    scopes: &'static [&'static str],
    patience: Duration,
    progress: &ProgressBar,
) -> Result<AdminAccess, Unseen> {
    let token = context.admin_token.clone();
    // The automation application does not give itself permissions.
    let prefers_automation = token.is_none() && choice == AdminChoice::Any && scopes != TO_AUTOMATE;
    let way = match token {
        Some(token) => Ok(AdminSignIn::Token(checked_token(token)?)),
        None if choice == AdminChoice::AzureCli => Ok(AdminSignIn::AzureCli),
        None if context.page.is_some() => Ok(on_page(context)),
        None if !context.can_ask() => {
            let why = format!(
                "no administrator sign-in available: set {ADMIN_TOKEN}, or use --use-az, or set `[entra.automation]`; without a terminal, or with --no-input, nobody can enter a device code or use a browser"
            );
            Err(Unseen::new(Cause::Use, why))
        }
        None => Ok(interactive(choice, describe_role(scopes), progress)),
    };
    let method =
        way.map(|way| Administrators::new(way, scopes, patience).with_cancellation(context.cancellation()));
    Ok(AdminAccess { method, prefers_automation, patience })
}

/// The ready token, unless it is certainly none.
fn checked_token(token: Secret) -> Result<Secret, Unseen> {
    let refused = |why: String| Err(Unseen::new(Cause::Use, format!("{ADMIN_TOKEN} contains {why}")));
    if let Some(SecretFault::NotAscii(wrong)) = token.fault() {
        let wrong = wrong.map_or_else(|| "a character outside ASCII".to_owned(), describe_character);
        return refused(format!("{wrong}: copy the token again"));
    }
    match describe_mistake(&token) {
        Some(mistake) => refused(mistake.to_owned()),
        None => Ok(token),
    }
}

/// The browser where the user has one, otherwise a device code.
fn interactive(choice: AdminChoice, role: &'static str, progress: &ProgressBar) -> AdminSignIn {
    let progress = progress.clone();
    if choice == AdminChoice::Browser || (choice == AdminChoice::Any && browser::is_available()) {
        return AdminSignIn::Browser(Box::new(move |prompt| {
            progress.suspend(|| show_page(prompt, role));
            browser::open(&prompt.address);
        }));
    }
    AdminSignIn::DeviceCode(Box::new(move |prompt| progress.suspend(|| show(prompt, role))))
}

/// The least role of an account that signs in for these permissions. Source:
/// <https://learn.microsoft.com/entra/identity/role-based-access-control/delegate-by-task>.
fn describe_role(scopes: &[&str]) -> &'static str {
    if scopes == TO_READ {
        "at least the role Directory Readers or Global Reader"
    } else {
        "at least the role that the plan names for each step"
    }
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
fn show(prompt: &DevicePrompt, role: &str) {
    let (address, code) = (printable(&prompt.address), printable(&prompt.code));
    let minutes = prompt.lifetime.as_secs() / 60;
    let text = format!(
        "To sign in as an administrator ({role}), open {address} and enter the code {code} (valid for {minutes} minutes)."
    );
    // A closed terminal must not end the sign-in.
    let _ = writeln!(io::stderr(), "{text}");
}

/// Shows the address of the sign-in page on standard error, also for a browser that does not open by itself.
fn show_page(prompt: &BrowserPrompt, role: &str) {
    let (address, minutes) = (printable(&prompt.address), prompt.lifetime.as_secs() / 60);
    let text = format!(
        "To sign in as an administrator ({role}), use the browser that opens now, or open this address in a browser on this machine (valid for {minutes} minutes; --device-code signs in on another device):\n{address}"
    );
    let _ = writeln!(io::stderr(), "{text}");
}

/// A sign-in of the administrator, or of the automation application.
pub(super) struct SignedIn {
    pub(super) token: Token,
    /// When the certificate of the automation application ends; `None` for an administrator.
    pub(super) key_ends: Option<Timestamp>,
}

/// Signs the administrator in, or the automation application in its place. The browser and a device code sign in to the application that
/// the file names, so an application other than Microsoft's requires full trust.
pub(super) async fn token(admin: &AdminAccess, connection: &Connection) -> Result<SignedIn, Unseen> {
    let access = connection.access();
    if let (true, Some(automation)) = (admin.prefers_automation, &access.automation) {
        return automation_token(automation, connection, admin.patience).await;
    }
    let administrators = admin.method.as_ref().map_err(Clone::clone)?;
    let is_microsofts = access.admin_client_id.to_string() == defaults::ADMIN_CLIENT_ID;
    if !connection.trusts_everything() && administrators.are_interactive() && !is_microsofts {
        let why = format!(
            "`entra.admin_client_id` is {}, which is not Microsoft's application; if this is intended, use --trust without a list",
            access.admin_client_id
        );
        return Err(Unseen::new(Cause::Use, why));
    }
    let token = administrators.fetch_token(access, Arc::clone(connection.transport())).await;
    token.map(|token| SignedIn { token, key_ends: None }).map_err(|error| match &error {
        // The text of Microsoft's table does not know that a policy may be the reason.
        GraphError::SignIn(refused) if refused.error.as_str() == Some("expired_token") => {
            let Unseen { cause, reason } = Unseen::from(&error);
            Unseen::new(cause, format!("{reason}; {CODE_EXPIRED}"))
        }
        error => Unseen::from(error),
    })
}

/// Signs in with the certificate of the automation application.
async fn automation_token(
    automation: &Automation,
    connection: &Connection,
    patience: Duration,
) -> Result<SignedIn, Unseen> {
    let key = connection.signing_key(automation, patience).await?;
    let (transport, access) = (Arc::clone(connection.transport()), connection.access());
    let token = as_automation(transport, access, automation.client_id, &key, patience).await;
    token.map(|token| SignedIn { token, key_ends: Some(key.ends()) }).map_err(|error| {
        let Unseen { cause, reason } = Unseen::from(&error);
        Unseen::new(cause, format!("`{}`: {reason}", keys::AUTOMATION))
    })
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
