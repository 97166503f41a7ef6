// node check.mjs FILE.html: opens the page of a run in headless Chromium, and looks whether it shows the run that lies
// in it: every chart has its data and draws them, nothing goes wrong in the console, no request leaves the page; it can
// be used by keyboard, in light and dark, on paper and on a phone. Names what is not so, and then exits with 1.
import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { checkCharts, checkNumbers } from "./chart_checks.mjs";
import { withPage } from "./chromium.mjs";
import { checkPhone, checkThemes } from "./reading_checks.mjs";
import { checkKeyboard, checkMouse } from "./use_checks.mjs";

// What has gone wrong so far, whatever was looked at.
export function checkQuiet(page, file) {
  const own = pathToFileURL(resolve(file)).href;
  return [
    ...page.errors.map((error) => `console: ${error}`),
    ...page.requests
      .filter((url) => url !== own && !url.startsWith("data:"))
      .map((url) => `network: ${url} was asked for`),
  ];
}

// The problems of a page: none, if all is well.
export async function check(page, file) {
  await page.size(1280, 900);
  await page.theme("light");
  await page.open(file);
  if (!(await page.evaluate(() => window.report !== undefined)))
    return ["it is no page of a run, or its script failed"];
  const problems = [];
  for (const part of [checkCharts, checkNumbers, checkKeyboard, checkMouse, checkThemes, checkPhone])
    problems.push(...(await part(page)));
  return [...problems, ...checkQuiet(page, file)];
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [file] = process.argv.slice(2);
  if (file === undefined) {
    process.stderr.write("usage: node check.mjs FILE.html\n");
    process.exit(2);
  }
  const problems = await withPage((page) => check(page, file)).catch((error) => [error.message]);
  process.stdout.write(
    problems.map((problem) => `${file}: ${problem}\n`).join("") || `${file}: every chart is as the run says\n`,
  );
  process.exitCode = problems.length > 0 ? 1 : 0;
}
