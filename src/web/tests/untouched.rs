//! An untouched form changes nothing, whatever the content and the notation of the file.

use axum::http::StatusCode;

use super::place::{Place, folders, root};

/// Every settings file of the fixtures.
fn texts() -> Vec<(String, String)> {
    let mut texts = Vec::new();
    for folder in
        folders(&root().join("fixtures/rules")).into_iter().chain(folders(&root().join("fixtures/write")))
    {
        for name in ["bad.toml", "good.toml", "before.toml", "after.toml"] {
            // A file that is not text is not a form either.
            if let Ok(text) = std::fs::read_to_string(folder.join(name)) {
                texts.push((folder.join(name).display().to_string(), text));
            }
        }
    }
    let example =
        std::fs::read_to_string(root().join("schema/swyx-teams.example.toml")).expect("the example");
    texts.push(("the example".to_owned(), example));
    texts
}

#[tokio::test]
async fn untouched_form_changes_nothing() {
    let texts = texts();
    assert!(texts.len() > 60, "{}", texts.len());
    let mut forms = 0;
    for (name, text) in texts {
        let place = Place::new(&text);
        let page = place.get("/").await;
        assert_eq!(page.status, StatusCode::OK, "{name}");
        if !page.body.contains("id=\"form\"") {
            continue;
        }
        forms += 1;
        let answer = place.post("/save", &place.form().await).await;
        assert_eq!(answer.to.as_deref(), Some("/?unchanged"), "{name}: {}", answer.body);
        assert_eq!(place.text(), text, "{name}");
        // The same by way of a row's button, which adds a row that stays empty.
        let again = place.post("/edit", &place.form().await.and("add", "user")).await;
        assert_eq!(again.status, StatusCode::OK, "{name}");
        let answer = place.post("/save", &super::place::Sheet::read(&again.body)).await;
        assert_eq!(answer.to.as_deref(), Some("/?unchanged"), "{name}: {}", answer.body);
        assert_eq!(place.text(), text, "{name}");
    }
    assert!(forms > 55, "{forms}");
}
