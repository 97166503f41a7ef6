"""Reads the Online Retail data set (UCI Machine Learning Repository, https://doi.org/10.24432/C5BW33, CC BY 4.0).

Each row becomes an Entry of one Kind; what is none is counted with the reason. The columns are InvoiceNo, StockCode,
Description, Quantity, InvoiceDate (YYYY-MM-DD HH:MM), UnitPrice, CustomerID, Country, in order of time.

product   The stock code as a number: five digits, then up to three letters in base 27, whatever their case. So 85123A
          and 85123a are one product, and both scripts give it the same number.
customer  CustomerID. Rows without one belong to a guest of their invoice: 10^9 + the invoice's number.
time      The file's minutes, taken as UTC. Rows of one minute follow each other by a millisecond, in the file's order.
"""

import csv
import datetime
import enum
import functools
import re
import sys
from collections import Counter
from typing import Iterator, NamedTuple

GUESTS = 10**9
MINUTE_MS = 60_000
EPOCH = datetime.datetime(1970, 1, 1)
STOCK_CODE = re.compile(r"([0-9]{5})([A-Za-z]{0,3})")
COLUMNS = ["InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"]


class Kind(enum.Enum):
    SALE = "a line of an order"
    CANCELLATION = "a line taken back; names no order"
    CORRECTION = "the shop's own correction of its stock"


class Entry(NamedTuple):
    at_ms: int
    kind: Kind
    invoice: str
    product: int
    customer: int
    qty: int  # > 0; of a correction also < 0


class Skipped(Exception):
    """A row that is no entry; the text is the reason."""


def product_number(stock_code: str) -> int:
    """85123A -> 85123 * 27^3 + 1."""
    match = STOCK_CODE.fullmatch(stock_code)
    if match is None or int(match[1]) == 0:
        raise Skipped("not merchandise (postage, fees, manual entries)")
    letters = 0
    for letter in match[2].upper():
        letters = letters * 27 + ord(letter) - ord("A") + 1
    return int(match[1]) * 27**3 + letters


@functools.cache  # rows share minutes
def minute_ms(date: str) -> int:
    """2010-12-01 08:26 -> milliseconds since the Unix epoch."""
    moment = datetime.datetime.strptime(date, "%Y-%m-%d %H:%M")
    return (moment - EPOCH) // datetime.timedelta(milliseconds=1)


def classify(row: dict) -> Entry:
    """The row as an entry, its time still the minute's."""
    invoice = row["InvoiceNo"]
    if invoice.startswith("A"):
        raise Skipped("bad-debt adjustment")
    product = product_number(row["StockCode"])
    try:
        qty = int(row["Quantity"])
        price = float(row["UnitPrice"])
        at_ms = minute_ms(row["InvoiceDate"])
        number = int(invoice.removeprefix("C"))
        customer = int(row["CustomerID"]) if row["CustomerID"] else GUESTS + number
    except (TypeError, ValueError):
        raise Skipped("a number or a date that cannot be read") from None
    if qty == 0:
        raise Skipped("no units")
    if invoice.startswith("C"):
        if qty > 0:
            raise Skipped("a cancellation of a negative quantity")
        return Entry(at_ms, Kind.CANCELLATION, invoice, product, customer, -qty)
    if price == 0 and not row["CustomerID"]:
        return Entry(at_ms, Kind.CORRECTION, invoice, product, 0, qty)
    if qty < 0:
        raise Skipped("a sale of a negative quantity")
    return Entry(at_ms, Kind.SALE, invoice, product, customer, qty)


def read(path: str, skipped: Counter) -> Iterator[Entry]:
    """All entries in order of time; times rise strictly. Counts what is left out by its reason."""
    last_ms = -1
    with open(path, newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (rows.fieldnames or [])]
        if missing:
            raise SystemExit(f"{path}: not the Online Retail data set: no column {', '.join(missing)}")
        for row in rows:
            try:
                entry = classify(row)
            except Skipped as reason:
                skipped[str(reason)] += 1
                continue
            last_ms = max(last_ms + 1, entry.at_ms)
            yield entry._replace(at_ms=last_ms)


def report(title: str, counts: Counter) -> None:
    """Prints counts to standard error, largest first."""
    print(title, file=sys.stderr)
    for name, count in counts.most_common():
        print(f"{count:10,}  {name}", file=sys.stderr)
