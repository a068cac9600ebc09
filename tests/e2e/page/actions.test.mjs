// The actions of the page against an emulated tenant: check online, plan, and sheet for Control Center.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

import { browsing, emulate, environment, faultsEverywhere, follow, input, LIMIT, press, PROGRAM, secrets, serve, settings, trust } from "./shared.mjs";

const browser = browsing();

/** Presses a button of the form, and waits for the result. With JavaScript, the page polls; without, a link refreshes it. */
const perform = async (page, title, javaScriptEnabled = true) => {
    await page.getByRole("button", { name: title, exact: true }).click();
    const again = page.getByRole("button", { name: "Run again" });
    const look = page.getByRole("link", { name: "Refresh" });
    while (!javaScriptEnabled) {
        await again.or(look).first().waitFor();
        if (await again.isVisible()) break;
        await look.click();
        await page.waitForLoadState();
    }
    await again.waitFor({ timeout: 3 * LIMIT });
    return page.locator(".note").first().innerText();
};

for (const javaScriptEnabled of [true, false])
    test(`every action shows its result${javaScriptEnabled ? "" : ", without JavaScript"}`, async (t) => {
        const facts = await emulate(t);
        const served = await serve(t, browser, settings(facts), environment(facts));
        const page = await served.open({ javaScriptEnabled });
        const text = await served.read();
        const answers = {};
        for (const title of ["Check online", "Check online as administrator", "Plan", "Sheet"]) {
            answers[title] = await perform(page, title, javaScriptEnabled);
            const shown = await page.locator("main").innerText();
            for (const secret of Object.values(secrets(facts))) assert.ok(!shown.includes(secret));
            if (title === "Sheet") assert.ok(shown.includes(facts.tenant_id) && shown.includes(facts.client_id), shown);
            if (javaScriptEnabled) assert.deepEqual(await faultsEverywhere(page), [], title);
            await follow(page, "Back to the form");
        }
        t.diagnostic(JSON.stringify(answers));
        assert.equal(await served.read(), text);
    });

test("check online and plan show the results of the commands", async (t) => {
    const facts = await emulate(t, "--scenario", "no-consent");
    const served = await serve(t, browser, settings(facts), environment(facts));
    const page = await served.open();
    await perform(page, "Check online");
    const shown = await page.locator("main").innerText();
    const options = { encoding: "utf8", env: { ...process.env, ...environment(facts) } };
    const done = spawnSync(PROGRAM, ["check", "--online", "--format", "json", served.file], options);
    const known = JSON.parse(done.stdout).files[0].diagnostics;
    assert.ok(known.length > 0);
    for (const { rule, message } of known) assert.ok(shown.includes(rule) && shown.includes(message.replaceAll("`", "")), `${rule}: ${shown}`);
    assert.deepEqual(await faultsEverywhere(page), []);
    // The plan shows the steps that fix it.
    await follow(page, "Back to the form");
    await perform(page, "Plan");
    assert.ok((await page.locator(".steps li").count()) > 0);
    assert.deepEqual(await faultsEverywhere(page), []);
});

test("an administrator without a token signs in with the code on the page", async (t) => {
    const facts = await emulate(t, "--device-code", "expire");
    const served = await serve(t, browser, settings(facts), { SWYX_TEAMS_CLIENT_SECRET: facts.client_secret, ...trust(facts) });
    const page = await served.open();
    await page.getByRole("button", { name: "Plan", exact: true }).click();
    await page.locator(".note code").waitFor({ timeout: 3 * LIMIT });
    assert.match(await page.locator(".note").innerText(), /enter the code \S+/);
    assert.equal(await press(page, "Stop"), 200);
    assert.match(await page.locator(".note").innerText(), /Stopped/);
});

test("the progress of a job continues in the next session", async (t) => {
    const facts = await emulate(t, "--device-code", "expire");
    const served = await serve(t, browser, settings(facts), { SWYX_TEAMS_CLIENT_SECRET: facts.client_secret, ...trust(facts) });
    const context = await served.context();
    const page = await context.newPage();
    await page.goto(served.link);
    await page.getByRole("button", { name: "Plan", exact: true }).click();
    await page.locator(".note code").waitFor({ timeout: 3 * LIMIT });
    const cookies = await context.cookies();
    await context.clearCookies();
    const note = page.locator("#over");
    await note.waitFor();
    assert.match(await note.innerText(), /^The session has ended\. Press Enter/);
    const next = page.waitForResponse((response) => /progress/.test(response.url()) && response.status() === 200);
    await context.addCookies(cookies);
    await next;
    await note.waitFor({ state: "detached" });
});

test("actions keep unsaved input", async (t) => {
    const facts = await emulate(t);
    const served = await serve(t, browser, settings(facts), environment(facts));
    const page = await served.open();
    await input(page, "swyx.version").fill("13.30");
    assert.equal(await press(page, "Sheet"), 409);
    assert.equal(await input(page, "swyx.version").inputValue(), "13.30");
});
