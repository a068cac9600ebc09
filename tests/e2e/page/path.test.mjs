// The workflow of an administrator: open the link, see the findings, fix them, save; and the resulting file.

import assert from "node:assert/strict";
import { test } from "node:test";

import { browsing, checked, FAULTY, findings, heading, input, press, says, serve, SOUND, TENANT } from "./shared.mjs";

const browser = browsing();
const SECRET = "control_center.MsTeamsClientSecret";
const users = (page) => page.getByRole("table", { name: "Users" });

test("findings are shown, fixed while typing, and saved; the rest of the file stays", async (t) => {
    const served = await serve(t, browser, FAULTY);
    const page = await served.open();
    const known = checked(served.file);
    assert.equal(known.length, 2);
    assert.equal(await heading(page).innerText(), "2 errors");
    const shown = await findings(page);
    for (const { message } of known) {
        const words = message.replaceAll("`", "");
        assert.ok(shown.some((line) => line.includes(words)), `${words} in ${shown}`);
    }
    // The summary links to the input, and the input refers to its finding.
    const tenant = input(page, "control_center.MsTeamsTenantId");
    await page.locator("#findings-list a").filter({ hasText: "tenant" }).first().click();
    assert.ok(await tenant.evaluate((input) => input === document.activeElement));
    assert.equal(await tenant.getAttribute("aria-invalid"), "true");
    const described = (await tenant.getAttribute("aria-describedby")).split(" ");
    const told = await Promise.all(described.map((id) => page.locator(`[id="${id}"]`).innerText()));
    assert.ok(told.some((text) => text.includes("error")), told);
    // While typing, without a button.
    await tenant.fill(TENANT);
    await says(page, "1 error");
    assert.equal(await tenant.getAttribute("aria-invalid"), null);
    assert.ok(await page.locator("#unsaved").isVisible());
    await input(page, SECRET).selectOption({ label: "Environment variable" });
    await input(page, `${SECRET}.env`).fill("SWYX_TEAMS_CLIENT_SECRET");
    await says(page, "Nothing found");
    assert.equal(await served.read(), FAULTY, "nothing is saved while typing");
    assert.equal(await press(page, "Save"), 200);
    assert.match(await page.locator(".note.good").innerText(), /^Saved/);
    assert.equal(await served.read(), SOUND);
    assert.equal(served.check().status, 0);
});

test("without JavaScript, buttons do the same", async (t) => {
    const served = await serve(t, browser, FAULTY);
    const page = await served.open({ javaScriptEnabled: false });
    assert.equal(await heading(page).innerText(), "2 errors");
    await input(page, "control_center.MsTeamsTenantId").fill(TENANT);
    await input(page, SECRET).selectOption({ label: "Environment variable" });
    await input(page, `${SECRET}.env`).fill("SWYX_TEAMS_CLIENT_SECRET");
    await page.getByRole("button", { name: "Add a user" }).click();
    await input(page, "user[1].swyx").fill("Max Doe");
    await input(page, "user[1].teams").fill("max.doe@example.com");
    assert.equal(await input(page, "control_center.MsTeamsTenantId").inputValue(), TENANT, "what was entered is still there");
    assert.equal(await press(page, "Save"), 200);
    assert.match(await page.locator(".note.good").innerText(), /^Saved/);
    assert.equal(await served.read(), `${SOUND}\n[[user]]\nswyx = "Max Doe"\nteams = "max.doe@example.com"\n`);
    await users(page).getByRole("button", { name: "Remove row 2" }).click();
    assert.equal(await press(page, "Save"), 200);
    // The blank line before the row was already in the file.
    assert.equal((await served.read()).trimEnd(), SOUND.trimEnd());
});

test("a save that adds an error is rejected and keeps the input", async (t) => {
    for (const javaScriptEnabled of [true, false]) {
        const served = await serve(t, browser, SOUND);
        const page = await served.open({ javaScriptEnabled });
        await input(page, "control_center.MsTeamsTenantId").fill("nonsense");
        await input(page, "entra.application_name").fill("Another name");
        assert.equal(await press(page, "Save"), 422);
        assert.match(await page.locator(".note.bad").innerText(), /^Not saved: this would add 1 error /);
        assert.equal(await input(page, "entra.application_name").inputValue(), "Another name");
        assert.equal(await served.read(), SOUND);
    }
});

test("rows can be added, removed and kept with JavaScript", async (t) => {
    const served = await serve(t, browser, SOUND);
    const page = await served.open();
    await page.getByRole("button", { name: "Add a user" }).click();
    assert.ok(await input(page, "user[1].swyx").evaluate((input) => input === document.activeElement));
    await page.keyboard.type("Max Doe");
    await says(page, "1 error");
    await input(page, "user[1].teams").fill("max.doe@example.com");
    await says(page, "Nothing found");
    await users(page).getByRole("button", { name: "Remove row 1" }).click();
    await users(page).getByRole("button", { name: "Keep row 1" }).click();
    assert.equal(await press(page, "Save"), 200);
    assert.equal(await served.read(), `${SOUND}\n[[user]]\nswyx = "Max Doe"\nteams = "max.doe@example.com"\n`);
});

test("fields of one mode appear with it", async (t) => {
    const served = await serve(t, browser, SOUND);
    const page = await served.open();
    const minutes = input(page, "sync.session_minutes");
    assert.ok(await minutes.isVisible());
    await input(page, "control_center.MsTeamsStatusSyncMode").selectOption("1");
    assert.ok(!(await minutes.isVisible()));
    await input(page, "control_center.MsTeamsStatusSyncMode").selectOption("2");
    assert.ok(await minutes.isVisible());
    const titles = await input(page, "entra.cloud").locator("option").allInnerTexts();
    assert.ok(titles.includes("Global (also GCC)"), titles);
});

test("addresses are shown with the command that changes them; dependent fields stay required", async (t) => {
    const text = SOUND.replace("[swyx]\n", '[swyx]\ngateway = "https://localhost:9180"\ngateway_token = { env = "TOKEN" }\n');
    for (const javaScriptEnabled of [true, false]) {
        const served = await serve(t, browser, text);
        const page = await served.open({ javaScriptEnabled });
        const gateway = page.locator("#part-swyx-gateway");
        assert.equal(await input(page, "swyx.gateway").count(), 0);
        assert.equal(await gateway.locator(".value").innerText(), "https://localhost:9180");
        const commands = await gateway.locator(".command").allInnerTexts();
        assert.deepEqual(commands, ["set", "unset"].map((verb) => `swyx-teams ${verb} --config ${served.file} swyx.gateway`));
        assert.ok(await page.locator("#part-swyx-gateway_token .need").isVisible());
    }
});

test("line ends and the beginning of the file stay", async (t) => {
    const text = `\uFEFF${SOUND.replaceAll("\n", "\r\n")}`;
    const served = await serve(t, browser, text);
    const page = await served.open();
    await input(page, "swyx.version").fill("14.00");
    assert.equal(await press(page, "Save"), 200);
    assert.equal(await served.read(), text.replace("'14.10'", '"14.00"'));
});

test("a missing file is created", async (t) => {
    const served = await serve(t, browser, undefined);
    const page = await served.open();
    await input(page, "control_center.MsTeamsStatusSyncMode").selectOption("1");
    await input(page, "control_center.MsTeamsTenantId").fill(TENANT);
    await input(page, "control_center.MsTeamsClientId").fill("2b8e4c71-5a9f-4d36-b0c8-7e1f3a6d9245");
    await input(page, SECRET).selectOption({ label: "Environment variable" });
    await input(page, `${SECRET}.env`).fill("SWYX_TEAMS_CLIENT_SECRET");
    assert.equal(await press(page, "Save"), 200);
    assert.equal(served.check().status, 0, served.check().stdout);
});

test("the keyboard is sufficient", async (t) => {
    const served = await serve(t, browser, FAULTY);
    const page = await served.open();
    const name = () => page.evaluate(() => document.activeElement.name || document.activeElement.textContent.trim());
    const reached = [];
    for (let presses = 0; presses < 200 && reached.at(-1) !== "entra.application_name"; presses += 1) {
        await page.keyboard.press("Tab");
        reached.push(await name());
        // The focus is visible.
        const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
        assert.notEqual(outline, "none", reached.at(-1));
        if (reached.at(-1) === "control_center.MsTeamsTenantId") await page.keyboard.type(TENANT);
        if (reached.at(-1) === SECRET) await page.keyboard.press("e");
        if (reached.at(-1) === `${SECRET}.env`) await page.keyboard.type("SWYX_TEAMS_CLIENT_SECRET");
    }
    await says(page, "Nothing found");
    const saved = page.waitForURL(/saved/);
    await page.keyboard.press("Enter");
    await saved;
    assert.equal(await served.read(), SOUND);
});
