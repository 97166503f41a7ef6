// A chart's numbers as a table: {caption, columns: [text], length, row(i): [text]}. A day has 86 400 rows, so it is
// turned page by page.

import { element } from "./element.js";
import { grouped } from "./figures.js";

const PAGE_ROWS = 60;

export function dataTable({ caption, columns, length, row }) {
  let first = 0;
  const body = element("tbody");
  const where = element("span", { role: "status" });
  const button = (text, step) => element("button", { type: "button", click: () => turn(first + step) }, text);
  const back = button("Earlier", -PAGE_ROWS);
  const on = button("Later", PAGE_ROWS);

  function turn(to) {
    first = to;
    const end = Math.min(first + PAGE_ROWS, length);
    const cells = (i) =>
      row(i).map((text, column) => element(column === 0 ? "th" : "td", column === 0 ? { scope: "row" } : {}, text));
    body.replaceChildren(...Array.from({ length: end - first }, (_, i) => element("tr", {}, ...cells(first + i))));
    where.textContent = `rows ${grouped(first + 1)} to ${grouped(end)} of ${grouped(length)}`;
    back.disabled = first === 0;
    on.disabled = end === length;
  }
  turn(0);
  return element(
    "div",
    {},
    element(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
      element(
        "table",
        {},
        element("caption", { class: "unseen" }, caption),
        element("thead", {}, element("tr", {}, ...columns.map((name) => element("th", { scope: "col" }, name)))),
        body,
      ),
    ),
    length > PAGE_ROWS ? element("p", { class: "pages" }, back, on, where) : null,
  );
}
