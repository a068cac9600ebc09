//! Lists from other programs, and their faults.

use super::*;

fn users(text: &str) -> Vec<String> {
    let users = read(text.as_bytes()).expect("a list");
    let shown = |user: &SwyxUser| {
        let email = user.email.as_deref().unwrap_or("-");
        format!("{}|{}|{email}|{}", user.id, user.name, if user.enabled { "on" } else { "off" })
    };
    users.iter().map(shown).collect()
}

fn faults(text: &str) -> Vec<String> {
    read(text.as_bytes()).expect_err("faults").iter().map(ToString::to_string).collect()
}

#[test]
fn columns_can_have_any_order_and_separator() {
    for text in [
        "id,name,email,enabled\n7,Jane,j@x,true\n",
        "EMAIL;Enabled;more;ID;Name\r\nj@x;ja;?;7;Jane\r\n",
        "\u{feff}\"id\";\"name\";\"email\"\n\"7\";\"Jane\";\"j@x\"",
        "\n id , name , email \n\n 7 , Jane , j@x \n\n",
    ] {
        assert_eq!(users(text), ["7|Jane|j@x|on"], "{text:?}");
    }
}

#[test]
fn quoted_cells_can_contain_separators_and_quotes() {
    let text = "name;email;enabled\n\"Roe; \"\"Jane\"\"\";;0\n;;\nMax \"M\" Roe;m@x;Wahr\n";
    assert_eq!(users(text), ["line 2|Roe; \"Jane\"|-|off", "line 4|Max \"M\" Roe|m@x|on"]);
}

#[test]
fn every_faulty_line_is_reported() {
    let text = "id;name;email;enabled\n1;Jane;j@x;1\n\n;No id;n@x;1\n1;Again;a@x;1\n2;;e@x;1\n3;Max;m@x;maybe\n4;Few\n\r\n5;Many;m@x;1;1\n";
    let found = faults(text);
    let lines = found.iter().map(|fault| fault.split(':').next().unwrap()).collect::<Vec<_>>();
    assert_eq!(lines, ["line 4", "line 5", "line 6", "line 7", "line 8", "line 10"], "{found:#?}");
    assert!(found[1].ends_with("line 2 has the same id"));
}

#[test]
fn unclosed_quotation_mark_is_reported() {
    for text in [
        "name;email\n\"Jane;j@x\nMax;m@x\nKim;k@x\n",
        "name;email;note\nJane;j@x;\"note\nMax;m@x;x\nKim;k@x;\"note\"\n",
        "name;email\nMax;\"m@x\n",
        "name;email\nJane;\"\nMax;m@x",
        "name;email\n;\"\n\n",
    ] {
        assert!(faults(text)[0].starts_with("line 2: "), "{text:?} {:?}", faults(text));
    }
}

#[test]
fn file_that_is_not_a_user_list_is_reported() {
    for (text, words) in [
        ("", "line 1: the first line must name"),
        ("\n\n", "line 1: the first line must name"),
        ("name\tmail\n", "line 1: column `email` is missing"),
        ("name,email\n\n", "line 1: there are no users in the file"),
        ("Jane;j@x\n", "line 1: column `name` is missing"),
        ("name;mail\nJane;j@x\n", "line 1: column `email` is missing"),
        ("name;email;Email\n", "line 1: column `email` occurs twice"),
    ] {
        assert!(faults(text)[0].starts_with(words), "{text:?} {:?}", faults(text));
    }
}

#[test]
fn separators_and_line_ends_of_other_programs_are_read() {
    for text in [
        "sep=;\nname;email;enabled\nJane;j@x;on\n",
        "\"sep=|\"\r\nname|email\r\nJane|j@x\r\n",
        "name\temail\nJane\tj@x\n",
        "name|email\nJane|j@x\n",
        "\"name\",\"email\",\"a; b; c\"\n\"Jane\",\"mailto:j@x\",\"\"\n",
        "name;email\rJane;SMTP:j@x\r",
    ] {
        let users = read(text.as_bytes()).expect(text);
        assert_eq!((&*users[0].name, users[0].email.as_deref()), ("Jane", Some("j@x")), "{text:?}");
        assert!(users[0].enabled);
    }
    let found = faults("name;email;enabled\rJane;j@x;1\rMax;m@x;perhaps\r");
    assert!(found[0].starts_with("line 3: `enabled` must be one of true, yes"), "{found:?}");
    assert_eq!(users("sep=,\nname,email\nJane,j@x\n"), ["line 3|Jane|j@x|on"]);
}

#[test]
fn other_encodings_are_read_with_a_note() {
    let text = "name;email\nJürgen €;j@x\n";
    let wide = |of: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(of).collect::<Vec<_>>();
    for content in [
        [&[0xff, 0xfe][..], &wide(u16::to_le_bytes)].concat(),
        [&[0xfe, 0xff][..], &wide(u16::to_be_bytes)].concat(),
        wide(u16::to_le_bytes),
        b"name;email\nJ\xfcrgen \x80;j@x\n".to_vec(),
    ] {
        let (users, note) = read_with_note(&content).expect("a list");
        assert_eq!(&*users[0].name, "Jürgen €");
        assert!(note.is_some_and(|note| note.starts_with("read as ")));
    }
    assert_eq!(read_with_note(text.as_bytes()).expect("a list").1, None);
    assert_eq!(read(b"name;email\nJ\x81rgen;j@x\n").expect_err("no character")[0].line, 2);
}

#[test]
fn own_output_is_read() {
    let text = "swyx_id,swyx_name,swyx_email,teams_upn,finding\n7,'=Jane,j@x,j@x,\n,,,k@x,unmatched-teams\n";
    assert_eq!(users(text), ["7|=Jane|j@x|on"]);
}

#[test]
fn missing_optional_values_at_the_end_are_accepted() {
    assert_eq!(
        users("id;name;email;enabled;note\n1;Jane;j@x\n2;Max;m@x;no\n"),
        ["1|Jane|j@x|on", "2|Max|m@x|off"]
    );
    for (text, words) in [
        ("name;email;note\nJane\n", "line 2: 1 column, but the first line has 3;"),
        ("name;email;id\nJane;j@x\n", "line 2: 2 columns, but the first line has 3;"),
        ("name;email\nJane;j@x;on\n", "line 2: 3 columns, but the first line has 2;"),
        ("name;email;note\nJane;\"j@x;on", "line 2: 2 columns, but the first line has 3;"),
    ] {
        assert!(faults(text)[0].starts_with(words), "{text:?} {:?}", faults(text));
    }
}

#[test]
fn values_of_enabled_are_listed_once() {
    let found = faults("name;email;enabled\nJane;j@x;maybe\nMax;m@x;perhaps\n");
    assert!(found[0].starts_with("line 2: `enabled` must be one of true, yes"), "{found:?}");
    assert_eq!(found[1], "line 3: `enabled` must have one of the values listed for line 2");
}

#[test]
fn address_of_a_mail_program_is_read() {
    for address in ["<j@x>", "Jane Roe <j@x>", "sip:j@x", "SIP:j@x", "\"Roe, Jane\" <mailto:j@x>", "< j@x >"]
    {
        let text = format!("name;email\nJane;\"{}\"\n", address.replace('"', "\"\""));
        assert_eq!(users(&text), ["line 2|Jane|j@x|on"], "{address}");
    }
}

#[test]
fn name_without_a_visible_character_is_missing() {
    assert_eq!(faults("name;email\n\u{200c};j@x\n"), ["line 2: the name is missing"]);
}

#[test]
fn id_is_limited_to_200_characters() {
    let with = |length: usize| format!("id,name,email\n{},J,j@x\n", "ü".repeat(length));
    assert!(read(with(200).as_bytes()).is_ok());
    assert!(faults(&with(201))[0].starts_with("line 2: the id is longer"));
}
