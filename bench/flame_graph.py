#!/usr/bin/env python3
"""Draws where time goes: a flame graph of sampled stacks, as one SVG that needs nothing else.

A box is a function; below it is its caller, above it what it calls; its width is its share of the samples, its colour
says whose it is. From left to right there is no order in time: callees are sorted by name. In a browser, a click (or
Enter) on a box makes it as wide as the picture, a click on the lowest shows everything again.

Example:
  perf script -F comm,ip,sym -i perf.data | flame_graph.py --title "place_bench" > place.svg
"""

import argparse
import html
import re
import sys
from collections import Counter
from dataclasses import dataclass, field

WIDTH, HEIGHT, CHARACTER = 1200, 18, 6.65  # of the picture, of a box, of a letter
SIDE, TOP, BOTTOM = 10, 66, 14
LEAST = 0.4  # a narrower box is not drawn
KERNEL_BEGINS = 0xFFFF800000000000

OWNERS = (  # class, words, colour; the first whose pattern a name matches
    ("kernel", "the kernel", "#c9b8e8", None),
    ("bench", "the benchmark", "#b9d3ec", re.compile(r"flexstock::(bench|loadgen)::|benchmark::|\bmain$")),
    ("engine", "flexstock", "#f6b26b", re.compile(r"flexstock::")),
    ("other", "libraries", "#c5dfb8", re.compile("")),
)

STYLE = """
  svg { background: #fff; font: 11px 'DejaVu Sans Mono', 'Liberation Mono', monospace; }
  text { fill: #1a1a1a; }
  .head { font-size: 15px; font-weight: bold; }
  .all { fill: #d5d8dc; }
  g.box { cursor: pointer; }
  g.box rect { stroke: #fff; stroke-width: 0.7; }
  g.box:hover rect, g.box:focus rect { stroke: #000; stroke-width: 1.4; }
  g.box:focus { outline: none; }
  g.below { opacity: 0.75; }
  @media (prefers-color-scheme: dark) {
    svg { background: #16181d; }
    text.page { fill: #e8e8e8; }
    g.box rect { stroke: #16181d; }
    g.box:hover rect, g.box:focus rect { stroke: #fff; }
  }
"""

# Boxes are named by their place in the whole picture, data-x and data-w; to zoom is to stretch one of them.
SCRIPT = """
  const boxes = [...document.querySelectorAll('g.box')];
  function show(chosen) {
    const from = +chosen.dataset.x, scale = PICTURE / +chosen.dataset.w, level = +chosen.dataset.level;
    for (const box of boxes) {
      const x = +box.dataset.x, w = +box.dataset.w, below = +box.dataset.level < level;
      const inside = x >= from - 1e-6 && x + w <= from + PICTURE / scale + 1e-6;
      const around = below && x <= from + 1e-6 && x + w >= from + PICTURE / scale - 1e-6;
      box.style.display = inside && !below || around ? '' : 'none';
      box.classList.toggle('below', around);
      const left = around ? 0 : (x - from) * scale, width = around ? PICTURE : w * scale;
      const rect = box.querySelector('rect'), text = box.querySelector('text');
      rect.setAttribute('x', SIDE + left);
      rect.setAttribute('width', width);
      text.setAttribute('x', SIDE + left + 3);
      const room = Math.floor((width - 6) / CHARACTER), name = box.dataset.name;
      text.textContent = name.length <= room ? name : room < 4 ? '' : name.slice(0, room - 1) + '\\u2026';
    }
  }
  for (const box of boxes) {
    box.addEventListener('click', () => show(box));
    box.addEventListener('keydown', (event) => { if (event.key === 'Enter') show(box); });
  }
"""


# ---- Stacks ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Frame:
    name: str
    kernel: bool = False


def read_stacks(lines) -> Counter[tuple[Frame, ...]]:
    """How often each stack was sampled, the outermost frame first. From `perf script -F comm,ip,sym`."""
    stacks: Counter[tuple[Frame, ...]] = Counter()
    stack: list[Frame] = []
    for line in [*lines, ""]:
        if frame := re.match(r"\s+([0-9a-f]+) (.+)$", line):
            stack.append(Frame(frame[2].strip(), int(frame[1], 16) >= KERNEL_BEGINS))
        elif stack:
            # Where a thread begins lies in libraries that keep no frames: what cannot be named there says nothing.
            while len(stack) > 1 and stack[-1].name == "[unknown]":
                stack.pop()
            stacks[tuple(reversed(stack))] += 1
            stack = []
    return stacks


def shorten(name: str) -> str:
    """Without what is in <> and (), and without our own name."""
    if "operator" in name:
        return name
    for marks in ("()", "<>"):
        while (shorter := re.sub(rf"\{marks[0]}[^{marks}]*\{marks[1]}", "", name)) != name and shorter:
            name = shorter
    return re.sub(r"\[abi:\w+\]", "", name).removeprefix("flexstock::")


# ---- Boxes -----------------------------------------------------------------------------------------------------------


@dataclass
class Box:
    frame: Frame
    samples: int = 0
    above: dict[Frame, "Box"] = field(default_factory=dict)


def pile(stacks: Counter[tuple[Frame, ...]]) -> Box:
    root = Box(Frame("all"))
    for stack, count in stacks.items():
        box = root
        box.samples += count
        for frame in stack:
            box = box.above.setdefault(frame, Box(frame))
            box.samples += count
    return root


@dataclass(frozen=True)
class Placed:
    box: Box
    level: int
    x: float
    width: float


def owner(placed: Placed) -> str:
    frame = placed.box.frame
    if placed.level == 0:
        return "all"
    if frame.kernel:
        return "kernel"
    return next(name for name, _, _, pattern in OWNERS if pattern is not None and pattern.search(frame.name))


def place(box: Box, level: int, x: float, width: float) -> list[Placed]:
    if width < LEAST:
        return []
    placed = [Placed(box, level, x, width)]
    for _, above in sorted(box.above.items(), key=lambda item: item[0].name):
        share = width * above.samples / box.samples
        placed += place(above, level + 1, x, share)
        x += share
    return placed


# ---- Drawing ---------------------------------------------------------------------------------------------------------


def draw_box(placed: Placed, samples: int, bottom: float) -> str:
    frame, name = placed.box.frame, shorten(placed.box.frame.name)
    y = bottom - placed.level * HEIGHT
    room = int((placed.width - 6) / CHARACTER)
    label = name if len(name) <= room else "" if room < 4 else name[: room - 1] + "\u2026"
    percent = f"{placed.box.samples / samples * 100:.2f}%"
    return (
        f'<g class="box" tabindex="0" data-x="{placed.x:.4f}" data-w="{placed.width:.4f}" data-level="{placed.level}"'
        f' data-name="{html.escape(name)}"><title>{html.escape(frame.name)}\n{placed.box.samples} samples,'
        f' {percent}</title><rect class="{owner(placed)}" x="{SIDE + placed.x:.2f}" y="{y:.0f}"'
        f' width="{placed.width:.2f}" height="{HEIGHT}"/><text x="{SIDE + placed.x + 3:.2f}" y="{y + 13:.0f}">'
        f"{html.escape(label)}</text></g>"
    )


def draw(stacks: Counter[tuple[Frame, ...]], title: str) -> str:
    root = pile(stacks)
    picture = WIDTH - 2 * SIDE
    boxes = place(root, 0, 0, picture)
    levels = max(placed.level for placed in boxes) + 1
    height = TOP + levels * HEIGHT + BOTTOM
    legend, x = [], SIDE
    for name, words, _, _ in OWNERS:
        legend.append(f'<rect class="{name}" x="{x}" y="42" width="12" height="12"/>')
        legend.append(f'<text class="page" x="{x + 17}" y="52">{words}</text>')
        x += 50 + len(words) * 7
    colours = "".join(f"  .{name} {{ fill: {colour}; }}\n" for name, _, colour, _ in OWNERS)
    constants = f"const PICTURE = {picture}, SIDE = {SIDE}, CHARACTER = {CHARACTER};"
    drawn = [draw_box(placed, root.samples, TOP + (levels - 1) * HEIGHT) for placed in boxes]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
            f' role="group" aria-label="{html.escape(title)}">',
            f"<style>{STYLE}{colours}</style>",
            f'<text class="page head" x="{SIDE}" y="26">{html.escape(title)}: {root.samples} samples</text>',
            *legend,
            *drawn,
            f"<script><![CDATA[{constants}{SCRIPT}]]></script>",
            "</svg>\n",
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--title", default="flame graph", help="what was sampled")
    arguments = parser.parse_args()
    stacks = read_stacks(sys.stdin)
    if not stacks:
        print("flame_graph: there is no stack on standard input: let the program run longer", file=sys.stderr)
        return 1
    sys.stdout.write(draw(stacks, arguments.title))
    return 0


if __name__ == "__main__":
    sys.exit(main())
