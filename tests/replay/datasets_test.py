"""Tests of tools/datasets on tiny files, with every trap of the real one. Usage: datasets_test.py FLEXSTOCK_REPLAY"""

import collections
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "tools" / "datasets"
HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
MINUTE_0826 = 1291191960000  # 2010-12-01 08:26, taken as UTC
MONDAY_0500 = 1291611600000  # 2010-12-06 05:00
HOUR = 3_600_000

STOCKED = 10001  # by the sum of their digits
DELIVERED = 10005
ON_REQUEST = 10007
LIMITED = 10008


def number(code: int, letters: int = 0) -> int:
    return code * 27**3 + letters


def row(invoice, code, qty, date="2010-12-01 08:26", price="2.55", customer="17850", description="A THING") -> str:
    return f"{invoice},{code},{description},{qty},{date},{price},{customer},United Kingdom\n"


class DatasetsTest(unittest.TestCase):
    replay = ""

    def run_script(self, script: str, rows: list[str], header: str = HEADER) -> subprocess.CompletedProcess:
        with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
            file.write(header + "".join(rows))
            file.flush()
            return subprocess.run(
                [sys.executable, "-B", SCRIPTS / script, file.name], capture_output=True, text=True, check=False
            )

    def trace(self, *rows: str) -> list[str]:
        done = self.run_script("retail_to_trace.py", list(rows))
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.splitlines()

    def log(self, *rows: str) -> list[dict]:
        """The commands, and in self.results what the tool answers to them."""
        done = self.run_script("retail_to_log.py", list(rows))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.stderr = done.stderr
        commands = [json.loads(line) for line in done.stdout.splitlines()]
        times = [command["at"] for command in commands]
        self.assertEqual(times, sorted(times))
        replay = subprocess.run(
            [self.replay, "-", "--results", "-", "--retention-ms", "34560000000"],
            input=done.stdout, capture_output=True, text=True, check=False,
        )
        self.assertEqual(replay.returncode, 0, replay.stderr)
        self.results = [json.loads(line)["result"] for line in replay.stdout.splitlines()]
        return commands

    def of(self, commands: list[dict], op: str) -> list[tuple]:
        """The commands of one operation with their results: (result, command without at and op)."""
        return [
            (result, {key: value for key, value in command.items() if key not in ("at", "op")})
            for command, result in zip(commands, self.results)
            if command["op"] == op
        ]

    # ---- Trace --------------------------------------------------------------------------------------------------

    def test_trace_has_the_orders_and_nothing_else(self):
        rows = [
            row(536365, "85123A", 6),
            row(536365, "85123A", 6),  # an exact duplicate is an order of its own
            row(536366, "85123a", 1, date="2010-12-01 08:28", customer=""),  # the same product; a guest
            row(536367, "22139", 2, date="2010-12-01 08:28", price="0.0"),  # a gift
            row(536368, "22139", 56, price="0.0", customer=""),  # the shop's correction
            row("C536369", "22139", -1),
            row("A563185", "B", 1, customer=""),
            row(536370, "POST", 3),
            row(536371, "22139", "many"),
            row(536372, "22139", -4),
            row(536373, "22139", 0),
        ]
        self.assertEqual(
            self.trace(*rows),
            [
                "at_ms,product,customer,qty",
                f"{MINUTE_0826},{number(85123, 1)},17850,6",
                f"{MINUTE_0826 + 1},{number(85123, 1)},17850,6",
                f"{MINUTE_0826 + 120_000},{number(85123, 1)},{10**9 + 536366},1",
                f"{MINUTE_0826 + 120_001},{number(22139)},17850,2",
            ],
        )

    def test_what_is_left_out_is_counted(self):
        done = self.run_script("retail_to_trace.py", [row(536370, "POST", 3), row(536371, "M", 3), row(1, "22139", "x")])
        counts = dict(reversed(line.split(None, 1)) for line in done.stderr.splitlines() if line.startswith(" "))
        self.assertEqual(counts["not merchandise (postage, fees, manual entries)"], "2")
        self.assertEqual(counts["a number or a date that cannot be read"], "1")

    def test_a_description_may_have_commas_and_quotes(self):
        self.assertEqual(len(self.trace(row(536365, "22139", 6, description='"SET, ""RED"""'))), 2)

    def test_another_file_is_refused(self):
        done = self.run_script("retail_to_trace.py", ["1,2\n"], header="a,b\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("not the Online Retail data set", done.stderr)

    def test_both_explain_themselves(self):
        for script in ("retail_to_log.py", "retail_to_trace.py"):
            done = subprocess.run([SCRIPTS / script, "--help"], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0)
            self.assertIn("Example:", done.stdout)

    # ---- Log ----------------------------------------------------------------------------------------------------

    def test_an_empty_file_makes_an_empty_log(self):
        self.assertEqual(self.log(), [])

    def test_every_line_of_an_invoice_is_an_order(self):
        commands = self.log(
            row(536365, STOCKED, 6), row(536365, STOCKED, 6), row(536365, STOCKED, 6, date="2010-12-01 08:27")
        )
        self.assertEqual(
            [(result, order["order"]) for result, order in self.of(commands, "place")],
            [("confirmed", "536365/1"), ("confirmed", "536365/2"), ("confirmed", "536365/3")],
        )
        self.assertEqual([result for result, _ in self.of(commands, "pick_up")], ["ok"] * 3)
        self.assertEqual(self.of(commands, "put_product"), [("ok", {"product": number(STOCKED), "member": 11, "stock": 18})])

    def test_a_cancellation_takes_back_the_latest_order_of_that_quantity(self):
        commands = self.log(
            row(1, STOCKED, 6), row(2, STOCKED, 4), row(3, STOCKED, 6), row(4, STOCKED, 6, customer="12346"),
            row(5, STOCKED, 5), row("C6", STOCKED, -6), row("C7", STOCKED, -6), row("C8", STOCKED, -6, customer="99999"),
        )
        self.assertEqual(
            self.of(commands, "refund"),
            [("ok", {"order": "3/1", "restock": True}), ("ok", {"order": "1/1", "restock": True})],
        )
        self.assertIn("1  cancellations without an order: left out", self.stderr)
        self.assertEqual(len(self.of(commands, "pick_up")), 3)

    def test_a_cancellation_may_take_back_several_orders(self):
        commands = self.log(row(1, STOCKED, 6), row(2, STOCKED, 4), row("C3", STOCKED, -10))
        self.assertEqual([refund["order"] for _, refund in self.of(commands, "refund")], ["2/1", "1/1"])

    def test_a_cancellation_of_a_part_returns_units_and_leaves_the_order(self):
        commands = self.log(row(1, STOCKED, 6), row("C2", STOCKED, -2))
        self.assertEqual(self.of(commands, "refund"), [])
        self.assertEqual(self.of(commands, "adjust_stock"), [("ok", {"product": number(STOCKED), "by": 2})])

    def test_a_cancellation_does_not_match_what_comes_later(self):
        commands = self.log(row("C1", STOCKED, -6), row(2, STOCKED, 6))
        self.assertEqual(self.of(commands, "refund"), [])

    def test_one_refund_in_ten_is_broken(self):
        rows = [text for i in range(20) for text in (row(i + 1, STOCKED, 6), row(f"C{i + 101}", STOCKED, -6))]
        restocked = [refund["restock"] for _, refund in self.of(self.log(*rows), "refund")]
        self.assertEqual(collections.Counter(restocked), {True: 18, False: 2})

    def test_corrections_adjust_the_stock(self):
        commands = self.log(
            row(1, STOCKED, 6, price="0.0", customer=""), row(2, STOCKED, -4, price="0.0", customer="", description="damaged")
        )
        self.assertEqual([(result, adjust["by"]) for result, adjust in self.of(commands, "adjust_stock")], [("ok", 6), ("ok", -4)])

    def test_the_delivered_wait_for_monday_and_pay(self):
        commands = self.log(row(1, DELIVERED, 6), row(2, DELIVERED, 6, customer="12346"))
        self.assertEqual([result for result, _ in self.of(commands, "place")], ["confirmed", "awaiting_acceptance"])
        self.assertEqual(self.of(commands, "adjust_stock"), [("ok", {"product": number(DELIVERED), "by": 12})])
        self.assertEqual([command["at"] for command in commands if command["op"] == "adjust_stock"], [MONDAY_0500])
        self.assertEqual([result for result, _ in self.of(commands, "pay")], ["ok", "ok"])
        self.assertEqual([result for result, _ in self.of(commands, "pick_up")], ["ok", "ok"])

    def test_the_delivered_can_be_taken_back_while_they_wait(self):
        commands = self.log(
            row(1, DELIVERED, 6), row(2, DELIVERED, 7, customer="12346"), row("C3", DELIVERED, -6),
            row("C4", DELIVERED, -7, customer="12346"),
        )
        self.assertEqual([result for result, _ in self.of(commands, "cancel")], ["wrong_state", "ok"])
        self.assertEqual([result for result, _ in self.of(commands, "refund")], ["ok", "wrong_state"])
        self.assertEqual(self.of(commands, "pay"), [])

    def test_members_answer_what_is_on_request(self):
        commands = self.log(*[row(i + 1, ON_REQUEST, 2) for i in range(40)])
        self.assertEqual({result for result, _ in self.of(commands, "place")}, {"awaiting_acceptance"})
        answers = collections.Counter(result for op in ("accept", "decline") for result, _ in self.of(commands, op))
        self.assertEqual(set(answers), {"ok", "wrong_state"}, "some answers come too late")
        self.assertGreater(answers["ok"], answers["wrong_state"])
        self.assertIn({"order": "7/1", "qty": 1}, [accept for _, accept in self.of(commands, "accept")])

    def test_the_limited_run_out(self):
        commands = self.log(row(1, LIMITED, 8), row(2, LIMITED, 2))
        self.assertEqual([result for result, _ in self.of(commands, "place")], ["confirmed", "sold_out"])


if __name__ == "__main__":
    DatasetsTest.replay = sys.argv.pop()
    unittest.main()
