//! Scripts of calls: played at their times, and refused with all their mistakes.

use swyx_teams::emulator::Options;

use crate::gateway::client::Gateway;

#[tokio::test(start_paused = true)]
async fn script_events_happen_at_their_times() {
    let gateway = Gateway::new(Options::default());
    let script = "\
# What happens to two people.
2.5 1001 hangup
0 1001 call   # at once

1 anna.albrecht@contoso.example swyx Away
1 1001 teams Busy/InAMeeting
3 1002 prefer Busy/Busy
4 1002 prefer -
5 1001 teams -
";
    let calls = gateway.emulator.read_calls(script).expect("a script");
    assert_eq!(gateway.emulator.journal().len(), 0, "reading does nothing");
    gateway.emulator.play(calls).await;
    let journal = gateway.emulator.journal();
    let lines = journal
        .iter()
        .map(|line| (line.at, line.user.as_deref().unwrap_or_default(), line.what, line.value.as_deref()));
    let wanted = [
        (0.0, "1001", "call", None),
        (1.0, "1001", "swyx-by-hand", Some("Away")),
        (1.0, "1001", "teams", Some("Busy/InAMeeting")),
        (2.5, "1001", "hangup", None),
        (3.0, "1002", "prefer", Some("Busy/Busy")),
        (4.0, "1002", "prefer", None),
        (5.0, "1001", "teams", None),
    ];
    assert_eq!(lines.collect::<Vec<_>>(), wanted);
    assert_eq!(gateway.emulator.swyx_status("1001").expect("anna").status, "Away");
}

#[tokio::test(start_paused = true)]
async fn script_errors_have_their_lines() {
    let gateway = Gateway::new(Options::default());
    let script = "0 1001 call\n-1 1001 call\nNaN 1001 call\n1\n1 1001\n1 nobody call\n1 nobody teams -\n1 1001 swyx away\n\
                  1 1001 teams Busy\n1 1001 prefer Busy/InACall\n1 1001 ring\n1 1001 call twice\n9e9 1001 call\n1 1001 hangup";
    let error = gateway.emulator.read_calls(script).expect_err("mistakes");
    let lines = error.mistakes().iter().map(|(line, _)| *line).collect::<Vec<_>>();
    assert_eq!(lines, [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    let text = error.to_string();
    for told in [
        "line 6: no such user of SwyxServer",
        "line 7: no such user",
        "line 2: the first word must be a number of seconds",
    ] {
        assert!(text.contains(told), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn removed_user_does_not_stop_the_script() {
    let gateway = Gateway::with(&["ada", "bob"]);
    let calls = gateway.emulator.read_calls("1 ada call\n1 bob call").expect("a script");
    gateway.emulator.remove_swyx_user("ada").expect("ada");
    gateway.emulator.play(calls).await;
    assert!(gateway.emulator.swyx_status("bob").expect("bob").in_call);
}
