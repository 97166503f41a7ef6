// The scale of a heat map: which colour is how much, with marks that can be read.

import { element } from "./element.js";
import { atLevel, heatScale, level } from "./heat_image.js";

const MARKS = 3; // between 0 and the most

function marksUpTo(most) {
  const decades = Math.max(1, Math.ceil(Math.log10(most) / MARKS));
  const between = Array.from({ length: MARKS }, (_, i) => 10 ** (decades * (i + 1)));
  return most > 0 ? [0, ...between.filter((mark) => level(mark, most) < 0.85), most] : [0];
}

export function heatLegend() {
  const canvas = element("canvas", { width: 256, height: 1, role: "img" });
  const marks = element("div", { class: "marks" });
  const value = element("span", { class: "value" });
  return {
    element: element("div", { class: "heat" }, element("div", { class: "scale" }, canvas, marks), value),
    draw({ most, text, title }) {
      canvas.getContext("2d").putImageData(new ImageData(heatScale(), 256, 1), 0, 0);
      canvas.setAttribute(
        "aria-label",
        `scale of ${title}: 0 to ${text(most)}; the middle is ${text(Math.round(atLevel(0.5, most)))}`,
      );
      marks.replaceChildren(
        ...marksUpTo(most).map((mark) =>
          element("span", { style: `left: ${(100 * level(mark, most)).toFixed(2)}%` }, text(mark)),
        ),
      );
    },
    show(text) {
      value.textContent = text ?? "";
    },
  };
}
