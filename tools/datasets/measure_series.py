#!/usr/bin/env python3
"""Measures how bursty a series of counts is: one count a line, one second each.

Prints, from counts of 1 second up to --longest:
  dispersion   variance / mean of the counts in windows of so many seconds. 1 for independent arrivals, whatever the window;
               it grows with the window if bursts last
  Hurst        1 + slope / 2 of log variance of the windows' means over log window (variance-time plot; Leland, Taqqu,
               Willinger & Wilson, 1994). 0.5 for independent arrivals, up to 1 for bursts at every scale
Each hour's own mean is taken out first, so that the time of day is not taken for a burst; hours of fewer than --least
counts are left out.
  hours        the share of all counts in each hour of the day, the first count being at --starts o'clock

Example:
  measure_series.py nasa_http_1995-07_requests_per_second.txt
"""

import argparse
import math
import re
import sys

HOUR = 3600


def windows(counts: list[int], length: int) -> list[int]:
    return [sum(counts[i : i + length]) for i in range(0, len(counts) - length + 1, length)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("series", metavar="SERIES", help="unpacked")
    parser.add_argument("--longest", type=int, default=300, help="seconds of the longest window (%(default)s)")
    parser.add_argument("--least", type=int, default=3600, help="counts of an hour that is used (%(default)s)")
    parser.add_argument("--starts", type=int, default=0, help="hour of the day of the first count (%(default)s)")
    arguments = parser.parse_args()

    counts = []
    with open(arguments.series, encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            if not re.fullmatch(r"[0-9]+\n", line):
                raise SystemExit(f"{arguments.series}:{number}: no count; write a whole number a line, digits only")
            counts.append(int(line))
    hours = [counts[i : i + HOUR] for i in range(0, len(counts) - HOUR + 1, HOUR)]
    total = sum(counts)
    if total == 0:
        raise SystemExit(f"{arguments.series}: nothing was counted; give a series with at least one count above 0")
    print(f"seconds {len(counts)}, counts {total}, mean {total / len(counts):.4f}, peak {max(counts)}")

    lengths = [length for length in (1, 2, 3, 5, 10, 20, 30, 60, 100, 200, 300, 600) if length <= arguments.longest]
    points = []
    used = [hour for hour in hours if sum(hour) >= arguments.least]
    if not used:
        raise SystemExit(f"{arguments.series}: no hour has {arguments.least} counts; lower --least")
    for length in lengths:
        squares, number, mean = 0.0, 0, 0.0
        for hour in used:
            values = windows(hour, length)
            middle = sum(values) / len(values)
            squares += sum((value - middle) ** 2 for value in values)
            number += len(values) - 1
            mean += middle
        variance, mean = squares / number, mean / len(used)
        points.append((math.log(length), math.log(variance / length**2)))
        print(f"window {length:4} s: dispersion {variance / mean:8.3f}")
    x = sum(point[0] for point in points) / len(points)
    y = sum(point[1] for point in points) / len(points)
    slope = sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)
    print(f"variance-time slope {slope:.3f}, Hurst {1 + slope / 2:.3f}, of {len(used)} hours")

    day = [0] * 24
    for i, hour in enumerate(hours):
        day[(i + arguments.starts) % 24] += sum(hour)
    print("hours", [round(value / sum(day), 4) for value in day])
    return 0


if __name__ == "__main__":
    sys.exit(main())
