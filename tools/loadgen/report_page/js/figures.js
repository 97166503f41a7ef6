// Figures: numbers as people read them, the same as in the terminal's table. Missing is a dash.

const NARROW = "\u202f"; // no-break, so that a number stays in one piece
export const MISSING = "–";

// 1234567 is "1 234 567"; what is no whole number keeps three decimals.
export function grouped(value) {
  if (value == null) return MISSING;
  if (typeof value !== "number") return String(value);
  const [whole, decimals] = String(Number(value.toFixed(Math.abs(value) < 1 ? 4 : 3))).split(".");
  return whole.replace(/\B(?=(\d{3})+$)/g, NARROW) + (decimals ? `.${decimals}` : "");
}

// Three significant digits, and no zeros behind them: 4.50 is "4.5".
const brief = (value) => String(Number(value.toPrecision(3)));

// A rate: whole, unless it is so small that its decimals say something.
export const rounded = (value) => {
  if (value == null) return MISSING;
  return Math.abs(value) < 100 ? brief(value) : grouped(Math.round(value));
};

// For an axis: 13700000 is "13.7 M".
export function short(value) {
  if (value == null) return MISSING;
  for (const [unit, size] of [
    ["G", 1e9],
    ["M", 1e6],
    ["k", 1e3],
  ]) {
    if (Math.abs(value) >= size * 0.9995) return `${brief(value / size)}${NARROW}${unit}`;
  }
  return brief(value);
}

// Nanoseconds, with the unit that suits: "87 ns", "1.23 µs".
export function duration(nanos) {
  if (nanos == null) return MISSING;
  let value = nanos;
  for (const unit of ["ns", "µs", "ms"]) {
    if (value < 999.5) return `${brief(value)}${NARROW}${unit}`;
    value /= 1000;
  }
  return `${value < 999.5 ? brief(value) : grouped(Math.round(value))}${NARROW}s`;
}

// A time of the run: seconds below two minutes, then minutes, then hours. `span_s` is the length of what is shown.
export function clock(instant, span_s) {
  if (instant == null) return MISSING;
  const seconds = Number(instant.toFixed(3)); // first, or 59.9996 s were 0:60
  if (span_s < 120) return `${seconds}${NARROW}s`;
  const two = (value) => String(Math.floor(value)).padStart(2, "0");
  const rest = Number((seconds % 60).toFixed(3));
  const small = (rest < 10 ? "0" : "") + rest;
  if (span_s < 7200) return `${Math.floor(seconds / 60)}:${small}`;
  return `${Math.floor(seconds / 3600)}:${two((seconds / 60) % 60)}${rest ? `:${small}` : ""}`;
}

export function clockUnit(span_s) {
  return span_s < 120 ? "seconds" : span_s < 7200 ? "minutes:seconds" : "hours:minutes";
}

// "awaiting_payment" is "awaiting payment".
export const words = (name) => String(name).replaceAll("_", " ");
