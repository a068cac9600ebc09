//! Settings files with a secret in its place, in a wrong one, or beside a syntax error.

use crate::canary::{Canary, escaped};

/// A file without any secret.
pub const CLEAN: &str = r#"[swyx]
version = "14.10"
gateway = "https://swyx.example.com:9180"
gateway_token = { env = "SWYX_GATEWAY_TOKEN" }

[control_center]
MsTeamsStatusSyncMode = 2
MsTeamsTenantId = "8f1c2d3e-5a6b-4c7d-8e9f-0a1b2c3d4e5f"
MsTeamsClientId = "2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16"
MsTeamsClientSecret = { env = "SWYX_TEAMS_CLIENT_SECRET" }

[entra]
cloud = "global"
secret_lifetime_days = 180

[sync]
read_interval_seconds = 4

[sync.status]
"Busy/InAMeeting" = "Away"

[[user]]
swyx = "Jane Roe"
teams = "jane.roe@example.com"
"#;

/// Which secrets may be put into a place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Which {
    Any,
    /// The value is an id, or may show one: a GUID is allowed.
    NoGuid,
    /// Any text may stand there, so only what has the form of today's secrets is taken for one.
    Modern,
}
use Which::{Any, Modern, NoGuid};

/// What a line becomes: `Q` is the secret in quotes, `C` the same without the quotes, `R` the secret as it is.
/// A line that is not in the clean file, such as `>[entra]`, names the line before the new one.
const PLACES: &[(&str, &str, Which)] = &[
    ("MsTeamsClientSecret", "MsTeamsClientSecret = Q", Any),
    ("MsTeamsClientSecret", "MsTeamsClientSecret = \"\"\"\n«C»\"\"\"", Any),
    ("MsTeamsClientSecret", "MsTeamsClientSecret = \" \\t«C» \" # «R»", Any),
    ("MsTeamsClientSecret", "\"MsTeamsClientSecret\" = \"\"\"\\\n    «C»\n  \"\"\"", Any),
    ("MsTeamsClientSecret", "MsTeamsClientSecret = Q # swyx-teams: allow(secret-inline) «R»", Any),
    ("gateway_token", "gateway_token = Q", Any),
    // The right key, in a form that it does not have.
    ("MsTeamsClientSecret", "MsTeamsClientSecret = [Q]", Any),
    ("MsTeamsClientSecret", "MsTeamsClientSecret = { env = 5, x = Q }", Any),
    ("MsTeamsClientSecret", "MsTeamsClientSecret = { env = Q }", Any),
    ("MsTeamsClientSecret", "MsTeamsClientSecret = { value = Q }", Any),
    ("MsTeamsClientSecret", "MsTeamsClientSecret = { command = [\"x\", Q] }", Any),
    ("MsTeamsClientSecret", "MsTeamsClientSecret = { command = [\"x\", 5, Q] }", Any),
    ("MsTeamsClientSecret", "MsTeamsClientSecret = { command = Q }", Any),
    ("MsTeamsClientSecret", "MsTeamsClientSecret.x = Q", Any),
    ("MsTeamsClientSecret", "[control_center.MsTeamsClientSecret]\nenv = 5\nx = Q", Any),
    ("MsTeamsClientSecret", "[[control_center.MsTeamsClientSecret]]\nenv = Q", Any),
    ("gateway_token", "gateway_token = { x = { y = Q } }", Any),
    ("MsTeamsClientSecret", "MsTeamsClientSecret = { file = Q }", Modern),
    ("MsTeamsClientSecret", "MsTeamsClientSecret = { command = [Q] }", Modern),
    // A misspelt or unknown key.
    ("MsTeamsClientSecret", "MsTeamsClientSecert = Q", Any),
    ("MsTeamsClientSecret", "client_secret = Q", Any),
    ("MsTeamsClientSecret", "secret = [Q]", Any),
    ("gateway_token", "gateway_tokn = Q", Any),
    (">", "MsTeamsClientSecret = Q", Any),
    (">", "colour = Q\nmore.colour = Q", Any),
    (">[swyx]", "colour = Q", Any),
    (">[control_center]", "colour = Q\nshade = { a = Q, b = [Q] }", Any),
    (">[entra]", "colour = [1, [Q]]", Any),
    (">[sync]", "colour = Q", Any),
    (">[sync.status]", "\"Busy/InACall\" = Q\nBusy = Q", Any),
    (">[[user]]", "colour = Q", Any),
    (">teams", "[control_center.more]\nx = Q\n[[other]]\nx = Q\n[other.y.z]\nx = Q", Any),
    // A key that wants something else.
    ("MsTeamsTenantId", "MsTeamsTenantId = Q", NoGuid),
    ("MsTeamsTenantId", "MsTeamsTenantId = \" «C»\"", NoGuid),
    ("MsTeamsClientId", "MsTeamsClientId = Q", NoGuid),
    (">[entra]", "admin_client_id = Q", NoGuid),
    ("MsTeamsStatusSyncMode", "MsTeamsStatusSyncMode = Q", Any),
    ("read_interval_seconds", "read_interval_seconds = Q", Any),
    ("version", "version = Q", Any),
    ("cloud", "cloud = Q", Any),
    (">[entra]", "authority = \"https://user:«C»@host/\"\nproxy = Q", Any),
    (">[entra]", "application_name = [Q]\nca_file = { x = Q }", Any),
    ("secret_lifetime_days", "secret_lifetime_days = { x.y = Q }", Any),
    ("[swyx]", "swyx = Q\n[swix]", Any),
    ("[[user]]", "[user]\nx = Q", Any),
    ("swyx", "swyx = [Q]", Any),
    // A comment.
    ("MsTeamsClientSecret", "MsTeamsClientSecret = { env = \"X\" } # was «R»", Any),
    ("read_interval_seconds", "read_interval_seconds = 0 # «R»", Any),
    ("read_interval_seconds", "read_interval_seconds = 0 # swyx-teams: allow(invalid-value) «R»", Any),
    ("read_interval_seconds", "read_interval_seconds = 0 # swyx-teams: allow(«R»)", Any),
    ("read_interval_seconds", "read_interval_seconds = 0 # swyx-teams: «R» (the old one)", Any),
    ("cloud", "# MsTeamsClientSecret = Q\ncloud = \"globall\" # swyx-teams: allow(unused-allow)«R»)", Any),
    // Where any text may stand, and as a name.
    (">[entra]", "application_name = Q\nca_file = Q", Modern),
    (">[entra]", "application_name = \"\"\"\n«C»\n\"\"\"", Modern),
    (">[entra]", "application_name = \"«E»\"", Modern),
    (">[entra]", "application_name = \"was «C», is another\"", Modern),
    ("swyx", "swyx = Q", Modern),
    ("teams", "teams = Q", Modern),
    (">[entra]", "Q = 1", Modern),
    (">[control_center]", "Q = 1", Modern),
    (">[control_center]", "x.Q.y = 1", Modern),
    (">[sync.status]", "Q = \"Away\"", Modern),
    (">[sync.status]", "\"Busy/«C»\" = \"Awya\"", Modern),
    (">teams", "[Q]\nx = 1", Modern),
];

/// What the line of the secret becomes, so that the file is no TOML any more.
const BROKEN: &[&str] = &[
    "MsTeamsClientSecret = \"«R»",
    "MsTeamsClientSecret = «R»\"",
    "MsTeamsClientSecret = «R»",
    "MsTeamsClientSecret «R»",
    "MsTeamsClientSecret: Q",
    "MsTeamsClientSecret = [Q",
    "MsTeamsClientSecret = Q]",
    "MsTeamsClientSecret = \"\\q«R»\"",
    "MsTeamsClientSecret = \"\\u12x«R»\"",
    "MsTeamsClientSecret = Q\nMsTeamsClientSecret = Q",
    "MsTeamsClientSecret = Q «R»",
    "MsTeamsClientSecret = Q, Q",
    "MsTeamsClientSecret = Q;",
    "MsTeamsClientSecret == Q",
    "MsTeamsClientSecret = (Q)",
    "MsTeamsClientSecret = “«R»”",
    "MsTeamsClientSecret = { env = Q",
    "MsTeamsClientSecret = { command = [\"a\", Q,, ] }",
    "MsTeamsClientSecret = \"\"\"«R»",
    "MsTeamsClientSecret = '''«R»",
    "MsTeamsClientSecret = '«R»",
    "MsTeamsClientSecret = 1«R»",
    "MsTeamsClientSecret = 0x«R»",
    "MsTeamsClientSecret = 2026-01-01T«R»",
    "MsTeamsClientSecret = true«R»",
    "MsTeamsClientSecret = \"«C»\u{7}\"",
    "MsTeamsClientSecret = Q # \u{1}",
    "MsTeamsClientSecret.x = Q\nMsTeamsClientSecret = Q",
    "MsTeamsClientSecret = Q\n[control_center]",
    "MsTeamsClientSecret = Q\nx =",
    "x = \nMsTeamsClientSecret = Q",
    "x = \"\nMsTeamsClientSecret = Q",
    "MsTeamsClientSecret = \nQ",
    "export MsTeamsClientSecret=«R»",
    "[control_center.«R»",
    "[«R»]]\nx = 1",
    "«R»",
    "\"«R»",
    "«R» =",
    "Q = 1\nQ = 2",
    "= Q",
    "x. = Q",
    "[Q]\n[Q]",
    "MsTeamsClientSecret.Q = 1\nMsTeamsClientSecret.Q.x = 1",
];

/// A file to run every command on, and the same with another secret.
pub struct File {
    pub name: String,
    pub content: Vec<u8>,
    pub other: Vec<u8>,
    pub is_toml: bool,
}

fn filled(pattern: &str, secret: &str) -> String {
    let all_escaped = secret.chars().map(|c| format!("\\u{:04X}", u32::from(c))).collect::<String>();
    let quoted = format!("\"{}\"", escaped(secret));
    // In this order, for a secret may hold a Q.
    pattern
        .replace('Q', &quoted)
        .replace("«E»", &all_escaped)
        .replace("«C»", &escaped(secret))
        .replace("«R»", secret)
}

/// The clean file with one line changed, or one added.
fn with(line: &str, new: &str) -> String {
    let mut done = false;
    let mut out = String::new();
    if line == ">" {
        return format!("{new}\n{CLEAN}");
    }
    let name = |line: &str| line.split(" =").next().unwrap_or_default().to_owned();
    for old in CLEAN.lines() {
        let (keep, add) = match line.strip_prefix('>') {
            Some(before) => (true, !done && name(old) == before),
            None => (done || name(old) != line, !done && name(old) == line),
        };
        if keep {
            out.extend([old, "\n"]);
        }
        if add {
            out.extend([new, "\n"]);
            done = true;
        }
    }
    assert!(done, "no line {line}");
    out
}

/// Every file with this secret in it.
pub fn files(canary: &Canary) -> Vec<File> {
    let mut files = Vec::new();
    for (line, new, which) in PLACES {
        if (*which == Modern && !canary.is_modern()) || (*which == NoGuid && canary.is_guid()) {
            continue;
        }
        let text = |secret| with(line, &filled(new, secret)).into_bytes();
        let (content, other) = (text(canary.secret), text(canary.other));
        files.push(File { name: format!("{line} becomes {new}"), content, other, is_toml: true });
    }
    for new in BROKEN {
        let text = |secret| with("MsTeamsClientSecret", &filled(new, secret)).into_bytes();
        let (content, other) = (text(canary.secret), text(canary.other));
        files.push(File { name: format!("broken: {new}"), content, other, is_toml: false });
    }
    for (name, encode) in ENCODINGS {
        let text = |secret| encode(&with("MsTeamsClientSecret", &filled("MsTeamsClientSecret = Q", secret)));
        let (content, other) = (text(canary.secret), text(canary.other));
        files.push(File { name: format!("encoding: {name}"), content, other, is_toml: false });
    }
    files
}

/// Makes wrong bytes of a text.
type Encode = fn(&str) -> Vec<u8>;

const ENCODINGS: [(&str, Encode); 7] = [
    ("UTF-16 with a mark", |text| [vec![0xff, 0xfe], utf16(text, u16::to_le_bytes)].concat()),
    ("UTF-16, big-endian", |text| [vec![0xfe, 0xff], utf16(text, u16::to_be_bytes)].concat()),
    ("UTF-16 without a mark", |text| utf16(text, u16::to_le_bytes)),
    ("a Latin-1 byte before the secret", |text| between(text, "MsTeamsClientSecret = ", b"\"\xe4\" ")),
    ("a Latin-1 byte behind the secret", |text| between(text, "\n\n[entra]", b" # \xfc")),
    ("a NUL byte before the secret", |text| between(text, "MsTeamsClientSecret = ", b"\0")),
    ("a mark within the text", |text| between(text, "MsTeamsClientSecret = ", "\u{feff}".as_bytes())),
];

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

/// Inserts bytes into the text: after a name, before an empty line.
fn between(text: &str, at: &str, bytes: &[u8]) -> Vec<u8> {
    let found = text.find(at).expect("the place");
    let place = if at.starts_with('\n') { found } else { found + at.len() };
    [&text.as_bytes()[..place], bytes, &text.as_bytes()[place..]].concat()
}
