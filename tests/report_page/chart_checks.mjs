// Every chart that a run's data make is on its page, holds these data, and draws them. Each check brings back what is
// not so.
import { expected } from "./expected.mjs";
import { heatOf, install, linesOf, pixelsOf, theme } from "./in_page.mjs";

const near = (a, b) =>
  a === b || (a !== null && b !== null && Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b)));
export const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

export const runOf = async (page) => JSON.parse(await page.evaluate(() => document.getElementById("run").textContent));

function differences(id, wanted, held) {
  if (held === null) return [`${id}: the chart is not there`];
  const names = (plots) => plots.map((lines) => lines.map(({ name }) => name).join(", ")).join("; ");
  if (names(wanted) !== names(held)) return [`${id}: the lines are ${names(held)}, not ${names(wanted)}`];
  return wanted.flat().flatMap(({ name, values }, i) => {
    const other = held.flat()[i].values;
    const at = values.length === other.length ? values.findIndex((value, k) => !near(value ?? null, other[k])) : -2;
    return at === -1
      ? []
      : [
          at < 0
            ? `${id}: ${name} has ${other.length} samples of ${values.length}`
            : `${id}: ${name} is ${other[at]} at sample ${at}, not ${values[at]}`,
        ];
  });
}

async function undrawn(page, id, wanted) {
  const pixels = (await page.evaluate(pixelsOf, id)).flat();
  return wanted
    .flat()
    .flatMap(({ name, values }, i) =>
      values.some((value) => value != null) && !(pixels[i] >= 3) ? [`${id}: ${name} draws ${pixels[i]} pixels`] : [],
    );
}

async function checkCurves(page, curves) {
  if (curves.length === 0) return [];
  const id = "latency-curve";
  const held = await page.evaluate(linesOf, id);
  if (held === null) return [`${id}: the chart is not there`];
  const rarities = await page.evaluate(() => Array.from(window.report.charts.get("latency-curve").plots[0].data[0]));
  const missed = curves.flatMap(({ name, points }, i) => {
    if (held[0][i]?.name !== name) return [`${id}: line ${i} is ${held[0][i]?.name}, not ${name}`];
    // Of points at one rarity, the first is drawn: a step up.
    const lost = points.find(
      ([rarity, nanos], k) =>
        (k === 0 || !near(points[k - 1][0], rarity)) &&
        held[0][i].values[rarities.findIndex((other) => near(other, rarity))] !== nanos,
    );
    return lost === undefined ? [] : [`${id}: ${name} does not go through ${lost[1]} ns at 1 in ${lost[0]}`];
  });
  return missed.length > 0 ? missed : undrawn(page, id, [curves.map(({ name, points }) => ({ name, values: points }))]);
}

const most = (rows) => {
  let top = { value: 0 };
  rows.forEach((row, i) =>
    row?.forEach((value, shard) => {
      if (value > top.value) top = { value, i, shard };
    }),
  );
  return top;
};

async function checkHeat(page, heat, { t, interval_s }) {
  const problems = [];
  // The page shows them from the last to the first.
  for (const [index, { name, rows }] of [...heat].reverse().entries()) {
    const top = most(rows);
    const held = await page.evaluate(heatOf, index, top.value > 0 ? [[t[top.i] + interval_s / 2, top.shard]] : []);
    if (held === null) return ["contention: the heat map is not there"];
    if (JSON.stringify([held.name, held.rows]) !== JSON.stringify([name, rows]))
      problems.push(`contention: ${name} is not what the run says`);
    const levels = new Set(rows.flat().filter((value) => value != null)).size;
    if (held.colours < Math.min(levels, 3))
      problems.push(`contention: ${name} has ${levels} values and draws ${held.colours} colours`);
    const { colours } = await page.evaluate(theme);
    const hottest = channels(colours["heat-5"]);
    const isHottest = (pixel) => hottest.every((channel, k) => Math.abs(channel - pixel[k]) <= 2);
    if (!held.cells.every((cell) => [0, 4, 8].some((at) => isHottest(cell.slice(at))))) {
      problems.push(`contention: the hottest cell of ${name} is drawn as ${held.cells[0]}, not ${hottest}`);
    }
  }
  return problems;
}

async function checkTables(page, tables) {
  const found = await page.evaluate(
    (ids) =>
      ids.map((id) => {
        const rows = document.querySelectorAll(`#${id} tbody tr:not(.stream)`);
        return {
          rows: rows.length,
          bars: [...document.querySelectorAll(`#${id} :is(.bar, .median)`)].filter(
            (bar) => bar.getBoundingClientRect().width >= 1,
          ).length,
        };
      }),
    tables.map(({ id }) => id),
  );
  return tables.flatMap(({ id, rows }, i) => [
    ...(found[i].rows === rows ? [] : [`${id}: the table has ${found[i].rows} rows of ${rows}`]),
    ...(id === "sweep" || found[i].bars > 0 ? [] : [`${id}: no bar is drawn`]),
  ]);
}

async function checkPhases(page, phases) {
  if (phases.length === 0) return [];
  const drawn = await page.evaluate(() => {
    const strip = window.report.charts.get("phases");
    if (!strip?.plots?.[0].root.isConnected) return null;
    return {
      text: document.getElementById("phases").textContent,
      pixels: window.look.area(strip.plots[0]).filter((value, at) => at % 4 === 3 && value > 100).length,
    };
  });
  if (drawn === null) return ["phases: the strip is not there"];
  return [
    ...phases.filter(({ name }) => !drawn.text.includes(name)).map(({ name }) => `phases: ${name} is not named`),
    ...(drawn.pixels > 20 ? [] : ["phases: nothing is drawn"]),
  ];
}

// Every chart that the run's data make is there, holds these data, and draws them.
export async function checkCharts(page) {
  const run = await runOf(page);
  await page.evaluate(install);
  const { phases, lines, curves, heat, tables } = expected(run);
  const problems = await checkPhases(page, phases);
  for (const { id, plots } of lines) {
    const wrong = differences(id, plots, await page.evaluate(linesOf, id));
    problems.push(...(wrong.length > 0 ? wrong : await undrawn(page, id, plots)));
  }
  problems.push(
    ...(await checkCurves(page, curves)),
    ...(heat ? await checkHeat(page, heat, run.contention) : []),
    ...(await checkTables(page, tables)),
  );
  const wanted = new Set([
    ...lines.map(({ id }) => id),
    ...tables.map(({ id }) => id),
    ...(phases.length > 0 ? ["phases"] : []),
    ...(curves.length > 0 ? ["latency-curve"] : []),
    ...(heat ? ["contention"] : []),
  ]);
  const sections = await page.evaluate(() => [...document.querySelectorAll("section.chart")].map(({ id }) => id));
  problems.push(
    ...sections.filter((id) => !wanted.has(id)).map((id) => `${id}: the run has no data for this section`),
    ...[...wanted].filter((id) => !sections.includes(id)).map((id) => `${id}: the section is not there`),
  );
  return problems;
}

// The numbers behind each chart open, and are as many as there are.
export async function checkNumbers(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll("section.chart:has(.plot):not(#phases)")].flatMap((section) => {
      const details = section.querySelector("details");
      if (details === null) return [`${section.id}: it has no table of its numbers`];
      details.open = true;
      details.dispatchEvent(new Event("toggle"));
      const cells = section.querySelectorAll("details tbody tr:first-child > *").length;
      const columns = section.querySelectorAll("details thead th").length;
      details.open = false;
      return cells > 1 && cells === columns
        ? []
        : [`${section.id}: its table has ${columns} columns and ${cells} cells a row`];
    }),
  );
}
