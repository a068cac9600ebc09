"""Runs a program on a terminal and reads its screen as a user sees it, not the bytes that were sent."""

import fcntl
import os
import pty
import select
import shutil
import struct
import subprocess
import termios
import time

import pyte

from common import environment

# The size avoids scrolling and wrapping. The limit in seconds only detects a hang.
COLUMNS, LINES, LIMIT = 110, 200, 60

ENTER, ESCAPE, CONTROL_C, DOWN, BACKSPACE = "\r", "\x1b", "\x03", "\x1b[B", "\x7f"
LINE_START, LINE_END, DELETE_LINE, DELETE_WORD = "\x01", "\x05", "\x15", "\x17"  # Ctrl-A, Ctrl-E, Ctrl-U, Ctrl-W


class Screen:
    """One run of a program on a terminal."""

    def __init__(self, *command, folder, **more):
        self.screen = pyte.Screen(COLUMNS, LINES)
        self.stream = pyte.ByteStream(self.screen)
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
            os.chdir(folder)
            os.execve(command[0], [str(word) for word in command], environment(**more))
        self.code = None

    def text(self):
        """Returns the text on the screen, without trailing whitespace and trailing empty lines."""
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip("\n") + "\n"

    def wait(self, text):
        """Reads until the last lines contain the text, as a prompt does."""
        end = time.monotonic() + LIMIT
        while text not in "\n".join(self.text().splitlines()[-8:]):
            if not self._read(end):
                raise AssertionError(f"{text!r} does not come:\n{self.text()}")

    def answer(self, question, *keys):
        """Waits for a question, and types an answer."""
        self.wait(f"? {question}")
        self.type(*keys)

    def answer_again(self, times, question, *keys):
        """Waits until a question was asked for the second or a later time, and types an answer."""
        end = time.monotonic() + LIMIT
        while self.text().count(f"? {question}") < times:
            if not self._read(end):
                raise AssertionError(f"{question!r} is not asked {times} times:\n{self.text()}")
        self.type(*keys)

    def type(self, *keys):
        for key in keys:
            os.write(self.terminal, key.encode())

    def end(self):
        """Waits for the end of the program, and returns its exit code."""
        end = time.monotonic() + LIMIT
        while self._read(end):
            pass
        return self.code

    def _read(self, end):
        """Reads the output of the program. Returns `False` when it has ended."""
        if self.code is not None:
            return False
        if not select.select([self.terminal], [], [], max(0, end - time.monotonic()))[0]:
            os.kill(self.process, 9)
            raise AssertionError(f"it waits for something else:\n{self.text()}")
        try:
            piece = os.read(self.terminal, 4096)
        except OSError:  # the error on Linux if the other end is closed
            piece = b""
        if piece:
            self.stream.feed(piece)
            return True
        os.close(self.terminal)
        self.code = os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])
        return False


class Tmux:
    """Runs a program in tmux, if it is installed, and uses the keys and the screen of tmux."""

    KEYS = {ENTER: "Enter", ESCAPE: "Escape", CONTROL_C: "C-c", DOWN: "Down", BACKSPACE: "BSpace"}
    ENDED = "ended with "

    @staticmethod
    def is_there():
        return shutil.which("tmux") is not None

    def __init__(self, *command, folder, **more):
        self.socket, self.last = str(folder / "tmux.socket"), None
        shell = f"\"$@\"; printf '\\n{self.ENDED}%s\\n' $?; read _"
        self._tmux(
            "new-session", "-d", "-x", str(COLUMNS), "-y", str(LINES), "-c", str(folder),
            "sh", "-c", shell, "sh", *[str(word) for word in command],
            env={**environment(**more), "PATH": os.environ["PATH"], "TERM": "xterm"},
        )  # fmt: skip

    def text(self):
        return self.last or self._tmux("capture-pane", "-p").rstrip("\n") + "\n"

    def wait(self, text):
        end = time.monotonic() + LIMIT
        while text not in "\n".join(self.text().splitlines()[-8:]):
            if time.monotonic() > end:
                raise AssertionError(f"{text!r} does not come:\n{self.text()}")
            time.sleep(0.02)  # polls, because tmux does not report changes of its screen

    def answer(self, question, *keys):
        self.wait(f"? {question}")
        self.type(*keys)

    def type(self, *keys):
        for key in keys:
            self._tmux("send-keys", *([self.KEYS[key]] if key in self.KEYS else ["-l", key]))

    def end(self):
        self.wait(self.ENDED)
        self.last = self.text()
        code = int(self.last.rsplit(self.ENDED, 1)[1].split()[0])
        self._tmux("kill-server")
        return code

    def _tmux(self, *words, **more):
        done = subprocess.run(["tmux", "-S", self.socket, *words], capture_output=True, text=True, timeout=LIMIT, **more)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return done.stdout
