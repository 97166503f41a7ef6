"""Reads a journal directory as docs/journal-format.md says, and knows nothing else of flexstock.

Usage: read_journal.py DIRECTORY: writes what is there as JSON Lines, in the words of `flexstock-journal dump`.
Exit status: 0 the journal is whole, but for a torn block at its end; 1 it is not: the message names file and offset.
"""

import dataclasses
import json
import pathlib
import re
import struct
import sys

import xxhash
import zstandard

FORMAT = 1
PAGE = 4096
FILE_HEADER = struct.Struct("<8sIIQQQBBQ6sQ")
BLOCK_HEADER = struct.Struct("<4sHBBQQQQIIQQQ")
EVENT = struct.Struct("<QQQQQQQII")

EPOCH, CLOSED, BEGIN, ORDERS, PRODUCTS, SHARD, EVENTS, END = 1, 2, 16, 17, 18, 19, 20, 21
STATES = ["none", "awaiting_acceptance", "awaiting_payment", "confirmed", "picked_up", "declined",
          "acceptance_expired", "payment_expired", "canceled", "refunded"]  # fmt: skip
WAITING = STATES[1:3]
MODES = ["active", "inactive", "draft"]
AUDIENCES = ["member", "customer", "logistics", "feed"]
# By type: the change, and the state that an order has then.
CHANGES = {
    0: ("order_confirmed", "confirmed"),
    2: ("acceptance_requested", "awaiting_acceptance"),
    3: ("payment_requested", "awaiting_payment"),
    4: ("order_declined", "declined"),
    5: ("acceptance_expired", "acceptance_expired"),
    6: ("payment_expired", "payment_expired"),
    7: ("order_canceled", "canceled"),
    8: ("order_refunded", "refunded"),
    9: ("order_picked_up", "picked_up"),
    10: ("refund_due", None),
    11: ("product_mode", None),
    14: ("superseded", None),
    15: ("product_image", None),
}
REFUND_DUE, MODE, SUPERSEDED, PRODUCT = 10, 11, 14, 15
STREAMS_MAX = 1024
INT64_MAX = 2**63 - 1


class Damage(Exception):
    """The journal is not as the page says."""


def expect(true: bool, what: str) -> None:
    if not true:
        raise Damage(what)


def hash_of(data: bytes) -> int:
    return xxhash.xxh3_64_intdigest(data)


class Bytes:
    """Numbers, one after another."""

    def __init__(self, data: bytes):
        self.data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        expect(self.at + count <= len(self.data), "it ends in the middle")
        self.at += count
        return self.data[self.at - count : self.at]

    def fixed(self, count: int) -> int:
        return int.from_bytes(self.take(count), "little")

    def varint(self, most: int = 2**64 - 1) -> int:
        value = 0
        for shift in range(0, 70, 7):
            byte = self.fixed(1)
            value |= (byte & 127) << shift
            if byte < 128:
                expect(value <= most, f"{value} where {most} is the most")
                return value
        raise Damage("a varint of more than 10 bytes")

    def folded(self) -> int:
        value = self.varint()
        return value // 2 if value % 2 == 0 else -(value + 1) // 2

    def key(self) -> str:
        hi, lo = self.fixed(8), self.fixed(8)
        expect(hi | lo != 0, "a key of nothing")
        return f"{hi:016x}{lo:016x}"

    def end(self) -> None:
        expect(self.at == len(self.data), "there is more than there should be")


# ---- Files and blocks ------------------------------------------------------------------------------------------------


@dataclasses.dataclass
class FileHeader:
    magic: bytes
    format: int
    shards: int
    engine: tuple[int, int]
    number: int
    lots: tuple[int, int]
    bytes: int
    hash: int

    @classmethod
    def read(cls, data: bytes) -> "FileHeader":
        expect(len(data) >= FILE_HEADER.size, "it ends before its header does")
        magic, form, shards, hi, lo, number, orders, products, size, zeros, own = FILE_HEADER.unpack_from(data)
        expect(magic in (b"FSTKJRNL", b"FSTKSNAP"), "it is no file of a journal")
        expect(own == hash_of(data[:56]), "the file header's hash is wrong")
        expect(form <= FORMAT, f"format {form} is newer than {FORMAT}")
        makes_sense = form >= 1 and 1 <= shards <= 1024 and orders <= 30 and products <= 30 and zeros == bytes(6)
        expect(makes_sense, "the file header makes no sense")
        return cls(magic, form, shards, (hi, lo), number, (orders, products), size, own)


@dataclasses.dataclass
class Block:
    at: int
    kind: int
    flags: int
    engine: tuple[int, int]
    epoch: int
    previous: int
    size: int
    raw_size: int
    position: int
    payload_hash: int
    hash: int
    payload: bytes
    file: str = ""

    @classmethod
    def read(cls, data: bytes, at: int) -> "Block | None":
        """None: no header is here. The payload may be short, or damaged: see is_whole."""
        if at + BLOCK_HEADER.size > len(data):
            return None
        magic, form, kind, flags, hi, lo, *rest = BLOCK_HEADER.unpack_from(data, at)
        block = cls(at, kind, flags, (hi, lo), *rest, b"")
        if magic != b"SBLK" or form != FORMAT or flags > 1 or block.hash != hash_of(data[at : at + 64]):
            return None
        block.payload = data[at + BLOCK_HEADER.size : at + BLOCK_HEADER.size + block.size]
        return block

    @property
    def end(self) -> int:
        return self.at + BLOCK_HEADER.size + self.size

    @property
    def is_whole(self) -> bool:
        return len(self.payload) == self.size and hash_of(self.payload) == self.payload_hash

    def unpacked(self) -> bytes:
        data = self.payload
        if self.flags & 1:
            expect(self.raw_size <= 2**30, "it says that it decompresses to more than 1 GiB")
            data = zstandard.ZstdDecompressor().decompress(data, max_output_size=self.raw_size)
        expect(len(data) == self.raw_size, "the payload has another size than its header says")
        return data


class Directory:
    """The files, their headers checked."""

    def __init__(self, path: pathlib.Path):
        self.path = path
        self.segments = self.numbers("journal-")
        self.snapshots = self.numbers("snapshot-")
        expect(bool(self.segments), f"{path}: there is no segment")
        self.headers = {}
        for prefix, magic, numbers in [
            ("journal-", b"FSTKJRNL", self.segments),
            ("snapshot-", b"FSTKSNAP", self.snapshots),
        ]:
            for number in numbers:
                name = f"{prefix}{number:016x}"
                try:
                    header = FileHeader.read((path / name).read_bytes())
                    expect(header.magic == magic, "it is a file of another kind")
                    expect(magic == b"FSTKSNAP" or header.number == number, "it is the file of another number")
                    self.headers[name] = header
                    like = next(iter(self.headers.values()))
                    same = (header.engine, header.shards, header.lots) == (like.engine, like.shards, like.lots)
                    expect(same, "it is another journal's")
                except Damage as damage:
                    raise Damage(f"{path / name}: at 0: {damage}") from None
        self.engine, self.shards = like.engine, like.shards

    def numbers(self, prefix: str) -> list[int]:
        names = (re.fullmatch(prefix + "([0-9a-f]{16})", entry.name) for entry in self.path.iterdir())
        return sorted(int(name[1], 16) for name in names if name)

    def read(self, name: str) -> bytes:
        return (self.path / name).read_bytes()


class Segments:
    """The journal's blocks in order, from a segment and the block before it on."""

    def __init__(self, directory: Directory, first: int, last_hash: int, last_epoch: int):
        self.directory = directory
        self.first = first
        self.hash, self.epoch = last_hash, last_epoch
        self.torn = None  # "file: at offset", once all blocks were read
        self.copies = self.earlier = 0  # blocks passed over

    def blocks(self):
        any_in = None
        highest = self.directory.segments[-1]
        for number in range(self.first, highest + 1):
            name = f"journal-{number:016x}"
            expect(number in self.directory.segments, f"{self.directory.path / name}: it is missing")
            data = self.directory.read(name)
            size = self.directory.headers[name].bytes
            expect(len(data) >= size, f"{self.directory.path / name}: at {len(data)}: it had {size} bytes or more")
            at = PAGE
            while (block := self.next(name, data, at)) is not None:
                any_in = number
                self.hash, self.epoch = block.hash, block.epoch
                block.file = name
                yield block
                at = -(-block.end // PAGE) * PAGE
        expect(any_in != highest, f"{self.directory.path}/journal-{highest + 1:016x}: it is missing")

    def next(self, name: str, data: bytes, begin: int) -> Block | None:
        torn = None
        for at in range(begin, len(data), PAGE):
            block = Block.read(data, at)
            if block is not None and block.engine == self.directory.engine and block.kind in (EPOCH, CLOSED):
                if block.hash == self.hash:
                    self.copies += 1
                    continue
                closes = block.kind == CLOSED and block.previous == self.hash
                if block.epoch < self.epoch or (block.epoch == self.epoch and not closes):
                    self.earlier += 1
                    continue
                where = f"{self.directory.path / name}: at {begin}"
                expect(block.previous == self.hash, f"{where}: damaged: a later block is whole, at {at}")
                if block.is_whole:
                    self.torn = None
                    return block
            elif not self.is_left_of_next(data, at):
                continue
            torn = torn or f"{name}: at {at}"
        self.torn = self.torn or torn
        return None

    def is_left_of_next(self, data: bytes, at: int) -> bool:
        if at + BLOCK_HEADER.size > len(data):
            return False
        _, _, _, _, hi, lo, epoch, previous, *_ = BLOCK_HEADER.unpack_from(data, at)
        ours = hi == self.directory.engine[0] or lo == self.directory.engine[1]
        return (self.hash != 0 and previous == self.hash) or (ours and epoch > self.epoch)


def snapshot_blocks(directory: Directory, name: str):
    data = directory.read(name)
    at, previous, kind = FILE_HEADER.size, directory.headers[name].hash, None
    while kind != END:
        block = Block.read(data, at)
        where = f"{directory.path / name}: at {at}"
        expect(block is not None, f"{where}: no block is here")
        expect(block.engine == directory.engine and block.previous == previous, f"{where}: a block of another place")
        expect(block.is_whole, f"{where}: the payload is damaged")
        expect((kind is None) == (block.kind == BEGIN), f"{where}: begin is the first block, and no other")
        block.file = name
        yield block
        at, previous, kind = block.end, block.hash, block.kind
    expect(at == len(data), f"{directory.path / name}: at {at}: there is something behind the end")


# ---- What is in the blocks -------------------------------------------------------------------------------------------


def order_id(shard: int, slot: int, generation: int) -> str:
    return str(shard << 54 | slot << 24 | generation)


def read_policy(data: Bytes) -> tuple[str, dict]:
    """The product's status, and its policy."""
    bits = data.fixed(1)
    expect(bits < 32, "a policy with bits that do not exist")
    names = ["acceptance_window_ms", "payment_window_ms", "checkout_hold_ms",
             "pending_limit", "order_limit", "customer_limit"]  # fmt: skip
    policy = {name: data.varint(INT64_MAX) for name in names}
    policy["overflow"] = "reject" if bits & 1 else "ask_member"
    policy["fill_on_restock"] = "fifo" if bits & 2 else "off"
    policy["late_payment"] = "rereserve" if bits & 4 else "refund"
    policy["draw_on_accept"] = bool(bits & 8)
    return "draft" if bits & 16 else "live", policy


def read_positions(data: Bytes) -> list[dict]:
    count = data.varint(STREAMS_MAX)
    return [{"stream": data.varint(STREAMS_MAX - 1), "offset": data.varint()} for _ in range(count)]


def read_confirmations(data: Bytes) -> dict:
    return {audience: data.varint() for audience in AUDIENCES}


class Changes:
    """A section's changes."""

    def __init__(self, data: bytes):
        self.data = Bytes(data)
        self.time = self.slot = 0

    def next(self) -> dict:
        head = self.data.fixed(1)
        kind = head & 15
        expect(kind in CHANGES, f"a change of type {kind}")
        change = {"type": kind, "event": CHANGES[kind][0]}
        if kind == SUPERSEDED:
            expect(head == SUPERSEDED, "a superseded change that has something")
            return change
        if not head & 128:
            self.time += self.data.folded()
        change["at"] = self.time
        if kind == MODE:
            change["slot"] = self.data.varint()
            change["mode"] = MODES[self.data.fixed(1)]
        elif kind == PRODUCT:
            change["slot"] = self.data.varint()
            for name in ["product", "member", "supplied", "written_off", "available"]:
                change[name] = self.data.varint(INT64_MAX)
            change["status"], change["policy"] = read_policy(self.data)
        else:
            self.read_order(head, change)
        return change

    def read_order(self, head: int, change: dict) -> None:
        kind, data = change["type"], self.data
        placed, keyed, written_off = head & 16, head & 64, head & 32
        expect(not placed or kind in (0, 2, 3), "an order is placed in another state than an order can be")
        expect((placed or not keyed) and (not written_off or kind == 8), "a change with bits that do not go together")
        self.slot += data.folded()
        change["slot"] = self.slot
        change["generation"] = data.varint(2**24 - 1)
        if kind == REFUND_DUE:
            return
        if placed:
            change["placed"] = True
            change["product_slot"] = data.varint()
            change["qty"] = data.varint(1_000_000)
            change["customer"] = data.varint(INT64_MAX)
            if keyed:
                change["key"] = data.key()
            change["accepted"] = 0
            change["taken"] = 0 if kind == 2 else change["qty"]
        else:
            change["accepted"] = data.varint(1_000_000)
            change["taken"] = data.varint(1_000_000)
        if written_off:
            change["written_off"] = True
        if CHANGES[kind][1] in WAITING:
            change["deadline"] = self.time + data.varint(INT64_MAX)


@dataclasses.dataclass
class Section:
    shard: int
    first: int
    changes: list[dict]


def read_epoch(payload: bytes, shards: int) -> tuple[list[Section], list[dict], dict | None]:
    """Sections, positions, confirmations."""
    data = Bytes(payload)
    sections = []
    while (shard := data.varint(shards)) != 0:
        first, count = data.varint(), data.varint()
        expect(count > 0 and (not sections or sections[-1].shard < shard - 1), "a section that makes no sense")
        changes = Changes(data.take(data.fixed(4)))
        sections.append(Section(shard - 1, first, [changes.next() for _ in range(count)]))
        changes.data.end()
    positions = read_positions(data)
    confirmed = read_confirmations(data) if data.fixed(1) else None
    data.end()
    return sections, positions, confirmed


@dataclasses.dataclass
class Chunk:
    shard: int
    first: int
    end: int
    newest: int
    images: list[dict]


def read_chunk(block: Block) -> Chunk:
    data = Bytes(block.unpacked())
    shard, first, slots, newest, count = (data.varint() for _ in range(5))
    read = read_orders if block.kind == ORDERS else read_products
    chunk = Chunk(shard, first, first + slots, newest, read(data, count))
    data.end()
    expect(all(first <= image["slot"] < chunk.end for image in chunk.images), "an image that is not in its chunk")
    return chunk


def read_orders(data: Bytes, count: int) -> list[dict]:
    images = []
    slot = when = placed = 0
    for _ in range(count):
        bits = data.fixed(1)
        expect(bits & 15 < len(STATES), "an order in a state that does not exist")
        slot += data.varint()
        image = {"state": STATES[bits & 15], "slot": slot, "generation": data.varint(2**24 - 1)}
        images.append(image)
        if bits & 15 == 0:
            expect(bits == 0, "an empty slot that has something")
            continue
        image["product_slot"], image["customer"], image["qty"] = (data.varint() for _ in range(3))
        image["accepted"] = data.varint() if bits & 64 else 0
        image["taken"] = (image["accepted"] or image["qty"]) if bits & 128 else data.varint()
        when += data.folded()
        placed = (placed + data.folded()) % 2**64
        image["when"], image["placed"] = when, placed
        image["refund_told"] = bool(bits & 32)
        if bits & 16:
            image["key"] = data.key()
    return images


def read_products(data: Bytes, count: int) -> list[dict]:
    images = []
    slot = 0
    for _ in range(count):
        slot += data.varint()
        image = {"slot": slot}
        for name in ["product", "member", "available", "held", "sold", "written_off", "supplied"]:
            image[name] = data.varint(INT64_MAX)
        image["status"], image["policy"] = read_policy(data)
        images.append(image)
    return images


def read_shard(payload: bytes) -> dict:
    data = Bytes(payload)
    shard = {name: data.varint() for name in ["shard", "newest", "placed", "time"]}
    data.end()
    return shard


def read_begin(payload: bytes) -> dict:
    data = Bytes(payload)
    begin = {"segment": data.varint(), "hash": data.fixed(8), "epoch": data.varint()}
    data.end()
    return begin


def read_events(payload: bytes) -> list[dict]:
    data = Bytes(payload)
    events = []
    for _ in range(data.varint()):
        order, hi, lo, customer, at, deadline, position, slot, bits = EVENT.unpack(data.take(EVENT.size))
        event = {"type": bits & 15, "event": CHANGES[bits & 15][0], "position": position, "at": at, "slot": slot}
        if event["type"] == MODE:
            event["mode"] = MODES[bits >> 4 & 3]
        elif event["type"] != PRODUCT:
            event.update(order=str(order), customer=customer, qty=bits >> 12)
            if deadline:
                event["deadline"] = deadline
            if hi | lo:
                event["key"] = f"{hi:016x}{lo:016x}"
        events.append(event)
    data.end()
    return events


def read_end(payload: bytes) -> dict:
    data = Bytes(payload)
    end = {"next_position": data.varint(), "confirmed": read_confirmations(data), "positions": read_positions(data)}
    end["orders"], end["products"] = data.varint(), data.varint()
    data.end()
    return end


# ---- Together --------------------------------------------------------------------------------------------------------


class Journal:
    """Everything in the files that a reader needs, in order, each piece shown to `visitor` (see Lines)."""

    def __init__(self, path: pathlib.Path):
        self.directory = Directory(path)
        self.snapshot_epoch = 0
        self.segments = None

    def read(self, visitor) -> None:
        begin = {"segment": 1, "hash": 0, "epoch": 0}
        next_position, snapshot_next = 1, None
        if self.directory.snapshots:
            self.snapshot_epoch = self.directory.snapshots[-1]
            begin, snapshot_next = self.read_snapshot(visitor)
            next_position = None
        self.segments = Segments(self.directory, begin["segment"], begin["hash"], begin["epoch"])
        for block in self.segments.blocks():
            with self.at(block):
                if snapshot_next is not None and block.epoch > self.snapshot_epoch:
                    expect(block.position == snapshot_next, "the first position behind the snapshot is another")
                    snapshot_next = None
                expect(next_position in (None, block.position), f"position {next_position} comes next")
                sections, positions, confirmed = [], [], None
                if block.kind == EPOCH:
                    sections, positions, confirmed = read_epoch(block.unpacked(), self.directory.shards)
                expect(block.kind == EPOCH or block.size == 0, "closed, with a payload")
                next_position = block.position + sum(len(section.changes) for section in sections)
                visitor.on_block(block, sections, positions, confirmed)
        expect(self.segments.epoch >= self.snapshot_epoch, f"{self.directory.path}: it ends before the snapshot")

    def read_snapshot(self, visitor) -> tuple[dict, int]:
        counts = {ORDERS: 0, PRODUCTS: 0}
        next_event = None
        for block in snapshot_blocks(self.directory, f"snapshot-{self.snapshot_epoch:016x}"):
            with self.at(block):
                if block.kind == BEGIN:
                    begin = read_begin(block.unpacked())
                elif block.kind == SHARD:
                    visitor.on_shard(read_shard(block.unpacked()))
                elif block.kind in counts:
                    chunk = read_chunk(block)
                    counts[block.kind] += len(chunk.images)
                    (visitor.on_orders if block.kind == ORDERS else visitor.on_products)(chunk)
                elif block.kind == EVENTS:
                    events = read_events(block.unpacked())
                    for event in events:
                        expect(next_event in (None, event["position"]), "an event is missing")
                        next_event = event["position"] + 1
                    visitor.on_events(events)
                else:
                    expect(block.kind == END, f"a block of kind {block.kind}")
                    expect(block.epoch == self.snapshot_epoch, "its epoch is another than its name's")
                    end = read_end(block.unpacked())
                    expect(counts == {ORDERS: end["orders"], PRODUCTS: end["products"]}, "images are missing")
                    expect(next_event in (None, end["next_position"]), "events are missing")
                    visitor.on_end(end)
        return begin, end["next_position"]

    def at(self, block: Block) -> "Place":
        return Place(f"{self.directory.path / block.file}: at {block.at}")


class Place:
    """Damage that is found inside is there."""

    def __init__(self, where: str):
        self.where = where

    def __enter__(self):
        pass

    def __exit__(self, kind, error, trace):
        if isinstance(error, (Damage, IndexError, KeyError, zstandard.ZstdError)):
            raise Damage(f"{self.where}: {error}") from None


class Lines:
    """What is there as `flexstock-journal dump` says it: with whose an order is at each of its changes."""

    def __init__(self, journal: Journal):
        self.journal = journal
        self.lines = []
        self.products = {}  # id, by slot
        self.orders = {}  # by slot
        self.waiting = []  # order images, until the shard's products are known

    def add(self, head: dict, fields: dict, but: tuple = ()) -> None:
        self.lines.append(head | {name: value for name, value in fields.items() if name not in but})

    def of_snapshot(self, kind: str) -> dict:
        return {"snapshot": self.journal.snapshot_epoch, "type": kind}

    def on_shard(self, shard: dict) -> None:
        self.write_orders()

    def on_orders(self, chunk: Chunk) -> None:
        self.waiting += [(chunk.shard, image) for image in chunk.images if image["state"] != "none"]
        self.orders.update({image["slot"]: image for shard, image in self.waiting})

    def on_products(self, chunk: Chunk) -> None:
        self.products.update({image["slot"]: image["product"] for image in chunk.images})
        self.write_orders()
        for image in chunk.images:
            self.add(self.of_snapshot("product") | {"shard": chunk.shard}, image, but=("slot",))

    def write_orders(self) -> None:
        for shard, image in self.waiting:
            head = self.of_snapshot("order") | {"shard": shard}
            head["order"] = order_id(shard, image["slot"], image["generation"])
            head["product"] = self.products[image["product_slot"]]
            head["deadline" if image["state"] in WAITING else "settled_at"] = image["when"]
            if image["refund_told"]:
                head["refund_told"] = True
            self.add(head, image, but=("slot", "generation", "product_slot", "when", "placed", "refund_told"))
        self.waiting = []

    def on_events(self, events: list[dict]) -> None:
        self.write_orders()
        for event in events:
            self.add(self.of_snapshot("event") | {"product": self.products.get(event["slot"], 0)}, event,
                     but=("type", "slot"))  # fmt: skip

    def on_end(self, end: dict) -> None:
        self.write_orders()
        self.add(self.of_snapshot("end"), end, but=("orders", "products"))

    def on_block(self, block: Block, sections: list[Section], positions: list[dict], confirmed: dict | None) -> None:
        closed = block.kind == CLOSED
        line = {"epoch": block.epoch, "type": "closed" if closed else "block", "file": block.file, "offset": block.at}
        line |= {"bytes": BLOCK_HEADER.size + block.size, "position": block.position}
        if not closed:
            line |= {"changes": sum(len(section.changes) for section in sections), "positions": positions}
        if confirmed:
            line["confirmed"] = confirmed
        self.lines.append(line)
        position = block.position
        for section in sections:
            for number, change in enumerate(section.changes, section.first):
                head = {"epoch": block.epoch, "type": "change", "shard": section.shard, "change": number}
                self.on_change(head | {"position": position}, section.shard, change)
                position += 1

    def on_change(self, head: dict, shard: int, change: dict) -> None:
        if "generation" in change:
            if "placed" in change and change["generation"] > self.orders.get(change["slot"], {}).get("generation", 0):
                self.orders[change["slot"]] = change
            head["order"] = order_id(shard, change["slot"], change["generation"])
            order = self.orders.get(change["slot"])
            if order and order["generation"] == change["generation"]:
                head["product"] = self.products.get(order["product_slot"], 0)
                head |= {"customer": order["customer"], "qty": order["qty"]}
        elif change["type"] == PRODUCT:
            self.products[change["slot"]] = change["product"]
        elif change["type"] == MODE:
            head["product"] = self.products.get(change["slot"], 0)
        self.add(head, change, but=("type", "slot", "generation", "product_slot"))


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        journal = Journal(pathlib.Path(sys.argv[1]))
        lines = Lines(journal)
        journal.read(lines)
    except (Damage, OSError) as problem:
        print(f"read_journal.py: {problem}", file=sys.stderr)
        return 1
    for line in lines.lines:
        print(json.dumps(line, separators=(",", ":")))
    if journal.segments.torn:
        print(f"read_journal.py: {journal.segments.torn}: torn, left out", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
