// Makes the pictures of the documentation: node pictures.mjs PAGE.html SCENARIO FOLDER
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { open } from "./chromium.mjs";

const [, , file, scenario, folder] = process.argv;
const url = pathToFileURL(file).href;
mkdirSync(folder, { recursive: true });
const browser = await open();
for (const [name, hash, height] of [
  ["report-index", "", 620],
  ["report-scenario", `#${scenario}`, 860],
]) {
  const page = await browser.newPage({ viewport: { width: 1100, height } });
  await page.goto(url + hash);
  await page.waitForSelector(hash ? "#scenario:not([hidden]) h1" : "#rows a");
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await page.close();
}
await browser.close();
