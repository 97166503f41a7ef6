// How long calls took, as Gil Tene's HdrHistogram shows it: the rarer, the farther right, and nothing is averaged away.

import { duration, grouped, words } from "./figures.js";
import { lineChart } from "./line_chart.js";
import { rarity } from "./axes.js";

// [rarity, nanoseconds], rising: a histogram's last percentile is 1, which stands where one call of all is.
function points({ curve, count }) {
  let reached = 1;
  return curve.map(([percentile, nanos]) => [
    (reached = Math.max(reached, rarity(percentile, Math.max(count, reached)))),
    nanos,
  ]);
}

// The curves share their rarities: a percentile that a curve does not name is answered by the next one that it does.
function joined(curves) {
  const rarities = [...new Set(curves.flatMap((curve) => curve.map(([at]) => at)))].sort((a, b) => a - b);
  const values = curves.map((curve) => {
    let next = 0;
    return rarities.map((at) => {
      while (next < curve.length && curve[next][0] < at) ++next;
      return next < curve.length ? Math.max(curve[next][1], 1) : null;
    });
  });
  return { rarities, values };
}

const percentile = (value) => `${Number((100 * (1 - 1 / value)).toFixed(8))}${"\u202f"}%`;

export function latencies(run) {
  const calls = run.latency.filter(({ curve }) => curve.length > 0);
  if (calls.length === 0) return [];
  const { rarities, values } = joined(calls.map(points));
  const lines = calls.map(({ name, count }, index) => ({
    name: words(name),
    index,
    values: values[index],
    text: duration,
    rest: `${grouped(count)} calls`,
  }));
  return [
    lineChart({
      id: "latency-curve",
      title: "Latency by percentile",
      unit: "time that so many per cent of the calls took at most",
      lead: "Each mark to the right is ten times as rare: 99 is one call in 100, 99.9 one in 1000.",
      height: 300,
      x: { values: rarities, axis: "rarity", name: "percentile", at: (i) => percentile(rarities[i]) },
      y: { scale: "log", say: duration },
      lines,
      rest: "measured",
    }),
  ];
}
