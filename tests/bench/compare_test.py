"""Tests of bench/compare.py: how it judges made-up times, and the command on made-up programs.

The seed of random times is printed; FLEXSTOCK_SEED gives another.
"""

import json
import math
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import textwrap
import unittest

BENCH = pathlib.Path(__file__).resolve().parents[2] / "bench"
sys.path.insert(0, str(BENCH))

import compare  # noqa: E402 (it is not a package)

SEED = int(os.environ.get("FLEXSTOCK_SEED", 1))


def rounds_of(rng: random.Random, factor: float, noise: float, drift: float = 0, rounds: int = 10):
    """Times of a and b, b's `factor` as long, on a machine whose speed drifts by so much from run to run."""
    a, b = [], []
    slower = 1.0
    for i in range(rounds):
        for times in (a, b) if i % 2 == 0 else (b, a):
            slower *= 1 + drift
            times.append((factor if times is b else 1) * 100 * slower * math.exp(rng.gauss(0, noise)))
    return a, b


class ChanceTest(unittest.TestCase):
    def test_is_two_of_all_ways_if_all_rounds_agree(self):
        self.assertEqual(compare.chance([0.01] * 8), 2 / 256)
        self.assertEqual(compare.chance([-0.01 * i for i in range(1, 11)]), 2 / 1024)

    def test_is_one_if_rounds_cancel_out(self):
        self.assertEqual(compare.chance([0.01, -0.01] * 4), 1)

    def test_counts_every_way_that_is_as_far_out(self):
        self.assertEqual(compare.chance([1, 1, -1]), 1)  # 1 or 3 from 0, all of them
        self.assertEqual(compare.chance([3, 1, 1]), 2 / 8)
        self.assertEqual(compare.chance([3, 1, -1]), 6 / 8)  # 3 or 5 from 0: all but 3 - 1 - 1 and its mirror image


class JudgeTest(unittest.TestCase):
    def setUp(self):
        print(f"FLEXSTOCK_SEED={SEED}", file=sys.stderr)
        self.rng = random.Random(SEED)

    def share(self, times: int, **how: float) -> float:
        """How often made-up rounds are found to differ."""
        return sum(compare.judge(*rounds_of(self.rng, **how)).differs for _ in range(times)) / times

    def test_calls_noise_a_difference_once_in_a_hundred_at_most(self):
        # 1% of 2000 is 20, with a standard deviation of 4.5: more than 45 come once in a million runs at the level.
        for noise, drift in ((0.02, 0), (0.3, 0), (0.01, 0.02), (0.01, -0.02)):
            with self.subTest(noise=noise, drift=drift):
                self.assertLessEqual(self.share(2000, factor=1, noise=noise, drift=drift), 45 / 2000)

    def test_finds_a_difference_of_twice_the_noise(self):
        # Of two times with a noise of 2% the ratio has one of 2.8%; ten rounds know it to 0.9%.
        # 94% of them are found; of 500 the share has a standard deviation of 1.1%.
        for factor in (1.05, 1 / 1.05):
            self.assertGreaterEqual(self.share(500, factor=factor, noise=0.02), 0.88)

    def test_gives_median_and_spread_of_ratios(self):
        verdict = compare.judge([100] * 9, [110, 120, 130, 140, 150, 160, 170, 180, 190])
        for name, value in (("ratio", 1.5), ("least", 1.1), ("most", 1.9)):
            self.assertAlmostEqual(getattr(verdict, name), value)
        self.assertEqual(verdict.chance, 2 / 512)
        self.assertTrue(verdict.differs)

    def test_compares_runs_of_one_build_that_followed_each_other(self):
        # A B, B A, A B, ...: b's first two runs and a's second and third did, and so on. Those are alike; others not.
        a, b = [1, 2, 2, 4, 4, 8, 8, 16], [1, 1, 2, 2, 4, 4, 8, 8]
        self.assertEqual(compare.judge(a, b).itself, 0)
        self.assertAlmostEqual(compare.judge(b, a).itself, 1)  # each twice the one before

    def test_takes_what_is_tiny_for_noise_however_sure(self):
        a = [100.0, 103.0] * 5
        verdict = compare.judge(a, [time * 1.001 for time in a])
        self.assertEqual((verdict.chance, verdict.differs), (2 / 1024, False))


class ParseTest(unittest.TestCase):
    def parse(self, **run) -> float:
        return compare.parse_time_ns(json.dumps({"benchmarks": [{"name": "BM_X", **run}]}), "BM_X", "here")

    def test_gives_nanoseconds(self):
        for unit, time_ns in (("ns", 1.5), ("us", 1500), ("ms", 1.5e6), ("s", 1.5e9)):
            self.assertEqual(self.parse(real_time=1.5, time_unit=unit), time_ns)

    def test_says_what_is_wrong(self):
        for run, says in (
            ({"error_occurred": True, "error_message": "units are missing"}, "here: BM_X: units are missing"),
            ({"real_time": 0, "time_unit": "ns"}, "here: BM_X: took 0.0 ns: --benchmark_min_time is too short"),
            ({"real_time": 1, "time_unit": "h"}, "here: BM_X: no result"),
            ({}, "here: BM_X: no result"),
        ):
            with self.subTest(says), self.assertRaisesRegex(compare.Problem, says):
                self.parse(**run)
        with self.assertRaisesRegex(compare.Problem, "here: BM_Y: no result"):
            compare.parse_time_ns('{"benchmarks": []}', "BM_Y", "here")


class CommandTest(unittest.TestCase):
    """On programs that answer like Google Benchmark's, take the time that they are told, and keep a list of runs."""

    PROGRAM = """\
        #!{python}
        import json, re, sys
        times = {times}
        last = {{key: value for key, _, value in (option.partition("=") for option in sys.argv[1:])}}
        names = [name for name in times if re.search(last.get("--benchmark_filter", ""), name)]
        if not names:
            sys.exit("Failed to match any benchmarks against regex")
        if "--benchmark_list_tests" in last:
            print(*names, sep="\\n")
            sys.exit()
        with open("{runs}", "a") as runs:
            print("{build}", *names, file=runs)
        print(json.dumps({{"benchmarks": [{{"name": n, "real_time": times[n], "time_unit": "ns"}} for n in names]}}))
    """

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def write(self, build: str, program: str, times: dict[str, float]) -> None:
        path = self.folder / build / f"{program}_bench"
        path.parent.mkdir(exist_ok=True)
        path.write_text(
            textwrap.dedent(self.PROGRAM).format(
                python=sys.executable, times=times, runs=self.folder / "runs", build=build
            )
        )
        path.chmod(0o755)

    def run_command(self, *options: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-B", BENCH / "compare.py", self.folder / "a", self.folder / "b", *options],
            capture_output=True, text=True, check=False,
        )

    def test_compares_what_both_have_and_names_the_rest(self):
        self.write("a", "x", {"BM_Same/manual_time": 10, "BM_Slow/1": 100, "BM_Old": 5})
        self.write("b", "x", {"BM_Same/manual_time": 10, "BM_Slow/1": 150, "BM_New": 5})
        self.write("b", "y", {"BM_Y": 1})
        done = self.run_command("--names", "before", "now", "--rounds", "8", "--json", str(self.folder / "out.json"))
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines() if line}
        self.assertEqual(rows["Same"], ["10.0", "10.0", "1.000", "1.000", "..", "1.000", "0.0%"])
        self.assertEqual(rows["Slow/1"], ["100.0", "150.0", "1.500", "1.500", "..", "1.500", "0.0%", "SLOWER"])
        self.assertEqual(rows["Old"], ["in", "before", "only"])
        self.assertEqual(rows["New"], rows["Y"])
        self.assertEqual(rows["Y"], ["in", "now", "only"])
        self.assertIn("2 compared: 1 slower in now than in before, 0 faster; 1 do not differ", done.stdout)

        written = json.loads((self.folder / "out.json").read_text())
        self.assertEqual([run["name"] for run in written["benchmarks"]], ["BM_Same/manual_time", "BM_Slow/1"])
        self.assertEqual(written["benchmarks"][1]["b_ns"], [150] * 8)
        self.assertEqual(written["only"], {"before": ["BM_Old"], "now": ["BM_New", "BM_Y"]})

    def test_runs_builds_in_turn(self):
        for build in "ab":
            self.write(build, "x", {"BM_X": 1})
        self.assertEqual(self.run_command("x", "--rounds", "8").returncode, 0)
        builds = [line.split()[0] for line in (self.folder / "runs").read_text().splitlines()]
        self.assertEqual("".join(builds), "abba" * 4)

    def test_passes_a_filter_on(self):
        for build in "ab":
            self.write(build, "x", {"BM_X": 1, "BM_Z": 1})
            self.write(build, "y", {"BM_Y": 1})
        done = self.run_command("--rounds", "8", "--benchmark_filter=X")
        self.assertIn("1 compared", done.stdout, done.stderr)

    def test_says_what_cannot_be_compared(self):
        self.write("a", "x", {"BM_X": 0})
        self.write("b", "x", {"BM_X": 1})
        for options, status, says in (
            (["--rounds", "7"], 2, "7: must be 8 .. 16"),
            (["--rounds", "seven"], 2, "seven: must be 8 .. 16"),
            (["--bench"], 2, "no such option: --bench"),
            (["z"], 1, "there is no benchmark of z_bench in both builds"),
            (["x", "--benchmark_filter=Z"], 1, "there is no benchmark of x_bench in both builds"),
            (["x"], 1, "A: BM_X: took 0.0 ns"),
        ):
            with self.subTest(options):
                done = self.run_command(*options)
                self.assertEqual(done.returncode, status, done.stderr)
                self.assertIn(says, done.stderr)

    def test_stops_at_a_program_that_fails(self):
        self.write("a", "x", {"BM_X": 1})
        self.write("b", "x", {"BM_X": 1})
        (self.folder / "b" / "x_bench").write_text("#!/bin/sh\necho units are missing >&2\nexit 1\n")
        done = self.run_command("--names", "before", "now")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"(?s)compare: now: x_bench .* failed with status 1:\nunits are missing")


if __name__ == "__main__":
    unittest.main()
