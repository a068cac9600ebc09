//! Addresses, the CA file, the administrator's client ID and commands: the page shows them, and no request
//! changes them.

use crate::settings::keys::READ_ONLY_IN_FORMS;
use axum::http::StatusCode;

#[cfg(unix)]
use super::place::unescaped;
use super::place::{GOOD, Place, Sheet};

const EVIL: &str = "https://elsewhere.example.com";
const SECRET: &str = "control_center.MsTeamsClientSecret";
const TOKEN: &str = "swyx.gateway_token";
const CLIENT: &str = "14d82eec-204b-4c2f-b7e8-296a70dab67e";

/// A file with a value for every read-only key, and two commands.
fn full() -> String {
    let secret = "{ command = [\"pass\", \"argument-of-the-secret\"] }";
    let text = GOOD.replace("{ env = \"SWYX_TEAMS_CLIENT_SECRET\" }", secret);
    format!(
        "[swyx]\nversion = \"14.00\"\ngateway = \"https://localhost:9180\"\ngateway_token.command = ['print-token', 'argument-of-the-token']\n\
         {text}\n[entra]\nauthority = \"https://localhost:1\" # the proxy\ngraph = \"https://localhost:1/v1.0\"\nca_file = \"ca.pem\"\n\
         proxy = \"http://localhost:3128\"\nadmin_client_id = \"{CLIENT}\"\n"
    )
}

/// The request of the Save button, with a change of an ordinary field and one that is not allowed.
async fn sent(place: &Place, names: &[(&str, &str)]) -> Sheet {
    let form = place.form().await.with("swyx.version", "14.10");
    names.iter().fold(form, |form, (name, value)| match *name {
        "removed" => form.and(name, value),
        name => form.forced(name, value),
    })
}

/// A file, additional values of its form, and the key in the refusal.
type Attempt<'a> = (String, Vec<(&'a str, &'a str)>, &'a str);

#[tokio::test]
async fn post_changing_a_read_only_key_is_rejected_and_keeps_input() {
    let text = |name: &str| format!("{name}.text");
    let (secret_text, token_text) = (text(SECRET), text(TOKEN));
    let secret_command = format!("{SECRET}.command");
    let token_command = format!("{TOKEN}.command");
    let keys = READ_ONLY_IN_FORMS;
    let mut attempts: Vec<Attempt<'_>> = Vec::new();
    for key in &keys {
        let name = key.as_str();
        for value in [EVIL, "", "x", "https://localhost:1\n", "\"", "a\r\n[entra]\r\nauthority = \"x\""] {
            attempts.push((full(), vec![(name, value)], name));
        }
        attempts.push((full(), vec![("removed", name)], name));
        for value in [EVIL, "x", "\n", "a\"\nauthority = \"x"] {
            attempts.push((GOOD.to_owned(), vec![(name, value)], name));
        }
    }
    for way in ["unset", "text", "env", "file", "command"] {
        attempts.push((
            full(),
            vec![(SECRET, way), (&secret_text, "entered"), (&secret_command, "sh\n-c")],
            SECRET,
        ));
        attempts.push((
            full(),
            vec![(TOKEN, way), (&token_text, "entered"), (&token_command, "sh\n-c")],
            TOKEN,
        ));
    }
    attempts.push((full(), vec![(SECRET, "command")], SECRET));
    attempts.push((GOOD.to_owned(), vec![(SECRET, "command"), (&secret_command, "sh\n-c\ntouch x")], SECRET));
    attempts.push((GOOD.to_owned(), vec![(TOKEN, "command"), (&token_command, "sh")], TOKEN));
    attempts.push((GOOD.to_owned(), vec![(TOKEN, "command")], TOKEN));
    for (before, names, key) in attempts {
        let place = Place::new(&before);
        let form = sent(&place, &names).await;
        let answer = place.post("/save", &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{names:?}: {}", answer.body);
        assert!(
            answer.body.contains(&format!("Not saved: <code>{key}</code> cannot be changed in the form.")),
            "{names:?}"
        );
        assert!(answer.body.contains("this cannot be changed in the form"), "{names:?}");
        assert!(!answer.body.contains("elsewhere.example.com"), "{names:?}");
        assert_eq!(place.text(), before, "{names:?}");
        // The other field is still filled in, and what comes back can be saved.
        let again = Sheet::read(&answer.body);
        assert_eq!(again.value("swyx.version"), "14.10", "{names:?}");
        assert!(place.post("/findings", &form).await.body.contains("read-only-in-form"), "{names:?}");
        assert_eq!(place.post("/edit", &form).await.status, StatusCode::OK, "{names:?}");
        let answer = place.post("/save", &again).await;
        assert_eq!(answer.to.as_deref(), Some("/?saved"), "{names:?}: {}", answer.body);
        let expected = match before.contains("14.00") {
            true => before.replace("\"14.00\"", "\"14.10\""),
            false => format!("{before}\n[swyx]\nversion = \"14.10\"\n"),
        };
        assert_eq!(place.text(), expected, "{names:?}");
    }
}

/// Other spellings of read-only keys, and other attempts to change them.
#[tokio::test]
async fn other_notations_do_not_change_read_only_keys() {
    let line = "x\"\n[entra]\nauthority = \"https://elsewhere.example.com";
    let attempts: &[&[(&str, &str)]] = &[
        &[("entra", EVIL)],
        &[("entra", "{ authority = \"https://elsewhere.example.com\" }")],
        &[("authority", EVIL)],
        &[("entra.", EVIL)],
        &[("entra.\"authority\"", EVIL)],
        &[("\"entra\".authority", EVIL)],
        &[("'entra'.authority", EVIL)],
        &[("entra .authority", EVIL)],
        &[("entra. authority", EVIL)],
        &[("entra.authority ", EVIL)],
        &[("ENTRA.AUTHORITY", EVIL)],
        &[("entra.authority.x", EVIL)],
        &[("entra.authority.text", EVIL)],
        &[("entra.authority.command", EVIL)],
        &[("entra[0].authority", EVIL)],
        &[("entra.authority[0]", EVIL)],
        &[("[entra].authority", EVIL)],
        &[("entra\n.authority", EVIL)],
        &[("entra.\"\\U00000061uthority\"", EVIL)],
        &[("swyx.gateway_token.command[0]", "sh")],
        &[("swyx.gateway_token.command.command", "sh")],
        &[("swyx.gateway_token.\"command\"", "sh")],
        &[("swyx.gateway_token", "{ command = [\"sh\"] }")],
        &[("swyx.gateway_token", "Command"), ("swyx.gateway_token.command", "sh")],
        &[("swyx.gateway_token", "keep"), ("swyx.gateway_token.command", "sh")],
        &[("swyx.gateway_token.command", "sh")],
        &[("user[0].authority", EVIL)],
        &[("user[0].\"entra.authority\"", EVIL)],
        &[("user[0].entra.authority", EVIL)],
        &[("user[0].swyx", line), ("user[0].teams", "a@example.com")],
        &[
            ("user[0].swyx", "a"),
            ("user[0].teams", "a@example.com\" }\nentra.authority = \"https://elsewhere.example.com"),
        ],
        &[("sync.status[0].presence", line), ("sync.status[0].status", "Away")],
        &[("sync.status[0].presence", "x\" = \"Away\"\n[entra]\nproxy"), ("sync.status[0].status", EVIL)],
        &[("sync.status[0].presence", "Busy/Busy"), ("sync.status[0].status", line)],
        &[("sync.status.entra.authority", EVIL)],
        &[("sync.status.\"entra.authority\"", EVIL)],
        &[("swyx.version", line)],
        &[("entra.application_name", line)],
        &[("entra.application_name", "x'''\n[entra]\nauthority = '''https://elsewhere.example.com")],
        &[("entra.cloud", line)],
        &[("entra.secret_lifetime_days", "1\nauthority = \"https://elsewhere.example.com\"")],
        &[("control_center.authority", EVIL)],
        &[("removed", "entra")],
        &[("removed", "swyx")],
        &[("removed", "control_center")],
        &[("removed", "\"entra\".authority")],
        &[("removed", "entra.authority ")],
        &[("removed", "swyx.gateway_token")],
        &[("removed", "swyx.gateway_token.command")],
        &[("removed", "control_center.MsTeamsClientSecret")],
        &[("add", "entra"), ("remove", "entra"), ("restore", "entra.authority")],
    ];
    let files = [
        full(),
        GOOD.to_owned(),
        // The same table written in other ways.
        format!("entra.authority = \"https://localhost:1\"\nentra.cloud = \"global\"\n{GOOD}"),
        format!("entra = {{ authority = \"https://localhost:1\", cloud = \"global\" }}\n{GOOD}"),
        format!("{GOOD}\n[[entra]]\nauthority = \"https://localhost:1\"\n"),
    ];
    for before in &files {
        for names in attempts {
            let place = Place::new(before);
            let form = sent(&place, names).await;
            for path in ["/edit", "/save"] {
                let answer = place.post(path, &form).await;
                assert!(!answer.status.is_server_error(), "{names:?}: {}", answer.body);
                assert_eq!(values(&place.text()), values(before), "{path} {names:?}\n{}", place.text());
                if path == "/edit" && answer.status.is_success() {
                    place.post("/save", &Sheet::read(&answer.body)).await;
                    assert_eq!(values(&place.text()), values(before), "{names:?}\n{}", place.text());
                    place.write(before);
                }
            }
        }
    }
    // A repeated name does not belong to the form, whatever its two values are.
    let place = Place::new(&full());
    for value in ["https://localhost:1", EVIL] {
        let form =
            sent(&place, &[("entra.authority", "https://localhost:1")]).await.and("entra.authority", value);
        assert_eq!(place.post("/save", &form).await.status, StatusCode::BAD_REQUEST);
        assert_eq!(place.text(), full());
    }
}

/// The read-only values of a text, as another reader of TOML sees them.
fn values(text: &str) -> Vec<String> {
    let document = toml_edit::Document::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let item = |key: &str| {
        let (table, name) = key.split_once('.').expect("two names");
        let found = document.get(table).and_then(|table| table.get(name));
        found.map_or_else(String::new, |found| match found.as_str() {
            Some(text) => format!("text {text}"),
            None => found.to_string(),
        })
    };
    let commands =
        [SECRET, TOKEN].map(|key| if item(key).contains("command") { item(key) } else { String::new() });
    READ_ONLY_IN_FORMS.iter().map(|key| item(key.as_str())).chain(commands).collect()
}

/// A form may send back the values that it showed.
#[tokio::test]
async fn unchanged_read_only_value_is_accepted() {
    let place = Place::new(&full());
    let names = [
        ("entra.authority", "https://localhost:1"),
        ("entra.ca_file", "ca.pem"),
        ("entra.admin_client_id", CLIENT),
        (SECRET, "keep"),
        (TOKEN, "keep"),
        ("swyx.version", "14.00"),
    ];
    let answer = place.post("/save", &sent(&place, &names).await).await;
    assert_eq!(answer.to.as_deref(), Some("/?unchanged"), "{}", answer.body);
}

#[tokio::test]
async fn read_only_keys_cannot_be_added_to_a_new_file() {
    for (name, value) in [("entra.authority", EVIL), ("swyx.gateway", EVIL), ("entra.ca_file", "x")] {
        let place = Place::empty();
        let answer = place.post("/save", &sent(&place, &[(name, value)]).await).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(answer.body.contains("cannot be changed in the form") && !place.path.exists(), "{name}");
    }
    let place = Place::empty();
    let names = [(SECRET, "command"), ("control_center.MsTeamsClientSecret.command", "sh")];
    let answer = place.post("/save", &sent(&place, &names).await).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!place.path.exists());
}

#[tokio::test]
async fn merge_keeps_read_only_values_of_the_file() {
    let place = Place::new(&full());
    let form = place.form().await.with("swyx.version", "14.10");
    let theirs = full()
        .replace("\"14.00\"", "\"14.20\"")
        .replace("https://localhost:1\"", "https://localhost:2\"")
        .replace("'print-token'", "'print-new-token'")
        .replace("ca_file = \"ca.pem\"\n", "")
        .replace("{ command = [\"pass\", \"argument-of-the-secret\"] }", "{ env = \"SECRET\" }")
        + "cloud = \"global\"\n";
    place.write(&theirs);
    let conflict = place.post("/save", &form).await;
    assert_eq!(conflict.status, StatusCode::CONFLICT);
    // The page shows them without a choice.
    let choice = Sheet::read(&conflict.body).and("choose swyx.version", "yours");
    for (key, now) in [
        ("entra.authority", "<code>https://localhost:2</code>"),
        ("entra.ca_file", "<em>not set</em>"),
        (TOKEN, "<code>from the command print-new-token</code>"),
        (SECRET, "<code>from the environment variable SECRET</code>"),
    ] {
        let shown = conflict.body.split(&format!("data-key=\"{key}\"")).nth(1).expect("shown");
        let shown = shown.split("data-key").next().expect("an end");
        assert!(shown.contains(now) && shown.contains("cannot be changed in the form"), "{key}: {shown}");
        assert!(!choice.has(&format!("choose {key}")), "{key}");
    }
    assert!(!conflict.body.contains("argument-of"), "{}", conflict.body);
    // Sent anyway, with each name.
    for name in [
        "choose entra.authority",
        "choose \"entra\".authority",
        "choose entra.ca_file",
        "choose swyx.gateway_token",
        "choose control_center.MsTeamsClientSecret",
    ] {
        let answer = place.post("/merge", &choice.clone().and(name, "yours")).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{name}");
        assert!(
            answer.body.contains("cannot be changed in the form; nothing was changed"),
            "{name}: {}",
            answer.body
        );
        assert_eq!(place.text(), theirs, "{name}");
    }
    // Tables and keys that the form has no input for are no choice.
    for name in
        ["choose entra", "choose swyx", "choose control_center", "choose entra.authority.x", "choose "]
    {
        let place = Place::new(GOOD);
        let form = place.form().await.with("swyx.version", "14.10");
        let theirs =
            format!("{GOOD}\n[entra]\nauthority = \"https://localhost:2\"\n[swyx]\nversion = \"14.20\"\n");
        place.write(&theirs);
        let conflict = place.post("/save", &form).await;
        assert_eq!(conflict.status, StatusCode::CONFLICT, "{name}");
        place.post("/merge", &Sheet::read(&conflict.body).and(name, "yours")).await;
        assert_eq!(values(&place.text()), values(&theirs), "{name}");
    }
    // Possible choices are saved, and the changes of the other process stay.
    let answer = place.post("/merge", &choice).await;
    assert_eq!(answer.to.as_deref(), Some("/?saved"), "{}", answer.body);
    assert_eq!(place.text(), theirs.replace("\"14.20\"", "\"14.10\""));
}

/// Without a conflict, the changes of the form are saved beside read-only changes in the file.
#[tokio::test]
async fn read_only_change_in_the_file_is_kept_beside_a_change_in_the_form() {
    let place = Place::new(&full());
    let form = place.form().await.with("swyx.version", "14.10");
    let theirs = full().replace("https://localhost:1\"", "https://localhost:2\"");
    place.write(&theirs);
    let answer = place.post("/save", &form).await;
    assert_eq!(answer.to.as_deref(), Some("/?merged"), "{}", answer.body);
    assert_eq!(place.text(), theirs.replace("\"14.00\"", "\"14.10\""));
}

/// The form changed a secret that is now read-only: the change is shown as a conflict, and not dropped.
#[tokio::test]
async fn change_of_a_secret_that_became_read_only_is_shown() {
    let place = Place::new(GOOD);
    let form = place
        .form()
        .await
        .with("control_center.MsTeamsStatusSyncMode", "1")
        .with(SECRET, "file")
        .with(&format!("{SECRET}.file"), "mine.secret");
    let theirs = GOOD.replace("{ env = \"SWYX_TEAMS_CLIENT_SECRET\" }", "{ command = [\"pass\"] }");
    place.write(&theirs);
    let answer = place.post("/save", &form).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.body);
    assert!(
        answer.body.contains("cannot be changed in the form. The value in the file stays"),
        "{}",
        answer.body
    );
    assert_eq!(place.text(), theirs);
}

/// A dropped page does not save it either.
#[tokio::test]
async fn unknown_page_does_not_change_read_only_keys() {
    let place = Place::new(&full());
    let form = sent(&place, &[("entra.authority", EVIL), ("page", "0")]).await;
    let answer = place.post("/save", &form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("cannot be changed in the form"));
    assert_eq!(place.text(), full());
}

/// The part of the page that belongs to a key.
fn part(page: &str, key: &str) -> String {
    let id = format!("id=\"part-{}\"", key.replace('.', "-"));
    let part = page.split(&id).nth(1).unwrap_or_else(|| panic!("{key} is not shown"));
    part.split("id=\"part-").next().expect("an end").to_owned()
}

#[tokio::test]
async fn page_shows_read_only_value_and_command() {
    let place = Place::new(&full());
    let page = place.get("/").await.body;
    let path = place.path.display().to_string();
    for (key, value) in [
        ("entra.authority", "https://localhost:1"),
        ("entra.graph", "https://localhost:1/v1.0"),
        ("entra.proxy", "http://localhost:3128"),
        ("entra.ca_file", "ca.pem"),
        ("entra.admin_client_id", CLIENT),
        ("swyx.gateway", "https://localhost:9180"),
    ] {
        let part = part(&page, key);
        assert!(part.contains(&format!("<code data-read-only=\"{key}\">{value}</code>")), "{key}: {part}");
        assert!(part.contains("This cannot be changed in the form."), "{key}");
        for verb in ["set", "unset"] {
            let command = format!("<code class=\"command\">swyx-teams {verb} --config {path} {key}</code>");
            assert!(part.contains(&command), "{command}: {part}");
        }
        assert!(!part.contains("<input") && !part.contains("<select"), "{part}");
    }
    for (key, program) in [(SECRET, "pass"), (TOKEN, "print-token")] {
        let part = part(&page, key);
        assert!(part.contains(&format!("The secret comes from the command {program}")), "{part}");
        assert!(part.contains(&format!("swyx-teams unset --config {path} {key}<")), "{part}");
        assert!(!part.contains("<input") && !part.contains("<select"), "{part}");
    }
    assert!(!page.contains("argument-of"), "{page}");
    // The form does not offer a command.
    assert!(!place.get("/").await.body.contains("value=\"command\""));
    let unset = Place::new(GOOD);
    let page = unset.get("/").await.body;
    for key in READ_ONLY_IN_FORMS {
        let part = part(&page, key.as_str());
        let command = format!("swyx-teams set --config {} {key}<", unset.path.display());
        assert!(part.contains("<em>Not set</em>") && part.contains(&command), "{key}: {part}");
        assert!(!part.contains("swyx-teams unset"), "{key}");
    }
    assert!(!page.contains("value=\"command\""));
}

#[tokio::test]
async fn user_information_and_query_of_an_address_are_masked() {
    for address in ["https://someone:canary-word@localhost:1", "https://localhost:1/?sig=canary-word"] {
        let place =
            Place::new(&format!("{GOOD}\n[entra]\nauthority = \"{address}\"\nproxy = \"{address}\"\n"));
        let page = place.get("/").await.body;
        assert!(part(&page, "entra.authority").contains("Set, but hidden"), "{address}");
        assert!(!page.contains("canary-word"), "{address}");
        let answer = place.post("/save", &sent(&place, &[("entra.authority", "x")]).await).await;
        assert!(!answer.body.contains("canary-word"), "{address}");
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_command_of_the_page_works_in_a_shell() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("it's $(a) \"north\" <branch>.toml");
    let place = Place::at(path.clone());
    place.write(&full());
    let page = place.get("/").await.body;
    let part = part(&page, "entra.graph");
    let command = part.split("<code class=\"command\">").nth(2).expect("the second command");
    let command = unescaped(command.split("</code>").next().expect("an end"));
    let words = command.strip_prefix("swyx-teams ").expect("the program");
    let script = format!("set -- {words}; printf '%s\\n' \"$@\"");
    let run = std::process::Command::new("sh").args(["-c", &script]).output().expect("a shell");
    let words = String::from_utf8(run.stdout).expect("text");
    let path = path.to_str().expect("text");
    assert_eq!(words.lines().collect::<Vec<_>>(), ["unset", "--config", path, "entra.graph"], "{script}");
}
