"""Tests completion scripts and manual pages with the programs that read them."""

import shutil

from common import Case, ours, run


class Generated(Case):
    def test_bash_accepts_the_completion(self):
        done = ours("completions", "bash")
        self.passes(done)
        path = self.write("completion.bash", done.stdout)
        self.passes(run("bash", "-n", path))
        # When loaded, it registers itself and completes commands.
        script = """
            source "$1"
            complete=$(complete -p swyx-teams) function=${complete##*-F } COMP_WORDS=(swyx-teams che) COMP_CWORD=1
            "${function% *}" swyx-teams che swyx-teams && echo "${COMPREPLY[@]}"
        """
        loaded = run("bash", "--norc", "-c", script, "bash", path)
        self.passes(loaded)
        self.assertEqual(loaded.stdout.splitlines()[-1], "check")
        broken = self.write("broken.bash", done.stdout.replace("esac", "", 1))
        self.refuses(run("bash", "-n", broken), "syntax error", code=2)

    def test_other_shells_have_a_completion(self):
        for shell in ["zsh", "fish", "powershell", "elvish"]:
            with self.subTest(shell):
                done = ours("completions", shell)
                self.passes(done)
                self.assertIn("swyx-teams", done.stdout)
        self.refuses(ours("completions", "tcsh"), "possible values", code=2)

    def test_manual_pages(self):
        pages = {command: ours("man", *command) for command in [(), ("check",), ("set",)]}
        for command, done in pages.items():
            self.passes(done)
            self.assertIn(".TH swyx-teams", done.stdout, command)
        self.refuses(ours("man", "chekc"), "unknown command", code=2)
        if shutil.which("groff") is None:
            self.skipTest("groff is not installed: no other program has read the manual pages")
        for command, done in pages.items():
            read = run("groff", "-man", "-Tascii", "-ww", "-z", text=done.stdout)
            self.passes(read)
            self.assertEqual(read.stderr, "", command)
        self.assertNotEqual(run("groff", "-man", "-Tascii", "-ww", "-z", text=".TH a 1\n.NOSUCH\n").stderr, "")
