#!/usr/bin/env python3
"""Turns the Online Retail data set into a command log for flexstock-replay.

The file has orders, cancellations and corrections of stock, but no stock, no seller, no payment and no member who
answers. These are made up here, by rules without chance, so that one file always gives one log. online_retail.py says
how products, customers and times are made.

Products  The first two digits of the stock code are the member (1 + digits). What the member does follows from the sum of
          the code's five digits, modulo 10:
            0..5  stocked     begins with all units that the file sells or writes off: every order is confirmed
            6..7  delivered   begins with half a week's units; every Monday 05:00 brings what was ordered since the last,
                              and fills the pending orders, oldest first. Their customers pay at 09:00; windows are 14 days
            8     on request  no stock: the member answers after 1 to 27 hours, so that some answers come too late. One in
                              ten is declined, one in ten accepted for half; customers pay half an hour later, but one in
                              twenty does not
            9     limited     begins with four fifths of its units and refuses what stock cannot serve
Orders    Each line of an order is an order of its own, INVOICE/LINE, whatever it repeats. An invoice that straddles two
          minutes thus needs no care. What was not taken back by 10:00 on the next day is picked up then.
Taken     A cancellation names no order. It is matched with orders of the same customer and product that came before and
back      still stand, the latest first:
            1. one of exactly so many units is refunded (canceled, where it may still be waiting)
            2. otherwise several that fit into the quantity
            3. an order larger than the rest: the engine refunds whole orders, so the order stays and the units that came
               back are added with adjust_stock
            4. what is left was bought before the file begins: left out and counted
          One refund in ten (by its number) is broken goods: restock is false.
Stock     Corrections (price 0 and no customer) are adjust_stock. What would take more than is there is refused in replay.

The engine forgets settled orders after a day, and these take back orders of months ago: replay with
--retention-ms 34560000000 (400 days).

Example:
  retail_to_log.py online_retail.csv > retail.jsonl
  flexstock-replay retail.jsonl --retention-ms 34560000000 --results r.jsonl --events e.jsonl --state s.jsonl
"""

import argparse
import heapq
import json
import sys
from collections import Counter, defaultdict

import online_retail
from online_retail import Entry, Kind

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
WEEK_MS = 7 * DAY_MS
MONDAY_MS = 4 * DAY_MS  # the Unix epoch was a Thursday


class Order:
    """A line of an order, as far as the log's maker must know it."""

    __slots__ = ("key", "product", "qty", "at_ms", "paid_ms", "over")

    def __init__(self, key: str, entry: Entry):
        self.key = key
        self.product = entry.product
        self.qty = entry.qty
        self.at_ms = entry.at_ms
        self.paid_ms = entry.at_ms  # before that it may be waiting
        self.over = False  # taken back, or never to be confirmed


def digits(product: int) -> int:
    return product // 27**3


def group(product: int) -> str:
    last = sum(int(digit) for digit in str(digits(product))) % 10
    return "stocked" if last <= 5 else "delivered" if last <= 7 else "on request" if last == 8 else "limited"


def next_monday(at_ms: int) -> int:
    """05:00 on the first Monday after the week of `at_ms` has ended."""
    offset = MONDAY_MS + 5 * HOUR_MS
    return ((at_ms - offset) // WEEK_MS + 1) * WEEK_MS + offset


class Log:
    """Commands by time; those of one time in the order in which they were added."""

    def __init__(self, write):
        self.write = write
        self.waiting = []
        self.added = 0
        self.counts = Counter()

    def at(self, at_ms: int, op: str, order: Order | None = None, **fields) -> None:
        """Plans a command. One on an order that is over by then is dropped."""
        heapq.heappush(self.waiting, (at_ms, self.added, op, order, fields))
        self.added += 1

    def flush(self, until_ms: int) -> None:
        while self.waiting and self.waiting[0][0] <= until_ms:
            at_ms, _, op, order, fields = heapq.heappop(self.waiting)
            if order is None or not order.over:
                self.say(at_ms, op, order, **fields)

    def say(self, at_ms: int, op: str, order: Order | None = None, **fields) -> None:
        command = {"at": at_ms, "op": op}
        if order is not None:
            command["order"] = order.key
        self.write(json.dumps(command | fields, separators=(",", ":")) + "\n")
        self.counts[op] += 1


class Shop:
    def __init__(self, entries: list[Entry], log: Log):
        self.entries = entries
        self.log = log
        self.lines = Counter()  # of each invoice
        self.orders = defaultdict(list)  # by customer and product, those that stand, in order of time
        self.ordered = Counter()  # on delivered products since the last delivery
        self.placed = 0
        self.refunds = 0
        self.counts = Counter()

    def run(self) -> None:
        self.open()
        delivery_ms = next_monday(self.entries[0].at_ms)
        for entry in self.entries:
            while delivery_ms < entry.at_ms:
                self.log.flush(delivery_ms - 1)
                self.deliver(delivery_ms)
                delivery_ms += WEEK_MS
            self.log.flush(entry.at_ms - 1)
            {Kind.SALE: self.sell, Kind.CANCELLATION: self.take_back, Kind.CORRECTION: self.correct}[entry.kind](entry)
        self.log.flush(delivery_ms - 1)
        self.deliver(delivery_ms)
        self.log.flush(delivery_ms + 2 * WEEK_MS)

    def open(self) -> None:
        """Puts the products up, before the first entry."""
        begin_ms = self.entries[0].at_ms - 1
        weeks = max(1, (self.entries[-1].at_ms - begin_ms) // WEEK_MS)
        sold, lost = Counter(), Counter()
        for entry in self.entries:
            if entry.kind is Kind.SALE:
                sold[entry.product] += entry.qty
            elif entry.qty < 0:
                lost[entry.product] -= entry.qty
        for product in sorted({entry.product for entry in self.entries}):
            kind = group(product)
            stock = {
                "stocked": sold[product] + lost[product],
                "delivered": sold[product] // weeks // 2,
                "on request": 0,
                "limited": sold[product] * 4 // 5,
            }[kind]
            fields = {"product": product, "member": 1 + digits(product) // 1000, "stock": stock}
            if kind == "delivered":
                fields |= {"fill_on_restock": "fifo", "acceptance_window_ms": 2 * WEEK_MS, "payment_window_ms": 2 * WEEK_MS}
            if kind == "limited":
                fields["overflow"] = "reject"
            self.log.say(begin_ms, "put_product", **fields)
            self.counts[f"products {kind}"] += 1

    def sell(self, entry: Entry) -> None:
        self.lines[entry.invoice] += 1
        order = Order(f"{entry.invoice}/{self.lines[entry.invoice]}", entry)
        self.placed += 1
        self.log.say(entry.at_ms, "place", order, product=entry.product, customer=entry.customer, qty=entry.qty)
        self.orders[entry.customer, entry.product].append(order)
        self.counts["orders placed"] += 1

        kind = group(entry.product)
        if kind == "delivered":
            self.ordered[entry.product] += entry.qty
            order.paid_ms = next_monday(entry.at_ms) + 4 * HOUR_MS
            self.log.at(order.paid_ms, "pay", order)
        elif kind == "on request":
            self.answer(order)
        pick_up_ms = max(entry.at_ms, order.paid_ms) // DAY_MS * DAY_MS + DAY_MS + 10 * HOUR_MS
        self.log.at(pick_up_ms, "pick_up", order)

    def answer(self, order: Order) -> None:
        """The member's answer to an order on request, and the customer's payment."""
        number = self.placed
        answer_ms = order.at_ms + (1 + number * 7 % 27) * HOUR_MS
        if number % 10 == 3:
            self.log.at(answer_ms, "decline", order)
            order.paid_ms = answer_ms
            return
        part = {"qty": order.qty // 2} if number % 10 == 7 and order.qty > 1 else {}
        self.log.at(answer_ms, "accept", order, **part)
        order.paid_ms = answer_ms + HOUR_MS // 2
        if number % 20 != 9:
            self.log.at(order.paid_ms, "pay", order)

    def deliver(self, at_ms: int) -> None:
        for product, units in sorted(self.ordered.items()):
            self.log.say(at_ms, "adjust_stock", product=product, by=units)
        self.counts["deliveries"] += len(self.ordered)
        self.ordered.clear()

    def take_back(self, entry: Entry) -> None:
        standing = self.orders[entry.customer, entry.product]
        rest = entry.qty
        exact = next((order for order in reversed(standing) if order.qty == rest), None)
        for order in [exact] if exact is not None else reversed(standing):
            if order.qty <= rest:
                self.refund(entry.at_ms, order)
                rest -= order.qty
        standing[:] = [order for order in standing if not order.over]
        if exact is not None:
            self.counts["cancellations matched with one order"] += 1
        elif rest == 0:
            self.counts["cancellations matched with several orders"] += 1
        elif any(order.qty > rest for order in standing):
            self.log.say(entry.at_ms, "adjust_stock", product=entry.product, by=rest)
            self.counts["cancellations of a part (units back by adjust_stock)"] += 1
        elif rest < entry.qty:
            self.counts["cancellations matched, but not all their units"] += 1
        else:
            self.counts["cancellations without an order: left out"] += 1

    def refund(self, at_ms: int, order: Order) -> None:
        """Takes a whole order back. One that may still be waiting is canceled; if it was confirmed, that is refused and the
        refund stands; if not, the other way round."""
        kind = group(order.product)
        if at_ms < order.paid_ms:
            self.log.say(at_ms, "cancel", order)
        if at_ms >= order.paid_ms or kind == "delivered":
            self.refunds += 1
            self.log.say(at_ms, "refund", order, restock=self.refunds % 10 != 0)
        order.over = True

    def correct(self, entry: Entry) -> None:
        self.log.say(entry.at_ms, "adjust_stock", product=entry.product, by=entry.qty)
        self.counts["corrections of stock"] += 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("csv", metavar="CSV", help="the data set, unpacked")
    parser.add_argument("-o", "--output", type=argparse.FileType("w"), default=sys.stdout, help="default: standard output")
    arguments = parser.parse_args()

    skipped = Counter()
    entries = list(online_retail.read(arguments.csv, skipped))
    log = Log(arguments.output.write)
    shop = Shop(entries, log)
    if entries:
        shop.run()
    arguments.output.flush()
    online_retail.report("Made of the file:", shop.counts)
    online_retail.report("Commands:", log.counts)
    online_retail.report("Left out:", skipped)
    return 0


if __name__ == "__main__":
    sys.exit(main())
