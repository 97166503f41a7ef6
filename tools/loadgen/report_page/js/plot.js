// A plot: uPlot with our axes, colours and manners. What is plotted is the caller's.
//
//   x      {values, axis: "time" | "rarity", group, limits}
//   y      {scale: "linear" | "log" | "rates", say, limits, axis}
//   lines  [{name, values, index}]   index: which colour
//   hooks  uPlot's draw and setCursor
//
// It keeps as wide as its place, and in its group, until it is destroyed.
import uPlot from "uplot";

import { ACROSS, axis, AXIS_PX, SCALES, TIME_AXIS_PX } from "./axes.js";
import { phaseBands } from "./phase_bands.js";
import { dash, lineColour } from "./theme.js";

const NARROWEST_PX = 120;
const widthOf = (place) => Math.max(place.clientWidth, NARROWEST_PX);

function fit(plot) {
  const width = widthOf(plot.root.parentElement);
  if (plot.width !== width) plot.setSize({ width, height: plot.height });
}

// The theme has changed, and with it perhaps the width.
export function refresh(plot) {
  fit(plot);
  plot.redraw(false);
}

// What the mouse was dragged over becomes what is shown; less than this was a click.
const DRAGGED_PX = 4;

function showSelected(plot, group) {
  const { left, width } = plot.select;
  if (width < DRAGGED_PX) return;
  plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
  group.show(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"));
}

export function makePlot(place, { x, y, lines, height, hooks = {} }) {
  const across = ACROSS[x.axis](x);
  const up = {
    size: AXIS_PX,
    values: (plot, splits) => splits.map((value) => (value == null ? "" : y.say(value))),
    ...SCALES[y.scale].axis,
    ...y.axis,
  };
  const { group } = x;
  const plot = new uPlot(
    {
      width: widthOf(place),
      height,
      padding: [8, 20, null, null],
      legend: { show: false },
      scales: { x: across.scale, y: { ...SCALES[y.scale].scale, ...y.limits } },
      axes: [axis({ size: TIME_AXIS_PX, ...across.axis }), axis(up)],
      series: [
        {},
        ...lines.map((line) => ({
          label: line.name,
          stroke: () => lineColour(line.index),
          width: 1.5,
          points: { size: 5 },
        })),
      ],
      cursor: {
        y: false,
        drag: { x: group != null, y: false, setScale: false },
        bind: { dblclick: () => () => group?.showAll() },
        points: { size: 7 },
      },
      select: { show: group != null },
      hooks: {
        ...hooks,
        drawClear: [
          ({ series: all }) =>
            all.forEach((series, i) => {
              if (i > 0) series.dash = dash(lines[i - 1].index);
            }),
          ...(group ? [phaseBands(group)] : []),
        ],
        setCursor: [() => group?.follow(plot), ...(hooks.setCursor ?? [])],
        setSelect: [() => showSelected(plot, group)],
        destroy: [() => (group?.remove(plot), fitting.disconnect())],
      },
    },
    [x.values, ...lines.map((line) => line.values)],
    place,
  );
  const fitting = new ResizeObserver(() => fit(plot));
  fitting.observe(place);
  group?.add(plot);
  return plot;
}
