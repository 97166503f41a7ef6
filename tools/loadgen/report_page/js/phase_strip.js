// The timeline of phases: a strip that stays in sight above the charts, and zooms with them.

import { clock, grouped } from "./figures.js";
import { element } from "./element.js";
import { dataTable } from "./data_table.js";
import { eachPhase } from "./phase_bands.js";
import { makePlot } from "./plot.js";
import { colour } from "./theme.js";

const HEIGHT_PX = 60;

// As much of the name as there is room for; nothing rather than a letter.
function fitted(context, name, width) {
  if (context.measureText(name).width <= width) return name;
  let length = name.length - 1;
  while (length > 2 && context.measureText(`${name.slice(0, length)}…`).width > width) --length;
  return length > 2 ? `${name.slice(0, length)}…` : "";
}

function drawNames(plot, phases) {
  const { ctx: context, bbox } = plot;
  const ratio = devicePixelRatio;
  context.save();
  context.font = `600 ${12 * ratio}px system-ui, "DejaVu Sans", sans-serif`;
  context.textBaseline = "middle";
  context.textAlign = "left";
  eachPhase(plot, phases, (phase, i, left, width) => {
    context.fillStyle = colour("soft");
    context.fillRect(left, bbox.top, ratio, bbox.height);
    context.fillStyle = colour("ink");
    context.fillText(fitted(context, phase.name, width - 10 * ratio), left + 6 * ratio, bbox.top + bbox.height / 2);
  });
  context.restore();
}

export function phaseStrip(group) {
  const { phases } = group;
  // Phases may be all that is known of the time.
  group.cover(phases[0].begin_s, phases.at(-1).end_s);
  const at = (seconds) => clock(seconds, group.span_s);
  const place = element("div", { class: "plot", "aria-hidden": "true" });
  // The strip says everything that its table does, so the table is for those who do not see it.
  const table = dataTable({
    caption: "Phases",
    columns: ["phase", "from", "to", "seconds"],
    length: phases.length,
    row: (i) => [
      phases[i].name,
      at(phases[i].begin_s),
      at(phases[i].end_s),
      grouped(phases[i].end_s - phases[i].begin_s),
    ],
  });
  const strip = {
    id: "phases",
    element: element(
      "section",
      { id: "phases", class: "chart", "aria-labelledby": "phases-title" },
      element("h2", { id: "phases-title", class: "unseen" }, "Phases"),
      place,
      element("div", { class: "unseen" }, table),
    ),
    draw() {
      const plot = makePlot(place, {
        x: { values: [group.begin_s, group.end_s], axis: "time", group },
        lines: [],
        height: HEIGHT_PX,
        y: { scale: "linear", say: () => "", axis: { grid: { show: false } } },
        hooks: { draw: [(drawn) => drawNames(drawn, phases)] },
      });
      strip.plots = [plot];
    },
  };
  return strip;
}
