// node make_run.mjs rich|minimal|day: a run as flexstock-loadgen writes it, for the tests of its page.
//
//   rich     a flash sale of two minutes with everything that a page can show, gaps, and strings that are no HTML
//   minimal  a title and nothing else
//   day      86 400 samples a line: what a page must still be quick with
//
// FLEXSTOCK_SEED is its seed; 1 unless given.
import { argv, env, exit, stderr, stdout } from "node:process";
import { random } from "./random.mjs";

const seed = Number(env.FLEXSTOCK_SEED ?? 1);
const draw = random(seed);
const about = (value, spread = 0.2) => value * (1 + spread * (2 * draw() - 1));
const whole = (value) => Math.max(0, Math.round(value));
const list = (length, of) => Array.from({ length }, (_, i) => of(i));

// How busy a second is: calm, a rush that fades, a tail.
function rush(second, length) {
  const at = second / length;
  return at < 0.25 ? 0.02 : at < 0.35 ? 1 : at < 0.75 ? 0.7 - (at - 0.35) : 0.05;
}

function timeline(length, scale, { stockMax = 1e6 } = {}) {
  const busy = list(length, (i) => rush(i, length));
  let available = stockMax;
  let held = 0;
  let sold = 0;
  const stock = { available: [], held: [], sold: [], written_off: [] };
  const orders = { confirmed: [], awaiting_payment: [], awaiting_acceptance: [], backlog_full: [] };
  for (let i = 0; i < length; ++i) {
    const wanted = whole(about(scale * busy[i]));
    const taken = Math.min(wanted, available);
    const paid = whole(held * 0.3);
    available -= taken;
    held += taken - paid;
    sold += paid;
    const confirmed = whole(taken * 0.2);
    orders.confirmed.push(confirmed);
    orders.awaiting_payment.push(taken - confirmed);
    orders.awaiting_acceptance.push(whole((wanted - taken) * 0.02));
    orders.backlog_full.push(whole((wanted - taken) * 12));
    stock.available.push(available);
    stock.held.push(held);
    stock.sold.push(sold);
    stock.written_off.push(whole(i / 9));
  }
  const latency = (base) => list(length, (i) => (i % 41 === 40 ? null : whole(about(base * (1 + 3 * busy[i]), 0.3))));
  return {
    interval_s: 1,
    t: list(length, (i) => i),
    orders,
    offered: list(length, (i) => whole(about(scale * busy[i] * 13, 0.05))),
    latency_ns: { p50: latency(60), p90: latency(240), p99: latency(600), "p99.9": latency(40_000), max: latency(4e6) },
    stock,
    pending: list(length, (i) => whole(about(1000 * busy[i]))),
    queues: {
      member: list(length, (i) => whole(about(4000 * busy[i]))),
      customer: list(length, (i) => whole(about(9000 * busy[i]))),
      logistics: list(length, (i) => whole(about(1500 * busy[i]))),
    },
  };
}

function curve(base, tail, count) {
  const percentiles = [
    0, 0.1, 0.25, 0.5, 0.75, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9995, 0.9999, 0.99999, 0.999999, 1,
  ];
  let nanos = base;
  return percentiles
    .filter((p) => p === 1 || 1 / (1 - p) <= count)
    .map((p) => [p, (nanos = whole(nanos + base * draw() + (p > 0.99 ? tail * draw() : 0)))]);
}

function contention(length, shards, interval_s) {
  const hot = (shard) => (shard === 3 ? 60 : shard === 17 ? 12 : 1);
  const rows = (scale, spread) =>
    list(length, (i) =>
      i === 50 ? null : list(shards, (shard) => whole(about(scale * hot(shard) * rush(i, length), spread))),
    );
  return {
    interval_s,
    t: list(length, (i) => i * interval_s),
    shards,
    acquisitions: rows(9000, 0.3),
    waits: rows(150, 0.9),
    wait_ns: rows(90_000, 0.9),
    hottest: list(8, (i) => ({
      product: 17 + i,
      shard: (3 + 14 * i) % shards,
      acquisitions: whole(4e6 / (i + 1)),
      waits: whole(61_000 / (i + 1) ** 2),
      wait_ns: whole(38e6 / (i + 1) ** 2),
    })),
  };
}

const peer = (name, stream, median, ratio, durable, notes = "") => ({
  name,
  stream,
  orders_per_s: {
    median: whole(median),
    min: whole(median * (0.7 + 0.2 * draw())),
    max: whole(median * (1.05 + 0.3 * draw())),
  },
  ratio,
  durable,
  notes,
});

function rich() {
  const runs = [15_000, 60_000, 300_000].map((value, i) => ({
    value: String(value),
    timeline: timeline(60 - 8 * i, 20_000 * (3 - i)),
    summary: { "units sold": whole(about(800_000 - 90_000 * i)), requests: whole(about(40_000 * (i + 1))) },
  }));
  return {
    format: "flexstock-run/1",
    title: "flash-sale",
    mode: "rate",
    seed,
    version: "0.1.0",
    commit: "0123456789ab",
    headline:
      "1 product, 1 000 000 units; </script><script>alert(1)</script><img src=http://127.0.0.1:1/x> & “quotes” \u2028",
    machine: "2 cores of an imagined machine, Debian 12",
    summary: [
      { label: "orders", value: "82 716 166", note: "16.5 M a second" },
      { label: "units sold", value: "1 000 000", note: "in 41 s" },
      { label: "p99 of an order", value: "290 ns", note: "p99.9 48.6 µs" },
      { label: "requests to members", value: "99 329" },
      { label: "<b>bold</b>", value: "a&b", note: "no HTML" },
    ],
    phases: [
      { name: "calm", begin_s: 0, end_s: 30 },
      { name: "spike", begin_s: 30, end_s: 42 },
      { name: "rush", begin_s: 42, end_s: 90 },
      { name: "tail", begin_s: 90, end_s: 120 },
    ],
    timeline: timeline(120, 45_000),
    latency: [
      ["place_taken", 40, 9000, 560_957],
      ["place_pending", 240, 30_000, 99_329],
      ["place_refused", 35, 4000, 67_888_849],
      ["pay", 70, 15_000, 571_869],
    ].map(([name, base, tail, count]) => ({ name, count, curve: curve(base, tail, count) })),
    contention: contention(120, 64, 1),
    hottest_products: list(12, (i) => ({
      product: i + 1,
      orders: whole(9e6 / (i + 1)),
      units: whole(1e6 / (i + 1)),
      refused: whole(8e6 / (i + 1)),
      available: i,
    })),
    identity: { intact: true, lines: ["1 product, 1 000 000 units supplied", "every event was told once"] },
    sweep: { field: "policy.payment_window_ms", runs },
    peers: [
      peer("flexstock", "zipf", 14e6, 1, false),
      peer("flexstock, journal", "zipf", 2.1e6, 6.7, true),
      peer("sharded map, absl::Mutex", "zipf", 6e6, 2.3, false, "in process; no deadlines, no events"),
      peer("oneTBB concurrent_hash_map", "zipf", 3.5e6, 4, false, "in process"),
      peer("Redis, Lua, pipelined", "zipf", 91_000, 154, false, "another process, a Unix socket"),
      peer("PostgreSQL, synchronous", "zipf", 1900, 7400, true, "another process, a socket, SQL"),
      peer("flexstock", "hot", 9e6, 1, false),
      peer("Redis, Lua, pipelined", "hot", 96_000, 94, false, "another process, a Unix socket"),
      peer("PostgreSQL, synchronous", "hot", 410, 22_000, true, "one row is locked"),
    ],
  };
}

const RUNS = {
  rich,
  minimal: () => ({ format: "flexstock-run/1", title: "minimal", timeline: null, sweep: null }),
  day: () => ({
    ...rich(),
    title: "sale-day",
    phases: [
      { name: "night", begin_s: 0, end_s: 21_600 },
      { name: "day", begin_s: 21_600, end_s: 86_400 },
    ],
    timeline: timeline(86_400, 400, { stockMax: 8e6 }),
    contention: contention(1440, 64, 60),
  }),
};
if (!Object.hasOwn(RUNS, argv[2])) {
  stderr.write(`usage: node make_run.mjs ${Object.keys(RUNS).join("|")}\n`);
  exit(2);
}
stdout.write(JSON.stringify(RUNS[argv[2]]()));
