"""Without --online, the program opens no socket and starts no process.

A seccomp filter ends the program at the first attempt. Negative controls: the filter ends commands that sign in.
"""

import ctypes
import platform
import signal
import struct
import subprocess
import unittest

from common import CLIENT, PROGRAM, TENANT, Case, environment

# Linux system call numbers: socket, connect, clone, clone3, and on x86-64 also fork and vfork.
CALLS = {
    "x86_64": {"arch": 0xC000003E, "deny": [41, 42, 57, 58], "clone": 56, "clone3": 435},
    "aarch64": {"arch": 0xC00000B7, "deny": [198, 203], "clone": 220, "clone3": 435},
}
KILL, ALLOW, NO_SUCH_CALL = 0x80000000, 0x7FFF0000, 0x00050000 | 38
LOAD, EQUAL, HAS, RETURN = 0x20, 0x15, 0x45, 0x06
CLONE_THREAD = 0x00010000

SETTINGS = f"""\
[control_center]
MsTeamsStatusSyncMode = 2
MsTeamsTenantId = "{TENANT}"
MsTeamsClientId = "{CLIENT}"
MsTeamsClientSecret = SECRET

[entra]
authority = "https://localhost:9"
graph = "https://localhost:9/v1.0"
"""


def closed():
    """Forbids sockets and child processes for this process. Threads are allowed."""
    calls = CALLS[platform.machine()]
    steps = [(LOAD, 0, 0, 4), (EQUAL, 1, 0, calls["arch"]), (RETURN, 0, 0, KILL), (LOAD, 0, 0, 0)]
    for number in calls["deny"]:
        steps += [(EQUAL, 0, 1, number), (RETURN, 0, 0, KILL)]
    # The filter cannot read the flags of clone3. Without clone3, libc uses clone.
    steps += [(EQUAL, 0, 1, calls["clone3"]), (RETURN, 0, 0, NO_SUCH_CALL)]
    steps += [(EQUAL, 0, 3, calls["clone"]), (LOAD, 0, 0, 16), (HAS, 1, 0, CLONE_THREAD), (RETURN, 0, 0, KILL)]
    steps += [(RETURN, 0, 0, ALLOW)]
    code = b"".join(struct.pack("HBBI", *step) for step in steps)
    buffer = ctypes.create_string_buffer(code)
    program = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0) != 0 or libc.prctl(22, 2, ctypes.create_string_buffer(program), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no seccomp filter")


def run(folder, *words):
    return subprocess.run(
        [PROGRAM, *words],
        cwd=folder,
        env=environment(X="Ab18Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        preexec_fn=closed,
    )


class Offline(Case):
    def setUp(self):
        super().setUp()
        self.write("env.toml", SETTINGS.replace("SECRET", '{ env = "X" }'))
        self.write("command.toml", SETTINGS.replace("SECRET", '{ command = ["touch", "ran"] }'))
        # Enough files for a second thread.
        for number in range(80):
            self.write(f"many/{number}.toml", SETTINGS.replace("SECRET", '{ env = "X" }'))

    def test_checking_opens_no_socket_and_starts_no_process(self):
        for words in [
            ("check", "env.toml", "command.toml", "many", "--trust"),
            ("check", "--format", "sarif", "."),
            ("check", "--fix", "env.toml"),
            ("list", "command.toml"),
            ("sheet", "command.toml"),
            ("explain", "AADSTS7000215"),
            ("set", "--config", "env.toml", "swyx.version", "14.10"),
        ]:
            done = run(self.folder, *words)
            self.assertEqual(done.returncode, 0, f"{words}\n{done.stdout}\n{done.stderr}")
        self.assertFalse((self.folder / "ran").exists())

    def test_sign_ins_and_secret_commands_are_detected(self):
        for words in [
            ("check", "--online", "--trust=localhost:9", "env.toml"),
            ("check", "--online", "--trust", "command.toml"),
            ("get", "--config", "command.toml", "--trust", "--reveal", "control_center.MsTeamsClientSecret"),
        ]:
            done = run(self.folder, *words)
            self.assertEqual(done.returncode, -signal.SIGSYS, f"{words}\n{done.stdout}\n{done.stderr}")


if __name__ == "__main__":
    unittest.main()
