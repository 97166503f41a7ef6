// What the tests ask of a page. These functions run in it: they know nothing but each other's `look`, once it is
// installed.

export function install() {
  window.look = {
    // The pixels of a plot's canvas. Of a copy: a canvas that is read now and then draws otherwise, and warns.
    pixels(plot, left, top, width, height) {
      const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
      copy.drawImage(plot.ctx.canvas, -left, -top);
      return copy.getImageData(0, 0, width, height).data;
    },
    area: (plot) =>
      window.look.pixels(plot, ...["left", "top", "width", "height"].map((side) => Math.round(plot.bbox[side]))),
    rgb(name) {
      const hex = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
      return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
    },
    // How many pixels are of a colour, or nearly.
    count(data, colour) {
      let pixels = 0;
      for (let at = 0; at < data.length; at += 4) {
        if (data[at + 3] > 150 && colour.every((channel, k) => Math.abs(channel - data[at + k]) < 48)) ++pixels;
      }
      return pixels;
    },
    settle: () => new Promise((done) => setTimeout(done)),
  };
}

// The lines that a chart's plots hold: [[{name, values}]], and null if it is not on the page.
export function linesOf(id) {
  const chart = window.report.charts.get(id);
  const plots = chart?.plots ?? [];
  if (
    plots.length === 0 ||
    !plots.every((plot) => plot.root.isConnected && plot.over.clientWidth > 50 && plot.over.clientHeight > 20)
  )
    return null;
  return plots.map((plot) =>
    plot.series
      .slice(1)
      .map(({ label }, i) => ({ name: label, values: Array.from(plot.data[i + 1], (value) => value ?? null) })),
  );
}

// How many pixels each line draws while it is the only one: [[pixels]]. Lines may lie upon each other otherwise.
export async function pixelsOf(id) {
  const chart = window.report.charts.get(id);
  const { area, count, rgb, settle } = window.look;
  const counts = [];
  for (const plot of chart.plots) {
    const drawn = [];
    for (let shown = 1; shown < plot.series.length; ++shown) {
      plot.batch(() => plot.series.forEach((_, i) => i > 0 && plot.setSeries(i, { show: i === shown })));
      await settle();
      drawn.push(count(area(plot), rgb(`--line-${(shown - 1) % 8}`)));
    }
    plot.batch(() => plot.series.forEach((_, i) => i > 0 && plot.setSeries(i, { show: true })));
    await settle();
    counts.push(drawn);
  }
  return counts;
}

// The heat map with the measure of this index shown: what it holds, how many colours it draws, and the
// pixels of some cells.
export async function heatOf(index, cells) {
  const chart = window.report.charts.get("contention");
  if (!chart?.plots?.[0].root.isConnected) return null;
  document.querySelectorAll("#contention .tools button")[index].click();
  await window.look.settle();
  const [plot] = chart.plots;
  const data = window.look.area(plot);
  const colours = new Set();
  for (let at = 0; at < data.length; at += 4)
    if (data[at + 3] === 255) colours.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
  // The pixels around the middle: a cell may be as narrow as one.
  const around = ([seconds, shard]) =>
    Array.from(
      window.look.pixels(
        plot,
        Math.floor(plot.valToPos(seconds, "x", true)) - 1,
        Math.floor(plot.valToPos(shard + 0.5, "y", true)),
        3,
        1,
      ),
    );
  return {
    name: chart.measures[index].name,
    rows: chart.measures[index].rows,
    colours: colours.size,
    cells: cells.map(around),
  };
}

export function theme() {
  const style = getComputedStyle(document.documentElement);
  const names = [
    "paper",
    "ink",
    "soft",
    "good",
    "bad",
    ...Array.from({ length: 8 }, (_, i) => `line-${i}`),
    ...Array.from({ length: 6 }, (_, i) => `heat-${i}`),
  ];
  return {
    body: getComputedStyle(document.body).backgroundColor,
    colours: Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])),
  };
}

// Those of these charts whose time axis has no labels that can be read.
export function unlabelled(ids) {
  const soft = window.look.rgb("--soft");
  return ids.filter((id) => {
    const [plot] = window.report.charts.get(id).plots;
    const { left, top, width, height } = plot.bbox;
    const below = Math.round(top + height + 4);
    return window.look.count(window.look.pixels(plot, Math.round(left), below, width, 14), soft) < 20;
  });
}

// Where these charts stand: what they show, and the instant of their cursors.
export function standing(ids) {
  return ids.map((id) => {
    const [plot] = window.report.charts.get(id).plots;
    return {
      id,
      min: plot.scales.x.min,
      max: plot.scales.x.max,
      at: plot.cursor.left < 0 ? null : plot.posToVal(plot.cursor.left, "x"),
      secondsAPixel: plot.posToVal(1, "x") - plot.posToVal(0, "x"),
    };
  });
}
