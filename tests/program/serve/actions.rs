//! The buttons, against an emulated tenant: the words of the command line, and nothing secret in them.

use crate::emulated::Emulated;
use crate::serve::browser::Served;

/// A settings file for the tenant, and its page.
struct Office {
    tenant: Emulated,
    served: Served,
}

impl Office {
    fn new(tenant: Emulated, variables: &[&str]) -> Self {
        let settings = tenant.settings(2);
        Self::of(tenant, &settings, variables)
    }

    fn of(tenant: Emulated, settings: &str, variables: &[&str]) -> Self {
        tenant.write("a.toml", settings);
        let known = |name: &str| tenant.fact(name).to_owned();
        let all = [("SECRET", known("client_secret")), ("SWYX_TEAMS_ADMIN_TOKEN", known("admin_token"))];
        let given = all.iter().filter(|(name, _)| variables.contains(name));
        let given = given.map(|(name, value)| (*name, value.as_str()));
        let given = given.chain([("SWYX_TEAMS_TRUST", tenant.address())]).collect::<Vec<_>>();
        let served = Served::start(tenant.folder(), &["a.toml"], &given);
        Self { tenant, served }
    }

    /// Ends the page, and checks that output and responses contain no secret.
    fn end(self) {
        let said = self.served.end();
        for secret in ["client_secret", "admin_token"] {
            let secret = self.tenant.fact(secret);
            assert!(!said.contains(&secret[..10]) && !said.contains(&secret[secret.len() / 2..]), "{said}");
        }
        // Every signed token begins in one of these ways.
        assert!(!said.contains("eyJhbG") && !said.contains("eyJ0eX"), "{said}");
    }
}

/// The text of a page, without its marks.
fn text(body: &str) -> String {
    let pieces = body.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
    let text = pieces.collect::<Vec<_>>().join("");
    text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

fn has_all(page: &str, lines: &[&str]) {
    let page = text(page);
    for line in lines {
        assert!(page.contains(line), "{line:?} is not in {page}");
    }
}

#[test]
fn check_online_shows_the_messages_of_the_command() {
    let mut office = Office::new(Emulated::scenario("ready"), &["SECRET"]);
    let page = office.served.act("check");
    has_all(&page.body, &["1 file checked: nothing found", "the sign-in works", "Presence.ReadWrite.All"]);
    let run = office.tenant.check(&["a.toml"]);
    // The page shows every sentence of the command about the tenant.
    for line in run.out.lines().filter(|line| line.contains("permissions:") || line.contains("can be read")) {
        has_all(&page.body, &[line.trim()]);
    }
    office.end();
}

#[test]
fn check_online_has_the_findings_of_the_command() {
    let mut office = Office::new(Emulated::scenario("no-consent"), &["SECRET", "SWYX_TEAMS_ADMIN_TOKEN"]);
    let page = office.served.act("check-as-admin");
    let run = office.tenant.check(&["--as-admin", "--format", "json", "a.toml"]);
    let json: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    let found = json["files"][0]["diagnostics"].as_array().expect("findings");
    assert!(!found.is_empty(), "{}", run.out);
    for one in found {
        has_all(&page.body, &[one["rule"].as_str().expect("a rule")]);
    }
    office.end();
}

#[test]
fn plan_has_the_steps_of_the_command_and_changes_nothing() {
    let tenant = Emulated::scenario("empty");
    let settings = tenant.settings(2);
    // The application is not there yet, and so has no id.
    let settings = settings.lines().filter(|line| !line.starts_with("MsTeamsClientId"));
    let settings = settings.map(|line| format!("{line}\n")).collect::<String>();
    let mut office = Office::of(tenant, &settings, &["SECRET", "SWYX_TEAMS_ADMIN_TOKEN"]);
    let before = std::fs::read(office.tenant.folder().join("a.toml")).expect("a file");
    let page = office.served.act("plan");
    let mut command = office.tenant.program();
    command.args(["plan", "--format", "json", "a.toml"]);
    command.env("SWYX_TEAMS_ADMIN_TOKEN", office.tenant.fact("admin_token"));
    command.env("SECRET", office.tenant.fact("client_secret"));
    let run = office.tenant.finish(&mut command, "");
    let json: serde_json::Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err));
    let steps = json["steps"].as_array().expect("steps");
    assert!(steps.len() > 3, "{}", run.out);
    for step in steps {
        let of = |name: &str| step[name].as_str().expect("text").to_owned();
        has_all(&page.body, &[&format!("{}: {}", of("object"), of("what")), &of("reason")]);
    }
    assert_eq!(std::fs::read(office.tenant.folder().join("a.toml")).expect("a file"), before);
    let writes = office.tenant.requests();
    assert!(writes.iter().all(|line| line.starts_with("GET") || line.ends_with("/$batch")), "{writes:?}");
    office.end();
}

#[test]
fn plan_errors_are_those_of_the_command() {
    let mut office = Office::new(Emulated::scenario("empty"), &["SECRET", "SWYX_TEAMS_ADMIN_TOKEN"]);
    let page = office.served.act("plan");
    has_all(&page.body, &["the action failed", "no application", "check that the tenant is right"]);
    office.end();
}

#[test]
fn sheet_shows_the_source_of_the_secret_only() {
    let mut office = Office::new(Emulated::scenario("ready"), &["SECRET"]);
    let tenant = office.tenant.fact("tenant_id").to_owned();
    let page = office.served.act("sheet");
    has_all(&page.body, &["Control Center", &tenant, "SECRET", "Manual steps", "Notes"]);
    assert!(!page.body.contains("--reveal"), "there is none on a page");
    office.end();
}

#[test]
fn an_administrator_without_a_token_signs_in_with_the_code_on_the_page() {
    let tenant = Emulated::start(&["--scenario", "ready", "--device-polls", "1", "--device-interval", "1"]);
    let mut office = Office::new(tenant, &["SECRET"]);
    let address = office.served.begin("plan");
    let mut code = None;
    let page = loop {
        let page = office.served.ask("GET", &address, "");
        if code.is_none() && page.body.contains("enter the code") {
            code = Some(text(&page.body));
        }
        if !page.is_of_an_open_job() {
            break page;
        }
    };
    let code = code.expect("a code was shown");
    assert!(code.contains("To sign in as an administrator, open "), "{code}");
    has_all(&page.body, &["found by the client id in the settings"]);
    office.end();
}

#[test]
fn served_file_with_a_command_is_not_trusted() {
    let tenant = Emulated::scenario("ready");
    let canary = tenant.folder().join("was-run");
    let words = crate::common::system::shell("touch was-run", "type nul > was-run");
    let command = format!("{{ command = {words} }}");
    let settings = tenant.settings(2).replace("{ env = \"SECRET\" }", &command);
    tenant.write("b.toml", &settings);
    let token = tenant.fact("admin_token").to_owned();
    let variables = [("SWYX_TEAMS_ADMIN_TOKEN", token.as_str()), ("SWYX_TEAMS_TRUST", tenant.address())];
    let mut served = Served::start(tenant.folder(), &["b.toml"], &variables);
    for action in ["check", "check-as-admin", "plan"] {
        has_all(
            &served.act(action).body,
            &[
                "`control_center.MsTeamsClientSecret` runs a command; if this is intended, add --trust=command",
            ],
        );
        assert!(!canary.exists(), "{action} ran the command");
    }
    assert_eq!(tenant.requests(), Vec::<String>::new());
    // With trust, the command is run.
    let mut trusting = Served::start(tenant.folder(), &["--trust=command", "b.toml"], &variables);
    trusting.act("check");
    assert!(canary.exists());
}

#[test]
fn file_with_errors_prevents_the_sign_in() {
    let tenant = Emulated::scenario("ready");
    tenant.write("b.toml", &tenant.settings(2).replace("= 2\n", "= 7\n"));
    let token = tenant.fact("admin_token").to_owned();
    let variables = [("SECRET", "x"), ("SWYX_TEAMS_ADMIN_TOKEN", token.as_str())];
    let mut served = Served::start(tenant.folder(), &["b.toml"], &variables);
    for action in ["check", "plan", "sheet"] {
        let page = served.act(action);
        has_all(&page.body, &["invalid-value"]);
        assert!(!page.body.contains('\u{1b}'), "no colours: {}", page.body);
    }
    assert_eq!(tenant.requests(), Vec::<String>::new());
}
