// Scales and axes of plots: by name, for makePlot.

import { clock } from "./figures.js";
import { colour } from "./theme.js";

export const AXIS_PX = 62; // the same for all, so that their instants stand above each other
export const TIME_AXIS_PX = 26;
const FONT = '12px system-ui, "DejaVu Sans", sans-serif';
const STEPS_S = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
  10800, 21600, 43200, 86400, 172800, 604800,
];

export const axis = (more) => ({
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

// What y may be. `rates` is logarithmic, and yet 0 has its place.
export const SCALES = {
  linear: { scale: { distr: 1, range: (plot, min, max) => [0, max > 0 ? max * 1.05 : 1] } },
  log: {
    scale: { distr: 3, range: (plot, min, max) => (min > 0 ? [min / 1.25, max * 1.25] : [1, 1000]) },
    axis: { splits: logMarks, filter: all },
  },
  rates: {
    scale: { distr: 4, asinh: 1, range: (plot, min, max) => [0, Math.max(max, 1) * 1.6] },
    axis: {
      splits: (plot, axisIndex, min, max) => [
        0,
        ...logMarks(plot, axisIndex, 1, max).filter((mark) => Number.isInteger(Math.log10(mark))),
      ],
      filter: all,
    },
  },
};

const RARITIES = [
  [1, "0"],
  [2, "50"],
  [10, "90"],
  [100, "99"],
  [1e3, "99.9"],
  [1e4, "99.99"],
  [1e5, "99.999"],
  [1e6, "99.9999"],
  [1e7, "99.99999"],
  [1e8, "99.999999"],
];

// Of `count` calls, the slowest is one in `count`: a percentile of 1 has no other place.
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

// What x may be: seconds, or how rare a percentile is.
export const ACROSS = {
  time: (x) => ({
    scale: { time: false, range: (plot, min, max) => x.limits ?? [min, max] },
    axis: {
      incrs: STEPS_S,
      space: 64,
      values: (plot, marks) => marks.map((mark) => clock(mark, x.group?.span_s ?? marks.at(-1))),
    },
  }),
  rarity: () => ({
    scale: { time: false, distr: 3, range: (plot, min, max) => [1, Math.max(max, 10)] },
    axis: {
      splits: (plot, axisIndex, min, max) => RARITIES.map(([mark]) => mark).filter((mark) => mark <= max * 1.001),
      filter: all,
      values: (plot, marks) =>
        spaced(
          plot,
          marks,
          marks.map((mark) => RARITIES.find(([value]) => value === mark)[1]),
        ),
    },
  }),
};
