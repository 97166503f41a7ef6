// Figures of the page: at, one below and one above each change of unit.
import assert from "node:assert/strict";
import { test } from "node:test";
import { clock, duration, grouped, rounded, short, words } from "../../tools/loadgen/report_page/js/figures.js";

// [what is said, of what]; a blank stands for the narrow one that holds a number together.
const says = (of, table) => {
  for (const [text, ...given] of table) assert.equal(of(...given), text.replaceAll(" ", "\u202f"), `of ${given}`);
};

test("digits are grouped by three", () =>
  says(grouped, [
    ["0", 0],
    ["999", 999],
    ["1 000", 1000],
    ["-1 234 567", -1234567],
    ["9 007 199 254 740 991", Number.MAX_SAFE_INTEGER],
    ["0.0123", 0.01234],
    ["1 234.568", 1234.5678],
    ["–", null],
  ]));

test("a duration has the unit that suits", () =>
  says(duration, [
    ["0 ns", 0],
    ["999 ns", 999],
    ["999 ns", 999.4],
    ["1 µs", 999.5],
    ["1 µs", 1000],
    ["1.23 µs", 1234],
    ["999 µs", 999_499],
    ["1 ms", 999_500],
    ["45.6 ms", 45_600_000],
    ["1 s", 1e9],
    ["7.8 s", 7.8e9],
    ["10 000 s", 1e13],
    ["–", null],
  ]));

test("an axis is marked in thousands", () =>
  says(short, [
    ["0", 0],
    ["999", 999],
    ["1 k", 1000],
    ["13.7 M", 13_700_000],
    ["1 G", 1e9],
    ["0.25", 0.25],
    ["–", undefined],
  ]));

test("a small rate keeps its decimals", () =>
  says(rounded, [
    ["0.5", 0.5],
    ["99.9", 99.9],
    ["100", 100.4],
    ["12 346", 12345.6],
    ["–", null],
  ]));

test("time is seconds, minutes or hours by what is shown", () =>
  says(clock, [
    ["90 s", 90, 119],
    ["0.25 s", 0.25, 1],
    ["1:30", 90, 120],
    ["0:05.5", 5.5, 7199],
    ["1:00", 59.9996, 7199],
    ["1:00", 3600, 7200],
    ["23:59:59", 86399, 86400],
    ["–", null, 60],
  ]));

test("names are words", () => assert.equal(words("awaiting_payment_now"), "awaiting payment now"));
