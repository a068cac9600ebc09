//! The command lines: every command that reads or changes a file, and secrets given in wrong ways.

use crate::canary::{Canary, escaped};

/// The file that a command line is about, in the folder where it runs.
pub const FILE: &str = "a.toml";
/// A file without secrets, and one with another secret.
pub const OTHERS: [&str; 2] = ["clean.toml", "other.toml"];

pub struct Line {
    pub arguments: Vec<String>,
    /// The content of standard input.
    pub input: Option<Vec<u8>>,
    /// Whether it may change the file.
    pub writes: bool,
    /// Whether an administrator's token is at hand.
    pub has_token: bool,
}

/// The commands that an administrator signs in for.
const PROVISIONING: [&str; 4] = ["plan", "apply", "rotate", "destroy"];

fn line(arguments: &str) -> Line {
    let arguments = arguments.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let has_token = PROVISIONING.contains(&arguments[0].as_str());
    let writes = has_token
        || ["set", "unset", "move", "secret"].contains(&arguments[0].as_str())
        || arguments.iter().any(|word| word == "--fix") && arguments.iter().all(|word| word != "--diff");
    Line { arguments, input: None, writes, has_token }
}

const FORMATS: [&str; 7] = ["human", "concise", "json", "sarif", "github", "gitlab", "junit"];

const KEYS: [&str; 24] = [
    "control_center.MsTeamsClientSecret",
    "control_center.MsTeamsTenantId",
    "control_center.colour",
    "control_center",
    "swyx.gateway_token",
    "swyx.version",
    "swyx.gateway",
    "swyx",
    "control_center.MsTeamsStatusSyncMode",
    "control_center.MsTeamsClientId",
    "control_center.MsTeamsClientSecret.x",
    "control_center.MsTeamsClientSecert",
    "entra.cloud",
    "entra.application_name",
    "entra.secret_lifetime_days",
    "entra.admin_client_id",
    "entra.authority",
    "entra.ca_file",
    "entra",
    "sync.read_interval_seconds",
    "sync.status",
    "user[0].swyx",
    "user[0].teams",
    "user[0]",
];

/// Every command on one file. Where the text cannot be read, all keys are one.
pub fn on_file(content: &[u8], is_toml: bool) -> Vec<Line> {
    let mut lines = FORMATS
        .map(|format| line(&format!("check {FILE} --format {format}")))
        .into_iter()
        .collect::<Vec<_>>();
    lines.extend(
        [
            "check a.toml --fix --diff",
            "check a.toml --fix",
            "check a.toml -v --fail-on info",
            "check a.toml --color always",
            "check . -v --format json --color always",
            // With an unreachable proxy: no response, but everything before it happens.
            "check a.toml -vvv --online --timeout 1 --color always",
            "check a.toml --online --as-admin --no-input --timeout 1 --format sarif",
            "list a.toml",
            "list a.toml --format json",
            "list a.toml --color always -v",
            "sheet a.toml",
            "sheet a.toml --format json",
            // Without a sign-in method: only the file is read.
            "setup a.toml --sign-in token --mode 1 --color always",
            // With trust and a token, up to the unreachable proxy.
            "plan a.toml -vvv --trust --timeout 1 --color always",
            "plan a.toml --exit-code --format json --timeout 1",
            "apply a.toml -v --yes --prune --as-in-the-guide --timeout 1 --color always",
            "apply a.toml --trust --yes --new-secret --secret-out new.secret --timeout 1 --format json",
            "rotate a.toml -vv --trust --timeout 1 --color always",
            "rotate a.toml --if-due --format json --timeout 1",
            "rotate a.toml --finish --timeout 1",
            "destroy a.toml --trust --yes SwyxMSTeamsPresenceSync --timeout 1",
            // The address does not belong to this machine, so the command ends at once.
            "sync a.toml -vvv --trust --metrics 192.0.2.1:9 --color always",
            "sync a.toml other.toml -vvv --log-format json --metrics 192.0.2.1:9",
            "sync a.toml --dry-run --record clean.toml --trust",
            "sync a.toml -v --replay a.toml",
            "sync a.toml --replay clean.toml --log-format json",
            "service install a.toml --print --yes",
            "service install a.toml --yes --user no-such-account",
            "diff clean.toml a.toml",
            "diff a.toml clean.toml",
            "diff a.toml other.toml",
            "diff other.toml a.toml --color always",
            "diff clean.toml a.toml --format json",
            "diff a.toml clean.toml --format json",
            "diff a.toml other.toml --format json --exit-code",
            "diff other.toml a.toml --format json",
            "explain control_center.MsTeamsClientSecret --config a.toml",
            "set sync.session_minutes 20 --config a.toml",
            "set control_center.MsTeamsStatusSyncMode 1 --config a.toml -v",
            "set control_center.MsTeamsClientSecret env:OTHER --config a.toml --color always",
            "set control_center.MsTeamsStatusSyncMode 7 --config a.toml",
            "set user[1] x --config a.toml",
            "secret put a.toml --stdin --color always",
            "secret put swyx.gateway_token a.toml --no-input -v",
            "unset control_center.MsTeamsClientSecret --config a.toml",
            "move a.toml --to-version 14.25 --diff --color always",
            "move a.toml --to-version 14.25 -v",
            "unset swyx.version sync.status --config a.toml",
            "unset control_center.MsTeamsTenantId --config a.toml -v",
        ]
        .map(line),
    );
    let keys = if is_toml { &KEYS[..] } else { &KEYS[..2] };
    for key in keys {
        lines.push(line(&format!("get {key} --config {FILE}")));
    }
    for key in &keys[..keys.len().min(5)] {
        lines.push(line(&format!("get {key} --format json -v --config {FILE}")));
    }
    for format in ["human", "sarif"] {
        let piped = line(&format!("check - --format {format} --stdin-filename b.toml"));
        lines.push(Line { input: Some(content.to_vec()), ..piped });
    }
    lines
}

/// The secret where it does not belong on a command line. Paths are left out: a report is about a path, and names it.
pub fn wrong_use(canary: &Canary) -> Vec<Line> {
    let secret = canary.secret;
    let quoted = format!("\"{}\"", escaped(secret));
    let fill = |word: &str| match word {
        "S" => "control_center.MsTeamsClientSecret".to_owned(),
        "T" => "swyx.gateway_token".to_owned(),
        word => word.replace("«C»", secret).replace("«Q»", &quoted).replace('·', " "),
    };
    let words = WRONG_USE.iter().filter(|pattern| !pattern.starts_with("modern ") || canary.is_modern());
    let mut lines = Vec::new();
    for pattern in words {
        let pattern = pattern.trim_start_matches("modern ");
        let extras: &[&[&str]] = if canary.is_modern() { &[&[], &["-v", "--color=always"]] } else { &[&[]] };
        for extra in extras {
            // Before the command, where they mean the same and are no words of `set`.
            let arguments = extra.iter().copied().chain(pattern.split(' ')).map(fill).collect();
            lines.push(Line {
                arguments,
                input: Some(secret.as_bytes().to_vec()),
                writes: true,
                has_token: false,
            });
        }
    }
    lines
}

/// `S` and `T` are the keys of the two secrets, `«C»` is the secret, `«Q»` is it in quotes, `·` a blank within a word.
const WRONG_USE: [&str; 140] = [
    "set S «C»",
    "set S --«C»",
    "set S -- «C»",
    "set S -«C»",
    "set S=«C»",
    "set control_center.MsTeamsClientSecret=«C»",
    "set S =«C»",
    "set S env:«C»",
    "set S env:X «C»",
    "set S env:X «C» y",
    "set S «C» «C»",
    "set S {·env·=·«Q»·}",
    "set S {·command·=·[\"x\",·5,·«Q»]·}",
    "set S {·command·=·[\"x\",·«Q»]·}",
    "set S {·value·=·«Q»·}",
    "set S file:«C»",
    "set S keyring:«C»",
    "set S keyring:swyx-teams/«C»",
    "set S {·keyring·=·«Q»·}",
    "secret put S --stdin",
    "secret put T --stdin",
    "secret put «C»",
    "secret put S «C»",
    "secret put --stdin=«C»",
    "secret put --«C»",
    "secret «C»",
    "set T «C»",
    "set T env:«C» S «C»",
    "set S",
    "set S --stdin «C»",
    "set S --stdin",
    "set T --stdin",
    "set --stdin S",
    "set --value=«C»",
    "set --value «C»",
    "set S --value=«C»",
    "set S --value «C»",
    "set «C»",
    "set «C» x",
    "set «C» «C»",
    "set «C» S",
    "set «Q» x",
    "set «Q».x y",
    "set entra.«Q» y",
    "modern set control_center.«Q» y",
    "set control_center.MsTeamsTenantId «C»",
    "set control_center.MsTeamsTenantId --stdin",
    "set control_center.MsTeamsStatusSyncMode «C»",
    "set control_center.MsTeamsStatusSyncMode --stdin",
    "set control_center.Other «C»",
    "set sync.read_interval_seconds «C»",
    "set entra.cloud «C»",
    "set entra.authority https://user:«C»@host/",
    "set entra.colour «C»",
    "set colour «C»",
    "set user[0] «C»",
    "set user[1] {·swyx·=·«Q»·}",
    "set user[7] «C»",
    "set swyx.version «C»",
    "set sync.status.\"Busy/InACall\" «C»",
    "set sync.status.«Q» Away",
    "setup --secret «C»",
    "setup --secret env:«C»",
    "setup --secret {·command·=·[\"x\",·5,·«Q»]·}",
    "setup --tenant «C»",
    "setup --mode «C» --application-name «C»",
    "setup --cloud=«C» --swyx-version «C»",
    "setup --sign-in «C»",
    "setup --user «C» --user «C»=«C»",
    "setup --yes=«C»",
    "setup --«C»",
    "plan --exit-code=«C» a.toml",
    "plan --format «C» a.toml",
    "plan a.toml --timeout «C»",
    "plan a.toml --«C»",
    "plan --secret «C» a.toml",
    "apply --yes=«C» a.toml",
    "apply --yes a.toml «C»",
    "apply --secret «C» a.toml",
    "apply --new-secret=«C» a.toml",
    "apply --prune «Q» a.toml",
    "rotate --finish=«C» a.toml",
    "rotate --finish --remove-old a.toml «C»",
    "rotate --new-secret=«C»",
    "rotate a.toml --if-due «C»",
    "destroy --yes «C» a.toml",
    "destroy a.toml «C»",
    "unset «C»",
    "unset «Q»",
    "unset S «C»",
    "unset entra.«Q»",
    "unset sync.status.«Q»",
    "unset --value=«C» S",
    "unset S --«C»",
    "get «C»",
    "get «Q»",
    "get entra.«Q»",
    "get sync.status.«Q»",
    "get S «C»",
    "get S --reveal=«C»",
    "get S --format «C»",
    "get --«C»",
    "«C»",
    "«C» set S",
    "--«C»",
    "-«C»",
    "--«C» check",
    "--secret=«C» check",
    "check --format «C»",
    "check --fail-on=«C» a.toml",
    "check --fix=«C» a.toml",
    "check --«C»",
    "check --exclude=**«C»***",
    "list --format=«C»",
    "list a.toml «C»",
    "sheet a.toml --«C»",
    "diff a.toml clean.toml «C»",
    "check --online=«C» a.toml",
    "check --online --timeout «C» a.toml",
    "check --online --use-az «C» a.toml",
    "explain «C»",
    "explain AADSTS«C»",
    "explain S «C»",
    "man «C»",
    "completions «C»",
    "schema --for «C»",
    "rules --format=«C» --color=«C»",
    "sync a.toml --metrics «C»",
    "sync a.toml --metrics=127.0.0.1:9@«C»",
    "sync a.toml --log-format «C»",
    "sync a.toml --dry-run=«C»",
    "sync a.toml --«C»",
    "service install a.toml --credential «C»",
    "service install a.toml --user «C» --yes",
    "service install a.toml --name «C»",
    "service start «C»",
    "service «C»",
    "status «C»",
    "status --format «C»",
    "status 127.0.0.1:9 «C»",
];
