// What happened over time: the phases' strip, and the charts under it.

import { clock, clockUnit, duration, grouped, rounded, short, words } from "./figures.js";
import { lineChart } from "./line_chart.js";
import { phaseStrip } from "./phase_strip.js";

const known = (values) => values.filter((value) => value != null);
// Not Math.max(...): a day is more arguments than a call may have.
const most = (values) => known(values).reduce((top, value) => Math.max(top, value), 0);
const total = (values) => known(values).reduce((sum, value) => sum + value, 0);
const last = (values) => known(values).at(-1);

// The lists of a table, {name: values}, that are there.
const lists = (table) => Object.entries(table ?? {}).filter(([, values]) => values != null);

// How time is said under the charts of a group. `t` are the instants of samples.
export function timeAxis(t, group) {
  return {
    values: t,
    axis: "time",
    group,
    name: "time",
    at: (i) => {
      const phase = group.phaseAt(t[i]);
      return clock(t[i], group.span_s) + (phase ? ` · ${phase}` : "");
    },
  };
}

// The outcomes differ by more than a line's width can show: then the scale is logarithmic, unless the reader prefers.
const WIDE = 50;
function ratesOrLinear(lines) {
  const tops = lines.map((line) => most(line.values)).filter((top) => top > 0);
  return Math.max(...tops) > WIDE * Math.min(...tops) ? ["rates", "linear"] : ["linear", "rates"];
}

function ordersChart(timeline, x) {
  const { interval_s } = timeline;
  const line = (name, counts, index) => ({
    name,
    index,
    text: rounded,
    values: counts.map((count) => (count == null ? null : count / interval_s)),
    rest: grouped(total(counts)),
  });
  const lines = lists(timeline.orders).map(([name, counts], index) => line(words(name), counts, index));
  if (timeline.offered != null) lines.push(line("offered", timeline.offered, lines.length));
  return (
    lines.length > 0 &&
    lineChart({
      id: "orders",
      title: "Orders by outcome",
      unit: "orders a second",
      height: 260,
      lead: timeline.offered
        ? "Offered is what was to arrive: where it lies above the rest, orders had to wait to be placed."
        : null,
      x,
      y: { scales: ratesOrLinear(lines), say: short },
      lines,
      rest: "in all",
    })
  );
}

function gaugeChart(frame, x, table, rest = last, restTitle = "at the end") {
  const lines = lists(table).map(([name, values], index) => ({
    name: words(name),
    index,
    values,
    text: grouped,
    rest: grouped(rest(values)),
  }));
  return (
    lines.length > 0 &&
    lineChart({ ...frame, x, y: { scales: ["linear", "rates"], say: short }, lines, rest: restTitle })
  );
}

function latencyChart(timeline, x) {
  const lines = lists(timeline.latency_ns).map(([name, values], index) => ({
    name,
    index,
    text: duration,
    // 0 has no place on a logarithmic scale, and is no time that a call can take.
    values: values.map((value) => (value > 0 ? value : null)),
    rest: duration(most(values)),
  }));
  return (
    lines.length > 0 &&
    lineChart({
      id: "latency-over-time",
      title: "Latency of an order",
      unit: "time a call took, logarithmic",
      height: 240,
      x,
      y: { scale: "log", say: duration },
      lines,
      rest: "worst",
    })
  );
}

export function timeline(run, group) {
  for (const part of [run.timeline, run.contention]) {
    if (part) group.cover(part.t[0], part.t.at(-1) + part.interval_s);
  }
  const sections = run.phases.length > 0 ? [phaseStrip(group)] : [];
  if (run.timeline == null) return sections;
  const x = timeAxis(run.timeline.t, group);
  x.name = `time, ${clockUnit(group.span_s)}`;
  const { stock, pending, queues } = run.timeline;
  const charts = [
    ordersChart(run.timeline, x),
    latencyChart(run.timeline, x),
    gaugeChart({ id: "stock", title: "Stock", unit: "units" }, x, stock),
    gaugeChart({ id: "pending", title: "Pending", unit: "orders that wait for their member", height: 140 }, x, {
      pending,
    }),
    gaugeChart(
      { id: "queues", title: "Queues", unit: "events that wait for their consumer", height: 160 },
      x,
      queues,
      most,
      "most",
    ),
  ];
  return [...sections, ...charts.filter((chart) => chart)];
}
