// node page_test.mjs PROGRAM: pages that PROGRAM makes of runs, opened in headless Chromium. Each must pass check.mjs,
// and a page that lacks something must not: a check that cannot fail says nothing.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { checkCharts, checkNumbers } from "./chart_checks.mjs";
import { check, checkQuiet } from "./check.mjs";
import { inBrowser, withBrowser } from "./chromium.mjs";
import { checkKeyboard, checkMouse } from "./use_checks.mjs";

const [program] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const work = mkdtempSync(join(tmpdir(), "flexstock-page-"));

// One browser for all tests, and a new page for each.
let close;
const closed = new Promise((done) => (close = done));
const started = new Promise((start, fail) => {
  withBrowser((browser) => (start(browser), closed)).catch(fail);
});
const withPage = async (use) => inBrowser(await started, use);
after(() => {
  close();
  rmSync(work, { recursive: true });
});

const ROOM = 1 << 27;
const made = (name) =>
  execFileSync(process.execPath, [join(here, "make_run.mjs"), name], { encoding: "utf8", maxBuffer: ROOM });

// The file of the page of a run; edit(html) spoils it.
let pages = 0;
function pageOf(json, edit = (html) => html) {
  const file = join(work, `${++pages}.html`);
  writeFileSync(file, edit(execFileSync(program, { input: json, encoding: "utf8", maxBuffer: ROOM })));
  return file;
}

const rich = made("rich");
const seed = `FLEXSTOCK_SEED=${JSON.parse(rich).seed}`;

// Opens a page and brings back what `look` finds.
const opened = (file, look) =>
  withPage(async (page) => {
    await page.size(1280, 900);
    await page.open(file);
    return look(page);
  });

test(`a page shows all of a rich run (${seed})`, () =>
  withPage(async (page) => {
    const file = pageOf(rich);
    assert.deepEqual(await check(page, file), []);
  }));

test("a page shows a run that has a title and nothing else", () =>
  withPage(async (page) => {
    const file = pageOf(made("minimal"));
    assert.deepEqual(await check(page, file), []);
    assert.equal(await page.evaluate(() => document.querySelector("h1").textContent), "minimal");
    assert.equal(await page.evaluate(() => document.querySelectorAll("section").length), 0);
  }));

test(`a page shows a day of 86 400 seconds (${seed})`, async () => {
  const file = pageOf(made("day"));
  assert.deepEqual(
    await opened(file, async (page) => [...(await checkCharts(page)), ...(await checkQuiet(page, file))]),
    [],
  );
});

test("a page shows a part of a run alone, whichever it is", async () => {
  const run = JSON.parse(rich);
  const { format, title } = run;
  const parts = Object.keys(run).filter((name) => typeof run[name] === "object");
  assert.ok(parts.length >= 9);
  await withPage(async (page) => {
    await page.size(1280, 900);
    for (const part of parts) {
      await page.open(pageOf(JSON.stringify({ format, title, [part]: run[part] })));
      assert.deepEqual(await checkCharts(page), [], `with ${part} alone`);
      assert.deepEqual(page.errors, [], `with ${part} alone`);
    }
    for (const part of Object.keys(run.timeline).filter((name) => name !== "t" && name !== "interval_s")) {
      const { t, interval_s } = run.timeline;
      await page.open(
        pageOf(JSON.stringify({ format, title, timeline: { t, interval_s, [part]: run.timeline[part] } })),
      );
      assert.deepEqual(
        [...(await checkCharts(page)), ...(await checkKeyboard(page))],
        [],
        `with timeline.${part} alone`,
      );
    }
  });
});

test("a page of one sample, of gaps only and of zeros only is drawn", async () => {
  const format = "flexstock-run/1";
  const short = (value) => ({
    format,
    timeline: {
      interval_s: 1,
      t: [0],
      orders: { confirmed: [value] },
      latency_ns: { p50: [value] },
      stock: { available: [value] },
      pending: [value],
    },
    contention: { interval_s: 1, t: [0], shards: 1, waits: [[value]] },
  });
  await withPage(async (page) => {
    await page.size(1280, 900);
    for (const value of [7, 0, null]) {
      await page.open(pageOf(JSON.stringify(short(value))));
      const problems = [...(await checkCharts(page)), ...(await checkNumbers(page)), ...page.errors];
      assert.deepEqual(problems, [], `of ${value}`);
    }
  });
});

test("a page tells twelve outcomes apart, on the screen and on paper", () => {
  const orders = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`outcome_${i}`, [i + 1, 2 * i + 2]]));
  const run = { format: "flexstock-run/1", timeline: { interval_s: 1, t: [0, 1], orders } };
  return opened(pageOf(JSON.stringify(run)), async (page) => {
    const looks = () =>
      page.evaluate(() => {
        const [plot] = window.report.charts.get("orders").plots;
        return plot.series.slice(1).map((series) => `${series.stroke()} ${series.dash}`);
      });
    assert.equal(new Set(await looks()).size, 12);
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    await page.settled();
    const onPaper = await looks();
    assert.equal(new Set(onPaper).size, 12);
    assert.ok(new Set(onPaper.map((look) => look.split(" ")[1])).size >= 8, "without colours");
  });
});

test("the check misses every chart that is not there, and every line", () =>
  opened(pageOf(rich), async (page) => {
    const ids = await page.evaluate(() => [...window.report.charts.keys()]);
    assert.ok(ids.length >= 15);
    for (const id of ids) {
      await page.evaluate((gone) => {
        const section = document.getElementById(gone);
        section.before(Object.assign(document.createElement("i"), { id: "hole" }));
        section.remove();
      }, id);
      const problems = await checkCharts(page);
      assert.ok(
        problems.some((problem) => problem.startsWith(`${id}: `)),
        `${id} was removed, found: ${problems}`,
      );
      await page.evaluate(
        (gone) => document.getElementById("hole").replaceWith(window.report.charts.get(gone).element),
        id,
      );
    }
    assert.deepEqual(await checkCharts(page), []);
    for (const id of ids.filter(
      (each) => !["phases", "contention", "contention-hottest", "hottest-products", "sweep", "peers"].includes(each),
    )) {
      await page.evaluate((gone) => {
        const chart = window.report.charts.get(gone);
        chart.plots[0].delSeries(1);
      }, id);
      assert.ok(
        (await checkCharts(page)).some((problem) => problem.startsWith(`${id}: `)),
        `${id} lost a line`,
      );
    }
  }));

test("the check misses data that differ, and lines that are not drawn", () =>
  opened(pageOf(rich), async (page) => {
    await page.evaluate(() => {
      window.report.charts.get("stock").plots[0].data[1][5] += 1;
      window.report.charts.get("queues").plots[0].series[2].stroke = () => "transparent";
      document.querySelector("#peers tbody tr:last-child").remove();
      window.report.charts.get("contention").plots[0].hooks.draw.length = 0;
    });
    const problems = await checkCharts(page);
    for (const part of [
      "stock: available is",
      "queues: customer draws 0 pixels",
      "peers: the table has",
      "contention: the hottest cell",
    ]) {
      assert.ok(
        problems.some((problem) => problem.startsWith(part)),
        `no "${part}" in ${problems}`,
      );
    }
  }));

test("the check misses a keyboard and a mouse that do nothing", () =>
  opened(pageOf(rich), async (page) => {
    await page.evaluate(() => addEventListener("keydown", (event) => event.stopPropagation(), { capture: true }));
    assert.notDeepEqual(await checkKeyboard(page), []);
    await page.evaluate(() =>
      window.report.charts.forEach(({ plots }) => plots?.forEach(({ over }) => (over.style.pointerEvents = "none"))),
    );
    assert.notDeepEqual(await checkMouse(page), []);
  }));

const SPOILED = {
  "a request that leaves it": ['<img src="http://127.0.0.1:1/x.png">', /^(network|console): .*127\.0\.0\.1:1/],
  "an exception": ["<script>undefined.x</script>", /^console: TypeError/],
  "an error in the console": ["<script>console.error('no good')</script>", /^console: no good/],
};
for (const [what, [html, pattern]] of Object.entries(SPOILED)) {
  test(`the check hears ${what}`, async () => {
    const file = pageOf(made("minimal"), (page) => page.replace("</html>", `${html}</html>`));
    const problems = await opened(file, (page) => checkQuiet(page, file));
    assert.ok(
      problems.some((problem) => pattern.test(problem)),
      `found: ${problems}`,
    );
  });
}

test("no request leaves a page that tries to make one", async () => {
  const file = pageOf(made("minimal"), (page) =>
    page.replace("</html>", '<img src="http://127.0.0.1:1/x.png"></html>'),
  );
  const problems = await opened(file, (page) => checkQuiet(page, file));
  assert.ok(
    problems.some((problem) => problem.includes("Content Security Policy")),
    `found: ${problems}`,
  );
});

const t = [0, 1];
const REFUSED = {
  "no JSON": ["{", /its data are no JSON/],
  "another format": ['{"format":"flexstock-run/2"}', /the format is "flexstock-run\/2"/],
  "a short list": [
    { timeline: { interval_s: 1, t, stock: { sold: [1] } } },
    /timeline\.stock\.sold has 1 samples, its t has 2/,
  ],
  "a text among figures": [
    { timeline: { interval_s: 1, t, pending: [1, "2"] } },
    /timeline\.pending\[1\] is neither a number nor null/,
  ],
  "time that stands": [{ timeline: { interval_s: 1, t: [1, 1] } }, /timeline\.t\[1\] is no later second/],
  "no interval": [{ timeline: { interval_s: 0, t } }, /timeline\.interval_s is not above 0/],
  "a percentile in per cent": [
    { latency: [{ name: "place", count: 1, curve: [[50, 1]] }] },
    /the percentile 50 is no fraction of 1/,
  ],
  "a missing shard": [
    { contention: { interval_s: 1, t, shards: 2, waits: [[1, 2], [3]] } },
    /contention\.waits\[1\] is no list of 2 figures/,
  ],
  "a peer of no rate": [
    { peers: [{ name: "x", stream: "y", orders_per_s: { median: 0, min: 0, max: 0 } }] },
    /peers\[0\]\.orders_per_s/,
  ],
  "a phase that ends before it begins": [{ phases: [{ name: "x", begin_s: 2, end_s: 1 }] }, /phases\[0\]/],
};
test("a page says which of its data are wrong, and draws nothing", () =>
  withPage(async (page) => {
    for (const [what, [run, pattern]] of Object.entries(REFUSED)) {
      await page.open(pageOf(typeof run === "string" ? run : JSON.stringify({ format: "flexstock-run/1", ...run })));
      const said = await page.evaluate(() => document.querySelector("[role=alert]")?.textContent);
      assert.match(said ?? "", pattern, what);
      assert.match(said, /Make it again with/, what);
      assert.equal(await page.evaluate(() => document.querySelectorAll("#report > *").length), 1, what);
    }
  }));
