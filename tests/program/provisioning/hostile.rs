//! Names that others gave in the tenant are shown, but never as they are: a terminal would obey them.

use serde_json::json;

use super::world::*;

#[test]
fn names_from_the_tenant_cannot_control_the_terminal() {
    let name = "Sync\u{200f}[2J\u{202e}";
    let two = json!({"displayName": name});
    let world = World::state(&json!({
        "users": [{"userPrincipalName": "admin@contoso.example", "administrator": true}],
        "applications": [two, two]
    }));
    let text = world
        .settings(IN_FILE)
        .replace("[entra]\n", "[entra]\napplication_name = \"Sync\\u200f[2J\\u202e\"\n");
    world.write("a.toml", &text);
    let run = world.run(&["plan", "a.toml"]);
    assert_eq!(run.code, Some(2), "{}", run.err);
    assert!(run.err.contains("2 applications have the name Sync\\u{200f}[2J\\u{202e}: "), "{}", run.err);
    for said in [&run.out, &run.err] {
        assert!(!said.contains(['\u{200f}', '\u{202e}']), "{said:?}");
    }
}
