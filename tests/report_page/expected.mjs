// What a run's page must show, derived from the run alone and not from the page's own code.
//
//   lines   [{id, plots: [[{name, values}]], overTime}]   plots that hold lines; a value that cannot be drawn is null
//   curves  [{name, points: [[rarity, nanoseconds]]}]     the points that the percentile curves go through
//   heat    [{name, rows}] or null                        what the heat map can show
//   tables  [{id, rows}]                                  tables with bars

const words = (name) => name.replaceAll("_", " ");
const there = (table) => Object.entries(table ?? {}).filter(([, values]) => values != null);
const positive = (values) => values.map((value) => (value > 0 ? value : null));

function timelineLines(timeline) {
  if (timeline == null) return [];
  const aSecond = (counts) => counts.map((count) => (count == null ? null : count / timeline.interval_s));
  const named = (table, change = (values) => values, name = words) =>
    there(table).map(([key, values]) => ({ name: name(key), values: change(values) }));
  return [
    ["orders", [...named(timeline.orders, aSecond), ...named({ offered: timeline.offered }, aSecond)]],
    ["latency-over-time", named(timeline.latency_ns, positive, String)],
    ["stock", named(timeline.stock)],
    ["pending", named({ pending: timeline.pending })],
    ["queues", named(timeline.queues)],
  ]
    .filter(([, lines]) => lines.length > 0)
    .map(([id, lines]) => ({ id, plots: [lines], overTime: true }));
}

// A row of charts is there if a run of the sweep has its figure: one plot for each that does.
function sweepLines(sweep) {
  const runs = (sweep?.runs ?? []).filter(({ timeline }) => timeline != null);
  const all = ({ orders, t, interval_s }) =>
    orders && t.map((_, i) => there(orders).reduce((sum, [, values]) => sum + (values[i] ?? 0), 0) / interval_s);
  const quantile = ({ latency_ns }) => latency_ns?.p99 ?? there(latency_ns)[0]?.[1];
  return Object.entries({
    "sweep-orders": all,
    "sweep-latency": (timeline) => quantile(timeline) && positive(quantile(timeline)),
    "sweep-available": ({ stock }) => stock?.available,
    "sweep-sold": ({ stock }) => stock?.sold,
    "sweep-pending": ({ pending }) => pending,
  })
    .map(([id, of]) => ({
      id,
      overTime: false,
      plots: runs
        .map(({ value, timeline }) => ({ name: String(value), values: of(timeline) }))
        .filter(({ values }) => values != null)
        .map((line) => [line]),
    }))
    .filter(({ plots }) => plots.length > 0);
}

const curve = ({ name, count, curve: points }) => ({
  name: words(name),
  // 1 / (1 - percentile): the last percentile, 1, stands where one call of all is, or at the one before if that is
  // rarer.
  points: points.map(([percentile, nanos], i) => [
    percentile < 1
      ? 1 / (1 - percentile)
      : Math.max(
          count,
          ...points
            .slice(0, i)
            .filter(([p]) => p < 1)
            .map(([p]) => 1 / (1 - p)),
        ),
    Math.max(nanos, 1),
  ]),
});

export function expected(run) {
  const measures = ["acquisitions", "waits", "wait_ns"].filter((name) => run.contention?.[name] != null);
  const tables = {
    "contention-hottest": run.contention?.hottest,
    "hottest-products": run.hottest_products,
    sweep: run.sweep?.runs,
    peers: run.peers,
  };
  return {
    phases: run.phases ?? [],
    lines: [...timelineLines(run.timeline), ...sweepLines(run.sweep)],
    curves: (run.latency ?? []).filter(({ curve: points }) => points.length > 0).map(curve),
    heat: measures.length > 0 ? measures.map((name) => ({ name, rows: run.contention[name] })) : null,
    tables: Object.entries(tables)
      .filter(([, rows]) => rows?.length > 0)
      .map(([id, rows]) => ({ id, rows: rows.length })),
  };
}
