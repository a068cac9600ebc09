// Shared by the tests of the admin form: a program that serves a file, and a browser.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";

import { installed } from "../common.mjs";

export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
export const PROGRAM = path.join(ROOT, "target/release/swyx-teams");
export const LIMIT = 20_000; // milliseconds; only detects a hang

export const TENANT = "6f1d9a54-0c3e-4b7d-9d51-8a2f5c7e3b10";
export const CLIENT = "2b8e4c71-5a9f-4d36-b0c8-7e1f3a6d9245";
/** A secret in a file that must not appear anywhere else. */
export const CANARY = "kX8~canary_Zq7-never.seen_4Rt2~Wm9pLs0vB";

/** A file with comments, an unusual order, and two errors: an invalid tenant id and a missing secret. */
export const FAULTY = `\
# The north branch. Ask Jane before you change this.

[control_center]
MsTeamsClientId = "${CLIENT}"   # from the portal
# The tenant comes second here.
MsTeamsTenantId = "not-a-tenant-id"
MsTeamsStatusSyncMode = 2

[swyx]
version = '14.10' # since May

[sync.status]
"Busy/InAMeeting" = "Away" # not to be disturbed by calls

[[user]]
swyx = "Jane Roe"
teams = "jane.roe@example.com" # her married name
`;

/** The same file without the errors. */
export const SOUND = FAULTY.replace("not-a-tenant-id", TENANT).replace(
    "MsTeamsStatusSyncMode = 2\n",
    'MsTeamsStatusSyncMode = 2\nMsTeamsClientSecret = { env = "SWYX_TEAMS_CLIENT_SECRET" }\n',
);

/** A valid file that contains its secret. */
export const INLINE = SOUND.replace('{ env = "SWYX_TEAMS_CLIENT_SECRET" }', `"${CANARY}"`);

const browserPath = () => {
    const found = ["chromium", "chromium-browser", "google-chrome"].map((name) => spawnSync("which", [name], { encoding: "utf8" }));
    return found.map(({ stdout }) => stdout.trim()).find((name) => name !== "");
};

/** Starts a browser. The sandbox of Chromium does not work as root. */
export const launch = (...options) => {
    const args = process.getuid() === 0 ? ["--no-sandbox", ...options] : options;
    return installed("playwright-core").chromium.launch({ executablePath: browserPath(), args });
};

/** Starts one browser for all tests of a file. */
export const browsing = (...options) => {
    const held = {};
    before(async () => (held.browser = await launch(...options)));
    after(() => held.browser.close());
    return held;
};

/** Closes a context. Chromium does not confirm this if a page starts to navigate at the same time. Then the end of the browser closes it. */
const close = async (context) => {
    let timer;
    const limit = new Promise((resolve) => (timer = setTimeout(resolve, LIMIT)));
    await Promise.race([context.close(), limit]);
    clearTimeout(timer);
};

/** Serves a file with this text until the test ends. `open` opens the link in a new context. */
export const serve = async (t, { browser }, text, environment = {}) => {
    const folder = await mkdtemp(path.join(tmpdir(), "swyx-teams-page-"));
    const file = path.join(folder, "north.toml");
    if (text !== undefined) await writeFile(file, text, { mode: 0o600 });
    const child = spawn(PROGRAM, ["serve", "north.toml"], { cwd: folder, env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "pipe"] });
    const said = [];
    child.stderr.on("data", (data) => said.push(data));
    const ended = new Promise((resolve) => child.once("exit", resolve));
    const link = await new Promise((resolve, reject) => {
        const lines = createInterface({ input: child.stdout });
        lines.on("line", (line) => {
            said.push(line);
            const found = /https?:\/\/[^\s]+/.exec(line);
            if (found) resolve(found[0]);
        });
        ended.then((code) => reject(new Error(`it ended with ${code}: ${said.join("\n")}`)));
    });
    const contexts = [];
    t.after(async () => {
        await Promise.all(contexts.map(close));
        child.kill("SIGTERM");
        await ended;
        await rm(folder, { recursive: true });
    });
    const served = {
        file,
        link,
        said,
        origin: new URL(link).origin,
        /** The secret address of the form, once a page has opened the link. */
        home: undefined,
        /** Kills the program, like a crash. */
        kill: async () => {
            child.kill("SIGKILL");
            await ended;
        },
        read: () => readFile(file, "utf8"),
        write: (text) => writeFile(file, text),
        check: () => spawnSync(PROGRAM, ["check", "--fail-on", "warning", file], { encoding: "utf8" }),
        /** Creates a new context without a session. */
        context: async (options = {}) => {
            const context = await browser.newContext({ colorScheme: "light", ...options });
            context.setDefaultTimeout(LIMIT);
            contexts.push(context);
            return context;
        },
        /** Opens a page with the link. Every error that it reports fails the test. */
        open: async (options = {}) => {
            const context = await served.context(options);
            const page = await context.newPage();
            watch(t, page);
            await page.goto(link);
            served.home = page.url();
            return page;
        },
    };
    return served;
};

/** Runs the emulator until the test ends, and returns its facts. */
export const emulate = async (t, ...words) => {
    const child = spawn(PROGRAM, ["emulate", "--listen", "127.0.0.1:0", ...words], { stdio: ["ignore", "pipe", "ignore"] });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    t.after(() => child.kill("SIGTERM") && ended);
    const line = await Promise.race([
        new Promise((resolve) => createInterface({ input: child.stdout }).once("line", resolve)),
        ended.then((code) => Promise.reject(new Error(`the emulator ended with ${code}`))),
    ]);
    return JSON.parse(line);
};

/** Returns settings for an emulated tenant, with the locations of its secrets. */
export const settings = (facts) => `\
[control_center]
MsTeamsStatusSyncMode = 2
MsTeamsTenantId = "${facts.tenant_id}"
MsTeamsClientId = "${facts.client_id}"
MsTeamsClientSecret = { env = "SWYX_TEAMS_CLIENT_SECRET" }

[swyx]
version = "14.10"

[entra]
authority = "${facts.authority}"
graph = "${facts.graph}"
ca_file = "${facts.ca_file}"
`;
/** Returns the secrets of these settings as environment variables. */
export const secrets = (facts) => ({ SWYX_TEAMS_CLIENT_SECRET: facts.client_secret, SWYX_TEAMS_ADMIN_TOKEN: facts.admin_token });
/** Returns the variable for trust in the address of the emulated tenant. */
export const trust = (facts) => ({ SWYX_TEAMS_TRUST: new URL(facts.authority).host });
/** Returns the variables for secrets and trust. */
export const environment = (facts) => ({ ...secrets(facts), ...trust(facts) });

/** Fails the test at its end for every error of a page: script errors, policy violations, and requests to other hosts. */
export const watch = (t, page) => {
    const faults = [];
    page.on("pageerror", ({ message }) => faults.push(message));
    page.on("console", (message) => {
        // The browser also reports the status of a rejected save and of a conflict.
        if (message.type() === "error" && !/status of 4(09|22)/.test(message.text())) faults.push(message.text());
    });
    page.on("request", (request) => {
        const url = new URL(request.url());
        if (url.hostname !== "127.0.0.1" && url.protocol !== "data:") faults.push(`asked ${request.url()}`);
    });
    t.after(() => assert.deepEqual(faults, []));
};

/** Returns the input of a key. */
export const input = (page, key) => page.locator(`[name="${key}"]`);

/** Returns the text above the list of the summary. */
export const heading = (page) => page.locator("#findings-title");

/** Returns the lines of the summary as text. */
export const findings = (page) => page.locator("#findings-list li").allInnerTexts();

/** Presses the first button with this name, and waits for the next page. */
export const press = async (page, name) => {
    const response = page.waitForResponse((response) => response.request().isNavigationRequest() && ![303, 307].includes(response.status()));
    // The page requests the proof of the server first, so the navigation starts after the click.
    const loaded = page.waitForEvent("load");
    await page.getByRole("button", { name, exact: true }).first().click();
    const answered = await response;
    await loaded;
    return answered.status();
};

/** Follows a link, and waits for the next page. */
export const follow = async (page, name) => {
    const loaded = page.waitForEvent("load");
    await page.getByRole("link", { name }).click();
    await loaded;
};

/** Waits for this text in the summary. */
export const says = (page, text) => page.waitForFunction((text) => document.querySelector("#findings-title").textContent === text, text);

/** Returns the findings of the program for a file, as rule and line. */
export const checked = (file) => {
    const done = spawnSync(PROGRAM, ["check", "--format", "json", file], { encoding: "utf8" });
    return JSON.parse(done.stdout).files[0].diagnostics;
};


const axe = await readFile(installed.resolve("axe-core/axe.min.js"), "utf8");

/** Returns the findings of axe on a page, as rule and element. The browser driver injects axe, so the policy of the page does not block it. */
export const faults = async (page) => {
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
};

/** Returns the findings of axe in both colour schemes, wide and narrow. */
export const faultsEverywhere = async (page) => {
    const found = [];
    for (const colorScheme of ["light", "dark"])
        for (const width of [1280, 360]) {
            await page.emulateMedia({ colorScheme });
            await page.setViewportSize({ width, height: 800 });
            found.push(...(await faults(page)).map((fault) => `${colorScheme}, ${width}: ${fault}`));
        }
    return found;
};
