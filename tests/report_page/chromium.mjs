// A headless Chromium, driven by its own protocol over a pair of pipes: each message is JSON with a zero
// byte behind it (https://chromedevtools.github.io/devtools-protocol). No driver of a fixed version lies between,
// because Debian's Chromium is always the newest.
//
//   await withPage(async (page) => { await page.open(file); await page.evaluate(function) ... });
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const PROGRAM = process.env.FLEXSTOCK_CHROMIUM ?? "chromium";
const ANSWER_MS_MAX = 120_000;

// Quiet: no request of the browser's own, and nothing is found beyond this machine.
const flags = (profile) => [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
  "--host-resolver-rules=MAP * ~NOTFOUND",
  "--force-device-scale-factor=1",
  "--remote-debugging-pipe",
  `--user-data-dir=${profile}`,
  "about:blank",
];

class Connection {
  #browser;
  #next = 1;
  #waiting = new Map();
  #listeners = [];
  #rest = "";
  #ended = ""; // why

  constructor(browser) {
    this.#browser = browser;
    browser.stdio[4].setEncoding("utf8").on("data", (text) => this.#take(text));
    browser.stdio[3].on("error", () => {}); // it has ended: said below
    browser.on("error", (error) =>
      this.#end(`${PROGRAM} does not start (${error.code}): install the package chromium`),
    );
    browser.on("exit", (code, signal) => this.#end(`${PROGRAM} ended by itself (${code ?? signal})`));
  }

  #take(text) {
    const messages = (this.#rest + text).split("\0");
    this.#rest = messages.pop();
    for (const message of messages.map((each) => JSON.parse(each))) {
      if (message.id === undefined) {
        this.#listeners.forEach((listen) => listen(message));
        continue;
      }
      const { answer, fail, clock } = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      clearTimeout(clock);
      if (message.error) fail(new Error(message.error.message));
      else answer(message.result);
    }
  }

  #end(reason) {
    this.#ended = reason;
    for (const { fail, clock } of this.#waiting.values()) {
      clearTimeout(clock);
      fail(new Error(reason));
    }
    this.#waiting.clear();
  }

  listen(listener) {
    this.#listeners.push(listener);
  }

  send(method, params = {}, sessionId = undefined) {
    const id = this.#next++;
    if (this.#ended !== "") return Promise.reject(new Error(this.#ended));
    return new Promise((answer, fail) => {
      const clock = setTimeout(() => fail(new Error(`${PROGRAM} does not answer ${method}`)), ANSWER_MS_MAX);
      this.#waiting.set(id, { answer, fail, clock });
      this.#browser.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }
}

class Page {
  #connection;
  #session;
  #loaded = () => {};
  errors = []; // what the console, the log and uncaught exceptions said
  requests = []; // addresses that were asked for

  constructor(connection, session) {
    this.#connection = connection;
    this.#session = session;
    connection.listen(({ method, params, sessionId }) => sessionId === session && this.#hear(method, params));
  }

  #hear(method, params) {
    if (method === "Page.loadEventFired") this.#loaded();
    if (method === "Network.requestWillBeSent") this.requests.push(params.request.url);
    if (method === "Runtime.exceptionThrown")
      this.errors.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
    if (method === "Log.entryAdded" && params.entry.level !== "verbose" && params.entry.level !== "info")
      this.errors.push(params.entry.text);
    if (method === "Runtime.consoleAPICalled" && ["error", "warning", "assert"].includes(params.type)) {
      this.errors.push(params.args.map((each) => each.value ?? each.description).join(" "));
    }
  }

  send(method, params) {
    return this.#connection.send(method, params, this.#session);
  }

  async open(file) {
    const loaded = new Promise((done) => (this.#loaded = done));
    const { errorText } = await this.send("Page.navigate", { url: pathToFileURL(resolve(file)).href });
    if (errorText) throw new Error(`it cannot be opened (${errorText})`);
    await loaded;
    await this.settled();
  }

  // What the page does "when it has been drawn" has been done.
  settled() {
    return this.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))));
  }

  // Runs a function in the page, with arguments that are JSON, and brings back what it returns.
  async evaluate(task, ...given) {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", {
      awaitPromise: true,
      returnByValue: true,
      expression: `(${task})(...${JSON.stringify(given)})`,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  async press(key, { shift = false } = {}) {
    const text = key.length === 1 ? key : undefined;
    for (const type of ["keyDown", "keyUp"]) {
      await this.send("Input.dispatchKeyEvent", {
        type,
        key,
        modifiers: shift ? 8 : 0,
        ...(type === "keyDown" && { text }),
      });
    }
    await this.settled();
  }

  async move(x, y) {
    await this.send("Input.dispatchMouseEvent", { type: "mouseMoved", x, y });
    await this.settled();
  }

  async drag(from, to) {
    const at = ([x, y]) => ({ x, y, button: "left", clickCount: 1 });
    await this.send("Input.dispatchMouseEvent", { type: "mouseMoved", ...at(from) });
    await this.send("Input.dispatchMouseEvent", { type: "mousePressed", ...at(from) });
    await this.send("Input.dispatchMouseEvent", { type: "mouseMoved", ...at(to), buttons: 1 });
    await this.send("Input.dispatchMouseEvent", { type: "mouseReleased", ...at(to) });
    await this.settled();
  }

  async size(width, height, scale = 1) {
    await this.send("Emulation.setDeviceMetricsOverride", {
      width,
      height,
      deviceScaleFactor: scale,
      mobile: width < 600,
    });
    await this.settled();
  }

  // "light" or "dark".
  async theme(value) {
    await this.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value }] });
    await this.settled();
  }

  // As many pixels high as the page is.
  async picture() {
    const {
      cssContentSize: { width, height },
    } = await this.send("Page.getLayoutMetrics");
    const { data } = await this.send("Page.captureScreenshot", {
      captureBeyondViewport: true,
      clip: { x: 0, y: 0, width, height, scale: 1 },
    });
    return Buffer.from(data, "base64");
  }

  async pdf() {
    const { data } = await this.send("Page.printToPDF", {
      printBackground: false,
      preferCSSPageSize: true,
      paperWidth: 8.27,
      paperHeight: 11.69,
    });
    return Buffer.from(data, "base64");
  }
}

export async function withBrowser(use) {
  const profile = mkdtempSync(join(tmpdir(), "flexstock-chromium-"));
  const browser = spawn(PROGRAM, flags(profile), { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const ended = new Promise((done) => browser.on("exit", done).on("error", done));
  const connection = new Connection(browser);
  try {
    return await use(connection);
  } finally {
    // Closed and not killed, so that its other processes are gone, too, and write no more into the profile.
    await connection.send("Browser.close").catch(() => browser.kill("SIGKILL"));
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
  }
}

// A page of its own, in a browser that is there; closed when it has been used.
export async function inBrowser(browser, use) {
  const { targetId } = await browser.send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await browser.send("Target.attachToTarget", { targetId, flatten: true });
  const page = new Page(browser, sessionId);
  for (const domain of ["Page", "Runtime", "Log", "Network"]) await page.send(`${domain}.enable`);
  try {
    return await use(page);
  } finally {
    await browser.send("Target.closeTarget", { targetId });
  }
}

export const withPage = (use) => withBrowser((browser) => inBrowser(browser, use));
