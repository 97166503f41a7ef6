#!/usr/bin/env python3
"""Runs the benchmarks of two builds in turn, and says which of them differ beyond noise.

A build is a directory of Google Benchmark programs. Each benchmark of both is run alone, in turn, the order changing
from round to round (A B, B A, A B, ...), so that a machine that grows slower or faster meanwhile favours neither. Of
each round's ratio, B's time over A's, the median and the spread are printed. A benchmark differs if both hold:

  chance   if A and B were the same, each round's ratio would be as likely to lie as far on the other side of 1. Of all
           2^rounds ways to turn rounds over, at most 1% are as far from 1 together as what was seen (an exact
           permutation test of the logarithms; two-sided).
  itself   the median is further from 1 than a build's own runs are from each other, those that followed one another:
           where rounds meet they are B B, A A, ..., as near in time as A B. This keeps out what is certain and tiny.

So of a hundred benchmarks that are the same, one differs by chance. What differs need not be the change's doing:
another build lays code out otherwise, which may cost or save some percent.

Exit status: 0 compared, whatever came out; 1 a benchmark failed, or could not be run.

Example:
  compare.py build/against/build/release/bin build/release/bin place refuse --names HEAD~1 here --rounds 12
"""

import argparse
import json
import math
import pathlib
import re
import statistics
import subprocess
import sys
from dataclasses import dataclass, field

ROUNDS_MIN = 8  # with fewer, not even rounds that all agree are as rare as CHANCE
ROUNDS_MAX = 16  # 2^16 ways are gone through
CHANCE = 0.01
NANOSECONDS = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}


class Problem(Exception):
    """What went wrong, and what to do about it."""


# ---- The comparison --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    ratio: float  # the median of the rounds' b over a
    least: float
    most: float
    itself: float  # how far a build's own runs are from each other, the median: 0.03 is 3%
    chance: float  # that so much comes of noise alone
    differs: bool


def chance(logs: list[float]) -> float:
    """How many of all ways to turn signs over give a sum as far from 0."""
    sums = [0.0]
    for log in logs:
        sums = [total + sign * log for total in sums for sign in (1, -1)]
    seen = abs(sum(logs)) * (1 - 1e-9)  # sums in another order differ in the last bits
    return sum(abs(total) >= seen for total in sums) / len(sums)


def judge(a: list[float], b: list[float]) -> Verdict:
    """Times of each round: A ran first in even ones."""
    logs = [math.log(y / x) for x, y in zip(a, b, strict=True)]
    second = [(b, a)[i % 2] for i in range(len(a))]  # runs second in round i, and so first in the next
    own = [abs(math.log(second[i][i + 1] / second[i][i])) for i in range(len(a) - 1)]
    itself = statistics.median(own)
    median, by_chance = statistics.median(logs), chance(logs)
    return Verdict(
        ratio=math.exp(median),
        least=math.exp(min(logs)),
        most=math.exp(max(logs)),
        itself=math.expm1(itself),
        chance=by_chance,
        differs=by_chance <= CHANCE and abs(median) > itself,
    )


# ---- Running ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Build:
    name: str
    folder: pathlib.Path

    def benchmarks(self, program: str, options: list[str]) -> list[str]:
        """Of the program, if this build has it."""
        if not (self.folder / program).exists():
            return []
        try:
            return self.run(program, [*options, "--benchmark_list_tests"]).split()
        except Problem as problem:
            if "Failed to match any benchmarks" in str(problem):
                return []
            raise

    def time_ns(self, program: str, benchmark: str, options: list[str]) -> float:
        only = f"--benchmark_filter=^{re.escape(benchmark)}$"
        return parse_time_ns(self.run(program, [*options, only, "--benchmark_format=json"]), benchmark, self.name)

    def run(self, program: str, options: list[str]) -> str:
        done = subprocess.run([self.folder / program, *options], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            said = (done.stderr.strip() or done.stdout.strip())[-2000:]
            raise Problem(f"{self.name}: {program} {' '.join(options)} failed with status {done.returncode}:\n{said}")
        return done.stdout


def parse_time_ns(text: str, benchmark: str, build: str) -> float:
    """From Google Benchmark's JSON: the wall clock's time an iteration."""
    try:
        runs = [run for run in json.loads(text)["benchmarks"] if run["name"] == benchmark]
        if any(run.get("error_occurred") for run in runs):
            raise Problem(f"{build}: {benchmark}: {runs[0].get('error_message', 'failed')}")
        time_ns = float(runs[0]["real_time"]) * NANOSECONDS[runs[0]["time_unit"]]
    except (json.JSONDecodeError, KeyError, IndexError, TypeError, ValueError) as error:
        raise Problem(f"{build}: {benchmark}: no result in what it printed: {text[:200]!r}") from error
    if not 0 < time_ns < math.inf:
        raise Problem(f"{build}: {benchmark}: took {time_ns} ns: --benchmark_min_time is too short")
    return time_ns


@dataclass
class Comparison:
    """A benchmark of both builds."""

    program: str
    benchmark: str
    a_ns: list[float] = field(default_factory=list)
    b_ns: list[float] = field(default_factory=list)

    def run(self, a: Build, b: Build, rounds: int, options: list[str]) -> None:
        turns = [(a, self.a_ns), (b, self.b_ns)]
        for i in range(rounds):
            for build, times in turns if i % 2 == 0 else reversed(turns):
                times.append(build.time_ns(self.program, self.benchmark, options))


# ---- Telling ---------------------------------------------------------------------------------------------------------


def short(benchmark: str) -> str:
    return benchmark.removeprefix("BM_").removesuffix("/manual_time")


def line(*columns: str) -> str:
    return "{:<54} {:>11} {:>11} {:>7} {:>14} {:>7}  {}".format(*columns).rstrip()


def head(a: Build, b: Build) -> str:
    return line("ns, medians", a.name[:11], b.name[:11], "ratio", "least .. most", "itself", "")


def row(comparison: Comparison, verdict: Verdict) -> str:
    word = "" if not verdict.differs else "SLOWER" if verdict.ratio > 1 else "FASTER"
    return line(
        short(comparison.benchmark),
        f"{statistics.median(comparison.a_ns):.1f}",
        f"{statistics.median(comparison.b_ns):.1f}",
        f"{verdict.ratio:.3f}",
        f"{verdict.least:.3f} .. {verdict.most:.3f}",
        f"{verdict.itself * 100:.1f}%",
        word,
    )


def summary(verdicts: list[Verdict], a: Build, b: Build) -> str:
    differ = [verdict for verdict in verdicts if verdict.differs]
    slower = sum(verdict.ratio > 1 for verdict in differ)
    said = f"{len(verdicts)} compared: {slower} slower in {b.name} than in {a.name}, {len(differ) - slower} faster"
    return f"{said}; {len(verdicts) - len(differ)} do not differ beyond noise"


def as_json(a: Build, b: Build, compared: list[tuple[Comparison, Verdict]], only: dict[str, list[str]]) -> str:
    benchmarks = [
        {"program": one.program, "name": one.benchmark, "a_ns": one.a_ns, "b_ns": one.b_ns, **verdict.__dict__}
        for one, verdict in compared
    ]
    document = {"a": a.name, "b": b.name, "chance_max": CHANCE, "benchmarks": benchmarks, "only": only}
    return json.dumps(document, indent=2) + "\n"


# ---- The command -----------------------------------------------------------------------------------------------------


def run(arguments: argparse.Namespace, options: list[str]) -> int:
    a, b = (Build(*both) for both in zip(arguments.names, (arguments.a, arguments.b), strict=True))
    given = arguments.programs or sorted({path.stem for side in (a, b) for path in side.folder.glob("*_bench")})
    if not given:
        raise Problem(f"there is no program *_bench in {a.folder} or {b.folder}: build them first")
    programs = [program.removesuffix("_bench") + "_bench" for program in given]
    pairs, only = [], {a.name: [], b.name: []}
    for program in programs:
        in_a, in_b = a.benchmarks(program, options), b.benchmarks(program, options)
        pairs += [Comparison(program, benchmark) for benchmark in in_a if benchmark in in_b]
        only[a.name] += [benchmark for benchmark in in_a if benchmark not in in_b]
        only[b.name] += [benchmark for benchmark in in_b if benchmark not in in_a]
    if not pairs:
        raise Problem(f"there is no benchmark of {', '.join(programs)} in both builds: is the filter right?")

    print(head(a, b), flush=True)
    compared = []
    for comparison in pairs:
        comparison.run(a, b, arguments.rounds, options)
        compared.append((comparison, judge(comparison.a_ns, comparison.b_ns)))
        print(row(*compared[-1]), flush=True)
    for name, benchmarks in only.items():
        for benchmark in benchmarks:
            print(f"{short(benchmark):<54} in {name} only")
    print("\n" + summary([verdict for _, verdict in compared], a, b))
    if arguments.json:
        arguments.json.write_text(as_json(a, b, compared, only))
    return 0


def rounds(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not ROUNDS_MIN <= number <= ROUNDS_MAX:
        raise argparse.ArgumentTypeError(f"{text}: must be {ROUNDS_MIN} .. {ROUNDS_MAX}: fewer cannot rule chance out")
    return number


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
        epilog="Other options go to the programs: --benchmark_filter=REGEX, --benchmark_min_time=SECONDS (0.05), ...",
    )
    parser.add_argument("a", metavar="A", type=pathlib.Path, help="a directory of benchmark programs")
    parser.add_argument("b", metavar="B", type=pathlib.Path, help="the other")
    parser.add_argument("programs", metavar="PROGRAM", nargs="*", help="place: place_bench; default: all")
    parser.add_argument("--names", nargs=2, default=["A", "B"], metavar=("A", "B"), help="what to call them")
    parser.add_argument("--rounds", type=rounds, default=10, metavar="N", help="default: 10")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write everything, each round too, to FILE")
    arguments, options = parser.parse_known_args()
    unknown = [option for option in options if not option.startswith("--benchmark_")]
    if unknown:
        parser.error(f"no such option: {unknown[0]}")
    try:
        return run(arguments, ["--benchmark_min_time=0.05", *options])
    except (Problem, OSError) as problem:
        print(f"compare: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
