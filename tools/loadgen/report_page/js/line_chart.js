// A chart of lines: plot, legend, keyboard, numbers.
//
//   {id, title, unit, lead, height}
//   x      what makePlot takes, and: name, at(i): the text of sample i
//   y      what makePlot takes; scales: [first, second] lets the reader choose
//   lines  what makePlot takes, and: text(value), rest: what it says without a cursor
//   rest   what `rest` of the lines is: "in all"

import { element } from "./element.js";
import { frame, numbers, toggle } from "./frame.js";
import { KEYS, KEYS_OVER_TIME, useKeys } from "./keyboard.js";
import { legend } from "./legend.js";
import { makePlot } from "./plot.js";
import { say } from "./say.js";

export function lineChart({ id, title, unit, lead, height = 200, x, y, lines, rest }) {
  const place = element("div", {
    class: "plot",
    tabindex: 0,
    role: "group",
    "aria-roledescription": "chart",
    "aria-label":
      `${title}, ${unit}: ${lines.map((line) => line.name).join(", ")}. ` +
      `${x.values.length} samples, ${x.at(0)} to ${x.at(x.values.length - 1)}. ${x.group ? KEYS_OVER_TIME : KEYS}.`,
  });
  const texts = (i) => lines.map((line) => line.text(line.values[i]));
  const labels = legend(lines, rest, (i, hidden) => chart.plots[0].setSeries(i + 1, { show: !hidden }));
  const { element: section, tools } = frame(
    { id, title, unit, lead },
    labels.element,
    place,
    numbers({
      caption: `${title}, ${unit}`,
      columns: [x.name, ...lines.map((line) => line.name)],
      length: x.values.length,
      row: (i) => [x.at(i), ...texts(i)],
    }).element,
  );

  function moved() {
    const { idx, left } = chart.plots[0].cursor;
    if (idx == null || left < 0) return;
    const shown = lines.map((line, i) => (labels.hidden(i) ? null : `${line.name} ${line.text(line.values[idx])}`));
    say(`${x.at(idx)}: ${shown.filter((text) => text !== null).join(", ")}`);
  }

  let scale = y.scales?.[0] ?? y.scale;
  const chart = {
    id,
    element: section,
    lines,
    draw() {
      const plot = makePlot(place, {
        x,
        lines,
        height,
        y: { ...y, scale },
        hooks: {
          setCursor: [
            ({ cursor: { idx, left } }) => {
              const at = left < 0 ? null : idx;
              labels.show(at == null ? null : x.at(at), at == null ? null : texts(at));
            },
          ],
        },
      });
      chart.plots = [plot];
      lines.forEach((line, i) => {
        if (labels.hidden(i)) plot.setSeries(i + 1, { show: false });
      });
    },
  };
  // The plot is made anew, and shows what it showed.
  function change(to) {
    const [before] = chart.plots;
    const { min, max } = before.scales.x;
    scale = to;
    before.destroy();
    chart.draw();
    if (x.group) chart.plots[0].setScale("x", { min, max });
  }
  if (y.scales) {
    const log = (name) => name !== "linear";
    tools.append(toggle("logarithmic", log(scale), (on) => change(y.scales.find((name) => log(name) === on))));
  }
  useKeys(place, () => chart.plots[0], { group: x.group, moved });
  return chart;
}
