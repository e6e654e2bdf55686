// Makes the pictures of the documentation: node pictures.mjs BROKEN.html SCENARIO GOOD.html FOLDER
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { open } from "./chromium.mjs";

const [, , broken, scenario, good, folder] = process.argv;
mkdirSync(folder, { recursive: true });
const browser = await open();
for (const [name, file, hash, height] of [
  ["report-index", broken, "", 620],
  ["report-scenario", broken, `#${scenario}`, 960],
  ["report-virtual", good, `#${scenario}`, 1240],
]) {
  const page = await browser.newPage({ viewport: { width: 1100, height } });
  await page.goto(pathToFileURL(file).href + hash);
  await page.waitForSelector(hash ? "#scenario:not([hidden]) h1" : "#rows a");
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await page.close();
}
await browser.close();
