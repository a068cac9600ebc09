//! The content of the page: every field with its label, its help and its findings, and nothing active.

use std::collections::HashSet;

use crate::settings::entries::list_known_keys;
use crate::settings::keys::READ_ONLY_IN_FORMS;

use super::place::{GOOD, Place, Sheet, root, unescaped};

fn attributes(body: &str, name: &str) -> Vec<String> {
    let start = format!(" {name}=\"");
    let values = body.split(&start).skip(1);
    values.map(|rest| unescaped(rest.split('"').next().expect("an end"))).collect()
}

#[tokio::test]
async fn every_key_has_an_input_with_its_name() {
    let example =
        std::fs::read_to_string(root().join("schema/swyx-teams.example.toml")).expect("the example");
    let place = Place::new(&example);
    let page = place.get("/").await.body;
    let form = Sheet::read(&page);
    let newer = Place::new("[swyx]\nversion = \"14.25\"\n[federated_services]\nlogin = \"secret\"\n");
    let newer = Sheet::read(&newer.get("/").await.body);
    let tables = ["swyx", "control_center", "federated_services", "entra", "sync", "user", "sync.status"];
    let read_only = READ_ONLY_IN_FORMS.map(|key| key.to_string());
    for key in &read_only {
        assert!(page.contains(&format!("id=\"part-{}\"", key.replace('.', "-"))) && !form.has(key), "{key}");
    }
    for key in list_known_keys().filter(|key| !tables.contains(&key.as_str())) {
        let name = key.to_string().replace("user.", "user[0].");
        if read_only.contains(&name) {
            continue;
        }
        if name.starts_with("entra.automation") {
            assert!(!form.has(&name) && !newer.has(&name), "{name} is in the form");
            continue;
        }
        let of_newer = name.starts_with("federated_services.");
        assert_eq!(
            (form.has(&name), newer.has(&name)),
            (!of_newer, !name.starts_with("control_center.") && !name.starts_with("user[")),
            "{name}"
        );
    }
    assert!(page.len() < 100_000, "{}", page.len());
}

#[tokio::test]
async fn element_ids_are_unique_and_references_resolve() {
    let text = format!(
        "{GOOD}MsTeamsOther = 1\n[entra]\nrenew_before_days = 400\n[[user]]\nswyx = \"\"\n[[user]]\n[sync.status]\n\"A/B\" = \"x\"\n"
    );
    let place = Place::new(&text);
    for page in [
        place.get("/").await.body,
        place.post("/edit", &place.form().await.and("add", "user").and("removed", "user[0]")).await.body,
    ] {
        let ids = attributes(&page, "id");
        let unique = ids.iter().collect::<HashSet<_>>();
        assert_eq!(unique.len(), ids.len());
        let named =
            attributes(&page, "aria-describedby").into_iter().chain(attributes(&page, "aria-labelledby"));
        let named = named.flat_map(|ids| ids.split(' ').map(str::to_owned).collect::<Vec<_>>());
        for id in named.chain(attributes(&page, "for")) {
            assert!(unique.contains(&id), "{id} is named and not there");
        }
        for target in attributes(&page, "href").iter().filter_map(|target| target.strip_prefix('#')) {
            assert!(unique.contains(&target.to_owned()), "#{target} does not exist");
        }
        for id in ["findings", "findings-of-control_center-MsTeamsTenantId", "findings-of-user-1-teams"] {
            assert!(unique.contains(&id.to_owned()), "{id}");
        }
    }
}

#[tokio::test]
async fn every_input_has_a_label() {
    let place = Place::new(&format!(
        "{GOOD}\n[[user]]\nswyx = \"Ann\"\nteams = \"ann@example.com\"\n[sync.status]\n\"Away/Away\" = \"none\"\n"
    ));
    let page = place.get("/").await.body;
    let labelled = attributes(&page, "for").into_iter().collect::<HashSet<_>>();
    let inputs = page
        .split('<')
        .filter(|tag| ["input ", "select ", "textarea "].iter().any(|name| tag.starts_with(name)));
    let mut count = 0;
    for tag in inputs.filter(|tag| !tag.contains("type=\"hidden\"")) {
        count += 1;
        let has_label = attributes(tag, "id").first().is_some_and(|id| labelled.contains(id));
        assert!(has_label || tag.contains(" aria-label=\""), "{tag}");
    }
    assert!(count > 20, "{count}");
}

#[tokio::test]
async fn findings_are_in_the_summary_and_next_to_their_fields() {
    let place = Place::new(&GOOD.replace("7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34", "common"));
    let page = place.get("/").await.body;
    let beside = page.split("id=\"findings-of-control_center-MsTeamsTenantId\"").nth(1).expect("a place");
    assert!(beside.split("</div>").next().expect("an end").contains("class=\"error\""));
    assert!(page.contains("<a href=\"#part-control_center-MsTeamsTenantId\">Directory (tenant) ID</a>"));
    assert!(page.contains(">1 error<"));
    let input = page.split("<input id=\"field-control_center-MsTeamsTenantId\"").nth(1).expect("an input");
    assert!(input.split('>').next().expect("an end").contains("aria-invalid=\"true\""));
}

#[tokio::test]
async fn unknown_keys_are_listed_and_preserved() {
    let text = GOOD.replace("MsTeamsTenantId", "MsTeamsOther = 5\nMsTeamsTenantId");
    let place = Place::new(&text);
    assert!(place.get("/").await.body.contains("<code>control_center.MsTeamsOther</code>"));
    let form = place.form().await.with("control_center.MsTeamsStatusSyncMode", "1");
    assert_eq!(place.post("/save", &form).await.to.as_deref(), Some("/?saved"));
    assert_eq!(place.text(), text.replace("Mode = 2", "Mode = 1"));
}

/// Text that would be active if it were not escaped.
const HOSTILE: [&str; 8] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onfocus='alert(1)' autofocus='",
    "</textarea></title><svg/onload=alert(1)>",
    "{{constructor.constructor('alert(1)')()}}",
    "`<b>`</code><script>x</script>",
    "javascript:alert(1)",
    "&lt;script&gt;",
];

#[tokio::test]
async fn hostile_text_is_escaped_in_pages() {
    for hostile in HOSTILE {
        let quoted = hostile.replace('\\', "\\\\").replace('"', "\\\"");
        let text = format!(
            "{GOOD}\"{quoted}\" = 1\n[entra]\napplication_name = \"{quoted}\"\nca_file = \"{quoted}\"\ncloud = \"{quoted}\"\n[sync.status]\n\"{quoted}\" = \"{quoted}\"\n[[user]]\nswyx = \"{quoted}\"\nteams = \"{quoted}\"\n[\"{quoted}\"]\n"
        );
        let place = Place::new(&text);
        let form = place.form().await;
        let names = form.names().into_iter().map(str::to_owned).collect::<Vec<_>>();
        let filled = names
            .iter()
            .filter(|name| name.contains('.') || name.contains('['))
            .fold(form.clone(), |form, name| form.with(name, hostile));
        let theirs = filled.clone();
        let mut bodies = vec![
            place.get("/").await.body,
            place.post("/edit", &filled).await.body,
            place.post("/save", &filled).await.body,
        ];
        place.write(&format!("{text}# x\n"));
        bodies.push(place.post("/save", &theirs).await.body);
        for body in bodies {
            let scripts = body.matches("<script").count();
            assert_eq!(
                scripts,
                ["script", "draft"]
                    .map(|name| body.matches(&format!("<script src=\"/{name}.js\" defer>")).count())
                    .iter()
                    .sum::<usize>(),
                "{hostile}: {body}"
            );
            for tag in body.split('<').skip(1) {
                let tag = tag.split('>').next().unwrap_or_default();
                let bare = tag.split('"').step_by(2).collect::<String>();
                assert!(!bare.contains("on") || !bare.contains("alert"), "{hostile}: {tag}");
                assert!(
                    !["svg", "img", "b>", "style"].iter().any(|name| tag.starts_with(name)),
                    "{hostile}: {tag}"
                );
                assert!(!tag.contains("href=\"javascript"), "{hostile}: {tag}");
            }
        }
    }
}

/// The Content-Security-Policy allows none of these, and the page does not ask for them.
#[tokio::test]
async fn pages_have_no_inline_code_or_external_resources() {
    let place = Place::new(GOOD);
    let page = place.get("/").await.body;
    for inline in ["<style", " style=\"", " onclick", " onload", " onsubmit", "javascript:"] {
        assert!(!page.contains(inline), "{inline}");
    }
    for target in attributes(&page, "href")
        .into_iter()
        .chain(attributes(&page, "src"))
        .chain(attributes(&page, "action"))
    {
        let is_asset = ["/icon.svg", "/style.css", "/script.js", "/draft.js"].contains(&target.as_str());
        // All else is relative, so that no page contains the secret path.
        assert!(is_asset || !target.contains(['/', ':']) || target == "./", "{target}");
    }
    let script = place.get("/script.js").await.body + &place.get("/draft.js").await.body;
    for way in
        ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", ".style"]
    {
        assert!(!script.contains(way), "{way}");
    }
    let style = place.get("/style.css").await.body;
    assert!(!style.contains("url(") && !style.contains("@import") && !style.contains("@font-face"));
}

/// `maud` can bypass escaping; no code uses it.
#[test]
fn page_code_never_bypasses_escaping() {
    let mut waiting = vec![root().join("src/web")];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.ends_with("tests") {
                continue;
            }
            if path.is_dir() {
                waiting.push(path);
            } else {
                assert!(
                    !std::fs::read_to_string(&path).expect("text").contains("PreEscaped"),
                    "{}",
                    path.display()
                );
            }
        }
    }
}
