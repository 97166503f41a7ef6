// A page can be read: in light and dark, on paper, on a telephone.
import { channels, checkCharts } from "./chart_checks.mjs";
import { theme } from "./in_page.mjs";

const PHONE_PX = 360;

function luminance(hex) {
  const [r, g, b] = channels(hex)
    .map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
const contrast = (a, b) => {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
};
const CONTRASTS = {
  ink: 7,
  soft: 4.5,
  good: 4.5,
  bad: 4.5,
  ...Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`line-${i}`, 3])),
};

const poor = (name, { colours }) =>
  Object.entries(CONTRASTS)
    .filter(([colour, least]) => contrast(colours[colour], colours.paper) < least)
    .map(
      ([colour]) =>
        `${name}: ${colour} has a contrast of ${contrast(colours[colour], colours.paper).toFixed(2)} with the paper`,
    );

const pictures = (page) =>
  page.evaluate(() => [...document.querySelectorAll("canvas")].map((canvas) => canvas.toDataURL()).join());

// In both themes every chart is drawn, in other colours; on paper it is ink on white, whatever the screen was.
export async function checkThemes(page) {
  await page.theme("light");
  const light = await page.evaluate(theme);
  const lightCharts = await pictures(page);
  await page.theme("dark");
  const dark = await page.evaluate(theme);
  const problems = [...poor("light", light), ...poor("dark", dark)];
  if (light.body === dark.body || luminance(dark.colours.paper) > luminance(dark.colours.ink))
    problems.push("dark: the page is as light as in light");
  if (lightCharts !== "" && lightCharts === (await pictures(page)))
    problems.push("dark: the charts are drawn in the colours of light");
  problems.push(...(await checkCharts(page)).map((problem) => `dark: ${problem}`));

  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  await page.settled();
  const ink = await page.evaluate(theme);
  if (JSON.stringify(ink) !== JSON.stringify(light))
    problems.push("paper: the page is not ink on white when the screen is dark");
  problems.push(...(await checkCharts(page)).map((problem) => `paper: ${problem}`));
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  const pdf = await page.pdf();
  if (pdf.subarray(0, 5).toString() !== "%PDF-") problems.push("paper: no PDF comes out");
  await page.theme("light");
  return problems;
}

export async function checkPhone(page) {
  await page.size(PHONE_PX, 740);
  const wide = await page.evaluate((width) => {
    const root = document.documentElement.scrollWidth > width ? ["the page"] : [];
    const plots = [...document.querySelectorAll(".plot canvas")].filter(
      (canvas) => canvas.getBoundingClientRect().right > width,
    );
    return [...root, ...plots.map((canvas) => canvas.closest("section").id)];
  }, PHONE_PX);
  return [
    ...wide.map((what) => `phone: ${what} is wider than ${PHONE_PX} pixels`),
    ...(await checkCharts(page)).map((problem) => `phone: ${problem}`),
  ];
}
