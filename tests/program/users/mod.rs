//! `users` against the emulated tenant: the matching in every format, and the exit codes.

mod failures;
mod formats;

use crate::common::Run;
use crate::emulated::Emulated;

/// Runs `users` with a list of Swyx users, and checks that the output contains no secret.
fn users(emulated: &Emulated, list: &str, arguments: &[&str]) -> Run {
    emulated.write("users.csv", list);
    let mut command = emulated.program();
    command.args(["users", "a.toml", "--swyx", "users.csv"]).args(arguments);
    command.env("SECRET", emulated.fact("client_secret"));
    emulated.finish(&mut command, emulated.fact("client_secret"))
}

/// A list of users that partly match the scenario `user-mismatch`, with overrides.
const MISMATCHED: &str = "\
id;name;email;enabled
1;Anna Meyer;anna.meyer@contoso.example;1
2;Bernd Gross;bernd.gross@contoso.example;1
3;Clara Ohne;clara@contoso.example;1
4;Info;info@contoso.example;1
5;=cmd;;1
6;Karl\u{202e};karl.\u{430}lt@contoso.example;1
7;Weg;weg@contoso.example;0
8;Ida;ida.albrecht@contoso.example;1
9;Ida Zwei;Ida.Albrecht@contoso.example;1
10;Eva;e.a@contoso.example;1
";
const OVERRIDES: &str = "
[[user]]
swyx = \"Eva\"
teams = \"Eva.Albrecht@contoso.example\"

[[user]]
swyx = \"Nobody\"
teams = \"ben.albrecht@contoso.example\"
";
