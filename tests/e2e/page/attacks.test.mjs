// Attacks by other pages and by other programs on this machine, in a real browser. Each test first verifies that the attack reaches a server without guards.

import assert from "node:assert/strict";
import { createServer, get } from "node:http";
import { test } from "node:test";

import { browsing, CANARY, INLINE, input, press, says, serve, SOUND } from "./shared.mjs";

const FOREIGN = "rebound.example";
const browser = browsing(`--host-resolver-rules=MAP ${FOREIGN} 127.0.0.1`);

/** Starts a server on its own port. `answer` returns a page, and `asked` has the received requests. */
const other = async (t, answer) => {
    const asked = [];
    const server = createServer((request, response) => {
        let body = "";
        request.on("data", (data) => (body += data));
        request.on("end", () => {
            asked.push({ method: request.method, url: request.url, headers: request.headers, body });
            response.setHeader("Content-Type", "text/html; charset=utf-8");
            if (request.url === "/open") response.setHeader("Set-Cookie", "session=1; HttpOnly; SameSite=Strict; Path=/");
            response.end(answer(request));
        });
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
    return { asked, origin: `http://127.0.0.1:${server.address().port}` };
};

/** Starts a server without guards, on which an attack must succeed. */
const open = (t) => other(t, () => "<p>all that there is</p>");

/** Sends a plain request, as a program on this machine would, and returns status, headers and body. */
// Each request uses its own connection, so that open connections do not displace those of the browser.
const ask = (url, headers = {}) =>
    new Promise((resolve, reject) => {
        const request = get(url, { headers, agent: false }, (response) => {
            let body = "";
            response.on("data", (data) => (body += data));
            response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body }));
        });
        request.on("error", reject);
    });

test("a post from a page on another port is rejected", async (t) => {
    const page = (target) => `<form id="f" method="post" action="${target}/save"><input name="swyx.version" value="13.30"></form>`;
    const victim = await open(t);
    const bare = await (await browser.browser.newContext()).newPage();
    await bare.goto(`${victim.origin}/open`);
    const attacker = await other(t, () => page(victim.origin));
    await bare.goto(attacker.origin);
    await Promise.all([bare.waitForURL(/save/), bare.evaluate(() => document.getElementById("f").submit())]);
    const arrived = victim.asked.find(({ method }) => method === "POST");
    // Ports are not part of a site, so SameSite alone is not sufficient.
    assert.match(arrived.headers.cookie, /session=1/);
    await bare.context().close();

    const served = await serve(t, browser, SOUND);
    const ours = await served.open();
    const { body } = await ours.evaluate(() => ({ body: new URLSearchParams([...new FormData(document.getElementById("form"))]).toString() }));
    // This also applies to a page that knows the secret path, for which the browser sends the cookie.
    const evil = await other(t, () => page(served.home.replace(/\/$/, "")));
    const tab = await ours.context().newPage();
    await tab.goto(evil.origin);
    // It also applies with the correct token.
    await tab.evaluate(
        async ([target, body]) => {
            const options = { method: "POST", mode: "no-cors", credentials: "include", body: new URLSearchParams(body) };
            await fetch(target, options).catch(() => {});
        },
        [`${served.home}save`, body.replace("14.10", "13.30")],
    );
    assert.equal(await served.read(), SOUND);
    const [response] = await Promise.all([
        tab.waitForResponse((response) => response.url() === `${served.home}save`),
        tab.evaluate(() => document.getElementById("f").submit()),
    ]);
    assert.equal(response.status(), 403);
    assert.match((await response.request().allHeaders()).cookie, /=/);
    assert.equal(await served.read(), SOUND);
    // Requests of the form are accepted.
    await input(ours, "swyx.version").fill("13.30");
    assert.equal(await press(ours, "Save"), 200);
});

test("another host name for this address is rejected", async (t) => {
    const victim = await open(t);
    const bare = await browser.browser.newPage();
    await bare.goto(victim.origin.replace("127.0.0.1", FOREIGN));
    assert.equal(victim.asked[0].headers.host, new URL(victim.origin).host.replace("127.0.0.1", FOREIGN));
    assert.match(await bare.innerText("p"), /all that there is/);
    await bare.close();

    const served = await serve(t, browser, SOUND);
    const context = await served.context();
    for (const url of [served.link, `${served.origin}/`, `${served.origin}/style.css`, `${served.origin}/proof`]) {
        const page = await context.newPage();
        // A browser shows its own page for a response without a body.
        const [response] = await Promise.all([page.waitForEvent("response"), page.goto(url.replace("127.0.0.1", FOREIGN)).catch(() => {})]);
        assert.deepEqual([response.status(), response.headers()["content-length"]], [421, "0"], url);
    }
    assert.deepEqual(await context.cookies(), []);
    // The link is still valid.
    assert.equal((await (await context.newPage()).goto(served.link)).status(), 200);
});

test("the page cannot be framed", async (t) => {
    const framed = async (context, target) => {
        const outer = await other(t, () => `<iframe src="${target}"></iframe>`);
        const page = await context.newPage();
        await page.goto(outer.origin, { waitUntil: "load" });
        const frame = await (await page.waitForSelector("iframe")).contentFrame();
        return frame.evaluate(() => document.body.innerText).catch(() => "");
    };
    const victim = await open(t);
    const bare = await browser.browser.newContext();
    assert.match(await framed(bare, `${victim.origin}/`), /all that there is/);
    await bare.close();

    const served = await serve(t, browser, SOUND);
    const page = await served.open();
    assert.doesNotMatch(await framed(page.context(), served.home), /Control Center/);
});

test("a link opens only once", async (t) => {
    const served = await serve(t, browser, SOUND);
    // The server closes connections above the limit without a response.
    const answers = await Promise.all(Array.from({ length: 1000 }, () => ask(served.link).catch(({ code }) => ({ refused: code }))));
    const won = answers.filter(({ headers }) => headers?.["set-cookie"] !== undefined);
    assert.equal(won.length, 1);
    assert.equal(won[0].status, 303);
    const cookie = won[0].headers["set-cookie"][0];
    for (const word of ["HttpOnly", "SameSite=Strict", `Path=${won[0].headers.location}`]) assert.ok(cookie.includes(word), cookie);
    const page = await (await served.context()).newPage();
    const response = await page.goto(served.link);
    assert.ok([401, 403, 404, 410].includes(response.status()), `${response.status()}`);
    assert.doesNotMatch(await page.content(), /Control Center<|name="csrf"/);
    // Only the first request has the page.
    const host = { Cookie: cookie.split(";")[0] };
    assert.match((await ask(`${served.origin}${won[0].headers.location}`, host)).body, /name="csrf"/);
});

test("without a session or a valid token, nothing is shown or changed", async (t) => {
    const served = await serve(t, browser, SOUND);
    const stranger = await (await served.context()).newPage();
    const refused = await stranger.goto(`${served.origin}/`);
    assert.ok([401, 403].includes(refused.status()), `${refused.status()}`);
    assert.doesNotMatch(await stranger.content(), /name="csrf"|north\.toml/);

    const page = await (await served.context()).newPage();
    await page.goto(served.link);
    const statuses = await page.evaluate(async () => {
        const filled = new URLSearchParams([...new FormData(document.getElementById("form"))]);
        filled.set("swyx.version", "13.30");
        const statuses = [];
        for (const change of [(it) => it.delete("csrf"), (it) => it.set("csrf", ""), (it) => it.set("csrf", `${it.get("csrf")}x`)])
            for (const path of ["save", "edit", "merge", "findings"]) {
                const body = new URLSearchParams(filled);
                change(body);
                statuses.push((await fetch(path, { method: "POST", body })).status);
            }
        return statuses;
    });
    assert.deepEqual([...new Set(statuses)], [403]);
    assert.equal(await served.read(), SOUND);
});

test("an expired session is reported", async (t) => {
    const served = await serve(t, browser, SOUND);
    const context = await served.context();
    const page = await context.newPage();
    await page.goto(served.link);
    await context.clearCookies();
    await input(page, "swyx.version").fill("13.30");
    await says(page, "Findings are no longer updated");
    assert.match(await page.locator("#over").innerText(), /The session has ended/);
    assert.equal(await input(page, "swyx.version").inputValue(), "13.30", "what was entered is still there");
});

test("values of a file are shown as text", async (t) => {
    const hostile = `</textarea></script><img src=x onerror="document.title='run'"><script>document.title='run'</script>`;
    const served = await serve(t, browser, `${SOUND}\n[entra]\napplication_name = '''${hostile}'''\n`);
    const page = await served.open();
    assert.equal(await input(page, "entra.application_name").inputValue(), hostile);
    await input(page, "swyx.version").fill(hostile);
    await page.getByRole("button", { name: "Add a user" }).click();
    await input(page, "user[1].swyx").fill(hostile);
    await page.waitForFunction(() => document.querySelector("#findings-title").textContent !== "Nothing found");
    assert.equal(await press(page, "Save"), 422);
    assert.equal(await page.locator("img, main script").count(), 0);
    assert.notEqual(await page.title(), "run");
});

test("the stored secret is neither in a response nor in the memory of the page", async (t) => {
    const served = await serve(t, browser, INLINE);
    const context = await served.context();
    const page = await context.newPage();
    const bodies = [];
    page.on("response", (response) => bodies.push(response.text().catch(() => ""), response.allHeaders().then(JSON.stringify).catch(() => "")));
    await page.goto(served.link);
    const home = page.url();
    await input(page, "entra.application_name").fill("Another name");
    await page.waitForFunction(() => !document.querySelector("#unsaved").hidden);
    await input(page, "control_center.MsTeamsTenantId").fill("nonsense");
    assert.equal(await press(page, "Save"), 422);
    await page.reload();
    await input(page, "swyx.version").fill("13.30");
    await served.write(INLINE.replace("14.10", "14.00").replace(CANARY, `${CANARY}2`));
    assert.equal(await press(page, "Save"), 409);
    assert.equal(await page.locator(".difference").count() > 0, true);
    const memory = await snapshot(page);
    const all = (await Promise.all(bodies)).join("\n");
    assert.ok(all.includes("Teams presence synchronisation") && memory.includes("MsTeamsClientSecret"), "the sweep sees what is there");
    for (const text of [all, memory, await page.content(), served.said.join("\n")]) assert.ok(!text.includes(CANARY.slice(0, 20)));

    // An entered secret is only in this page until it is sent. No response returns it.
    await page.goto(home);
    const secret = "control_center.MsTeamsClientSecret";
    await input(page, secret).selectOption("text");
    await input(page, `${secret}.text`).fill("Nw3~entered-canary.never_again-5tY7u8I9o");
    assert.equal(await input(page, `${secret}.text`).getAttribute("type"), "password");
    assert.equal(await press(page, "Save"), 200);
    assert.match(await served.read(), /entered-canary/);
    await page.goto("about:blank");
    await page.goto(home);
    assert.ok(!(await page.content()).includes("entered-canary"));
    assert.ok(!(await Promise.all(bodies)).join("\n").includes("entered-canary"));
});

/** Returns a heap snapshot of a page from the browser. */
const snapshot = async (page) => {
    const session = await page.context().newCDPSession(page);
    const parts = [];
    session.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => parts.push(chunk));
    await session.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
    return parts.join("");
};

test("every response has restrictive headers", async (t) => {
    const served = await serve(t, browser, SOUND);
    const page = await served.open();
    const cookies = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
    const home = new URL(served.home).pathname;
    for (const path of ["/", "/style.css", "/script.js", "/proof", "/nowhere", home, `${home}nowhere`, `${home}save`])
        for (const headers of [{}, { Cookie: cookies }]) {
            const { headers: given } = await ask(`${served.origin}${path}`, headers);
            const policy = given["content-security-policy"] ?? "";
            for (const word of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"])
                assert.ok(policy.includes(word), `${path}: ${policy}`);
            assert.doesNotMatch(policy, /unsafe|\*/);
            assert.match(given["cache-control"] ?? "", /no-store/, path);
            assert.equal(given["x-content-type-options"], "nosniff", path);
            assert.equal(given["referrer-policy"], "same-origin", path);
            assert.equal(given["access-control-allow-origin"], undefined, path);
            assert.equal(given.server, undefined, path);
        }
});
