"""Tests of the documentation: console blocks show the current output, links resolve, and lines are short.

A block with the language `console` has lines `$ command`, each followed by the output of the command. In the expected
output, `…` matches any text within a line, and a line with only `…` matches any number of lines. The blocks of a page run
in sequence in one folder. A comment before a block starts a new copy of a folder in docs/examples:

    <!-- console: first -->
    <!-- console: first, emulator empty -->

With `emulator SCENARIO`, the settings file `swyx-teams.toml` in the copy uses an emulated tenant of this scenario, and the
environment has the token of its administrator. `teams.secret` contains the client secret, if the tenant has one. `UPDATE=1`
writes the current output into the pages.
"""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from common import ROOT, environment

EXAMPLES = ROOT / "docs/examples"
ANY = "…"
DIRECTIVE = re.compile(r"<!-- console: (?P<folder>[a-z-]+)(?:, emulator (?P<scenario>[a-z-]+))? -->")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
MAX_LINE = 100


def pages():
    """Returns all pages of the documentation."""
    top = [path for path in ROOT.glob("*.md")]
    return sorted([*top, *ROOT.glob("docs/**/*.md")])


@dataclass
class Step:
    """One command and its expected output."""

    command: str
    expected: list = field(default_factory=list)


@dataclass
class Block:
    """One console block. `first` and `last` are the line numbers of its content, from 0; `last` is exclusive."""

    first: int
    last: int
    steps: list
    directive: re.Match | None


def blocks(text):
    """Returns the console blocks of a page."""
    found, directive, language, first = [], None, None, 0
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if language is None:
            if mark := DIRECTIVE.fullmatch(line.strip()):
                directive = mark
            elif line.startswith("```"):
                language, first = line[3:].strip(), number + 1
        elif line.startswith("```"):
            if language == "console":
                found.append(Block(first, number, steps(lines[first:number]), directive))
                directive = None
            language = None
    if language is not None:
        raise AssertionError(f"a block that begins in line {first} does not end")
    if directive is not None:
        raise AssertionError(f"{directive[0]} has no console block after it")
    return found


def steps(lines):
    """Returns the commands of a block."""
    found = []
    for line in lines:
        if line.startswith("$ "):
            found.append(Step(line[2:]))
        elif not found:
            raise AssertionError(f"a console block begins with a command, not with {line!r}")
        else:
            found[-1].expected.append(line)
    if not found:
        raise AssertionError("a console block without a command")
    return found


def trimmed(lines):
    """Removes trailing blank lines, which a page can omit."""
    kept = list(lines)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept


def pattern(line):
    """Returns the regular expression for an expected line."""
    return re.compile(".*".join(map(re.escape, line.split(ANY))))


def matches(expected, actual):
    """Returns whether the printed lines match the expected ones."""
    expected, actual = trimmed(expected), trimmed(actual)
    # The positions in `actual` that the expected lines so far can match up to.
    reached = {0}
    for line in expected:
        if line.strip() == ANY:
            reached = set(range(min(reached), len(actual) + 1))
        else:
            wanted = pattern(line)
            reached = {at + 1 for at in reached if at < len(actual) and wanted.fullmatch(actual[at])}
        if not reached:
            return False
    return len(actual) in reached


class Session:
    """One folder in which commands run in sequence."""

    def __init__(self, stack, directive=None):
        folder = tempfile.TemporaryDirectory(prefix="swyx-teams-docs-")
        self.folder = Path(stack.enter_context(folder)).resolve()
        self.more, self.code = {}, 0
        if directive is None:
            return
        for source in sorted((EXAMPLES / directive["folder"]).rglob("*")):
            if source.is_file():
                target = self.folder / source.relative_to(EXAMPLES / directive["folder"])
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
                # `check` reports files that others can read.
                target.chmod(0o600)
        if directive["scenario"]:
            # Import it here, because only this code needs its packages.
            from emulator import Emulator

            tenant = stack.enter_context(Emulator("--scenario", directive["scenario"]))
            where = "".join(f'{name} = "{getattr(tenant, name)}"\n' for name in ("authority", "graph", "ca_file"))
            with open(self.folder / "swyx-teams.toml", "a", encoding="utf-8") as settings:
                settings.write(f"\n[entra]\n{where}")
            if tenant.client_secret:
                (self.folder / "teams.secret").write_text(tenant.client_secret, encoding="utf-8")
                (self.folder / "teams.secret").chmod(0o600)
            self.more = {"SWYX_TEAMS_ADMIN_TOKEN": tenant.admin_token, "SWYX_TEAMS_TRUST": tenant.address}

    def run(self, command):
        """Runs a command and returns its output on both streams, as on a terminal."""
        # `$?` is the exit code of the previous command.
        words = ["bash", "-c", f"(exit {self.code}); {command}"]
        done = subprocess.run(
            words, cwd=self.folder, env=environment(COLUMNS="80", **self.more), stdin=subprocess.DEVNULL, encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
        )  # fmt: skip
        self.code = done.returncode
        return done.stdout.split("\n")


def play(text):
    """Runs the blocks of a page. Yields each block with the output of its commands."""
    played = []
    with ExitStack() as stack:
        session = None
        for block in blocks(text):
            if session is None or block.directive is not None:
                session = Session(stack, block.directive)
            played.append((block, [session.run(step.command) for step in block.steps]))
    return played


def faults(text):
    """Returns the differences between a page and the output of the program."""
    found = []
    for block, outputs in play(text):
        for step, actual in zip(block.steps, outputs, strict=True):
            if not matches(step.expected, actual):
                wanted, printed = "\n".join(trimmed(step.expected)), "\n".join(trimmed(actual))
                found.append(f"line {block.first}: $ {step.command}\nexpected:\n{wanted}\nprinted:\n{printed}\n")
    return found


def rewritten(text):
    """Returns the page with the current output. Expected lines with `…` stay if they still match."""
    lines = text.split("\n")
    for block, outputs in reversed(play(text)):
        new = []
        for step, actual in zip(block.steps, outputs, strict=True):
            new.append(f"$ {step.command}")
            actual, rest = trimmed(actual), []
            if matches(step.expected, actual):
                new += step.expected
                continue
            if trimmed(step.expected)[-1:] == [ANY]:
                # Lines that the page omits at the end stay omitted.
                actual, rest = actual[: len(trimmed(step.expected)) - 1], [ANY]
            loose = [line for line in step.expected if ANY in line and line.strip() != ANY]
            new += [next((one for one in loose if pattern(one).fullmatch(line)), line) for line in actual] + rest
        lines[block.first : block.last] = new
    return "\n".join(lines)


def anchors(text):
    """Returns the anchors of the headings of a page, as repository hosts create them."""
    inside, found = False, set()
    for line in text.split("\n"):
        if line.startswith("```"):
            inside = not inside
        elif not inside and (heading := re.match(r"#+ (.*)", line)):
            words = re.sub(r"[^\w\- ]", "", heading[1].lower())
            found.add(words.replace(" ", "-"))
    return found


def broken_links(path, text):
    """Returns broken links within the repository."""
    found = []
    for link in LINK.findall(re.sub(r"```.*?\n```", "", text, flags=re.DOTALL)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = path if not name else (path.parent / name).resolve()
        if name and not target.exists():
            found.append(link)
        elif anchor and anchor not in anchors(text if not name else target.read_text(encoding="utf-8")):
            found.append(link)
    return found


def long_lines(text):
    """Returns the numbers of lines over the limit, except in code and tables."""
    inside, found = False, []
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("```"):
            inside = not inside
        elif not inside and not line.startswith("|") and len(line) > MAX_LINE:
            found.append(number)
    return found


class Pages(unittest.TestCase):
    def test_console_blocks_show_what_the_program_prints(self):
        count = 0
        for path in pages():
            text = path.read_text(encoding="utf-8")
            with self.subTest(page=path.name):
                count += len(blocks(text))
                if found := faults(text):
                    if os.environ.get("UPDATE") == "1":
                        path.write_text(rewritten(text), encoding="utf-8")
                    else:
                        self.fail("\n".join(found) + "\nUPDATE=1 writes what is printed")
        self.assertGreater(count, 8, "the console blocks were not found")

    def test_links_within_the_repository_resolve(self):
        for path in pages():
            with self.subTest(page=path.name):
                self.assertEqual(broken_links(path, path.read_text(encoding="utf-8")), [])

    def test_lines_are_short(self):
        for path in pages():
            with self.subTest(page=path.name):
                self.assertEqual(long_lines(path.read_text(encoding="utf-8")), [])

    def test_readme_is_short_and_links_every_page(self):
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        self.assertLessEqual(len(text.splitlines()), 150)
        for path in ROOT.glob("docs/*.md"):
            self.assertIn(f"(docs/{path.name}", text)

    def test_settings_in_the_pages_have_no_errors(self):
        for path in pages():
            text = path.read_text(encoding="utf-8")
            whole = [toml for toml in re.findall(r"```toml\n(.*?)```", text, re.DOTALL) if "ClientId" in toml]
            for toml in whole:
                with self.subTest(page=path.name), tempfile.TemporaryDirectory() as folder:
                    (Path(folder) / "a.toml").write_text(toml, encoding="utf-8")
                    done = subprocess.run(
                        ["swyx-teams", "check", "a.toml"], cwd=folder, env=environment(), capture_output=True, encoding="utf-8"
                    )
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class KnownBad(unittest.TestCase):
    """Negative controls: wrong pages are detected."""

    GOOD = "<!-- console: edit -->\n```console\n$ swyx-teams get swyx.version\n14.10\n```\n"

    def test_correct_block_passes(self):
        self.assertEqual(faults(self.GOOD), [])

    def test_wrong_block_is_detected(self):
        for wrong in ["14.11", "14.10\nmore", "14", "", "…\n14.11", "15…"]:
            with self.subTest(wrong=wrong):
                self.assertEqual(len(faults(self.GOOD.replace("\n14.10\n", f"\n{wrong}\n"))), 1)

    def test_wrong_exit_code_is_detected(self):
        page = "```console\n$ swyx-teams check nowhere\n…\n$ echo $?\n{}\n```\n"
        self.assertEqual(faults(page.replace("{}", "2")), [])
        self.assertEqual(len(faults(page.replace("{}", "0"))), 1)

    def test_wrong_block_is_rewritten(self):
        self.assertEqual(rewritten(self.GOOD.replace("14.10", "14.11")), self.GOOD)
        page = "```console\n$ printf 'a\\nb 1\\nc\\n'\n{}\n```\n"
        for old, new in [("x", "a\nb 1\nc"), ("x\nb …", "a\nb …\nc"), ("x\nb …\n…", "a\nb …\n…"), ("a\n…", "a\n…")]:
            self.assertEqual(rewritten(page.replace("{}", old)), page.replace("{}", new))

    def test_only_variable_parts_match(self):
        for expected, actual, holds in [
            (["a", "b"], ["a", "b", ""], True),
            (["a … c"], ["a b c"], True),
            (["a … c"], ["a b d"], False),
            (["…", "z"], ["x", "y", "z"], True),
            (["a", "…"], ["a"], True),
            (["a", "…", "z"], ["a", "z", "b"], False),
            ([], ["a"], False),
            (["a"], [], False),
            (["a.c"], ["abc"], False),
        ]:
            with self.subTest(expected=expected, actual=actual):
                self.assertEqual(matches(expected, actual), holds)

    def test_invalid_pages_are_detected(self):
        for page in ["```console\n14.10\n```\n", "```console\n```\n", "```console\n$ true\n", "<!-- console: edit -->\n"]:
            with self.subTest(page=page), self.assertRaises(AssertionError):
                blocks(page)
        self.assertEqual(broken_links(ROOT / "a.md", "# A b\n[x](#a-b) [y](#c) [z](nowhere.md) [w](Cargo.toml)"), ["#c", "nowhere.md"])
        self.assertEqual(long_lines("x" * 101 + "\n```sh\n" + "x" * 101 + "\n```\n| " + "x" * 101), [1])


if __name__ == "__main__":
    unittest.main()
