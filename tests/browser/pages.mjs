// Looks at each page as people do: wide and at 360 pixels, light and dark, with everything unfolded. Writes screenshots
// and fails where axe-core finds a violation, something does not fit, a script error appears, or a state is shown without
// a word or without an icon.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const pages = JSON.parse(process.env.PAGES);
const problems = [];
const say = (...words) => problems.push(words.join(" "));

mkdirSync("pictures", { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});

// Colours do not depend on the width, nor widths on the colours.
const LOOKS = [["light", 1280], ["light", 360], ["dark", 1280]];

async function look({ name, url }, scheme, width) {
  const at = `${name} ${scheme} ${width}:`;
  // axe-core is put into the page by us, which the page's own policy would not allow.
  const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height: 900 }, bypassCSP: true });
  const page = await context.newPage();
  page.on("console", (message) => {
    // The address of a link that never was answers 404 on purpose, with a page.
    if (message.type() === "error" && !/status of (404|410)/.test(message.text())) say(at, message.text());
  });
  page.on("pageerror", (error) => say(at, error.message));
  await page.goto(url);
  await page.screenshot({ path: `pictures/${name}-${scheme}-${width}.png`, fullPage: true });
  await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (over > 0) say(at, `${over} pixels do not fit`);
  const wordless = await page.evaluate(() =>
    [...document.querySelectorAll(".state, .verified .pill")]
      .filter((one) => !one.textContent.trim() || !one.querySelector("svg"))
      .map((one) => one.outerHTML.slice(0, 120)));
  for (const one of wordless) say(at, "a state without word or icon:", one);
  await page.evaluate(AXE);
  const found = await page.evaluate((rules) => axe.run(document, { runOnly: rules }), RULES);
  for (const one of found.violations) say(at, one.id, `${one.nodes.length}×`, one.nodes[0].html.slice(0, 160));
  await context.close();
}

const views = pages.flatMap((page) => LOOKS.map(([scheme, width]) => [page, scheme, width]));
const looked = views.length;
const worker = async () => {
  for (let view = views.shift(); view; view = views.shift()) await look(...view);
};
await Promise.all([worker(), worker()]);
await browser.close();
console.log(`· ${looked} views of ${pages.length} pages; screenshots in target/browser/pictures`);
for (const problem of problems) console.error(problem);
process.exit(problems.length ? 1 : 0);
