// A page can be used: its charts by keyboard and by mouse, all over time together.
import { runOf } from "./chart_checks.mjs";
import { expected } from "./expected.mjs";
import { install, standing, unlabelled } from "./in_page.mjs";

// The charts over time: their ids, and where the first that has samples stands. None if the run has none. Those that are
// missed by checkCharts are not asked.
async function overTime(page) {
  await page.evaluate(install);
  const { phases, lines, heat } = expected(await runOf(page));
  const charts = [...lines.filter((chart) => chart.overTime).map(({ id }) => id), ...(heat ? ["contention"] : [])];
  const ids = charts.length > 0 && phases.length > 0 ? [...charts, "phases"] : charts;
  const there = await page.evaluate((wanted) => wanted.filter((id) => window.report.charts.has(id)), ids);
  const [first] = await page.evaluate(standing, there);
  return { ids: there, first };
}

const together = (charts, of, tolerance) =>
  charts.every((chart) => Math.abs(of(chart) - of(charts[0])) <= tolerance(chart));

export async function checkKeyboard(page) {
  const { ids, first } = await overTime(page);
  if (first === undefined) return [];
  const problems = [];
  const expect = (holds, problem) => holds || problems.push(`keyboard: ${problem}`);
  const said = async () => {
    await page.evaluate(() => new Promise((done) => setTimeout(done, 200))); // say.js waits for quiet
    return page.evaluate(() => document.getElementById("said").textContent);
  };
  const focused = await page.evaluate((id) => {
    const plot = document.querySelector(`#${id} .plot`);
    plot.focus();
    return document.activeElement === plot;
  }, first.id);
  expect(focused, `the chart ${first.id} cannot be focused`);

  const samples = await page.evaluate((id) => Array.from(window.report.charts.get(id).plots[0].data[0]), first.id);
  const at = Math.min(2, samples.length - 1);
  for (let i = 0; i <= at; ++i) await page.press("ArrowRight");
  let now = await page.evaluate(standing, ids);
  const cursor = now.find(({ id }) => id === first.id).at;
  expect(
    cursor !== null && Math.abs(cursor - samples[at]) <= first.secondsAPixel,
    `after ${at + 1} times Right the cursor is at ${cursor} s, not ${samples[at]} s`,
  );
  expect(
    together(
      now,
      (chart) => chart.at ?? Infinity,
      ({ secondsAPixel }) => 2 * secondsAPixel,
    ),
    `the cursors stand at ${now.map(({ id, at: where }) => `${id} ${where}`).join(", ")}`,
  );
  const text = await said();
  const names = await page.evaluate(
    (id) => window.report.charts.get(id).lines?.map(({ name }) => name) ?? ["shard"],
    first.id,
  );
  expect(names.every((name) => text.includes(name)) && /\d/.test(text), `what is said is "${text}"`);

  await page.press("ArrowLeft");
  expect(at === 0 || (await said()) !== text, "Left says what Right said");
  if (samples.length > 4) {
    await page.press("+");
    now = await page.evaluate(standing, ids);
    expect(
      now.every(({ min, max }) => max - min < 0.6 * (first.max - first.min)),
      "plus does not zoom",
    );
    expect(
      together(
        now,
        ({ min }) => min,
        () => 1e-9,
      ) &&
        together(
          now,
          ({ max }) => max,
          () => 1e-9,
        ),
      "the charts do not zoom together",
    );
  }
  (await page.evaluate(unlabelled, ids)).forEach((id) => expect(false, `the time axis of ${id} has no labels`));
  await page.press("Escape");
  now = await page.evaluate(standing, ids);
  expect(
    now.every(({ min, max }) => min === first.min && max === first.max),
    "Escape does not show everything",
  );
  const unreachable = await page.evaluate(() =>
    [...document.querySelectorAll("section.chart:has(canvas):not(#phases)")]
      .filter((section) => section.querySelector("[tabindex='0'][aria-label]") === null)
      .map(({ id }) => id),
  );
  unreachable.forEach((id) => expect(false, `${id} cannot be reached`));
  return problems;
}

export async function checkMouse(page) {
  const { ids, first } = await overTime(page);
  if (first === undefined) return [];
  const { x, y, width, height } = await page.evaluate((id) => {
    const { over } = window.report.charts.get(id).plots[0];
    over.scrollIntoView({ block: "center" });
    return over.getBoundingClientRect().toJSON();
  }, first.id);
  const problems = [];
  await page.move(x + width / 2, y + height / 2);
  let now = await page.evaluate(standing, ids);
  if (
    !together(
      now,
      (chart) => chart.at ?? Infinity,
      ({ secondsAPixel }) => 2 * secondsAPixel,
    )
  )
    problems.push("mouse: the cursors do not move together");
  await page.drag([x + width / 4, y + height / 2], [x + width / 2, y + height / 2]);
  now = await page.evaluate(standing, ids);
  const span = first.max - first.min;
  if (!now.every(({ min, max }) => Math.abs(max - min - span / 4) < span / 20))
    problems.push("mouse: what was dragged over is not shown in all charts");
  await page.evaluate(
    (id) => window.report.charts.get(id).plots[0].over.dispatchEvent(new MouseEvent("dblclick", { bubbles: true })),
    first.id,
  );
  await page.settled();
  now = await page.evaluate(standing, ids);
  if (!now.every(({ min, max }) => min === first.min && max === first.max))
    problems.push("mouse: a double click does not show everything");
  return problems;
}
