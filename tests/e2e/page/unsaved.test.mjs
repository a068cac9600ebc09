// Input that is not saved yet, when the session or the program ends, the file changes or breaks, or the page is left.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";

import { browsing, faults, input, INLINE, press, PROGRAM, serve, settings, SOUND, TENANT, emulate, environment } from "./shared.mjs";

const browser = browsing();
const SECRET = "control_center.MsTeamsClientSecret";
const ENTERED = "Nw3~entered-canary.never_again-5tY7u8I9o";

const save = (page) => page.getByRole("button", { name: "Save", exact: true }).first().click();
const over = (page) => page.locator("#over").innerText();
const offered = (page) => page.locator(".note.draft");
/** Restores the latest input, and waits for the page of its version. */
const restore = async (page) => {
    const loaded = page.waitForEvent("load");
    await page.getByRole("button", { name: "Restore" }).first().click();
    await loaded;
};
const add = async (page, index, name) => {
    await page.getByRole("button", { name: "Add a user" }).click();
    await input(page, `user[${index}].swyx`).fill(name);
    await input(page, `user[${index}].teams`).fill(`${name.toLowerCase()}@example.com`);
};
/** Returns the names of the users in the form, with a mark at those that will be removed. */
const users = (page) =>
    page.locator('table[data-rows="user"] tr[data-row]').evaluateAll((rows) => rows.map((row) => row.querySelector("input").value + (row.classList.contains("removed") ? " (removed)" : "")));
/** Returns what the tab stores. */
const stored = (page) => page.evaluate(() => JSON.stringify({ ...sessionStorage }));
/** Leaves without an answer to the question of the browser. */
const crash = async (page, address) => {
    const accept = (dialog) => dialog.accept();
    page.on("dialog", accept);
    await page.goto(address);
    page.off("dialog", accept);
};

/** Opens another link, as the terminal prints one: the cookie is of a new session of the same browser. */
const ended = async (page) => {
    const cookies = await page.context().cookies();
    await page.context().clearCookies();
    return () => page.context().addCookies(cookies);
};

/** A page without the check of console errors, because the browser reports a status of 401. */
const opened = async (served, options) => {
    const page = await (await served.context(options)).newPage();
    await page.goto(served.link);
    served.home = page.url();
    return page;
};

test("a page whose session has ended keeps its input, also a secret, and saves it in the next session", async (t) => {
    const served = await serve(t, browser, SOUND);
    const page = await opened(served);
    await input(page, "swyx.version").fill("14.00");
    await input(page, SECRET).selectOption("text");
    await input(page, `${SECRET}.text`).fill(ENTERED);
    const again = await ended(page);
    await save(page);
    assert.match(await over(page), /^The session has ended, so nothing was saved\. Your input is still here\./);
    assert.equal(await input(page, "swyx.version").inputValue(), "14.00");
    assert.equal(await served.read(), SOUND);
    await again();
    assert.equal(await press(page, "Save"), 200);
    const text = await served.read();
    assert.ok(text.includes('version = "14.00"') && text.includes(ENTERED), text);
    assert.equal(await stored(page), "{}");
});

test("a page with the token of an ended session continues with that of the next one", async (t) => {
    const served = await serve(t, browser, SOUND);
    const page = await opened(served);
    await input(page, "swyx.version").fill("14.00");
    // As in a page of an ended session of this browser.
    await page.evaluate(() => (document.querySelector("input[name=csrf]").value = "x".repeat(43)));
    assert.equal(await press(page, "Save"), 200);
    assert.ok((await served.read()).includes('version = "14.00"'));
});

test("without JavaScript, a save after the session has ended shows the input without secrets", async (t) => {
    const served = await serve(t, browser, INLINE);
    const page = await opened(served, { javaScriptEnabled: false });
    await input(page, "swyx.version").fill("14.00");
    await input(page, SECRET).selectOption("text");
    await input(page, `${SECRET}.text`).fill(ENTERED);
    await page.context().clearCookies();
    assert.equal(await press(page, "Save"), 401);
    const shown = await page.locator("main").innerText();
    assert.match(shown, /swyx\.version = 14\.00/);
    assert.ok(!shown.includes("canary"), shown);
});

test("a page whose program was killed keeps its input, and shows it as text without secrets", async (t) => {
    const served = await serve(t, browser, SOUND);
    const page = await opened(served);
    await input(page, "swyx.version").fill("14.00");
    await input(page, "entra.application_name").fill("aZ18Q~pasted.canary_0123456789abcdefghijk");
    await input(page, SECRET).selectOption("text");
    await input(page, `${SECRET}.text`).fill(ENTERED);
    await served.kill();
    // The request for findings may have noticed it before; then the button is disabled.
    await page.evaluate(() => document.querySelector("button.primary").click());
    assert.match(await over(page), /^The connection to swyx-teams was lost\..*Your input is still here\./s);
    const text = await page.getByRole("textbox", { name: "Unsaved input" }).inputValue();
    assert.match(text, /^swyx\.version = "14\.00"$/m);
    assert.equal(await page.getByRole("textbox", { name: "Unsaved input" }).evaluate((area) => area.rows), text.split("\n").length);
    assert.match(text, /^entra\.application_name = \(enter it again: it may be a secret\)$/m);
    for (const leak of [text, await stored(page)]) assert.ok(!leak.includes("canary"), leak);
    assert.equal(await input(page, "swyx.version").inputValue(), "14.00");
});

/** Returns a free port. */
const freePort = () =>
    new Promise((resolve) => {
        const server = createServer().listen(0, "127.0.0.1", () => {
            const { port } = server.address();
            server.close(() => resolve(port));
        });
    });

/** Serves a file on this port. */
const serveAt = async (t, file, port) => {
    const child = spawn(PROGRAM, ["serve", "--listen", `127.0.0.1:${port}`, path.basename(file)], { cwd: path.dirname(file), stdio: ["ignore", "pipe", "ignore"] });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    const kill = () => child.kill("SIGKILL") && ended;
    t.after(kill);
    const link = await new Promise((resolve) => createInterface({ input: child.stdout }).once("line", resolve));
    return { link, kill };
};

test("a program that is started again on the same port offers the input, row by row", async (t) => {
    const served = await serve(t, browser, `${SOUND}\n[[user]]\nswyx = "Max Doe"\nteams = "max.doe@example.com"\n`);
    const port = await freePort();
    const first = await serveAt(t, served.file, port);
    const page = await (await served.context()).newPage();
    await page.goto(first.link);
    await input(page, "swyx.version").fill("14.00");
    await input(page, "user[1].teams").fill("max@example.com");
    await page.getByRole("button", { name: "Remove row 1" }).last().click();
    await page.getByRole("button", { name: "Add a user" }).click();
    await input(page, "user[2].swyx").fill("Ann Poe");
    await input(page, "user[2].teams").fill("ann.poe@example.com");
    await page.getByRole("button", { name: "Add a status" }).click();
    await input(page, "sync.status[0].presence").fill("Busy/InACall");
    await input(page, "sync.status[0].status").selectOption("Away");
    await first.kill();
    // The file changes in the meantime: this row stays, that one moves.
    await served.write((await served.read()).replace("'14.10'", "'14.20'"));
    const second = await serveAt(t, served.file, port);
    await crash(page, second.link);
    assert.match(await offered(page).innerText(), /Unsaved input from \d+:\d\d/);
    await restore(page);
    // What was changed in both is not overwritten.
    assert.match(await offered(page).innerText(), /^This input was not restored/);
    assert.match(await page.getByRole("textbox", { name: "Unsaved input" }).inputValue(), /^swyx\.version = "14\.00"$/);
    assert.equal(await input(page, "swyx.version").inputValue(), "14.20");
    await page.getByRole("button", { name: "Discard" }).click();
    assert.equal(await press(page, "Save"), 200);
    const text = await served.read();
    for (const line of ['"max@example.com"', 'swyx = "Ann Poe"\nteams = "ann.poe@example.com"', '"Busy/InACall" = "Away"']) assert.ok(text.includes(line), text);
    assert.ok(!text.includes("Jane Roe"), text);
    assert.equal(await stored(page), "{}");
});

test("a broken file keeps the input; after it is fixed, the input is saved", async (t) => {
    for (const javaScriptEnabled of [true, false]) {
        const served = await serve(t, browser, SOUND);
        const page = await served.open({ javaScriptEnabled });
        await input(page, "swyx.version").fill("14.00");
        await served.write("[control_center\n");
        assert.equal(await press(page, "Save"), 422);
        assert.match(await page.locator(".note.bad").innerText(), /^Not saved: the file can no longer be read as settings/);
        assert.equal(await input(page, "swyx.version").inputValue(), "14.00");
        await served.write(SOUND);
        assert.equal(await press(page, "Save"), 200);
        assert.equal(await served.read(), SOUND.replace("'14.10'", '"14.00"'));
    }
});

test("Close asks before it loses input", async (t) => {
    for (const javaScriptEnabled of [true, false]) {
        const served = await serve(t, browser, SOUND);
        const page = await served.open({ javaScriptEnabled });
        await input(page, "swyx.version").fill("14.00");
        assert.equal(await press(page, "Close"), 409);
        assert.match(await page.locator(".note.bad").innerText(), /^Not closed: you have unsaved changes/);
        assert.equal(await input(page, "swyx.version").inputValue(), "14.00");
        assert.equal(await press(page, "Close without saving"), 200);
        assert.match(await page.locator(".note.good").innerText(), /^Closed/);
        if (javaScriptEnabled) assert.equal(await stored(page), "{}");
        assert.equal(await served.read(), SOUND);
    }
});

test("Close without changes closes", async (t) => {
    const served = await serve(t, browser, SOUND);
    const page = await served.open();
    assert.equal(await press(page, "Close"), 200);
    assert.match(await page.locator(".note.good").innerText(), /^Closed/);
});

test("a page that is left immediately after an input asks, and the input can be restored or discarded", async (t) => {
    const served = await serve(t, browser, SOUND);
    // The clock of the page stands still, so no request for findings is sent.
    const context = await served.context();
    await context.clock.install();
    const page = await context.newPage();
    await page.goto(served.link);
    const questions = [];
    page.on("dialog", (dialog) => {
        questions.push(dialog.type());
        dialog.accept();
    });
    await input(page, "swyx.version").click();
    await page.keyboard.press("End");
    await page.keyboard.type("9");
    await page.reload();
    assert.deepEqual(questions, ["beforeunload"]);
    assert.equal(await input(page, "swyx.version").inputValue(), "14.10");
    assert.match(await offered(page).innerText(), /Unsaved input from/);
    // Other input meanwhile loses nothing, and neither does its save.
    await input(page, "entra.application_name").fill("Another name");
    await input(page, "swyx.version").fill("14.20");
    assert.equal(await press(page, "Save"), 200);
    assert.match(await offered(page).innerText(), /Unsaved input from/);
    await restore(page);
    assert.equal(await input(page, "swyx.version").inputValue(), "14.109");
    // The save sees the version on which the input is based.
    assert.equal(await press(page, "Save"), 409);
    await page.getByRole("link", { name: "Use the file as it is" }).click();
    await page.waitForLoadState();
    assert.equal(await offered(page).count(), 0);
    await input(page, "swyx.version").fill("14.00");
    await page.reload();
    await page.getByRole("button", { name: "Discard" }).click();
    await page.reload();
    assert.equal(await offered(page).count(), 0);
    assert.equal(await stored(page), "{}");
});

test("a save that was refused stays in the draft with everything that was entered before", async (t) => {
    const served = await serve(t, browser, SOUND);
    const page = await served.open();
    await input(page, "entra.application_name").fill("Another name");
    await input(page, "control_center.MsTeamsTenantId").fill("nonsense");
    assert.equal(await press(page, "Save"), 422);
    await input(page, "swyx.version").fill("14.00");
    await crash(page, served.home);
    assert.deepEqual(await faults(page), []);
    await restore(page);
    assert.equal(await input(page, "entra.application_name").inputValue(), "Another name");
    assert.equal(await input(page, "control_center.MsTeamsTenantId").inputValue(), "nonsense");
    assert.equal(await input(page, "swyx.version").inputValue(), "14.00");
});

test("a double click on Save sends the form once", async (t) => {
    const served = await serve(t, browser, SOUND);
    const page = await served.open();
    const sent = [];
    page.on("request", (request) => sent.push(`${request.method()} ${new URL(request.url()).pathname.split("/").at(-1)}`));
    // The save is held until the page has handled the second click.
    const handled = page.waitForRequest(/marker/);
    await page.route(/save$/, async (route) => {
        await handled;
        await route.continue();
    });
    await page.route(/marker/, (route) => route.fulfill({ body: "" }));
    await input(page, "swyx.version").fill("14.00");
    await page.waitForResponse(/findings$/);
    sent.length = 0;
    const loaded = page.waitForURL(/saved/);
    await page.evaluate(() => {
        const save = document.querySelector("button.primary");
        const again = (event) => {
            if (event.defaultPrevented) return;
            window.removeEventListener("submit", again);
            setTimeout(() => {
                save.click();
                fetch("/marker");
            });
        };
        window.addEventListener("submit", again);
        save.click();
    });
    await loaded;
    // The second click sends nothing, not even a request for a proof.
    for (const line of ["GET proof", "GET session", "POST save"]) assert.equal(sent.filter((other) => other === line).length, 1, line);
    assert.equal(await served.read(), SOUND.replace("'14.10'", '"14.00"'));
});

test("an action that needs the saved file keeps a row that cannot be saved", async (t) => {
    const facts = await emulate(t);
    const served = await serve(t, browser, settings(facts), environment(facts));
    const page = await served.open();
    await page.getByRole("button", { name: "Add a status" }).click();
    await input(page, "sync.status[0].status").selectOption("Away");
    assert.equal(await press(page, "Sheet"), 409);
    assert.equal(await input(page, "sync.status[0].status").inputValue(), "Away");
});

const TWO = `${SOUND}\n[[user]]\nswyx = "Max"\nteams = "max@example.com"\n`;

test("a new row that was removed is gone, and marks no other row", async (t) => {
    const served = await serve(t, browser, TWO);
    const page = await served.open();
    await add(page, 2, "Ann");
    await page.getByRole("button", { name: "Remove row 3" }).click();
    await add(page, 3, "Bob");
    await crash(page, served.home);
    await restore(page);
    assert.deepEqual(await users(page), ["Jane Roe", "Max", "Bob"]);
    // Neither does it live again after a refused save.
    await add(page, 3, "Cid");
    await page.getByRole("button", { name: "Remove row 4" }).click();
    await input(page, "control_center.MsTeamsTenantId").fill("nonsense");
    assert.equal(await press(page, "Save"), 422);
    assert.deepEqual(await users(page), ["Jane Roe", "Max", "Bob"]);
    await crash(page, served.home);
    await restore(page);
    assert.deepEqual(await users(page), ["Jane Roe", "Max", "Bob"]);
    await input(page, "control_center.MsTeamsTenantId").fill(TENANT);
    assert.equal(await press(page, "Save"), 200);
    assert.deepEqual(await users(page), ["Jane Roe", "Max", "Bob"]);
});

test("a row of another person is not removed after a restart", async (t) => {
    const served = await serve(t, browser, TWO);
    const port = await freePort();
    const first = await serveAt(t, served.file, port);
    const page = await (await served.context()).newPage();
    await page.goto(first.link);
    await add(page, 2, "Ann");
    await page.getByRole("button", { name: "Remove row 3" }).click();
    await page.getByRole("button", { name: "Remove row 2" }).last().click();
    await input(page, "swyx.version").fill("14.00");
    await first.kill();
    // Another program replaces one row, and adds another.
    await served.write(`${TWO.replace('"Max"', '"Moe"')}\n[[user]]\nswyx = "Cid"\nteams = "cid@example.com"\n`);
    const second = await serveAt(t, served.file, port);
    await crash(page, second.link);
    await restore(page);
    assert.deepEqual(await users(page), ["Jane Roe", "Moe", "Cid"]);
    assert.equal(await press(page, "Save"), 200);
    const text = await served.read();
    assert.ok(text.includes('"14.00"') && text.includes('"Cid"') && text.includes('"Moe"'), text);
});

test("the tab does not keep values of the file that look like secrets", async (t) => {
    const token = "canary0123456789abcdef0123456789abcdef";
    const text = SOUND.replace('swyx = "Jane Roe"', `swyx = "${token}"`);
    const served = await serve(t, browser, `${text}\n[entra]\napplication_name = "${token}"\n`);
    const page = await served.open();
    await input(page, "entra.application_name").fill("Another name");
    await input(page, "user[0].teams").fill("jane@example.com");
    const kept = await stored(page);
    assert.ok(kept.includes("Another name") && kept.includes("jane@example.com"), kept);
    assert.ok(!kept.includes("canary"), kept);
});

test("after a refused save, the input is still compared with the file", async (t) => {
    const served = await serve(t, browser, SOUND);
    const page = await served.open();
    await input(page, "control_center.MsTeamsTenantId").fill("nonsense");
    await input(page, "user[0].teams").fill("jane@example.com");
    assert.equal(await press(page, "Save"), 422);
    await input(page, "control_center.MsTeamsTenantId").fill(TENANT);
    await input(page, "user[0].teams").fill("jane.roe@example.com");
    assert.equal(await stored(page), "{}");
});

test("inputs of two versions of the page stay apart", async (t) => {
    const served = await serve(t, browser, SOUND);
    const page = await served.open();
    for (const name of ["Ann", "Bob"]) {
        await add(page, 1, name);
        await crash(page, served.home);
    }
    assert.equal(await offered(page).count(), 2);
    await restore(page);
    assert.deepEqual(await users(page), ["Jane Roe", "Bob"]);
    assert.equal(await input(page, "user[1].teams").inputValue(), "bob@example.com");
    assert.equal(await offered(page).count(), 1);
    // The input of the page that is left for another one is kept too.
    await restore(page);
    assert.deepEqual(await users(page), ["Jane Roe", "Ann"]);
    assert.equal(await input(page, "user[1].teams").inputValue(), "ann@example.com");
    await restore(page);
    assert.deepEqual(await users(page), ["Jane Roe", "Bob"]);
});

test("a secret that was entered is used after a reload only if it is still selected", async (t) => {
    for (const way of ["keep", "env", "text"]) {
        const served = await serve(t, browser, SOUND);
        const page = await served.open();
        await input(page, SECRET).selectOption("text");
        await input(page, `${SECRET}.text`).fill(ENTERED);
        await input(page, "entra.renew_before_days").fill("999");
        assert.equal(await press(page, "Save"), 422);
        await input(page, SECRET).selectOption(way);
        await crash(page, served.home);
        await restore(page);
        assert.equal(await input(page, SECRET).inputValue(), way);
        assert.equal(await input(page, "entra.renew_before_days").inputValue(), "999");
        await input(page, "entra.renew_before_days").fill("");
        assert.equal(await press(page, "Save"), 200);
        assert.equal((await served.read()).includes(ENTERED), way === "text", way);
    }
});

test("what could not be restored stays until it is discarded, and a reload shows the current file", async (t) => {
    const served = await serve(t, browser, SOUND);
    const page = await served.open();
    await input(page, "entra.application_name").fill("aZ18Q~pasted.canary_0123456789abcdefghijk");
    await input(page, "swyx.version").fill("14.00");
    await crash(page, served.home);
    await restore(page);
    assert.equal(page.url(), served.home);
    assert.match(await offered(page).innerText(), /^This input was not restored/);
    await served.write(SOUND.replace("'14.10'", "'14.20'"));
    await crash(page, served.home);
    assert.equal(await input(page, "swyx.version").inputValue(), "14.20");
    assert.equal(await offered(page).count(), 2);
    await restore(page);
    assert.equal(await input(page, "swyx.version").inputValue(), "14.00");
    assert.match(await offered(page).innerText(), /^This input was not restored/);
    await page.getByRole("button", { name: "Discard" }).click();
    assert.equal(await offered(page).count(), 0);
});

test("text of another program in the storage breaks nothing", async (t) => {
    const served = await serve(t, browser, SOUND);
    const page = await served.open();
    const field = { name: "swyx.version", was: "14.10", value: "14.00", row: null };
    const draft = { at: 0, page: "x", sent: false, left: false, fields: [field], removed: [], added: [] };
    const key = await page.evaluate(() => `swyx-teams 2 input ${document.querySelector("[data-draft]").dataset.draft}`);
    const plant = (text) => page.evaluate(([key, text]) => sessionStorage.setItem(key, text), [key, text]);
    const wrong = ["{", "null", "1", "[null]", "{}", "[[]]", JSON.stringify(draft)];
    for (const change of [{ at: "x" }, { page: 1 }, { fields: {} }, { fields: [null] }, { fields: [{ ...field, name: 1 }] }, { removed: ["x"] }, { added: [{ table: "user" }] }])
        wrong.push(JSON.stringify([{ ...draft, ...change }]));
    for (const text of wrong) {
        await plant(text);
        await page.reload();
        assert.equal(await offered(page).count(), 0, text);
    }
    // The shape is right, so it is offered. It can fill in fields, but nothing else.
    const others = ["csrf", "page", "removed", '"]', "user[0].x"].map((name) => ({ ...field, name }));
    await plant(JSON.stringify([{ ...draft, fields: [field, ...others], removed: [{ key: '"]', row: [] }], added: [{ table: '"]', cells: [] }] }]));
    await page.reload();
    const token = await input(page, "csrf").first().inputValue();
    await restore(page);
    assert.equal(await input(page, "swyx.version").inputValue(), "14.00");
    assert.equal(await input(page, "csrf").first().inputValue(), token);
});

test("a link that discards input does so only if it is followed", async (t) => {
    const served = await serve(t, browser, SOUND);
    const page = await opened(served);
    await input(page, "swyx.version").fill("14.00");
    await served.write(SOUND.replace("'14.10'", "'14.20'"));
    assert.equal(await press(page, "Save"), 409);
    await served.kill();
    await page.getByRole("link", { name: "Use the file as it is" }).click();
    assert.match(await over(page), /^The connection to swyx-teams was lost/);
    assert.match(await stored(page), /14\.00/);
});

test("if the storage is full, an older state of the input is not offered", async (t) => {
    const served = await serve(t, browser, SOUND);
    const page = await served.open();
    await input(page, "swyx.version").fill("14.00");
    assert.match(await stored(page), /14\.00/);
    await page.evaluate(() => {
        Storage.prototype.setItem = () => {
            throw new DOMException("full", "QuotaExceededError");
        };
    });
    await input(page, "swyx.version").fill("14.05");
    assert.equal(await stored(page), "{}");
});

test("while the session is suspended, no input is sent", async (t) => {
    const served = await serve(t, browser, SOUND);
    const page = await opened(served);
    const again = await ended(page);
    const denied = page.waitForResponse(/findings$/);
    await input(page, "swyx.version").fill("14.00");
    await denied;
    await page.locator("#over").waitFor();
    const posted = [];
    page.on("request", (request) => request.method() === "POST" && posted.push(request.url()));
    const asked = page.waitForResponse(/session$/);
    await input(page, "swyx.version").fill("14.05");
    await asked;
    assert.deepEqual(posted, []);
    await again();
    const found = page.waitForResponse(/findings$/);
    await input(page, "swyx.version").fill("14.06");
    assert.equal((await found).status(), 200);
    await page.locator("#over").waitFor({ state: "detached" });
});

test("after a submit without an answer, another button works", async (t) => {
    const served = await serve(t, browser, SOUND);
    const page = await served.open();
    const saved = page.waitForResponse(/save$/);
    await page.route(/save$/, (route) => route.fulfill({ status: 204 }));
    await input(page, "swyx.version").fill("14.00");
    await save(page);
    await saved;
    assert.equal(await press(page, "Close"), 409);
});
