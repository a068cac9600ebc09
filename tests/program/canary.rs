//! Recognisable secrets, and the search for them in every form that output can have.

/// A secret of one shape, and another one of the same shape.
pub struct Canary {
    pub name: &'static str,
    pub secret: &'static str,
    pub other: &'static str,
}

pub const CANARIES: [Canary; 5] = [
    // As Entra ID makes them today: nothing may show these, wherever they stand.
    Canary {
        name: "modern",
        secret: "Ab18Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d",
        other: "Cd29Q~aB3cD4eF5gH6iJ7kL8mN9oP0qR1sT2uV3w",
    },
    Canary {
        name: "old",
        secret: "=k7]V[uW?+x0*pL@3q.R:s6$M{t}9Z!v",
        other: "@J4[hX]e/-8cN_yB:2w=D5%g(f)1T?aK",
    },
    Canary { name: "umlaut", secret: "Zü9ßkÄ4w7é1LmP0xQ8vT2nR", other: "Øp5ñRë2J9ûk6TzG1dW4bY8s" },
    Canary {
        name: "quotes",
        secret: r#"p"u7'o\tE"9'x\\n4#k]'"z8&<w>2"#,
        other: r#"s'K"4\\u1'"m<3&>y\n7"D#0[e'c"#,
    },
    Canary {
        name: "guid",
        secret: "c0ffee5a-1b2d-4e3f-8a9b-7c6d5e4f3a2b",
        other: "5eaf00d1-6c7b-4d8e-9f0a-2b3c4d5e6f70",
    },
];

impl Canary {
    pub fn is_modern(&self) -> bool {
        self.name == "modern"
    }

    pub fn is_guid(&self) -> bool {
        self.name == "guid"
    }
}

/// The text between double quotes, as TOML writes it.
pub fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// Looks for secrets in outputs.
pub struct Sweep {
    forms: Vec<(&'static str, String)>,
}

impl Sweep {
    pub fn new(secrets: &[&str]) -> Self {
        let forms = secrets.iter().flat_map(|secret| forms(secret)).filter(|(_, form)| form.len() >= 6);
        Self { forms: forms.collect() }
    }

    /// The form in which a secret is in the output, if one is.
    pub fn find(&self, output: &[u8]) -> Option<&'static str> {
        let text = String::from_utf8_lossy(output);
        // A colour in the midst of a secret does not hide it.
        let plain = if text.contains('\u{1b}') { without_colours(&text) } else { text.into_owned() };
        self.forms.iter().find(|(_, form)| plain.contains(form.as_str())).map(|(name, _)| *name)
    }
}

fn forms(secret: &str) -> Vec<(&'static str, String)> {
    let beginning = secret.chars().take(8).collect::<String>();
    let mut forms = Vec::new();
    // Finding the beginning is enough, because the rest has the same form; only base64 depends on the offset.
    for text in [secret, &beginning] {
        let json = serde_json::to_string(text).unwrap();
        let debug = format!("{text:?}");
        forms.extend([
            ("plain", text.to_owned()),
            ("JSON", json[1..json.len() - 1].to_owned()),
            ("Debug", debug[1..debug.len() - 1].to_owned()),
            ("TOML", escaped(text)),
            ("spelt", text.escape_unicode().to_string()),
            ("ASCII JSON", text.chars().map(ascii_json).collect()),
            (
                "XML",
                text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;"),
            ),
            (
                "XML with apostrophes",
                text.replace('&', "&amp;").replace('"', "&quot;").replace('\'', "&apos;"),
            ),
            ("URL", text.bytes().map(|byte| url(byte, false)).collect()),
            (
                "URL in lower case",
                text.bytes().map(|byte| url(byte, false)).collect::<String>().to_lowercase(),
            ),
            ("URL, all of it", text.bytes().map(|byte| url(byte, true)).collect()),
            ("hex", text.bytes().map(|byte| format!("{byte:02x}")).collect()),
            ("HEX", text.bytes().map(|byte| format!("{byte:02X}")).collect()),
            ("reversed", text.chars().rev().collect()),
        ]);
    }
    // In a longer text a secret starts at any of three places of base64's groups; what depends on the neighbours is left out.
    for shift in 0..3 {
        let bytes = std::iter::repeat_n(0, shift).chain(secret.bytes()).collect::<Vec<_>>();
        let start = [0, 2, 3][shift];
        for (name, digits) in [("base64", STANDARD), ("base64 for URLs", FOR_URLS)] {
            let encoded = base64(&bytes, digits);
            forms.push((name, encoded[start..start + 9].to_owned()));
        }
    }
    forms
}

fn ascii_json(c: char) -> String {
    if c.is_ascii() { c.to_string() } else { format!("\\u{:04x}", u32::from(c)) }
}

fn url(byte: u8, all: bool) -> String {
    let is_plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if is_plain && !all { char::from(byte).to_string() } else { format!("%{byte:02X}") }
}

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const FOR_URLS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Base64 of whole groups of three; a rest is left out.
pub fn base64(bytes: &[u8], digits: &[u8; 64]) -> String {
    let group = |group: &[u8]| {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        [18, 12, 6, 0].map(|shift| char::from(digits[(bits >> shift & 63) as usize]))
    };
    bytes.chunks_exact(3).flat_map(group).collect()
}

/// The text without the escape sequences that colour it.
fn without_colours(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.split_once('m').map_or(part, |(_, rest)| rest));
    first + &rest.collect::<String>()
}

/// The sweep catches what it is for; else its silence would say nothing.
#[test]
fn secret_is_detected_in_every_encoding() {
    for Canary { name, secret, other } in CANARIES {
        let sweep = Sweep::new(&[secret]);
        let json = serde_json::to_string(secret).unwrap();
        for (form, output) in [
            ("plain", format!("MsTeamsClientSecret = {secret}")),
            ("JSON", json),
            ("TOML", format!("a = \"{}\"", escaped(secret))),
            ("Debug", format!("Secret({secret:?})")),
            ("base64", base64(format!("{secret}..").as_bytes(), STANDARD)),
            ("base64 behind a byte", base64(format!(" {secret}..").as_bytes(), STANDARD)),
            ("base64 behind two", base64(format!("::{secret}..").as_bytes(), STANDARD)),
            ("hex", secret.bytes().map(|byte| format!("{byte:02x}")).collect()),
            ("URL", secret.bytes().map(|byte| url(byte, true)).collect()),
            ("cut", format!("{}…", secret.chars().take(8).collect::<String>())),
            ("coloured", format!("\u{1b}[1m{}\u{1b}[0m{}", &secret[..1], &secret[1..])),
        ] {
            assert!(sweep.find(output.as_bytes()).is_some(), "{name} as {form}");
        }
        let masked = format!("MsTeamsClientSecret = \"{}\" # …", "*".repeat(secret.len()));
        for innocent in [masked, (*other).to_owned(), String::new()] {
            assert_eq!(sweep.find(innocent.as_bytes()), None, "{name}");
        }
    }
}

/// Forwarding an error of the TOML parser would be detected, because the parser quotes the line.
#[test]
fn secret_in_parser_errors_is_detected() {
    for Canary { name, secret, .. } in CANARIES {
        let text = format!("[control_center]\nMsTeamsClientSecret = {secret}\n");
        let error = text.parse::<toml_edit::DocumentMut>().map(drop).expect_err("no TOML");
        assert_eq!(Sweep::new(&[secret]).find(error.to_string().as_bytes()), Some("plain"), "{name}");
    }
}
