// Pictures of pages: node look.mjs --base http://HOST --into FOLDER --pages NAME=PATH,NAME=PATH
//
// Each page in light, dark and on a phone (light and dark). Writes one JSON object: pages: [{name, look, path, width,
// scroll_width, text, links, scripts_run, complaints}]. The caller judges.
import {complaints_of, open_browser, words_of} from "./chromium.mjs";

const words = words_of(["base", "into", "pages"]);
const looks = {
  light: {viewport: {width: 1280, height: 800}, colorScheme: "light"},
  dark: {viewport: {width: 1280, height: 800}, colorScheme: "dark"},
  phone: {viewport: {width: 390, height: 844}, colorScheme: "light", deviceScaleFactor: 2, isMobile: true, hasTouch: true},
  "phone-dark": {viewport: {width: 390, height: 844}, colorScheme: "dark", deviceScaleFactor: 2, isMobile: true, hasTouch: true},
};

// Settled: what the server tells is shown.
const settled = () => document.querySelector("#cards > li, #empty:not([hidden]), #open:not([hidden])") ||
  (document.querySelector("#links > li") && !/^Connecting$/.test(document.getElementById("status").textContent));

async function look_at(browser, name, path, look) {
  const page = await browser.newPage(looks[look]);
  const complaints = complaints_of(page);
  await page.goto(words.base + path);
  await page.waitForFunction(settled, null, {timeout: 20000}).catch(() => complaints.push("the page did not settle"));
  await page.waitForFunction(() => !document.querySelector("svg.spark polyline") ||
    document.querySelector("svg.spark polyline").points.numberOfItems >= 3, null, {timeout: 20000});
  await page.screenshot({path: `${words.into}/${name}-${look}.png`, fullPage: look.startsWith("phone")});
  const told = await page.evaluate(() => ({
    width: innerWidth,
    scroll_width: document.documentElement.scrollWidth,
    text: document.body.innerText,
    links: [...document.querySelectorAll("a[href]")].map((link) => link.getAttribute("href")),
    scripts_run: globalThis.attacked ?? 0,
  }));
  await page.close();
  return {name, look, path, ...told, complaints};
}

const browser = await open_browser();
try {
  const pages = [];
  for (const pair of words.pages.split(",")) {
    const [name] = pair.split("=", 1);
    const path = pair.slice(name.length + 1);
    for (const look of Object.keys(looks)) pages.push(await look_at(browser, name, path, look));
  }
  process.stdout.write(JSON.stringify({pages}) + "\n");
} finally {
  await browser.close();
}
