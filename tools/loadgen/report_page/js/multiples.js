// Small multiples: one small plot a line, side by side, on one scale, with one cursor.

import { clock, clockUnit } from "./figures.js";
import { element } from "./element.js";
import { frame, numbers } from "./frame.js";
import { KEYS, useKeys } from "./keyboard.js";
import { makePlot } from "./plot.js";
import { say } from "./say.js";

const HEIGHT_PX = 120;

// The least and the most of all lines: what makes them comparable.
function limits(lines, scale) {
  let [low, high] = [Infinity, 0];
  for (const value of lines.flatMap(({ values }) => values)) {
    if (value == null) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (scale === "log")
    return [10 ** Math.floor(Math.log10(low)), 10 ** Math.ceil(Math.log10(Math.max(high, low * 1.01)))];
  return [0, high > 0 ? high * 1.05 : 1];
}

export function multiples({ id, title, unit, scale, text, say: mark, field, lines }) {
  const longest = lines.reduce((most, line) => (line.t.length > most.t.length ? line : most));
  const span_s = longest.t.at(-1) - longest.t[0];
  const at = (i) => clock(longest.t[i], span_s);
  const values = lines.map((line) => element("span", { class: "value" }));
  const places = lines.map((line) => element("div", { class: "plot" }));
  const grid = element(
    "div",
    {
      class: "multiples",
      tabindex: 0,
      role: "group",
      "aria-roledescription": "charts",
      "aria-label": `${title}, ${unit}, for ${field} ${lines.map(({ name }) => name).join(", ")}. ${KEYS}.`,
    },
    ...lines.map((line, i) => element("figure", {}, element("figcaption", {}, line.name, values[i]), places[i])),
  );
  const { element: section } = frame(
    { id, title, unit },
    grid,
    numbers({
      caption: `${title}, ${unit}`,
      columns: [`time, ${clockUnit(span_s)}`, ...lines.map(({ name }) => name)],
      length: longest.t.length,
      row: (i) => [at(i), ...lines.map((line) => text(line.values[i]))],
    }).element,
  );
  section.classList.add("small");

  let moving = false;
  function moved(source) {
    if (moving) return;
    moving = true;
    const { left, idx } = source.cursor;
    lines.forEach((line, i) => {
      const plot = chart.plots[i];
      if (plot !== source) plot.setCursor({ left, top: 0 });
      values[i].textContent = left < 0 || idx == null ? "" : `${clock(line.t[idx], span_s)}: ${text(line.values[idx])}`;
    });
    moving = false;
  }

  const range = limits(lines, scale);
  const chart = {
    id,
    element: section,
    lines,
    plots: [],
    draw() {
      chart.plots = lines.map((line, i) =>
        makePlot(places[i], {
          height: HEIGHT_PX,
          x: { values: line.t, axis: "time", limits: [longest.t[0], longest.t.at(-1)] },
          y: { scale, say: mark, limits: { range } },
          lines: [{ name: line.name, values: line.values, index: 0 }],
          hooks: { setCursor: [moved] },
        }),
      );
    },
  };
  useKeys(grid, () => chart.plots[lines.indexOf(longest)], {
    moved: () => {
      const { idx } = chart.plots[lines.indexOf(longest)].cursor;
      say(`${at(idx)}: ${lines.map((line) => `${line.name} ${text(line.values[idx])}`).join(", ")}`);
    },
  });
  return chart;
}
