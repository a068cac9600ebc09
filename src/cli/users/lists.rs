//! Reads both lists of users in parallel: the Swyx users from a CSV file or the gateway, the Teams users from Graph.

use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::check::Checked;
use crate::cli::connection::{Connection, Transports};
use crate::cli::context::{Context, is_stdin};
use crate::cli::error::cannot;
use crate::cli::error::{CliError, usage_error};
use crate::cli::exit::Exit;
use crate::cli::names::{display, folder};
use crate::endpoint::Endpoint;
use crate::entra::GraphError;
use crate::entra::graph::TeamsUser;
use crate::entra::sign_in::Credential;
use crate::entra::snapshot::{Cause, Unseen};
use crate::http::{Deadline, HttpError, Limits, TransportError};
use crate::os::read_regular;
use crate::secret::SecretSource;
use crate::settings::{Settings, keys};
use crate::swyx::{GatewayError, SwyxUser};
use crate::text::{count_noun, printable};
use crate::users::csv;

/// The maximum number of faulty lines that are reported one by one.
const MAX_FAULTS: usize = 20;

type ListResult<T> = Result<Vec<T>, Unseen>;

/// Both lists.
type Both = (Vec<SwyxUser>, Vec<TeamsUser>);

/// Reads both lists, each within `limit`. The Swyx users come from the file `swyx`, if given. Prints why a list could not be read.
pub(super) fn read(
    context: &mut Context<'_>,
    swyx: Option<&Path>,
    path: &Path,
    (checked, settings): (&Checked, &Settings),
    limit: Duration,
) -> Result<Both, CliError> {
    // The file is read first, so that a typo in its name is reported before the sign-in.
    let from_file = swyx.map(|file| of_file(context, file)).transpose()?;
    let progress = progress(context);
    let runtime = tokio::runtime::Runtime::new().map_err(cannot("start the runtime"))?;
    let folder = folder(path);
    let connection =
        Connection::open(checked, &folder, &settings.access, &context.policy(), &mut Transports::default());
    let (swyx, teams) = match connection {
        Ok(connection) => runtime.block_on(both(from_file, &Reader { settings, connection, limit })),
        Err(why) => (Err(why.clone()), Err(why)),
    };
    // Does not wait for a name server that does not answer.
    runtime.shutdown_background();
    progress.finish_and_clear();
    let (swyx, teams) = match (swyx, teams) {
        (Ok(swyx), Ok(teams)) => return Ok((swyx, teams)),
        (swyx, teams) => (swyx.err(), teams.err()),
    };
    let mut exit = Exit::Clean;
    let mut printed = Vec::new();
    for why in swyx.into_iter().chain(teams) {
        exit = exit.max(why.cause.into());
        if !printed.contains(&why.reason) {
            context.error(format_args!("{}: {}", printable(&display(path)), why.reason));
            printed.push(why.reason);
        }
    }
    // A cause without an exit code counts as an unexpected response.
    Err(CliError::Reported(exit.max(Exit::UnexpectedResponse)))
}

fn of_file(context: &mut Context<'_>, file: &Path) -> Result<Vec<SwyxUser>, CliError> {
    let name = printable(&display(file));
    let content = if is_stdin(file) {
        from_input().map_err(cannot("read standard input"))?
    } else {
        let read = read_regular(file, csv::MAX_BYTES);
        read.map_err(|error| usage_error(format_args!("{name}: {error}")))?.0
    };
    if content.len() > csv::MAX_BYTES {
        return Err(usage_error(format_args!("{name}: the list is too long")));
    }
    let errors = match csv::read_with_note(&content) {
        Ok((users, note)) => {
            if let Some(note) = note {
                context.note(format_args!("{name}: {note}"))?;
            }
            return Ok(users);
        }
        Err(errors) => errors,
    };
    for error in errors.iter().take(MAX_FAULTS) {
        context.error(format_args!("{name}: {error}"));
    }
    if let Some(more) = errors.len().checked_sub(MAX_FAULTS).filter(|more| *more > 0) {
        let lines = count_noun(more, "more line");
        context.error(format_args!("{name}: {lines} with errors; correct the reported lines first"));
    }
    Err(CliError::Reported(Exit::Usage))
}

fn from_input() -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    io::stdin().lock().take(csv::MAX_BYTES as u64 + 1).read_to_end(&mut content)?;
    Ok(content)
}

/// Signs in and reads the missing lists, within `limit`.
async fn both(
    from_file: Option<Vec<SwyxUser>>,
    reader: &Reader<'_>,
) -> (ListResult<SwyxUser>, ListResult<TeamsUser>) {
    match (from_file, &reader.settings.gateway) {
        (Some(users), _) => (Ok(users), reader.teams().await),
        (None, Some(gateway)) => tokio::join!(reader.swyx(gateway), reader.teams()),
        (None, None) => {
            let why = "`swyx.gateway` is not set: set it, or use --swyx FILE.csv to read the Swyx users from a file";
            let why = Unseen::new(Cause::Use, why);
            (Err(why.clone()), Err(why))
        }
    }
}

/// Reads the lists of one tenant.
struct Reader<'a> {
    settings: &'a Settings,
    connection: Connection,
    /// The limit for each list.
    limit: Duration,
}

impl Reader<'_> {
    fn limits(&self) -> Limits {
        Limits { until: Some(Deadline::after(self.limit)), ..Limits::default() }
    }

    async fn swyx(&self, (address, token): &(Endpoint, SecretSource)) -> ListResult<SwyxUser> {
        let limits = self.limits();
        let token = self.connection.secret(&keys::GATEWAY_TOKEN, token, self.limit).await?;
        let gateway = self.connection.gateway(address, token, limits);
        gateway.users().await.map_err(|error| of_gateway(&error))
    }

    async fn teams(&self) -> ListResult<TeamsUser> {
        let limits = self.limits();
        let secret = self.connection.client_secret(self.settings, self.limit).await?;
        let credential = Credential::Secret(self.settings.client_id, secret);
        let client = self.connection.client(credential, limits);
        client.list_teams_users().await.map_err(|error| of_graph(&error))
    }
}

/// Why the Teams users could not be read. Refers to `check --online` if the application is the cause.
fn of_graph(error: &GraphError) -> Unseen {
    let advice = match error {
        GraphError::SignIn(_) => "; run `swyx-teams check --online` for the cause",
        GraphError::Refused { status: 401 | 403, .. } => {
            "; does the application have User.ReadBasic.All? Run `swyx-teams check --online`"
        }
        _ => "",
    };
    Unseen::new(Unseen::from(error).cause, format!("{error}{advice}"))
}

fn of_gateway(error: &GatewayError) -> Unseen {
    let cause = match error {
        GatewayError::Http(HttpError::TimedOut { .. }) | GatewayError::Silent { .. } => Cause::Silence,
        GatewayError::Http(HttpError::Transport {
            why: TransportError::Unreachable(_) | TransportError::NoConnection(_),
            ..
        }) => Cause::Silence,
        GatewayError::NotAToken => Cause::Use,
        _ => Cause::Answer,
    };
    Unseen::new(cause, error.to_string())
}

/// A spinner on a terminal; nothing in a pipe or with --quiet.
fn progress(context: &Context<'_>) -> ProgressBar {
    let is_wanted = !context.global.quiet;
    let target = if is_wanted { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(None, target);
    let style = ProgressStyle::with_template("{spinner} reading the users of Swyx and Teams {elapsed}");
    let bar = style.map_or(bar.clone(), |style| bar.with_style(style));
    if is_wanted {
        bar.enable_steady_tick(Duration::from_millis(120));
    }
    bar
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;
    use std::sync::Arc;

    use crate::cli::connection::ConnectionPolicy;
    use crate::http::{Request, Response, SendFuture, Transport};
    use crate::os::process::CancellationToken;
    use crate::secret::Trust;

    /// Entra ID, Graph and the gateway, by request path; a path without an answer times out.
    struct FakeServices(Vec<(&'static str, u16, &'static str)>);

    impl Transport for FakeServices {
        fn send(&self, request: Request) -> SendFuture<'_> {
            let path = request.uri().path();
            let found = self.0.iter().find(|(end, ..)| path.ends_with(end)).copied();
            Box::pin(async move {
                let Some((_, status, body)) = found else { return std::future::pending().await };
                let mut response = Response::new(body.into());
                *response.status_mut() = status.try_into().expect("a status");
                response.headers_mut().insert("content-type", "application/json".parse().expect("a value"));
                Ok(response)
            })
        }
    }

    const TOKEN: (&str, u16, &str) =
        ("/token", 200, r#"{"token_type": "Bearer", "expires_in": 3599, "access_token": "opaque"}"#);
    const TEAMS: (&str, u16, &str) = (
        "/v1.0/users",
        200,
        r#"{"value": [{"id": "7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34", "userPrincipalName": "j@x"}]}"#,
    );
    const SWYX: (&str, u16, &str) = (
        "/v1/users",
        200,
        r#"{"users": [{"id": "7", "name": "Jane", "email": "j@x", "enabled": true}], "next": null}"#,
    );

    fn settings() -> Settings {
        let text = "[swyx]\ngateway = \"https://localhost:9180\"\ngateway_token = \"0123456789abcdef0123456789abcdef\"\n\
                    [control_center]\nMsTeamsStatusSyncMode = 2\nMsTeamsTenantId = \"7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34\"\n\
                    MsTeamsClientId = \"2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16\"\nMsTeamsClientSecret = \"Ab18Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d\"\n";
        let checked = crate::check::check_bytes("a.toml", text.into(), false);
        checked.settings().expect("complete")
    }

    async fn read(
        answers: &[(&'static str, u16, &'static str)],
    ) -> (ListResult<SwyxUser>, ListResult<TeamsUser>) {
        let settings = settings();
        let (trust, cancellation) = (Trust::nothing(), CancellationToken::default());
        let policy = ConnectionPolicy { trust, cancellation, pause_observer: None };
        let transport = Arc::new(FakeServices(answers.to_vec()));
        let connection = Connection::over(transport, Path::new(""), &settings.access, &policy);
        both(None, &Reader { settings: &settings, connection, limit: Duration::from_secs(20) }).await
    }

    fn failed<T>(read: ListResult<T>) -> (u8, String) {
        let why = read.err().expect("a failure");
        (Exit::from(why.cause).code(), why.reason)
    }

    #[tokio::test(start_paused = true)]
    async fn both_lists_are_read_in_parallel() {
        let (swyx, teams) = read(&[TOKEN, TEAMS, SWYX]).await;
        let (swyx, teams) = (swyx.expect("a list"), teams.expect("a list"));
        assert_eq!((swyx[0].email.as_deref(), &*teams[0].upn), (Some("j@x"), "j@x"));
    }

    #[tokio::test(start_paused = true)]
    async fn timeout_of_one_list_does_not_affect_the_other() {
        let start = Instant::now();
        let (swyx, teams) = read(&[TOKEN, TEAMS]).await;
        assert!(teams.is_ok());
        assert_eq!(failed(swyx), (4, "localhost: no answer within 20 s".to_owned()));
        let (swyx, teams) = read(&[TOKEN, SWYX]).await;
        assert!(swyx.is_ok());
        assert_eq!(failed(teams), (4, "graph.microsoft.com: no answer within 20 s".to_owned()));
        assert_eq!(start.elapsed().as_secs(), 40);
    }

    #[tokio::test(start_paused = true)]
    async fn rejected_requests_give_exit_code_3_and_advice() {
        let denied = r#"{"error": {"code": "Authorization_RequestDenied", "message": "no"}}"#;
        let (swyx, teams) = read(&[TOKEN, ("/v1.0/users", 403, denied), ("/v1/users", 401, "{}")]).await;
        let (code, why) = failed(swyx);
        assert!(code == 3 && why.contains("`swyx.gateway_token`"), "{why}");
        let (code, why) = failed(teams);
        assert!(code == 3 && why.contains("User.ReadBasic.All"), "{why}");
        let refused = r#"{"error": "invalid_client", "error_codes": [7000215]}"#;
        let (_, teams) = read(&[("/token", 401, refused), SWYX]).await;
        let (code, why) = failed(teams);
        assert!(code == 3 && why.contains("AADSTS7000215") && why.contains("check --online"), "{why}");
    }
}
