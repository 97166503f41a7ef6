"""docs/journal-format.md is right: a reader that knows nothing else reads the sample, and agrees with flexstock.

Usage: read_journal_test.py FLEXSTOCK_JOURNAL
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import put_together
import read_journal

HERE = pathlib.Path(__file__).resolve().parent
SAMPLE = HERE / "format-1"
SNAPSHOT = "snapshot-000000000000002e"
# The defaults of the policies that format-1.txt leaves out, and the sample's retention (sample.h).
DEFAULTS = {
    "acceptance_window_ms": 86_400_000, "payment_window_ms": 86_400_000, "checkout_hold_ms": 0, "pending_limit": 0,
    "order_limit": 0, "customer_limit": 0, "overflow": "ask_member", "fill_on_restock": "off",
    "late_payment": "refund", "draw_on_accept": True,
}  # fmt: skip
WORDS = {"ask_member": 0, "reject": 1, "off": 0, "fifo": 1, "refund": 0, "rereserve": 1}
RETENTION_MS = 30 * 60_000


def lines_of(path: pathlib.Path) -> tuple[list[dict], read_journal.Journal]:
    journal = read_journal.Journal(path)
    lines = read_journal.Lines(journal)
    journal.read(lines)
    return lines.lines, journal


# ---- State as format-1.txt has it ------------------------------------------------------------------------------------


def product_text(product: dict, pending: int) -> str:
    mode = put_together.State.mode(product)
    text = f"product {product['product']} member {product['member']} {mode}"
    for name in ["available", "held", "sold", "written_off", "supplied"]:
        text += f" {name} {product[name]}"
    text += f" pending {pending}"
    for name, default in DEFAULTS.items():
        value = product["policy"][name]
        if value != default:
            text += f" {name} {int(WORDS.get(value, value))}"
    return text


def id_text(order: str) -> str:
    bits = int(order)
    return f"{bits >> 54}/{bits >> 24 & 2**30 - 1}/{bits & 2**24 - 1}"


def key_text(fields: dict) -> str:
    return f" key {int(fields['key'][:16], 16)}:{int(fields['key'][16:], 16)}" if "key" in fields else ""


def order_text(order: dict, products: dict) -> str:
    name = f"{order['shard']}/{order['slot']}/{order['generation']}"
    text = f"order {name} product {products[order['product_slot']]['product']}"
    for field in ["customer", "qty", "accepted", "taken"]:
        text += f" {field} {order[field]}"
    text += " " + order["state"]
    if order["state"] in read_journal.WAITING:
        text += f" deadline {order['when']}"
    return text + key_text(order)


def event_text(event: dict, products: dict) -> str:
    product = products[event["slot"]]
    text = f"{event['position']} {event['event']} at {event['at']}"
    text += f" product {product['product']} member {product['member']}"
    if event["event"] == "product_mode":
        return text + " " + event["mode"]
    text += f" order {id_text(event['order'])} customer {event['customer']} qty {event['qty']}"
    if "deadline" in event:
        text += f" deadline {event['deadline']}"
    return text + key_text(event)


def state_text(state: put_together.State) -> str:
    orders = state.remembered(RETENTION_MS)
    pending = [order["product_slot"] for order in orders if order["state"] == "awaiting_acceptance"]
    lines = [
        product_text(product, pending.count(slot))
        for slot, product in sorted(state.products.items(), key=lambda item: item[1]["product"])
    ]
    lines += [order_text(order, state.products) for order in orders]
    lines += [f"stream {stream} offset {offset}" for stream, offset in sorted(state.positions.items())]
    for audience in read_journal.AUDIENCES:
        lines.append(f"waiting for {audience}")
        lines += [event_text(event, state.products) for event in state.waiting(audience)]
    return "".join(line + "\n" for line in lines)


class Seen:
    """Which parts of the format have occurred."""

    def __init__(self):
        self.parts = set()
        self.newest = 0  # of the shard at hand, as its snapshot began

    def on_shard(self, shard: dict) -> None:
        self.newest = shard["newest"]

    def on_orders(self, chunk: read_journal.Chunk) -> None:
        self.parts |= {"a chunk that is newer than its shard block"} if chunk.newest > self.newest else set()
        self.newest = max(self.newest, chunk.newest)
        self.parts |= {f"an image of an order: {image['state']}" for image in chunk.images}
        for image in chunk.images:
            self.parts |= {f"an image with {name}" for name in ["key", "accepted", "refund_told"] if image.get(name)}

    def on_products(self, chunk: read_journal.Chunk) -> None:
        self.parts |= {"a product's chunk that is newer than the orders'"} if chunk.newest > self.newest else set()
        self.parts |= {f"an image of a product: {image['status']}" for image in chunk.images}

    def on_events(self, events: list[dict]) -> None:
        self.parts |= {f"a kept event: {event['event']}" for event in events}

    def on_end(self, end: dict) -> None:
        self.parts |= {"positions in a snapshot"} if end["positions"] else set()

    def on_block(self, block, sections, positions, confirmed) -> None:
        self.parts.add(f"a block of kind {block.kind}")
        self.parts |= {"a block of several pages"} if block.size > read_journal.PAGE else set()
        self.parts |= {"positions"} if positions else set()
        self.parts |= {"confirmations"} if confirmed else set()
        for section in sections:
            for change in section.changes:
                self.parts.add(f"a change: {change['event']}")
                self.parts |= {f"a change with {name}" for name in ["placed", "key", "deadline"] if name in change}
                if "generation" in change:
                    self.parts |= {"written off"} if "written_off" in change else set()
                    self.parts |= {"a slot that is used again"} if change["generation"] > 1 else set()
                elif change["type"] == read_journal.PRODUCT:
                    self.parts |= {f"policy: {name}" for name in DEFAULTS if change["policy"][name] != DEFAULTS[name]}


class ReadJournalTest(unittest.TestCase):
    tool = ""

    def copy(self) -> pathlib.Path:
        root = tempfile.TemporaryDirectory()
        self.addCleanup(root.cleanup)
        return pathlib.Path(shutil.copytree(SAMPLE, pathlib.Path(root.name) / "j"))

    def test_says_what_the_tool_of_flexstock_says(self):
        done = subprocess.run([self.tool, "dump", SAMPLE], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        told = [json.loads(line) for line in done.stdout.splitlines()]
        read, _ = lines_of(SAMPLE)
        self.assertGreater(len(read), 800)
        self.assertEqual(len(read), len(told))
        for number, (ours, theirs) in enumerate(zip(read, told), 1):
            # The tool may come to say more than the page needs; all that is read is compared.
            self.assertEqual(ours, {name: theirs.get(name) for name in ours}, f"line {number}")

    def test_leads_to_what_the_engine_knew(self):
        journal = read_journal.Journal(SAMPLE)
        state = put_together.State(journal.snapshot_epoch)
        journal.read(state)
        self.assertEqual(state_text(state), (HERE / "format-1.txt").read_text())

    def test_the_sample_has_what_the_format_has(self):
        journal = read_journal.Journal(SAMPLE)
        seen = Seen()
        journal.read(seen)
        expected = {f"a block of kind {kind}" for kind in [read_journal.EPOCH, read_journal.CLOSED]}
        expected |= {f"a change: {name}" for name, _ in read_journal.CHANGES.values()}
        expected |= {f"a change with {name}" for name in ["placed", "key", "deadline"]}
        expected |= {f"an image of an order: {state}" for state in read_journal.STATES}
        expected |= {f"an image with {name}" for name in ["key", "accepted", "refund_told"]}
        expected |= {"an image of a product: live", "an image of a product: draft"}
        expected |= {"a chunk that is newer than its shard block", "a product's chunk that is newer than the orders'"}
        expected |= {"positions in a snapshot", "positions", "confirmations"}
        expected |= {"a block of several pages", "written off", "a slot that is used again"}
        self.assertEqual(expected - seen.parts, set())
        self.assertGreater(journal.segments.copies, 1, "the last block, written once more")
        self.assertGreater(journal.segments.earlier, 10, "a segment that is used again")
        self.assertEqual(journal.segments.torn, "journal-0000000000000005: at 36864")
        flags = [block.flags for block in read_journal.snapshot_blocks(journal.directory, SNAPSHOT)]
        self.assertEqual(set(flags), {0, 1}, "compressed blocks, and others")

    def test_finds_a_flipped_bit(self):
        right, journal = lines_of(SAMPLE)
        path = self.copy()
        places = [(name, at) for name in journal.directory.headers for at in range(0, read_journal.FILE_HEADER.size, 7)]
        for line in right:
            if "file" in line:
                places += [(line["file"], line["offset"] + at) for at in range(0, line["bytes"], 37)]
        snapshot = SNAPSHOT
        places += [(snapshot, at) for at in range(64, (path / snapshot).stat().st_size, 101)]
        self.assertGreater(len(places), 300)

        def content(lines: list[dict]) -> list[dict]:
            return [line | {"file": "", "offset": 0} for line in lines]

        refused = fell_back = 0
        for number, (name, at) in enumerate(places):
            data = bytearray((SAMPLE / name).read_bytes())
            data[at] ^= 1 << number % 8
            (path / name).write_bytes(data)
            with self.subTest(name=name, at=at, bit=number % 8):
                try:
                    lines, _ = lines_of(path)
                except read_journal.Damage:
                    refused += 1
                else:
                    # The damaged block was there twice. Of the last one there is no doubt: a torn one follows it.
                    self.assertEqual(content(lines), content(right))
                    self.assertNotEqual(name, snapshot)
                    fell_back += 1
            shutil.copyfile(SAMPLE / name, path / name)
        self.assertGreater(refused, 300)
        self.assertGreater(fell_back, 0)

    def test_refuses_a_missing_segment(self):
        path = self.copy()
        (path / "journal-0000000000000005").unlink()
        with self.assertRaisesRegex(read_journal.Damage, "journal-0000000000000005: it is missing"):
            lines_of(path)

    def test_refuses_a_missing_last_segment(self):
        path = self.copy()
        (path / "journal-0000000000000006").unlink()
        with self.assertRaisesRegex(read_journal.Damage, "journal-0000000000000006: it is missing"):
            lines_of(path)


if __name__ == "__main__":
    ReadJournalTest.tool = sys.argv.pop(1)
    unittest.main()
