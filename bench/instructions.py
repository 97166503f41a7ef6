#!/usr/bin/env python3
"""Holds the engine to its budget of machine instructions: runs bench/instructions under callgrind and compares.

Every kind of call has a budget, in instructions a call. The counts are the same in every run and on every machine, so
a rise of more than 3% is the change's doing and fails; a fall of more is news. The budget is of one compiler
with its flags: what another one builds is shown beside it, and never fails.

Exit status: 0 within the budget, or built by another compiler; 1 above it, or nothing could be counted.

Example:
  instructions.py build/release/bin/instructions bench/instructions_budget.json build/release/instructions
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
from dataclasses import dataclass


TOLERANCE_PERCENT = 3.0


class Problem(Exception):
    """What went wrong, and what to do about it."""


@dataclass(frozen=True)
class Figures:
    """What was counted, or the budget."""

    built_by: str  # compiler and flags
    instructions: dict[str, float]  # a call, by its kind


# ---- Counting --------------------------------------------------------------------------------------------------------


def read_dump(text: str, name: str) -> tuple[str, float]:
    """A kind of call and its instructions, from a dump that the program asked callgrind for."""
    trigger = re.search(r"^desc: Trigger: Client Request: (\w+) ([1-9]\d*)$", text, re.MULTILINE)
    totals = re.search(r"^totals: (\d+)$", text, re.MULTILINE)  # `summary:` is wrong for all parts but the first
    if trigger is None or totals is None:
        raise Problem(f"{name}: no dump as valgrind 3.19 writes it for bench/instructions: install that of Debian 12")
    return trigger[1], int(totals[1]) / int(trigger[2])


def count(program: str, folder: pathlib.Path) -> Figures:
    """Runs the program. Each kind's dump stays in the folder as KIND.callgrind."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.callgrind*"):
        old.unlink()
    out = folder / "part.callgrind"
    command = ["valgrind", "--quiet", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={out}", program]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise Problem("there is no valgrind: ./dev setup installs it") from error
    built_by = re.search(r"^built by (.+)$", done.stdout, re.MULTILINE)
    if done.returncode != 0 or built_by is None:
        raise Problem(f"{program} failed under valgrind with status {done.returncode}:\n{done.stderr.strip()}")
    instructions = {}
    for part in sorted(folder.glob("part.callgrind.*"), key=lambda path: int(path.suffix[1:])):
        kind, figure = read_dump(part.read_text(), str(part))
        instructions[kind] = figure
        part.rename(folder / f"{kind}.callgrind")
    out.unlink(missing_ok=True)  # what is left over at the end of the program
    return Figures(built_by[1], instructions)


def count_twice(program: str, folder: pathlib.Path) -> Figures:
    """A gate that is not the same each time is no gate."""
    counts, again = (count(program, folder) for _ in range(2))
    for kind, figure in counts.instructions.items():
        if again.instructions.get(kind) != figure:
            raise Problem(
                f"{kind}: {figure:.4f} instructions a call in one run, {again.instructions.get(kind, 0):.4f} in the"
                " next. Something counted reads a clock, a random number or another thread's state: find it"
            )
    return counts


# ---- The budget ------------------------------------------------------------------------------------------------------


def parse_budget(text: str, name: str) -> Figures:
    remedy = "repair it, or write it anew with ./dev gates --update"
    try:
        given = json.loads(text)
        budget = Figures(given["built_by"], given["instructions"])
        figures = budget.instructions.values()
        right = isinstance(budget.built_by, str) and all(type(x) in (int, float) and x > 0 for x in figures)
    except json.JSONDecodeError as error:
        raise Problem(f"{name}:{error.lineno}: no JSON: {error.msg}; {remedy}") from error
    except (KeyError, TypeError, AttributeError):
        right = False
    if not right:
        raise Problem(
            f"{name}: must have built_by, a text, and instructions, an object of figures above 0; {remedy}"
        )
    return budget


def budget_text(counts: Figures) -> str:
    instructions = {kind: round(figure, 1) for kind, figure in counts.instructions.items()}
    return json.dumps({"built_by": counts.built_by, "instructions": instructions}, indent=2) + "\n"


@dataclass(frozen=True)
class Verdict:
    lines: list[str]  # what to print
    failures: list[str]
    news: list[str]


def judge(counts: Figures, budget: Figures, dumps: str) -> Verdict:
    """`dumps`: where each kind's dump is."""
    lines, failures, news = [f"{'instructions a call':<22}{'now':>10}{'budget':>10}{'change':>10}"], [], []
    for kind in dict.fromkeys([*counts.instructions, *budget.instructions]):
        now, allowed = counts.instructions.get(kind), budget.instructions.get(kind)
        if now is None:
            failures.append(f"{kind}: has a budget and is not counted any more")
        elif allowed is None:
            failures.append(f"{kind}: is counted and has no budget")
            lines.append(f"{kind:<22}{now:>10.1f}")
        else:
            percent = round((now / allowed - 1) * 100, 1) + 0.0  # + 0.0: no "-0.0%"
            lines.append(f"{kind:<22}{now:>10.1f}{allowed:>10.1f}{percent:>+9.1f}%")
            if percent > TOLERANCE_PERCENT:
                failures.append(
                    f"{kind}: {now:.1f} instructions a call, {percent:.1f}% above its budget of {allowed:.1f};"
                    f" {TOLERANCE_PERCENT:g}% are tolerated. Where they go: callgrind_annotate"
                    f" {dumps}/{kind}.callgrind"
                )
            elif percent < -TOLERANCE_PERCENT:
                news.append(f"{kind}: {-percent:.1f}% below its budget. To keep it there: ./dev gates --update")
    return Verdict(lines, failures, news)


# ---- The command -----------------------------------------------------------------------------------------------------


def run(arguments: argparse.Namespace) -> int:
    counts = count_twice(arguments.program, arguments.folder)
    if arguments.update:
        arguments.budget.write_text(budget_text(counts))
        print(f"{arguments.budget} is what was counted now. Say in the commit why it changed")
        return 0
    try:
        text = arguments.budget.read_text()
    except FileNotFoundError as error:
        raise Problem(f"there is no {arguments.budget}: ./dev gates --update writes it") from error
    budget = parse_budget(text, str(arguments.budget))
    verdict = judge(counts, budget, str(arguments.folder))
    print("\n".join(verdict.lines))
    if counts.built_by != budget.built_by:
        print(f"\nno verdict: the budget is for {budget.built_by}; this was built by {counts.built_by}")
        return 0
    for line in verdict.news:
        print(f"\nnews: {line}")
    for line in verdict.failures:
        print(f"\nFAILED: {line}")
    if verdict.failures:
        print("\nIf it is worth it: ./dev gates --update, and the commit says why")
    return 1 if verdict.failures else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", metavar="PROGRAM", help="bench/instructions, built")
    parser.add_argument("budget", metavar="BUDGET", type=pathlib.Path, help="the budget, JSON")
    parser.add_argument("folder", metavar="FOLDER", type=pathlib.Path, help="for callgrind's dumps")
    parser.add_argument("--update", action="store_true", help="change the budget to what is counted now")
    try:
        return run(parser.parse_args())
    except (Problem, OSError) as problem:
        print(f"instructions: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
