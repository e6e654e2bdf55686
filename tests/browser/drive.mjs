// Opens a report in Debian's Chromium, does what a person would, and prints what came of it as JSON.
// Usage: node drive.mjs PAGE.html SCENARIO
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { open, AXE_TAGS } from "./chromium.mjs";

const [, , file, scenario] = process.argv;
const url = pathToFileURL(file).href;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await open();
const complaints = [];
const requests = [];

async function page(options = {}) {
  const made = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  made.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  made.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  made.on("request", (request) => requests.push(request.url()));
  return made;
}

const visible = (one) =>
  one.$$eval("#rows tbody tr:not([hidden]) a", (links) =>
    links.filter((link) => link.offsetParent !== null).map((link) => link.textContent),
  );
const active = (one) => one.evaluate(() => document.activeElement.textContent);

async function violations(one) {
  await one.evaluate(axe); // not as a script element: the page's own policy forbids that, as it should
  const { violations: found, passes } = await one.evaluate(
    (tags) => globalThis.axe.run({ runOnly: tags }),
    AXE_TAGS,
  );
  return {
    held: passes.map(({ id }) => id),
    broken: found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`),
  };
}

const one = await page();
await one.goto(url);
const facts = {};
facts.title = await one.title();
facts.ready = await one.evaluate(() => performance.timing.domComplete - performance.timing.navigationStart);
facts.byDefault = await visible(one);
facts.filter = await one.inputValue("#filter");

facts.filtered = {};
for (const words of [
  "is:good",
  "rule:virtual-parent",
  "covers:virtual",
  "verdict:violated",
  "-is:unexpected",
  "zzz",
]) {
  await one.fill("#filter", words);
  facts.filtered[words] = await visible(one);
}
facts.none = await one.textContent("#none");
facts.hash = await one.evaluate(() => location.hash);

await one.fill("#filter", "");
facts.folders = await one.$$eval("#rows tbody:not([hidden]) button", (buttons) =>
  buttons.map((b) => b.textContent),
);
await one.click("#rows button");
facts.opened = await visible(one);

await one.fill("#filter", "verdict:violated");
await one.press("#filter", "Escape");
await one.keyboard.press("j");
facts.j = await active(one);
await one.keyboard.press("Enter");
await one.waitForSelector("#scenario:not([hidden]) h1");
facts.entered = await one.textContent("#scenario h1");
facts.permalink = await one.evaluate(() => location.hash);
await one.keyboard.press("j");
facts.mark = await active(one);
await one.keyboard.press("u");
await one.waitForSelector("#index:not([hidden])");
facts.back = await active(one);
await one.keyboard.press("/");
facts.slash = await one.evaluate(() => document.activeElement.id);

facts.axe = {};
facts.overflow = {};
for (const colorScheme of ["light", "dark"]) {
  for (const width of [1280, 360]) {
    const other = await page({ colorScheme, viewport: { width, height: 800 } });
    for (const hash of ["", `#${scenario}`]) {
      await other.goto("about:blank");
      await other.goto(url + hash);
      if (hash) {
        await other.waitForSelector("#scenario:not([hidden]) h1");
        await other.$$eval("details", (all) => all.forEach((each) => (each.open = true)));
      }
      const name = `${colorScheme} ${width} ${hash}`;
      facts.axe[name] = await violations(other);
      facts.overflow[name] = await other.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
    }
    await other.close();
  }
}

const opened = await page();
await opened.goto(`${url}#${scenario}`);
await opened.waitForSelector("#scenario:not([hidden]) h1");
facts.view = {
  title: await opened.title(),
  heading: await opened.textContent("#scenario h1"),
  cards: await opened.$$eval("#scenario .cause h2", (all) => all.map((each) => each.textContent)),
  refused: await opened.$$eval("#scenario .refused", (all) => all.map((each) => each.textContent)),
  hits: await opened.$$eval("#scenario .hit", (all) => all.map((each) => each.textContent)),
  first: await opened.$$eval("#scenario .here-first", (all) => all.map((each) => each.textContent)),
  here: await opened.$$eval("#scenario .src .here", (all) => all.map((each) => each.textContent)),
  virtual: await opened.$$eval("#scenario .tracks .virtual.first", (all) => all.length),
  axis: await opened.$$eval("#scenario .axis li:has(.invoked)", (all) =>
    all.map((each) => {
      const line = each.querySelector(".line").getBoundingClientRect();
      const share = ({ left }) => Math.round((100 * (left - line.left)) / line.width);
      const at = (marks) => marks.map((mark) => share(mark.getBoundingClientRect()));
      return [each.firstChild.textContent, at([...each.querySelectorAll(".invoked")])];
    }),
  ),
  lanes: await opened.$$eval("#scenario .lane", (all) => all.map((each) => each.children.length)),
  folded: await opened.$$eval("#scenario .panel > details", (all) => all.map((each) => each.open)),
  text: await opened.textContent("#scenario"),
};
facts.injected = await opened.evaluate(() => [
  globalThis.injected ?? null,
  document.querySelectorAll("img, iframe").length,
]);
facts.complaints = complaints;
facts.requests = [...new Set(requests.map((each) => each.split("#")[0]))].filter(
  (each) => each !== "about:blank",
);
await browser.close();
process.stdout.write(JSON.stringify(facts));
