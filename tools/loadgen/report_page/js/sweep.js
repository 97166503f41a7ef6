// What if? A table of what each value came to, and the same chart once for each, all on one scale.

import { barTable } from "./bar_table.js";
import { duration, grouped, rounded, short } from "./figures.js";
import { frame } from "./frame.js";
import { multiples } from "./multiples.js";

const lastQuantile = (latency) => latency?.["p99"] ?? Object.values(latency ?? {}).find((values) => values != null);

// The figures of a timeline that are worth a row of charts.
const ROWS = [
  {
    id: "sweep-orders",
    title: "Orders",
    unit: "a second, all outcomes",
    scale: "linear",
    text: rounded,
    say: short,
    of: ({ orders, interval_s, t }) =>
      orders &&
      t.map((_, i) => Object.values(orders).reduce((sum, values) => sum + (values?.[i] ?? 0), 0) / interval_s),
  },
  {
    id: "sweep-latency",
    title: "Latency p99",
    unit: "time a call took, logarithmic",
    scale: "log",
    text: duration,
    say: duration,
    of: ({ latency_ns }) => lastQuantile(latency_ns)?.map((value) => (value > 0 ? value : null)),
  },
  {
    id: "sweep-available",
    title: "Available",
    unit: "units",
    scale: "linear",
    text: grouped,
    say: short,
    of: ({ stock }) => stock?.available,
  },
  {
    id: "sweep-sold",
    title: "Sold",
    unit: "units",
    scale: "linear",
    text: grouped,
    say: short,
    of: ({ stock }) => stock?.sold,
  },
  {
    id: "sweep-pending",
    title: "Pending",
    unit: "orders that wait for their member",
    scale: "linear",
    text: grouped,
    say: short,
    of: ({ pending }) => pending,
  },
];

export function sweep(run) {
  if (run.sweep == null || run.sweep.runs.length === 0) return [];
  const { field, runs } = run.sweep;
  const figures = [...new Set(runs.flatMap(({ summary }) => Object.keys(summary ?? {})))];
  const columns = [
    { name: field, of: ({ value }) => value, text: String },
    ...figures.map((name) => ({ name, of: ({ summary }) => summary?.[name], text: grouped, bar: true })),
  ];
  const text = {
    id: "sweep",
    title: `What if ${field} were`,
    unit: "one run each",
    lead: "Below, one chart for each, and all of a row on the same scale.",
  };
  const table = { id: text.id, element: frame(text, barTable(text.title, columns, runs)).element };
  const charts = ROWS.map(({ of, ...row }) => {
    const lines = runs
      .filter(({ timeline }) => timeline && of(timeline))
      .map(({ value, timeline }) => ({ name: String(value), t: timeline.t, values: of(timeline) }));
    return lines.length > 0 && multiples({ ...row, field, lines });
  });
  return [table, ...charts.filter((chart) => chart)];
}
