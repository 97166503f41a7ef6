#!/usr/bin/env python3
"""Turns the Online Retail data set into a trace for flexstock-loadgen: CSV with the columns at_ms, product, customer, qty.

One row of the trace is one line of an order; cancellations, the shop's corrections and what is not merchandise are
left out, and counted on standard error. Gifts (a price of 0 with a customer) are orders like any other. Exact
duplicates in the file are orders of their own, and so is every line of an order that names a product twice.
online_retail.py says how products, customers and times are made.

Example:
  retail_to_trace.py online_retail.csv > trace.csv && flexstock-loadgen trace trace.csv
"""

import argparse
import sys
from collections import Counter

import online_retail


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("csv", metavar="CSV", help="the data set, unpacked")
    parser.add_argument("-o", "--output", type=argparse.FileType("w"), default=sys.stdout, help="default: standard output")
    arguments = parser.parse_args()

    written, skipped = Counter(), Counter()
    arguments.output.write("at_ms,product,customer,qty\n")
    for entry in online_retail.read(arguments.csv, skipped):
        if entry.kind is online_retail.Kind.SALE:
            arguments.output.write(f"{entry.at_ms},{entry.product},{entry.customer},{entry.qty}\n")
            written["orders"] += 1
        else:
            skipped[entry.kind.value] += 1
    arguments.output.flush()
    online_retail.report("Written:", written)
    online_retail.report("Left out:", skipped)
    return 0


if __name__ == "__main__":
    sys.exit(main())
