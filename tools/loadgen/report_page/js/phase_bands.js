// Every other phase is shaded in all charts over time; the strip above them says the names.

import { colour } from "./theme.js";

// visit(phase, its index, left, width): where each phase that can be seen lies on the canvas.
export function eachPhase(plot, phases, visit) {
  const { left, width } = plot.bbox;
  const within = (seconds) => Math.min(Math.max(plot.valToPos(seconds, "x", true), left), left + width);
  phases.forEach((phase, i) => {
    const from = within(phase.begin_s);
    const to = within(phase.end_s);
    if (to > from) visit(phase, i, from, to - from);
  });
}

export const phaseBands = (group) => (plot) => {
  plot.ctx.save(); // uPlot remembers the colour that it has set last
  plot.ctx.fillStyle = colour("band");
  eachPhase(plot, group.phases, (phase, i, left, width) => {
    if (i % 2 === 1) plot.ctx.fillRect(left, plot.bbox.top, width, plot.bbox.height);
  });
  plot.ctx.restore();
};
