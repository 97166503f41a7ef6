// A table whose figures are also bars, so that a column can be compared at a glance. The longest bar of a column is its
// largest figure; negative figures have none.
//
// columns: [{name, of(row), text(value), bar}]

import { element } from "./element.js";

const largest = (rows, column) => Math.max(0, ...rows.map((row) => column.of(row) ?? 0));

function cell(row, column, top, first) {
  const value = column.of(row);
  const text = column.text(value);
  if (first) return element("th", { scope: "row" }, text);
  const share = column.bar && value > 0 ? value / top : null;
  return element(
    "td",
    { class: typeof value === "string" ? "words" : null },
    text,
    share === null ? null : element("span", { class: "bar", style: `--share: ${share.toFixed(4)}` }),
  );
}

export function barTable(caption, columns, rows) {
  const tops = columns.map((column) => (column.bar ? largest(rows, column) : 0));
  const body = rows.map((row) => element("tr", {}, ...columns.map((column, i) => cell(row, column, tops[i], i === 0))));
  return element(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    element(
      "table",
      { class: "bars" },
      element("caption", { class: "unseen" }, caption),
      element("thead", {}, element("tr", {}, ...columns.map(({ name }) => element("th", { scope: "col" }, name)))),
      element("tbody", {}, ...body),
    ),
  );
}
