// Debian's Chromium without a screen, driven by the pinned playwright-core.
import {createRequire} from "node:module";
import {existsSync} from "node:fs";
import {fileURLToPath} from "node:url";

const packages = process.env.SLUICE_BROWSER_PACKAGES ?? fileURLToPath(new URL("../../../build/browser-packages", import.meta.url));
if (!existsSync(packages)) throw new Error(`${packages} is not there: scripts/fetch-www --tests --into ${packages}`);
const {chromium} = createRequire(`${packages}/`)("playwright-core");
const program = ["/usr/bin/chromium", "/usr/bin/google-chrome"].find((path) => existsSync(path));
if (!program) throw new Error("no Chromium here; scripts/install-deps --tests installs it");

// Software decoding and no sandbox: tests run as root, on machines without a graphics card.
export const open_browser = () => chromium.launch({
  executablePath: program,
  args: ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required", "--disable-dev-shm-usage"],
});

// What a page complains about: errors of scripts, refusals of the policy. Answers such as 404 are no complaint.
export function complaints_of(page) {
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    const text = message.text();
    if (message.type() === "error" && !text.startsWith("Failed to load resource")) complaints.push(`console: ${text}`);
  });
  return complaints;
}

export function words_of(names) {
  const words = Object.fromEntries(names.map((name) => [name, undefined]));
  for (let i = 2; i < process.argv.length; i += 2) {
    const name = process.argv[i].replace(/^--/, "");
    if (!(name in words) || process.argv[i + 1] === undefined)
      throw new Error(`${process.argv[i]}: known are ${names.map((word) => `--${word} VALUE`).join(" ")}`);
    words[name] = process.argv[i + 1];
  }
  return words;
}
