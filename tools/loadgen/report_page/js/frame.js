// The frame of a chart or table: its title with the unit, what to know to read it, and places for what goes into it.

import { dataTable } from "./data_table.js";
import { element } from "./element.js";

export function frame({ id, title, unit, lead }, ...content) {
  const heading = element(
    "h2",
    { id: `${id}-title` },
    title,
    unit ? element("span", { class: "unit" }, `, ${unit}`) : null,
  );
  const tools = element("div", { class: "tools" });
  return {
    element: element(
      "section",
      { id, class: "chart", "aria-labelledby": `${id}-title` },
      element("header", {}, heading, tools),
      lead ? element("p", { class: "lead" }, lead) : null,
      ...content,
    ),
    tools,
  };
}

// A button that is on or off.
export function toggle(text, on, change) {
  const button = element(
    "button",
    {
      type: "button",
      "aria-pressed": on,
      click: () => {
        on = !on;
        button.setAttribute("aria-pressed", on);
        change(on);
      },
    },
    text,
  );
  return button;
}

// The numbers behind a chart, made when somebody opens them.
export function numbers(table) {
  const details = element(
    "details",
    {
      toggle: () => {
        if (details.open && details.childElementCount === 1) details.append(dataTable(table));
      },
    },
    element("summary", {}, "Numbers"),
  );
  // Other numbers: a table that is open is made anew.
  const change = (other) => {
    table = other;
    [...details.children].slice(1).forEach((child) => child.remove());
    if (details.open) details.append(dataTable(table));
  };
  return { element: details, change };
}
