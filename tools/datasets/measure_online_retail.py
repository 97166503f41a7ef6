#!/usr/bin/env python3
"""Measures the Online Retail data set for the load generator's scenarios: baskets, quantities, products' popularity.

Writes into DIR, for scenarios to name:
  lines_per_order.json   quantiles of the lines that one invoice has
  units_per_line.json    quantiles of the units that one line has
  product_shares.json    the share of all lines that the product of some rank has
and prints to standard output what else docs/workloads.md quotes. With --unfitted, the distributions that were fitted are
written, too, for the tests to compare with.

Fit of quantiles  The curve through [share of all that are at most so large, value], exact at its knots; between two knots
                  whole numbers are even. Knots are added where the curve is furthest from the data until it is nowhere
                  further than --most (0.002) of all. Where two knots are neighbours in the data, what does not occur
                  between them is drawn, too.
Fit of shares     A power law between two knots. The stretch whose share of all lines is furthest from the data is cut in
                  two, until the share of the lines up to a rank is nowhere further from the data than --most.

online_retail.py says which rows count. An order is an invoice; exact duplicates are lines of their own.

Example:
  measure_online_retail.py online_retail.csv tools/loadgen/scenarios/measured
"""

import argparse
import bisect
import json
import math
import pathlib
import sys
from collections import Counter, defaultdict

import online_retail
from online_retail import Kind

SOURCE = "Online Retail, Chen (2015), UCI Machine Learning Repository, https://doi.org/10.24432/C5BW33, CC BY 4.0: "


def quantile_knots(counts: Counter, most: float) -> list[list[float]]:
    """[share, value] of whole numbers that were counted."""
    values = sorted(counts)
    total = sum(counts.values())
    shares, below = {}, 0
    for value in values:
        below += counts[value]
        shares[value] = below / total
    shares[values[0] - 1] = 0.0
    points = sorted(shares)

    def curve(knots: list[int], value: int) -> float:
        i = max(1, bisect.bisect_left(knots, value))
        low, high = knots[i - 1], knots[i]
        return shares[low] + (shares[high] - shares[low]) * (value - low) / (high - low)

    knots = [points[0], points[-1]]
    while True:
        # Between two counted values the data stand still while the curve rises, so both ends of each gap are tried.
        worst, off = None, most
        for low, high in zip(points, points[1:]):
            for value, knot in ((low, low), (high - 1, low)):
                error = abs(curve(knots, value) - shares[low]) if value >= knots[0] else 0
                if error > off and (knot not in knots or value + 1 not in knots):
                    worst, off = (knot if knot not in knots else high), error
        if worst is None:
            return [[round(shares[value], 6), value] for value in knots]
        bisect.insort(knots, worst)


def cumulative(counts: dict) -> list[list[float]]:
    """[value, share of all that are at most so large]; of very many values, those at which it has risen by 0.005."""
    total, below, told, table = sum(counts.values()), 0, 0.0, []
    step = 0.005 if len(counts) > 1000 else 0
    for value in sorted(counts):
        below += counts[value]
        if below / total - told >= step or below == total:
            told = below / total
            table.append([value, round(told, 6)])
    return table


def share_knots(lines: list[int], most: float) -> list[list[float]]:
    """[rank, share] of how often each product was ordered, most often first."""
    total = sum(lines)
    if len(lines) == 1:
        return [[1, 1.0]]
    data, below = [], 0
    for count in lines:
        below += count
        data.append(below / total)
    knots = [1, len(lines)]
    while True:
        weights = []
        for low, high in zip(knots, knots[1:]):
            exponent = math.log(lines[high - 1] / lines[low - 1]) / math.log(high / low)
            weights += [lines[low - 1] * (rank / low) ** exponent for rank in range(low, high)]
        weights.append(lines[-1])
        scale = sum(weights)
        at, furthest = 0.0, 0.0
        amiss = [0.0] * len(knots)  # by segment: how much more of all lines it has than it should
        for rank, weight in enumerate(weights, 1):
            at += weight / scale
            furthest = max(furthest, abs(at - data[rank - 1]))
            amiss[bisect.bisect_right(knots, rank) - 1] += weight / scale - lines[rank - 1] / total
        if furthest <= most:
            return [[rank, round(lines[rank - 1] / total, 8)] for rank in knots]
        # The segment that is most amiss is cut in its geometric middle, if there is a rank.
        width = [high - low for low, high in zip(knots, knots[1:])]
        i = max((i for i in range(len(width)) if width[i] > 1), key=lambda i: abs(amiss[i]))
        bisect.insort(knots, min(max(round(math.sqrt(knots[i] * knots[i + 1])), knots[i] + 1), knots[i + 1] - 1))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("csv", metavar="CSV", help="the data set, unpacked")
    parser.add_argument("directory", metavar="DIR", type=pathlib.Path, help="where the tables go")
    parser.add_argument("--most", type=float, default=0.002, help="how far a fit may be from the data (%(default)s)")
    parser.add_argument("--unfitted", metavar="DIR", type=pathlib.Path, help="also write the distributions themselves")
    arguments = parser.parse_args()

    skipped = Counter()
    lines, units, products = Counter(), Counter(), Counter()
    hoard = defaultdict(list)  # by customer, product and quantity: when it was ordered
    largest = (0, 0)  # units, minutes until they were taken back
    for entry in online_retail.read(arguments.csv, skipped):
        key = (entry.customer, entry.product, entry.qty)
        if entry.kind is Kind.SALE:
            lines[entry.invoice] += 1
            units[entry.qty] += 1
            products[entry.product] += 1
            hoard[key].append(entry.at_ms)
        elif entry.kind is Kind.CANCELLATION and hoard[key]:
            largest = max(largest, (entry.qty, (entry.at_ms - hoard[key].pop()) // online_retail.MINUTE_MS))

    if not lines:
        raise SystemExit(f"{arguments.csv}: no order in it; is it the data set, unpacked?")

    def write(path: pathlib.Path, what: str, table: list) -> None:
        text = ",\n    ".join(json.dumps(pair) for pair in table)
        source = json.dumps(f"{SOURCE}{what}, by tools/datasets/measure_online_retail.py")
        path.write_text(f'{{\n  "source": {source},\n  "table": [\n    {text}\n  ]\n}}\n')
        print(f"{path.name}: {len(table)} pairs")

    by_order, by_product = Counter(lines.values()), [count for _, count in products.most_common()]
    tables = {
        "lines_per_order.json": ("quantiles of the lines of an invoice", quantile_knots(by_order, arguments.most)),
        "units_per_line.json": ("quantiles of the units of a line", quantile_knots(units, arguments.most)),
        "product_shares.json": ("shares of all lines by the product's rank", share_knots(by_product, arguments.most)),
    }
    for name, (what, table) in tables.items():
        write(arguments.directory / name, what, table)
    if arguments.unfitted:
        ranks = {rank: count for rank, count in enumerate(by_product, 1)}
        for name, counts in {"lines_per_order": by_order, "units_per_line": units, "product_ranks": ranks}.items():
            what = f"{name}: values, and the share of all that are at most so large"
            write(arguments.unfitted / f"{name}.json", what, cumulative(counts))
    print(f"orders {len(lines)}, lines {sum(lines.values())}, products {len(products)}")
    print(f"largest order taken back as a whole: {largest[0]} units after {largest[1]} minutes")
    online_retail.report("Left out:", skipped)
    return 0


if __name__ == "__main__":
    sys.exit(main())
