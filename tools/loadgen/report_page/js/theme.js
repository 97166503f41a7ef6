// The colours are those of css/theme.css: light, dark, and ink for paper. Canvases do not follow style sheets, so they
// ask here while they draw, and are drawn again when the theme changes.

let colours = new Map();

export function colour(name) {
  if (!colours.has(name))
    colours.set(name, getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim());
  return colours.get(name);
}

export const LINES = 8; // --line-0 .. --line-7
export const lineColour = (index) => colour(`line-${index % LINES}`);

// What tells lines apart on paper without colours. On the screen they are solid: dashes would hide the samples.
const DASHES = [[], [9, 3], [2, 3], [9, 3, 2, 3], [14, 4], [5, 3], [14, 3, 2, 3], [1, 2]];
export const paperDash = (index) => DASHES[(index + Math.floor(index / LINES)) % DASHES.length];
const onPaper = () => document.documentElement.classList.contains("ink");

// There are more lines than colours: the second of a colour is dashed everywhere.
export const screenDash = (index) => (index < LINES ? [] : paperDash(index));
export const dash = (index) => (onPaper() ? paperDash(index) : screenDash(index));

// The steps of the heat map's scale, from nothing to most.
const HEAT_STEPS = 6;
export const heatColours = () => Array.from({ length: HEAT_STEPS }, (_, i) => colour(`heat-${i}`));

// redraw() is called whenever the colours or, for printing, the width have become others.
export function keepTheme(redraw) {
  const anew = () => {
    colours = new Map();
    redraw();
  };
  const ink = (on) => {
    document.documentElement.classList.toggle("ink", on);
    anew();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", anew);
  addEventListener("beforeprint", () => ink(true));
  addEventListener("afterprint", () => ink(false));
}
