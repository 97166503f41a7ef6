// The picture of a heat map: a column an instant, a row a shard, and its colours.

import { heatColours } from "./theme.js";

const LEVELS = 256;

// Logarithmic: a shard that waits ten times as often is a step darker, whatever the most is. 0 is the paper.
export const level = (value, most) => (most > 0 ? Math.log1p(value) / Math.log1p(most) : 0);
export const atLevel = (part, most) => Math.expm1(part * Math.log1p(most));

const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

// The scale as LEVELS colours of four bytes, between the theme's steps.
export function heatScale() {
  const steps = heatColours().map(channels);
  const scale = new Uint8ClampedArray(LEVELS * 4);
  for (let i = 0; i < LEVELS; ++i) {
    const at = (i / (LEVELS - 1)) * (steps.length - 1);
    const below = Math.min(Math.floor(at), steps.length - 2);
    const colour = steps[below].map((from, k) => from + (steps[below + 1][k] - from) * (at - below));
    scale.set([...colour, 255], i * 4);
  }
  return scale;
}

// Rows [first, last] of a measure as a canvas no wider than `width`: each column shows the most of what falls into it.
// Gaps are transparent. Returns {canvas, each: how many rows a column is}.
export function heatImage(rows, shards, first, last, most, width) {
  const each = Math.max(1, Math.ceil((last - first + 1) / width));
  const columns = Math.ceil((last - first + 1) / each);
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = shards;
  const image = new ImageData(columns, shards);
  const scale = heatScale();
  for (let column = 0; column < columns; ++column) {
    const end = Math.min(first + (column + 1) * each, last + 1);
    for (let shard = 0; shard < shards; ++shard) {
      let top = -1;
      for (let row = first + column * each; row < end; ++row) top = Math.max(top, rows[row]?.[shard] ?? -1);
      if (top < 0) continue;
      const from = Math.round(level(top, most) * (LEVELS - 1)) * 4;
      // Shard 0 is at the bottom.
      image.data.set(scale.subarray(from, from + 4), ((shards - 1 - shard) * columns + column) * 4);
    }
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return { canvas, each };
}
