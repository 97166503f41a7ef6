// Where calls waited for each other: the heat map shard x time, and the products behind it.

import { barTable } from "./bar_table.js";
import { duration, grouped } from "./figures.js";
import { frame } from "./frame.js";
import { heatMap } from "./heat_map.js";
import { figureColumn, nameColumn } from "./products.js";
import { MEASURES } from "./run.js";

const NAMES = {
  acquisitions: { title: "acquisitions", unit: "How often a shard's lock was taken, in each interval", text: grouped },
  waits: { title: "waits", unit: "How often a caller had to wait for a shard's lock, in each interval", text: grouped },
  wait_ns: { title: "wait time", unit: "How long callers waited for a shard's lock, in each interval", text: duration },
};

function hottest(rows) {
  const columns = [
    nameColumn("product"),
    nameColumn("shard"),
    figureColumn("acquisitions"),
    figureColumn("waits"),
    { ...figureColumn("wait_ns", duration), name: "wait time" },
  ];
  const text = {
    id: "contention-hottest",
    title: "Products that were waited for most",
    unit: "acquisitions, waits, time",
  };
  return { id: text.id, element: frame(text, barTable(text.title, columns, rows)).element };
}

export function contention(run, group) {
  if (run.contention == null) return [];
  // Time waited says most; it comes first.
  const measures = MEASURES.filter((name) => run.contention[name] != null)
    .reverse()
    .map((name) => ({ name, ...NAMES[name], rows: run.contention[name] }));
  const sections = measures.length > 0 ? [heatMap(run.contention, measures, group)] : [];
  return run.contention.hottest.length > 0 ? [...sections, hottest(run.contention.hottest)] : sections;
}
