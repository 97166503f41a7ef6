"""What a journal's files lead to, put together as docs/journal-format.md says, and each check there made.

Given to read_journal.Journal.read as its visitor.
"""

import bisect

from read_journal import (
    AUDIENCES, CHANGES, CLOSED, PRODUCT, REFUND_DUE, SUPERSEDED, WAITING, Block, Chunk, expect, order_id
)  # fmt: skip

UNITS_IN = {"awaiting_payment": "held", "confirmed": "sold", "picked_up": "sold"}
# Who is told (docs/semantics.md, Events); the feed is told everything.
TOLD = {
    "order_confirmed": ["customer", "member"],
    "pickup_requested": ["logistics"],
    "acceptance_requested": ["member"],
    "payment_requested": ["customer"],
    "order_declined": ["customer"],
    "acceptance_expired": ["customer", "member"],
    "payment_expired": ["customer", "member"],
    "order_canceled": ["customer", "member"],
    "order_refunded": ["customer", "member"],
    "order_picked_up": ["customer"],
    "refund_due": ["customer", "member"],
    "product_mode": ["member"],
}


class Chunks:
    """Which of a shard's changes are in a snapshot's chunks."""

    def __init__(self):
        self.firsts, self.chunks = [], []

    def add(self, chunk: Chunk) -> None:
        at = bisect.bisect(self.firsts, chunk.first)
        self.firsts.insert(at, chunk.first)
        self.chunks.insert(at, chunk)

    def has(self, slot: int, number: int) -> bool:
        at = bisect.bisect(self.firsts, slot)
        return at > 0 and slot < self.chunks[at - 1].end and number <= self.chunks[at - 1].newest


class State:
    def __init__(self, snapshot_epoch: int):
        self.snapshot_epoch = snapshot_epoch
        self.shards = {}
        self.orders, self.products = {}, {}  # by slot
        self.order_chunks, self.product_chunks = Chunks(), Chunks()
        self.events = []
        self.positions = {}
        self.confirmed = dict.fromkeys(AUDIENCES, 0)
        self.next_position = 1

    def shard(self, index: int) -> dict:
        return self.shards.setdefault(index, {"shard": index, "begun": 0, "newest": 0, "placed": 0, "time": 0})

    # ---- Snapshot ----

    def on_shard(self, shard: dict) -> None:
        self.shards[shard["shard"]] = shard | {"begun": shard["newest"]}

    def on_orders(self, chunk: Chunk) -> None:
        self.order_chunks.add(chunk)
        for image in chunk.images:
            expect(image["slot"] not in self.orders, "an order is there twice")
            self.orders[image["slot"]] = image | {"shard": chunk.shard}

    def on_products(self, chunk: Chunk) -> None:
        self.product_chunks.add(chunk)
        for image in chunk.images:
            parts = sum(image[name] for name in ["available", "held", "sold", "written_off"])
            expect(parts == image["supplied"], "a product's units do not add up")
            self.products[image["slot"]] = image

    def on_events(self, events: list[dict]) -> None:
        self.events += events

    def on_end(self, end: dict) -> None:
        self.next_position = end["next_position"]
        self.confirmed = end["confirmed"]
        self.positions = {at["stream"]: at["offset"] for at in end["positions"]}

    # ---- Journal ----

    def on_block(self, block: Block, sections: list, positions: list[dict], confirmed: dict | None) -> None:
        if block.kind == CLOSED:
            return
        position = block.position
        for section in sections:
            shard = self.shard(section.shard)
            expect(1 <= section.first <= shard["newest"] + 1, "changes of a shard are missing")
            for number, change in enumerate(section.changes, section.first):
                if number > shard["begun"]:
                    shard["newest"] = number
                    self.put_back(shard, number, change)
                if position >= self.next_position:
                    self.tell(change, position)
                position += 1
        if block.epoch > self.snapshot_epoch:
            self.positions |= {at["stream"]: at["offset"] for at in positions}
            self.confirmed = confirmed or self.confirmed

    def put_back(self, shard: dict, number: int, change: dict) -> None:
        if change["type"] == SUPERSEDED:
            return
        shard["time"] = max(shard["time"], change["at"])
        slot = change["slot"]
        if "generation" in change:
            if "placed" in change:
                shard["placed"] = max(shard["placed"] + 1, min(change["at"], 2**47 - 1) << 16)
            if not self.order_chunks.has(slot, number):
                self.put_back_order(shard, number, change)
        elif not self.product_chunks.has(slot, number):
            if change["type"] == PRODUCT:
                self.put_back_product(change)
            else:
                expect(self.mode(self.products[slot]) == change["mode"], "a product's mode is not what was told")

    def put_back_order(self, shard: dict, number: int, change: dict) -> None:
        slot = change["slot"]
        order = self.orders.get(slot, {"generation": 0, "state": "none"})
        if "placed" in change:
            settled = order["state"] != "none" and order["state"] not in WAITING
            free = order["state"] == "none" and order["generation"] <= change["generation"]
            expect(free or (settled and order["generation"] < change["generation"]), "an order's slot is not free")
            order = change | {"shard": shard["shard"], "state": "none", "placed": shard["placed"], "refund_told": False}
            order["taken"] = 0
            self.orders[slot] = order
        expect(order["generation"] == change["generation"], "a change of an order that is not there")
        if change["type"] == REFUND_DUE:
            order["refund_told"] = True
            return
        before, taken = order["state"], order["taken"]
        order["state"] = CHANGES[change["type"]][1]
        order["accepted"], order["taken"] = change["accepted"], change["taken"]
        order["when"] = change.get("deadline", change["at"])
        expect(order["taken"] <= (order["accepted"] or order["qty"]) <= order["qty"], "an order's units make no sense")
        if self.product_chunks.has(order["product_slot"], number):
            return
        product = self.products[order["product_slot"]]
        for state, units in [(before, -taken), (order["state"], order["taken"])]:
            if state in UNITS_IN:
                product[UNITS_IN[state]] += units
        if "written_off" in change:
            product["written_off"] += taken
        self.count_available(product)

    def put_back_product(self, change: dict) -> None:
        product = self.products.setdefault(change["slot"], {"held": 0, "sold": 0, "written_off": 0})
        for name in ["slot", "product", "member", "supplied", "status", "policy"]:
            product[name] = change[name]
        self.count_available(product)
        for name in ["available", "written_off"]:
            expect(product[name] == change[name], f"a product's {name} is not what led here")

    @staticmethod
    def count_available(product: dict) -> None:
        product["available"] = product["supplied"] - product["held"] - product["sold"] - product["written_off"]
        expect(min(product[name] for name in ["available", "held", "sold"]) >= 0, "units below zero")

    def tell(self, change: dict, position: int) -> None:
        event = {"position": position, "event": change["event"]}
        if change["type"] not in (SUPERSEDED, PRODUCT):
            event |= {name: change[name] for name in ["at", "slot", "mode", "deadline"] if name in change}
        if "generation" in change:
            order = self.orders[change["slot"]]
            event["order"] = order_id(order["shard"], order["slot"], order["generation"])
            event |= {"slot": order["product_slot"], "customer": order["customer"]}
            event["qty"] = order["accepted"] or order["qty"]
            if "key" in order:
                event["key"] = order["key"]
        self.events.append(event)

    # ---- Then ----

    @staticmethod
    def mode(product: dict) -> str:
        return "draft" if product["status"] == "draft" else "active" if product["available"] > 0 else "inactive"

    def remembered(self, retention_ms: int) -> list[dict]:
        """The orders that are not forgotten, by shard and slot."""
        orders = [
            order
            for order in self.orders.values()
            if order["state"] in WAITING or (order["state"] != "none" and order["when"] + retention_ms > self.time_of(order))
        ]
        return sorted(orders, key=lambda order: (order["shard"], order["slot"]))

    def time_of(self, order: dict) -> int:
        return self.shards[order["shard"]]["time"]

    def waiting(self, audience: str) -> list[dict]:
        """The events that the audience has not confirmed."""
        events = []
        for event in self.events:
            confirmed = event["event"] == "order_confirmed"
            for name in [event["event"], "pickup_requested"] if confirmed else [event["event"]]:
                if name in TOLD and (audience == "feed" or audience in TOLD[name]):
                    if event["position"] > self.confirmed[audience]:
                        events.append(event | {"event": name})
        return events
