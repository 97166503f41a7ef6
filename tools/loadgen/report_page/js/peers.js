// flexstock beside what people use instead: bars from the slowest round to the fastest, the median marked.

import { element } from "./element.js";
import { grouped, MISSING, rounded, short } from "./figures.js";
import { frame } from "./frame.js";

// The decades that hold all of the rates.
function decadesOf(peers) {
  const rates = peers.map(({ orders_per_s: rate }) => rate);
  const low = Math.floor(Math.log10(Math.min(...rates.map(({ min }) => min))));
  return [low, Math.max(low + 1, Math.ceil(Math.log10(Math.max(...rates.map(({ max }) => max)))))];
}

const MARKS_MAX = 4; // as many as a telephone has room for

function ruler([low, high], place) {
  const step = Math.ceil((high - low) / (MARKS_MAX - 1));
  const marks = Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, i) => 10 ** (low + i * step));
  return element(
    "div",
    { class: "ruler", "aria-hidden": "true" },
    ...marks.map((mark) => element("span", { style: `left: ${place(mark)}%` }, short(mark))),
  );
}

function bar({ min, median, max }, place) {
  return element(
    "div",
    {
      class: "spread",
      style: `--median: ${place(median)}%; --min: ${place(min)}%; --max: ${place(max)}%`,
      "aria-hidden": "true",
    },
    element("span", { class: "median" }),
    element("span", { class: "whisker" }),
  );
}

function row(peer, place) {
  const { median, min, max } = peer.orders_per_s;
  return element(
    "tr",
    { class: peer.name.startsWith("flexstock") ? "ours" : null },
    element("th", { scope: "row" }, peer.name),
    element("td", { class: "wide" }, bar(peer.orders_per_s, place)),
    element("td", {}, rounded(median)),
    element("td", {}, `${rounded(min)} … ${rounded(max)}`),
    element("td", {}, peer.ratio == null ? MISSING : `${grouped(peer.ratio)}\u202f×`),
    element("td", { class: "words" }, peer.durable == null ? MISSING : peer.durable ? "yes" : "no"),
    element("td", { class: "words notes" }, peer.notes ?? ""),
  );
}

const COLUMNS = [
  ["median"],
  ["slowest … fastest"],
  ["ratio"],
  ["durable", "words"],
  ["what is not like for like", "words"],
];

function table(peers) {
  const decades = decadesOf(peers);
  const place = (rate) => ((100 * (Math.log10(rate) - decades[0])) / (decades[1] - decades[0])).toFixed(2);
  const head = (text, kind, ...more) => element("th", { scope: "col", class: kind }, text, ...more);
  const streams = [...new Set(peers.map(({ stream }) => stream))];
  return element(
    "table",
    { class: "peers" },
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        head("peer"),
        head("orders a second", "wide words", ruler(decades, place)),
        ...COLUMNS.map(([text, kind]) => head(text, kind)),
      ),
    ),
    ...streams.map((stream) =>
      element(
        "tbody",
        {},
        element(
          "tr",
          { class: "stream" },
          element("th", { scope: "rowgroup", colspan: COLUMNS.length + 2 }, `stream: ${stream}`),
        ),
        ...peers.filter((peer) => peer.stream === stream).map((peer) => row(peer, place)),
      ),
    ),
  );
}

export function peers(run) {
  if (run.peers.length === 0) return [];
  const { element: section } = frame(
    {
      id: "peers",
      title: "Peers",
      unit: "orders a second, logarithmic",
      lead: "A bar ends at the median of the rounds; the line spans the slowest and the fastest.",
    },
    element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "peers" }, table(run.peers)),
  );
  return [{ id: "peers", element: section }];
}
