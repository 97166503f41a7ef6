// node pictures.mjs FILE.html DIRECTORY: the page as people see it, to be looked at: wide and on a phone, light and
// dark, and on paper.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withPage } from "./chromium.mjs";

const [file, directory] = process.argv.slice(2);
if (directory === undefined) {
  process.stderr.write("usage: node pictures.mjs FILE.html DIRECTORY\n");
  process.exit(2);
}
mkdirSync(directory, { recursive: true });
await withPage(async (page) => {
  for (const [name, width] of [
    ["wide", 1280],
    ["phone", 360],
  ]) {
    for (const theme of ["light", "dark"]) {
      await page.size(width, 900);
      await page.theme(theme);
      await page.open(file);
      writeFileSync(join(directory, `${name}-${theme}.png`), await page.picture());
    }
  }
  await page.size(1280, 900);
  await page.open(file);
  writeFileSync(join(directory, "paper.pdf"), await page.pdf());
  page.errors.forEach((error) => process.stderr.write(`${error}\n`));
});
