//! The administrator's sign-in: order of the methods, tenant, and the error without a method.

use crate::common::system::{PATH_SEPARATOR, script};
use crate::emulated::*;

#[test]
fn missing_sign_in_names_both_methods() {
    let emulated = Emulated::scenario("ready");
    emulated.write("a.toml", &emulated.settings(2));
    let mut command = emulated.program();
    command
        .args(["check", "-vvv", "--online", "--as-admin", "a.toml"])
        .env("SECRET", emulated.fact("client_secret"));
    let run = emulated.finish(&mut command, "");
    assert_eq!(run.code, Some(2), "{}", run.err);
    assert!(run.err.contains("set SWYX_TEAMS_ADMIN_TOKEN, or use --use-az"), "{}", run.err);
    // What the application itself can see was looked at all the same.
    assert!(run.out.contains("the sign-in works"), "{}", run.out);
}

#[test]
fn a_token_of_another_tenant_is_not_used() {
    let emulated = Emulated::scenario("ready");
    emulated.write("a.toml", &emulated.settings(2));
    let parts = [
        "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9",
        "eyJ0aWQiOiIwYjlmNmYzZS0yZjBkLTRjNTQtOWYzYS02ZDFjOGU3YjVhNDIifQ",
        "x",
    ];
    let mut command = emulated.program();
    command.args(["check", "-vvv", "--online", "--as-admin", "a.toml"]);
    command.env("SECRET", emulated.fact("client_secret")).env("SWYX_TEAMS_ADMIN_TOKEN", parts.join("."));
    let run = emulated.finish(&mut command, parts[1]);
    assert_eq!(run.code, Some(2), "{}", run.err);
    assert!(
        run.err.contains("the administrator's token is for another tenant than the one in the settings"),
        "{}",
        run.err
    );
    assert_eq!(emulated.requests().len(), 2, "the token was sent");
}

#[test]
fn token_without_permission_gives_exit_code_3() {
    let emulated = Emulated::scenario("ready");
    emulated.write("a.toml", &emulated.settings(2));
    let mut command = emulated.program();
    command.args(["check", "-vvv", "--online", "--as-admin", "a.toml"]);
    command
        .env("SECRET", emulated.fact("client_secret"))
        .env("SWYX_TEAMS_ADMIN_TOKEN", "not-a-token-at-all-0123456789");
    let run = emulated.finish(&mut command, "not-a-token-at-all-0123456789");
    assert_eq!(run.code, Some(3), "{}", run.err);
    assert!(run.err.contains("administrator's token rejected (HTTP 401)"), "{}", run.err);
}

#[test]
fn azure_cli_gets_the_tenant_and_no_own_variables() {
    let emulated = Emulated::scenario("ready");
    emulated.write("a.toml", &emulated.settings(2));
    let answer =
        format!("{{\"accessToken\": \"{}\", \"tokenType\": \"Bearer\"}}", emulated.fact("admin_token"));
    emulated.write("answer", &answer);
    let az = emulated.write("bin/az", "").with_file_name("");
    let script = |unix: &str, windows: &str| script(&az, "az", unix, windows).expect("written");
    let az_file = script(
        "echo \"$@\" > asked\nenv > environment\ncat answer",
        "echo %*> asked\r\nset > environment\r\ntype answer",
    );
    let path = format!("{}{PATH_SEPARATOR}{}", az.display(), std::env::var("PATH").unwrap());
    let az_check = |path: &str| {
        let mut command = emulated.program();
        command.args(["check", "-vvv", "--online", "--as-admin", "--use-az", "a.toml"]);
        command.env("SECRET", emulated.fact("client_secret")).env("PATH", path).env("SWYX_TEAMS_CANARY", "1");
        emulated.finish(&mut command, "")
    };
    let run = az_check(&path);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    assert!(run.out.contains("the registration can be read"), "{}", run.out);
    let asked = std::fs::read_to_string(emulated.folder().join("asked")).expect("az was run");
    let wanted = format!(
        "account get-access-token --resource https://graph.microsoft.com --tenant {} --output json\n",
        emulated.fact("tenant_id")
    );
    assert_eq!(asked.trim_end(), wanted.trim_end());
    let environment = std::fs::read_to_string(emulated.folder().join("environment")).expect("az was run");
    let environment = environment.to_uppercase();
    assert!(environment.contains("PATH=") && !environment.contains("SWYX_TEAMS_"), "{environment}");

    for (line, words) in [
        ("exit 1", "az has no token for this tenant; run az login --allow-no-subscriptions --tenant"),
        ("echo hello", "the output of az is not a token"),
    ] {
        script(line, line);
        let run = az_check(&path);
        assert_eq!(run.code, Some(2), "{}", run.err);
        assert!(run.err.contains(words), "{}", run.err);
    }
    std::fs::remove_file(&az_file).expect("removed");
    let run = az_check(&az.to_string_lossy());
    assert_eq!(run.code, Some(2), "{}", run.err);
    assert!(
        run.err.contains("the Azure CLI (az) cannot be started; check that it is installed"),
        "{}",
        run.err
    );
}

/// Quotation marks, a byte order mark and the name of the scheme are easily copied along.
#[test]
fn pasted_token_works_and_a_disguised_one_is_named() {
    let emulated = Emulated::scenario("ready");
    emulated.write("a.toml", &emulated.settings(2));
    let token = emulated.fact("admin_token").to_owned();
    let with = |text: String| {
        let mut command = emulated.program();
        command.args(["check", "--online", "--as-admin", "a.toml"]);
        command.env("SECRET", emulated.fact("client_secret")).env("SWYX_TEAMS_ADMIN_TOKEN", text);
        emulated.finish(&mut command, &token)
    };
    for text in [format!("\"{token}\""), format!("Bearer {token}"), format!("\u{feff}{token}\r\n")] {
        let run = with(text);
        assert_eq!(run.code, Some(0), "{}", run.err);
    }
    let run = with(token.replacen('.', ".\u{200b}", 1));
    assert_eq!(run.code, Some(2), "{}", run.err);
    assert!(
        run.err.contains("SWYX_TEAMS_ADMIN_TOKEN contains U+200B, an invisible character"),
        "{}",
        run.err
    );
}
