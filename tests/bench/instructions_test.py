"""Tests of bench/instructions.py: dumps read, figures judged, and the command on the real program.

Usage: instructions_test.py INSTRUCTIONS
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

BENCH = pathlib.Path(__file__).resolve().parents[2] / "bench"
sys.path.insert(0, str(BENCH))

import instructions  # noqa: E402 (it is not a package)
from instructions import Figures, Problem  # noqa: E402


def figures(**kinds: float) -> Figures:
    return Figures("GNU 1", kinds)


class DumpTest(unittest.TestCase):
    DUMP = (
        "version: 1\ndesc: Timerange: Basic block 0 - 9\ndesc: Trigger: Client Request: pay 200\n\n"
        "events: Ir\nsummary: 18446744073708144086\n\nfn=(1) f\n0 50100\n\ntotals: 50100\n"
    )

    def test_gives_kind_and_instructions_a_call(self):
        self.assertEqual(instructions.read_dump(self.DUMP, "x"), ("pay", 250.5))

    def test_refuses_what_is_no_dump_of_the_program(self):
        for text in ("", self.DUMP.replace("pay 200", "pay 0"), self.DUMP.replace("totals", "total")):
            with self.assertRaisesRegex(Problem, "^here: no dump as valgrind"):
                instructions.read_dump(text, "here")


class BudgetTest(unittest.TestCase):
    def test_reads_what_it_writes(self):
        text = instructions.budget_text(figures(pay=250.04, accept=1.96))
        self.assertEqual(instructions.parse_budget(text, "x"), figures(pay=250.0, accept=2.0))

    def test_names_file_line_and_remedy(self):
        with self.assertRaisesRegex(Problem, r"^b\.json:2: no JSON: .*--update"):
            instructions.parse_budget('{\n"built_by" 1}', "b.json")
        for text in (
            "[]", "1", "{}", '{"built_by": 1, "instructions": {}}', '{"built_by": "x", "instructions": {"pay": 0}}',
            '{"built_by": "x", "instructions": [1]}', '{"built_by": "x", "instructions": {"pay": "1"}}',
            '{"built_by": "x", "instructions": {"pay": true}}', '{"built_by": "x", "instructions": {"pay": NaN}}',
        ):
            with self.subTest(text), self.assertRaisesRegex(Problem, r"^b\.json: must have .*--update"):
                instructions.parse_budget(text, "b.json")


class JudgeTest(unittest.TestCase):
    def judge(self, now: Figures, budget: Figures) -> instructions.Verdict:
        return instructions.judge(now, budget, "dumps")

    def test_tolerates_three_percent_and_no_more(self):
        budget = figures(pay=1000)
        for now, failures, news in ((970, 0, 0), (969, 0, 1), (1000, 0, 0), (1030, 0, 0), (1031, 1, 0)):
            with self.subTest(now):
                verdict = self.judge(figures(pay=now), budget)
                self.assertEqual((len(verdict.failures), len(verdict.news)), (failures, news))

    def test_says_which_by_how_much_and_where_to_look(self):
        verdict = self.judge(figures(pay=112.5, accept=50), figures(pay=100, accept=50))
        self.assertEqual(len(verdict.failures), 1)
        for part in ("pay: 112.5", "12.5% above its budget of 100.0", "callgrind_annotate dumps/pay.callgrind"):
            self.assertIn(part, verdict.failures[0])

    def test_fails_for_a_kind_on_one_side_only(self):
        verdict = self.judge(figures(pay=1, new=2), figures(pay=1, old=3))
        self.assertEqual(
            verdict.failures, ["new: is counted and has no budget", "old: has a budget and is not counted any more"]
        )


class CommandTest(unittest.TestCase):
    program = ""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.budget = self.folder / "budget.json"

    def run_command(self, *options: str, program: str = "") -> subprocess.CompletedProcess:
        given = [program or self.program, self.budget, self.folder, *options]
        return subprocess.run(
            [sys.executable, "-B", BENCH / "instructions.py", *given],
            capture_output=True, text=True, check=False,
        )

    def test_fails_above_the_budget_until_it_is_changed_on_purpose(self):
        done = self.run_command()
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("--update writes it", done.stderr)

        self.assertEqual(self.run_command("--update").returncode, 0)
        self.assertEqual(self.run_command().returncode, 0)

        written = json.loads(self.budget.read_text())
        written["instructions"]["pay"] /= 1.05
        written["instructions"]["accept"] *= 1.05
        self.budget.write_text(json.dumps(written))
        done = self.run_command()
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("FAILED: pay: ", done.stdout)
        self.assertNotIn("FAILED: accept", done.stdout)
        self.assertIn("news: accept: 4.8% below", done.stdout)

        written["built_by"] = "another compiler"
        self.budget.write_text(json.dumps(written))
        done = self.run_command()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("no verdict: the budget is for another compiler; this was built by ", done.stdout)

    def test_says_what_failed_under_valgrind(self):
        done = self.run_command(program="/bin/false")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("/bin/false failed under valgrind with status 1", done.stderr)


if __name__ == "__main__":
    CommandTest.program = sys.argv.pop()
    unittest.main()
