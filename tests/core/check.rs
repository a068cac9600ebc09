//! What is found, and where: one finding for each fault, at the exact place, in one pass.

use swyx_teams::check;
use swyx_teams::diagnostic::Severity;

const IDS: &str = "MsTeamsTenantId = \"7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34\"\nMsTeamsClientId = \"2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16\"\n";

/// Every finding as `line:column-line:column rule key`.
fn found(text: &str) -> Vec<String> {
    let checked = check::check_bytes("a.toml", text.as_bytes().to_vec(), false);
    let place = |place| {
        let span = checked.source().span(place);
        format!("{}:{}-{}:{}", span.start.line, span.start.column, span.end.line, span.end.column)
    };
    let findings = checked.diagnostics().iter().map(|found| {
        let key = found.place.key().map(|key| key.to_string()).unwrap_or_default();
        let related =
            found.related.iter().map(|related| format!(" +{}", place(&related.place))).collect::<String>();
        format!("{} {} {key}{related}", place(&found.place), found.rule)
    });
    findings.collect()
}

#[test]
fn empty_file_lacks_its_table() {
    assert_eq!(found(""), ["1:1-1:1 missing-key control_center"]);
    assert_eq!(found("\u{feff}# nothing\r\n"), ["1:1-1:1 missing-key control_center"]);
}

#[test]
fn all_errors_are_found_in_one_pass() {
    let text = format!(
        "[swyx]\nversion = 14.10\n\n[control_center]\nMsTeamsStatusSyncMode = 7\n{IDS}MsTeamsClientSecret = {{ env = 5 }}\n\n\
         [entra]\ncluod = \"global\"\nsecret_lifetime_days = 0\n\n[[user]]\nswyx = \"\"\n\n[[user]]\nteams = 5\n"
    );
    assert_eq!(
        found(&text),
        [
            "2:11-2:16 wrong-type swyx.version",
            "5:25-5:26 invalid-value control_center.MsTeamsStatusSyncMode",
            "8:23-8:34 invalid-value control_center.MsTeamsClientSecret",
            "11:1-11:6 unknown-key entra.cluod",
            "12:24-12:25 invalid-value entra.secret_lifetime_days",
            "14:1-14:9 missing-key user[0].teams",
            "15:8-15:10 invalid-value user[0].swyx",
            "17:1-17:9 missing-key user[1].swyx",
            "18:9-18:10 wrong-type user[1].teams",
        ]
    );
}

#[test]
fn dotted_inline_and_header_tables_are_equivalent() {
    let header = format!(
        "[control_center]\nMsTeamsStatusSyncMode = 3\n{IDS}MsTeamsClientSecret = {{ env = \"A\" }}\n"
    );
    assert_eq!(found(&header), ["2:25-2:26 invalid-value control_center.MsTeamsStatusSyncMode"]);
    let inline = format!(
        "control_center = {{ MsTeamsStatusSyncMode = 3, {}, MsTeamsClientSecret.env = \"A\" }}\n",
        IDS.trim_end().replace('\n', ", ")
    );
    assert_eq!(found(&inline), ["1:44-1:45 invalid-value control_center.MsTeamsStatusSyncMode"]);
    let dotted = format!(
        "control_center.MsTeamsStatusSyncMode = 3\ncontrol_center.{}",
        IDS.replace("\nMs", "\ncontrol_center.Ms")
    );
    assert_eq!(found(&dotted), ["1:40-1:41 invalid-value control_center.MsTeamsStatusSyncMode"]);
    let users = format!("user = [{{ swyx = \"A\", teams = \"a\" }}, 5]\n{header}").replace("= 3", "= 1");
    assert_eq!(found(&users), ["1:31-1:34 user-email user[0].teams", "1:38-1:39 wrong-type user[1]"]);
}

#[test]
fn line_ends_and_bom_do_not_change_positions() {
    let text = format!("# ä\n[control_center]\nMsTeamsStatusSyncMode = 3 # ö\n{IDS}ü = 1\n")
        .replace("ü =", "\"ü\" =");
    let expected = found(&text);
    assert_eq!(expected.len(), 2);
    assert_eq!(found(&text.replace('\n', "\r\n")), expected);
    assert_eq!(found(&format!("\u{feff}{text}")), expected);
}

#[test]
fn columns_are_characters_and_offsets_are_bytes() {
    let text = format!(
        "[control_center]\nMsTeamsStatusSyncMode = 1\n{IDS}MsTeamsClientSecret.env = \"A\"\n\n[entra]\n\"ä€😀\" = 1\n"
    );
    let checked = check::check_bytes("a.toml", text.clone().into_bytes(), false);
    let span = checked.source().span(&checked.diagnostics()[0].place);
    assert_eq!((span.start.column, span.end.column), (1, 6));
    assert_eq!(&text[span.start.offset..span.end.offset], "\"ä€😀\"");
}

#[test]
fn findings_about_two_keys_show_both_positions() {
    let text = format!("[swyx]\nversion = \"13.20\"\n[control_center]\nMsTeamsStatusSyncMode = 2\n{IDS}");
    assert_eq!(
        found(&text),
        [
            "3:1-3:17 mode-needs-secret control_center.MsTeamsClientSecret +4:25-4:26",
            "4:25-4:26 mode-needs-version control_center.MsTeamsStatusSyncMode +2:11-2:18",
        ]
    );
}

#[test]
fn one_value_has_one_finding() {
    for (id, rule) in [
        ("<tenant-id>", "placeholder"),
        (" 7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34", "surrounding-blank"),
        ("example.com", "tenant-not-guid"),
        ("{7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34}", "invalid-value"),
        ("urn:uuid:7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34", "invalid-value"),
        ("7a3c5e104b1d4f6a9c2e8d0b6f1a2c34", "invalid-value"),
        ("", "invalid-value"),
    ] {
        let client =
            "MsTeamsClientId = \"2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16\"\nMsTeamsClientSecret.env = \"A\"\n";
        let text =
            format!("[control_center]\nMsTeamsStatusSyncMode = 1\nMsTeamsTenantId = \"{id}\"\n{client}");
        let found = found(&text);
        assert_eq!(found.len(), 1, "{id}: {found:?}");
        assert!(found[0].contains(rule), "{id}: {found:?}");
    }
}

#[test]
fn allow_silences_a_warning_on_or_before_its_line() {
    let mode = "MsTeamsStatusSyncMode = 0";
    let file = |before: &str, behind: &str| format!("[control_center]\n{before}{mode}{behind}\n{IDS}");
    assert_eq!(found(&file("", "")), ["2:25-2:26 mode-undocumented control_center.MsTeamsStatusSyncMode"]);
    for text in [
        file("# swyx-teams: allow(mode-undocumented) as agreed\n", ""),
        file("", " # swyx-teams: allow(mode-undocumented) as agreed"),
        file("# swyx-teams: allow(mode-undocumented)\n# and why\n", ""),
    ] {
        assert_eq!(found(&text), [""; 0], "{text}");
    }
}

#[test]
fn unused_allow_is_reported() {
    let file =
        |comment: &str| format!("{comment}\n[control_center]\nMsTeamsStatusSyncMode = 3 {comment}\n{IDS}");
    for comment in [
        "# swyx-teams: allow(secret-inline)",
        "# swyx-teams: allow(no-such-rule)",
        "# swyx-teams: alow(x)",
        "# swyx-teams: allow(invalid-value)",
    ] {
        let checked = check::check_bytes("a.toml", file(comment).into_bytes(), false);
        let rules =
            checked.diagnostics().iter().map(|found| (found.rule, found.severity)).collect::<Vec<_>>();
        let unused = ("unused-allow", Severity::Warning);
        assert_eq!(rules, [unused, ("invalid-value", Severity::Error), unused], "{comment}");
    }
}

#[test]
fn too_many_findings_are_truncated_with_a_note() {
    let text = (0..12_000).map(|at| format!("k{at} = 1\n")).collect::<String>();
    let checked = check::check_bytes("a.toml", text.into_bytes(), false);
    assert_eq!(checked.diagnostics().len(), check::MAX_FINDINGS + 1);
    assert!(!checked.was_read());
}

#[test]
fn one_comment_allows_several_rules() {
    let line = "MsTeamsClientSecret = \"mE48Q~x7Kd.2hVn0\"";
    let file = |comment: &str| {
        format!("[control_center]\nMsTeamsStatusSyncMode = 1\n{IDS}{line} # swyx-teams: {comment}\n")
    };
    let rules = |comment: &str| {
        let checked = check::check_bytes("a.toml", file(comment).into_bytes(), false);
        checked.diagnostics().iter().map(|found| (found.rule, found.help.clone())).collect::<Vec<_>>()
    };
    assert_eq!(rules("allow(secret-inline)")[0].0, "secret-shape");
    assert_eq!(rules("allow(secret-shape, secret-inline) as agreed"), []);
    assert_eq!(rules("allow( secret-inline,secret-shape )"), []);
    let unused = rules("allow(secret-inline, secret-shape, plain-http)");
    assert_eq!(unused, [("unused-allow", Some("remove this rule from the comment".to_owned()))]);
}

#[test]
fn misspelt_required_key_is_one_finding() {
    let good = format!(
        "[control_center]\nMsTeamsStatusSyncMode = 2\n{IDS}MsTeamsClientSecret = {{ env = \"X\" }}\n"
    );
    let users = |user: &str| format!("{good}[[user]]\n{user}\n");
    for (text, name, suggestion) in [
        (good.replace("TenantId", "TenantID"), "MsTeamsTenantID", "MsTeamsTenantId"),
        (good.replace("SyncMode", "SynchMode"), "MsTeamsStatusSynchMode", "MsTeamsStatusSyncMode"),
        (good.replace("ClientSecret", "ClientSecert"), "MsTeamsClientSecert", "MsTeamsClientSecret"),
        (good.replace("control_center", "control-center"), "control-center", "control_center"),
        (users("swix = \"Jane\"\nteams = \"j@example.com\""), "swix", "swyx"),
    ] {
        let checked = check::check_bytes("a.toml", text.clone().into_bytes(), false);
        let [found] = checked.diagnostics() else { panic!("{text}{:?}", checked.diagnostics()) };
        assert_eq!((found.rule, found.severity), ("unknown-key", Severity::Error), "{text}");
        assert_eq!(found.message, format!("unknown key `{name}`"));
        assert_eq!(found.help, Some(format!("did you mean `{suggestion}`?")));
    }
    // Beside the right key, a misspelt one gets a suggestion too.
    for (text, help) in [
        (format!("{good}MsTeamsTenantID = \"x\"\n"), "did you mean `MsTeamsTenantId`? It is already set"),
        (format!("{good}[swyx]\n[swix]\n"), "did you mean `swyx`? It is already set"),
        (format!("{good}[entra]\ncloud = \"global\"\nclod = 1\n"), "did you mean `cloud`? It is already set"),
    ] {
        let checked = check::check_bytes("a.toml", text.clone().into_bytes(), false);
        let [found] = checked.diagnostics() else { panic!("{text}{:?}", checked.diagnostics()) };
        assert_eq!((found.rule, found.help.as_deref()), ("unknown-key", Some(help)));
    }
}

#[test]
fn one_fault_hides_no_other() {
    let file = |version: &str, mode: &str| {
        format!(
            "[swyx]\nversion = {version}\n[control_center]\nMsTeamsStatusSyncMode = {mode}\n{IDS}MsTeamsClientSecret = {{ env = \"X\" }}\n"
        )
    };
    let rules = |text: &str| {
        let checked = check::check_bytes("a.toml", text.as_bytes().to_vec(), false);
        checked.diagnostics().iter().map(|found| found.rule).collect::<Vec<_>>()
    };
    assert_eq!(rules(&file("\"13.20\"", "\"2\"")), ["mode-as-text", "mode-needs-version"]);
    assert_eq!(rules(&file("13.20", "2")), ["wrong-type", "mode-needs-version"]);
    let days = file("\"14.10\"", "2") + "[entra]\nsecret_lifetime_days = \"1000\"\n";
    assert_eq!(rules(&days), ["wrong-type", "invalid-value"]);
}

/// In "C:\temp\new", `\t` and `\n` are a tab and a line feed.
#[test]
fn control_characters_in_names_paths_programs_and_addresses_are_errors() {
    let whole = |secret: &str, rest: &str| {
        format!("[control_center]\nMsTeamsStatusSyncMode = 2\n{IDS}MsTeamsClientSecret = {secret}\n{rest}")
    };
    let env = "{ env = \"X\" }";
    for (text, key) in [
        (whole(r#"{ file = "C:\temp\new.secret" }"#, ""), "control_center.MsTeamsClientSecret"),
        (whole(r#"{ command = ["C:\tools\new.exe", "x"] }"#, ""), "control_center.MsTeamsClientSecret"),
        (whole(r#"{ command = ["pass", "a\u0085b"] }"#, ""), "control_center.MsTeamsClientSecret"),
        (whole(env, "[swyx]\ngateway_token = { file = \"C:\\files\\b\" }\n"), "swyx.gateway_token"),
        (whole(env, "[entra]\nca_file = \"C:\\new\\net.pem\"\n"), "entra.ca_file"),
        (whole(env, "[entra]\napplication_name = \"a\\u007fb\"\n"), "entra.application_name"),
        (whole(env, "[entra]\ngraph = \"https://gra\\tph\"\n"), "entra.graph"),
        (whole(env, "[entra]\ncloud = \"glo\\bbal\"\n"), "entra.cloud"),
        (whole(env, "[[user]]\nswyx = \"Jane\\tRoe\"\nteams = \"j@example.com\"\n"), "user[0].swyx"),
        (whole(env, "[[user]]\nswyx = \"Jane\"\nteams = \"j\\r@example.com\"\n"), "user[0].teams"),
    ] {
        let checked = check::check_bytes("a.toml", text.clone().into_bytes(), false);
        let found = checked.diagnostics().iter().filter(|found| found.severity == Severity::Error);
        let found = found.collect::<Vec<_>>();
        assert_eq!(found.len(), 1, "{text}\n{found:?}");
        assert_eq!(
            (found[0].rule, found[0].place.key().map(|key| key.as_str())),
            ("invalid-value", Some(key)),
            "{text}"
        );
        assert!(found[0].message.starts_with("contains the control character U+00"), "{}", found[0].message);
        let help = found[0].help.as_deref().unwrap_or_default();
        assert!(help.contains("\\\\ for one backslash") && help.contains("'…'"), "{help}");
    }
    // A literal string keeps its backslashes, and joiners belong to names.
    let names = "[[user]]\nswyx = \"\u{645}\u{200c}\u{6cc}\"\nteams = \"j@example.com\"\n";
    for text in [whole("{ file = 'C:\\temp\\new.secret' }", ""), whole(env, names)] {
        assert_eq!(found(&text), [""; 0], "{text}");
    }
}
