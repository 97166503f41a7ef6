// The head of the page: which run this is, what it came to, and whether it can be trusted.

import { element } from "./element.js";

const FACTS = ["mode", "seed", "version", "commit", "machine"];

function tile({ label, value, note }) {
  return element(
    "div",
    {},
    element("dt", {}, label),
    element("dd", {}, element("strong", {}, String(value)), note == null ? null : element("span", {}, note)),
  );
}

function verdict({ intact, lines }) {
  const text = intact
    ? "Identity intact: every unit and every event is accounted for"
    : "Identity broken: units or events are missing";
  return element(
    "section",
    { id: "identity", class: intact ? "intact" : "broken", "aria-label": "identity" },
    element("p", {}, element("span", { class: "sign", "aria-hidden": "true" }, intact ? "✓" : "✗"), text),
    lines.length > 0 ? element("ul", {}, ...lines.map((line) => element("li", {}, line))) : null,
  );
}

export function head(run) {
  const facts = FACTS.filter((name) => run[name] != null);
  return element(
    "div",
    { class: "head" },
    element("h1", {}, run.title),
    run.headline == null ? null : element("p", { class: "headline" }, run.headline),
    facts.length === 0
      ? null
      : element(
          "dl",
          { class: "facts" },
          ...facts.map((name) => element("div", {}, element("dt", {}, name), element("dd", {}, String(run[name])))),
        ),
    run.summary.length === 0 ? null : element("dl", { id: "summary" }, ...run.summary.map(tile)),
    run.identity == null ? null : verdict(run.identity),
  );
}
