// A plot: uPlot with our axes, colours and manners. What is plotted is the caller's.
//
//   x      {values, axis: "time" | "rarity", group}   rarity: 1 / (1 - percentile), logarithmic
//   y      {scale: "linear" | "log" | "rates", say}   rates: logarithmic, and yet 0 has its place
//   lines  [{name, values, index}]                    index: which colour
import uPlot from "uplot";

import { clock } from "./figures.js";
import { phaseBands } from "./phase_bands.js";
import { colour, dash, lineColour, onPaper } from "./theme.js";

const AXIS_PX = 62; // the same for all, so that their instants stand above each other
const TIME_AXIS_PX = 26;
const FONT = '12px system-ui, "DejaVu Sans", sans-serif';
const STEPS_S = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800,
  3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800];

const axis = (more) => ({
  stroke: () => colour("soft"),
  font: FONT,
  grid: { stroke: () => colour("rule"), width: 1 },
  ticks: { show: false },
  ...more,
});

// The marks of a logarithmic axis: the decades, and what lies between where there are few.
function logMarks(plot, axisIndex, min, max) {
  const between = max / min < 50 ? [1, 2, 5] : [1];
  const first = Math.floor(Math.log10(min));
  const decades = Array.from({ length: Math.ceil(Math.log10(max)) - first + 1 }, (_, i) => 10 ** (first + i));
  return decades.flatMap((decade) => between.map((step) => step * decade)).filter((mark) => min <= mark && mark <= max);
}

const all = (plot, marks) => marks;
const SCALES = {
  linear: { scale: { distr: 1, range: (plot, min, max) => [0, max > 0 ? max * 1.05 : 1] } },
  log: { scale: { distr: 3, range: (plot, min, max) => (min > 0 ? [min / 1.25, max * 1.25] : [1, 1000]) },
    axis: { splits: logMarks, filter: all } },
  rates: { scale: { distr: 4, asinh: 1, range: (plot, min, max) => [0, Math.max(max, 1) * 1.6] },
    axis: { splits: (plot, axisIndex, min, max) => [0, ...logMarks(plot, axisIndex, 1, max).filter((mark) => Number.isInteger(Math.log10(mark)))],
      filter: all } },
};

const RARITIES = [[1, "0"], [2, "50"], [10, "90"], [100, "99"], [1e3, "99.9"], [1e4, "99.99"], [1e5, "99.999"],
  [1e6, "99.9999"], [1e7, "99.99999"], [1e8, "99.999999"]];

export const rarity = (percentile, count) => (percentile < 1 ? 1 / (1 - percentile) : Math.max(count, 1));

// Leaves out the labels that would touch the one before them.
const DIGIT_PX = 7.5;
function spaced(plot, marks, labels) {
  let end = -Infinity;
  return marks.map((mark, i) => {
    const half = (labels[i].length * DIGIT_PX) / 2;
    const at = plot.valToPos(mark, "x");
    if (at - half < end) return "";
    end = at + half + DIGIT_PX;
    return labels[i];
  });
}

const X_AXES = {
  time: (x) => ({
    scale: { time: false, range: (plot, min, max) => x.limits ?? [min, max] },
    axis: { incrs: STEPS_S, space: 64, values: (plot, marks) => marks.map((mark) => clock(mark, x.group?.span_s ?? marks.at(-1))) },
  }),
  rarity: () => ({
    scale: { time: false, distr: 3, range: (plot, min, max) => [1, Math.max(max, 10)] },
    axis: {
      splits: (plot, axisIndex, min, max) => RARITIES.map(([mark]) => mark).filter((mark) => mark <= max * 1.001),
      filter: all,
      values: (plot, marks) => spaced(plot, marks, marks.map((mark) => RARITIES.find(([value]) => value === mark)[1])),
    },
  }),
};

export function makePlot(place, { x, y, lines, height, hooks = {} }) {
  const across = X_AXES[x.axis](x);
  const up = {
    size: AXIS_PX,
    values: (plot, splits) => splits.map((value) => (value == null ? "" : y.say(value))),
    ...SCALES[y.scale].axis,
    ...y.axis,
  };
  const group = x.group;
  return new uPlot(
    {
      width: Math.max(place.clientWidth, 120),
      height,
      padding: [8, 20, null, null],
      legend: { show: false },
      scales: { x: across.scale, y: { ...SCALES[y.scale].scale, ...y.limits } },
      axes: [axis({ size: TIME_AXIS_PX, ...across.axis }), axis(up)],
      series: [{}, ...lines.map((line) => ({
        label: line.name,
        stroke: () => lineColour(line.index),
        width: 1.5,
        points: { size: 5 },
        spanGaps: line.spanGaps ?? false,
        ...line.options,
      }))],
      cursor: {
        y: false,
        drag: { x: group != null, y: false, setScale: false },
        bind: { dblclick: () => () => group?.showAll() },
        points: { size: 7 },
      },
      select: { show: group != null },
      hooks: {
        ...hooks,
        // On paper, dashes too.
        drawClear: [(plot) => plot.series.forEach((series, i) => {
          if (i > 0) series.dash = onPaper() ? dash(lines[i - 1].index) : [];
        }), ...(group ? [phaseBands(group)] : []), ...(hooks.drawClear ?? [])],
        setCursor: [(plot) => group?.follow(plot), ...(hooks.setCursor ?? [])],
        setSelect: [(plot) => {
          const { left, width } = plot.select;
          if (width < 4) return;
          plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
          group?.show(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"));
        }],
      },
    },
    [x.values, ...lines.map((line) => line.values)],
    place,
  );
}
