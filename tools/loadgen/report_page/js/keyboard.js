// A plot by keyboard: the arrows move the cursor from sample to sample, with Shift in larger steps; Home and End; + and
// - zoom around the cursor, 0 and Escape show everything. Up and Down are the caller's.
//
// current() is the plot: a chart may draw itself anew.

// What a screen reader is told of it.
export const KEYS = "Left and right move the cursor";
export const KEYS_OVER_TIME = `${KEYS}, plus and minus zoom, Escape shows everything`;

const LARGE_STEPS = 20; // so many of them cross what is shown

// The first and the last sample that is shown.
function shown(plot) {
  const [values] = plot.data;
  const { min, max } = plot.scales.x;
  let first = 0;
  let last = values.length - 1;
  while (first < last && values[first] < min) ++first;
  while (last > first && values[last] > max) --last;
  return [first, last];
}

// What is shown moves along, so that the cursor stays in sight.
function keepInSight(plot, value, group) {
  const { min, max } = plot.scales.x;
  if (!group || (min <= value && value <= max)) return;
  const half = (max - min) / 2;
  const middle = Math.min(Math.max(value, group.begin_s + half), group.end_s - half);
  group.show(middle - half, middle + half);
}

function zoom(plot, group, factor) {
  const { min, max } = plot.scales.x;
  const middle = plot.cursor.idx == null ? (min + max) / 2 : plot.data[0][plot.cursor.idx];
  group.show(middle - (middle - min) * factor, middle + (max - middle) * factor);
}

export function useKeys(place, current, { group, moved, upDown }) {
  function moveTo(index) {
    const plot = current();
    const [values] = plot.data;
    const value = values[Math.min(Math.max(index, 0), values.length - 1)];
    keepInSight(plot, value, group);
    // A scale that was set holds when all is quiet.
    queueMicrotask(() => {
      plot.setCursor({ left: plot.valToPos(value, "x"), top: plot.over.clientHeight / 2 });
      moved();
    });
  }

  const ofTime = {
    "+": () => zoom(current(), group, 1 / 2),
    "-": () => zoom(current(), group, 2),
    0: () => group.showAll(),
  };
  Object.assign(ofTime, { "=": ofTime["+"], Escape: ofTime[0] });
  const ofRows = { ArrowUp: () => upDown(1), ArrowDown: () => upDown(-1) };

  place.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const plot = current();
    const [first, last] = shown(plot);
    const at = plot.cursor.left >= 0 ? plot.cursor.idx : null;
    const step = event.shiftKey ? Math.max(1, Math.round((last - first) / LARGE_STEPS)) : 1;
    const keys = {
      ArrowRight: () => moveTo(at == null ? first : at + step),
      ArrowLeft: () => moveTo(at == null ? last : at - step),
      Home: () => moveTo(0),
      End: () => moveTo(plot.data[0].length - 1),
      ...(group ? ofTime : {}),
      ...(upDown ? ofRows : {}),
    };
    if (!Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });
}
