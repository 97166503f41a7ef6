// A legend: what each line is, and what it says at the cursor; without one, what it came to in all. Each is a button
// that hides its line.

import { drawing, element } from "./element.js";
import { LINES, paperDash, screenDash } from "./theme.js";

const dashes = (pattern) => pattern.join(" ") || "none";

const swatch = (index) =>
  drawing(
    "svg",
    { class: "swatch", viewBox: "0 0 26 8", "aria-hidden": "true" },
    drawing("line", {
      x1: 0,
      y1: 4,
      x2: 26,
      y2: 4,
      stroke: `var(--line-${index % LINES})`,
      style: `--on-screen: ${dashes(screenDash(index))}; --on-paper: ${dashes(paperDash(index))}`,
    }),
  );

// lines: [{name, index, rest}]; hide(i, hidden).
export function legend(lines, restTitle, hide) {
  const title = element("span", { class: "at" }, restTitle);
  const values = lines.map((line) => element("span", { class: "value" }, line.rest));
  const buttons = lines.map((line, i) => {
    const button = element(
      "button",
      {
        type: "button",
        "aria-pressed": "true",
        title: "show or hide",
        click: () => {
          const shown = button.getAttribute("aria-pressed") !== "true";
          button.setAttribute("aria-pressed", shown);
          hide(i, !shown);
        },
      },
      swatch(line.index),
      element("span", {}, line.name),
      values[i],
    );
    return button;
  });
  return {
    element: element("div", { class: "legend", role: "group", "aria-label": "lines" }, title, ...buttons),
    hidden: (i) => buttons[i].getAttribute("aria-pressed") !== "true",
    // texts: what each line says at the cursor; null: there is no cursor.
    show(at, texts) {
      title.textContent = at ?? restTitle;
      values.forEach((value, i) => (value.textContent = texts ? texts[i] : lines[i].rest));
    },
  };
}
