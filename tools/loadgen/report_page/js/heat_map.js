// The heat map shard x time: uPlot keeps axes, cursor and zoom in step with the other charts; the cells are our own.

import { clockUnit } from "./figures.js";
import { element } from "./element.js";
import { frame, numbers, toggle } from "./frame.js";
import { heatImage } from "./heat_image.js";
import { heatLegend } from "./heat_legend.js";
import { useKeys } from "./keyboard.js";
import { makePlot } from "./plot.js";
import { say } from "./say.js";
import { timeAxis } from "./timeline.js";

const SHARD_PX = [4, 14]; // how high a shard's row may be
const AXES_PX = 34; // what the time axis and the margin take

const mostOf = (rows) =>
  rows.reduce((top, row) => (row ?? []).reduce((most, value) => Math.max(most, value ?? 0), top), 0);

export function heatMap({ t, interval_s, shards }, measures, group) {
  const height = AXES_PX + Math.min(Math.max(shards * SHARD_PX[0], 200), Math.max(shards * SHARD_PX[1], 60));
  const x = timeAxis(t, group);
  for (const measure of measures) measure.most = mostOf(measure.rows);
  let [measure] = measures;
  let shard = 0;

  const cell = (i) => measure.rows[i]?.[shard];
  const at = (i) => `${x.at(i)}, shard ${shard}: ${measure.text(cell(i))}`;
  const table = () => ({
    caption: `Contention: ${measure.title}, ${measure.unit}`,
    length: t.length,
    columns: [`time, ${clockUnit(group.span_s)}`, ...Array.from({ length: shards }, (_, i) => `shard ${i}`)],
    row: (i) => [x.at(i), ...Array.from({ length: shards }, (_, k) => measure.text(measure.rows[i]?.[k]))],
  });

  const place = element("div", {
    class: "plot",
    tabindex: 0,
    role: "group",
    "aria-roledescription": "heat map",
    "aria-label":
      `Contention by shard and time: ${shards} shards, ${t.length} samples. Left and right move in time, up and ` +
      "down between shards, plus and minus zoom, Escape shows everything.",
  });
  const scale = heatLegend();
  const behind = numbers(table());
  const unit = element("p", { class: "lead" });
  const { element: section, tools } = frame(
    { id: "contention", title: "Contention", unit: "shard by time" },
    unit,
    scale.element,
    place,
    behind.element,
  );

  // The cells that can be seen, and what their colours mean.
  function drawCells(plot) {
    scale.draw(measure);
    const { min, max } = plot.scales.x;
    let first = 0;
    let last = t.length - 1;
    while (first < last && t[first] + interval_s <= min) ++first;
    while (last > first && t[last] >= max) --last;
    const { ctx: context, bbox } = plot;
    const left = plot.valToPos(t[first], "x", true);
    const room = Math.floor(plot.valToPos(t[last] + interval_s, "x", true) - left);
    const { canvas, each } = heatImage(measure.rows, shards, first, last, measure.most, Math.max(room, 1));
    const right = plot.valToPos(t[first] + canvas.width * each * interval_s, "x", true);
    context.save();
    context.beginPath();
    context.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    context.clip();
    context.imageSmoothingEnabled = false;
    context.drawImage(canvas, left, bbox.top, right - left, bbox.height);
    context.restore();
  }

  function pointed(plot) {
    const { left, top, idx } = plot.cursor;
    if (left < 0 || idx == null) return scale.show(null);
    // The last instant that is not behind the cursor: a cell lies right of its time.
    const behindCursor = t[idx] > plot.posToVal(left, "x") + interval_s / 1e6;
    const i = Math.max(0, behindCursor ? idx - 1 : idx);
    if (plot.over.matches(":hover")) shard = Math.min(Math.max(Math.floor(plot.posToVal(top, "y")), 0), shards - 1);
    scale.show(at(i));
  }

  function saySelf() {
    const { idx } = chart.plots[0].cursor;
    scale.show(at(idx));
    say(at(idx));
  }

  const chart = {
    id: "contention",
    element: section,
    measures,
    draw() {
      const plot = makePlot(place, {
        x,
        height,
        lines: [],
        hooks: { draw: [drawCells], setCursor: [pointed] },
        y: {
          scale: "linear",
          say: (value) => (Number.isInteger(value) ? value : ""),
          limits: { range: [0, shards] },
          axis: { grid: { show: false } },
        },
      });
      chart.plots = [plot];
      show(measure);
    },
  };

  function show(other) {
    measure = other;
    unit.textContent = `${measure.unit}. Up to ${measure.text(measure.most)}; the scale is logarithmic.`;
    behind.change(table());
    chart.plots[0].redraw(false);
  }

  const buttons = measures.map((each) =>
    toggle(each.title, each === measure, () => {
      buttons.forEach((button, i) => button.setAttribute("aria-pressed", measures[i] === each));
      show(each);
    }),
  );
  tools.append(...buttons);
  useKeys(place, () => chart.plots[0], {
    group,
    moved: saySelf,
    upDown: (step) => {
      shard = Math.min(Math.max(shard + step, 0), shards - 1);
      if (chart.plots[0].cursor.idx != null) saySelf();
    },
  });
  return chart;
}
