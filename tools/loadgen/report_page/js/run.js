// A run: what the page is drawn from. Written by flexstock-loadgen, checked here, so that whatever draws it need not.
//
//   format       "flexstock-run/1"
//   title, headline, mode, seed, version
//   commit, machine   of a run that took time
//   description, scenario_seconds, run_seconds, result   not drawn: for whoever reads the file
//   summary      [{label, value, note}]
//   identity     {intact, lines: [text]}
//   phases       [{name, begin_s, end_s}]
//   timeline     what happened when: t is the second at which each interval begins, and every list is as long as t
//     interval_s, t
//     orders     {outcome: [orders an interval]}
//     offered    [orders that were to come, an interval]
//     latency_ns {quantile: [nanoseconds]}
//     stock      {state: [units]}
//     pending    [orders that wait for their member]
//     queues     {audience: [events that wait]}
//   latency      [{name, count, curve: [[percentile as a fraction of 1, nanoseconds]]}]
//   contention   {interval_s, t, shards, hottest: [{product, shard, acquisitions, waits, wait_ns}]}, and per measure
//     acquisitions, waits, wait_ns   [[a figure a shard] an interval]
//   hottest_products  [{product, orders, units, refused, available}]
//   sweep        {field, runs: [{value, summary: {figure: number}, timeline, run: the rest of its run}]}
//   peers        [{name, stream, orders_per_s: {median, min, max}, ratio, durable, notes}]
//
// What is null or missing is left out of the page; a null within a list is a gap.

export const MEASURES = ["acquisitions", "waits", "wait_ns"];

function check(holds, problem) {
  if (!holds) throw new Error(`its data are not those of a run: ${problem}`);
}

const isList = Array.isArray;
const isTable = (value) => typeof value === "object" && value !== null && !isList(value);
const isFigure = (value) => value === null || Number.isFinite(value);

function checkList(list, length, where) {
  check(isList(list), `${where} is no list`);
  check(list.length === length, `${where} has ${list.length} samples, its t has ${length}`);
  const at = list.findIndex((value) => !isFigure(value));
  check(at < 0, `${where}[${at}] is neither a number nor null`);
}

function checkTimes(part, where) {
  check(isTable(part), `${where} is no object`);
  check(part.interval_s > 0, `${where}.interval_s is not above 0`);
  check(isList(part.t) && part.t.length > 0, `${where}.t is no list of seconds`);
  const at = part.t.findIndex((value, i) => !Number.isFinite(value) || (i > 0 && value <= part.t[i - 1]));
  check(at < 0, `${where}.t[${at}] is no later second than the one before it`);
}

function checkTimeline(timeline, where) {
  checkTimes(timeline, where);
  for (const name of ["offered", "pending"]) {
    if (timeline[name] != null) checkList(timeline[name], timeline.t.length, `${where}.${name}`);
  }
  for (const name of ["orders", "latency_ns", "stock", "queues"]) {
    if (timeline[name] == null) continue;
    check(isTable(timeline[name]), `${where}.${name} is no object of lists`);
    for (const [key, list] of Object.entries(timeline[name])) {
      if (list != null) checkList(list, timeline.t.length, `${where}.${name}.${key}`);
    }
  }
}

function checkContention(contention) {
  checkTimes(contention, "contention");
  check(Number.isInteger(contention.shards) && contention.shards > 0, "contention.shards is no number of shards");
  for (const measure of MEASURES.filter((name) => contention[name] != null)) {
    const rows = contention[measure];
    check(isList(rows), `contention.${measure} is no list`);
    check(
      rows.length === contention.t.length,
      `contention.${measure} has ${rows.length} samples, its t has ${contention.t.length}`,
    );
    rows.forEach((row, i) => {
      if (row === null) return;
      check(
        isList(row) && row.length === contention.shards && row.every(isFigure),
        `contention.${measure}[${i}] is no list of ${contention.shards} figures, one a shard`,
      );
    });
  }
}

function checkLatency(latency) {
  latency.forEach(({ curve }, i) => {
    check(isList(curve), `latency[${i}].curve is no list`);
    curve.forEach((point, k) => {
      const where = `latency[${i}].curve[${k}]`;
      check(isList(point) && point.length === 2 && point.every(Number.isFinite), `${where} is no pair of numbers`);
      check(point[0] >= 0 && point[0] <= 1, `${where}: the percentile ${point[0]} is no fraction of 1`);
      check(k === 0 || point[0] >= curve[k - 1][0], `${where}: the percentile is below the one before it`);
    });
  });
}

function checkRows(rows, where) {
  check(isList(rows) && rows.every(isTable), `${where} is no list of objects`);
}

export function readRun(text) {
  let run;
  try {
    run = JSON.parse(text);
  } catch (error) {
    throw new Error(`its data are no JSON (${error.message})`);
  }
  check(
    isTable(run) && run.format === "flexstock-run/1",
    `the format is ${JSON.stringify(run?.format)}, not "flexstock-run/1"`,
  );
  for (const name of ["summary", "phases", "latency", "hottest_products", "peers"]) {
    run[name] ??= [];
    checkRows(run[name], name);
  }
  run.phases.forEach((phase, i) => check(phase.begin_s <= phase.end_s, `phases[${i}] does not end behind its begin`));
  if (run.timeline != null) checkTimeline(run.timeline, "timeline");
  checkLatency(run.latency);
  if (run.contention != null) {
    checkContention(run.contention);
    run.contention.hottest ??= [];
    checkRows(run.contention.hottest, "contention.hottest");
  }
  if (run.identity != null) run.identity.lines ??= [];
  if (run.sweep != null) {
    checkRows(run.sweep.runs, "sweep.runs");
    run.sweep.runs.forEach(({ timeline }, i) => {
      if (timeline != null) checkTimeline(timeline, `sweep.runs[${i}].timeline`);
    });
  }
  run.peers.forEach(({ orders_per_s: rate }, i) => {
    const ordered = isTable(rate) && 0 < rate.min && rate.min <= rate.median && rate.median <= rate.max;
    check(ordered, `peers[${i}].orders_per_s is not 0 < min <= median <= max`);
  });
  run.title ??= "a run";
  return run;
}
