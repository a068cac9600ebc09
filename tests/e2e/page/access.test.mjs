// Accessibility: axe-core finds no errors in any state of the page, in both colour schemes, wide and narrow.

import assert from "node:assert/strict";
import { test } from "node:test";

import { browsing, FAULTY, faults, faultsEverywhere, INLINE, input, press, says, serve, SOUND } from "./shared.mjs";

const browser = browsing();

const mode = (page) => input(page, "control_center.MsTeamsStatusSyncMode");

/** A file with read-only values: addresses and a command. */
const READ_ONLY = `${SOUND.replace('{ env = "SWYX_TEAMS_CLIENT_SECRET" }', '{ command = ["pass", "teams"] }')}
[entra]
authority = "https://localhost:8443"
graph = "https://localhost:8443/v1.0"
ca_file = "ca.pem"
proxy = "http://someone:word@localhost:3128"
`;

/** Each state: the file, and the steps to reach it. */
const states = {
    "with findings": [FAULTY, async () => {}],
    "without findings": [SOUND, async () => {}],
    "with a secret in the file": [INLINE, async () => {}],
    "with addresses and a command": [READ_ONLY, async () => {}],
    "in mode 1": [SOUND, (page) => mode(page).selectOption("1")],
    "with each way to give a secret": [
        SOUND,
        async (page) => {
            for (const [key, way] of [["control_center.MsTeamsClientSecret", "text"], ["swyx.gateway_token", "file"]])
                await input(page, key).selectOption(way);
        },
    ],
    "with a row that was added and one that was removed": [
        SOUND,
        async (page) => {
            await page.getByRole("button", { name: "Add a user" }).click();
            await page.getByRole("button", { name: "Add a status" }).click();
            await page.getByRole("button", { name: "Remove row 1" }).first().click();
        },
    ],
    "with findings while typing": [
        SOUND,
        async (page) => {
            await input(page, "control_center.MsTeamsTenantId").fill("nonsense");
            await says(page, "1 error");
        },
    ],
    saved: [
        SOUND,
        async (page) => {
            await input(page, "swyx.version").fill("14.00");
            assert.equal(await press(page, "Save"), 200);
        },
    ],
    "not saved": [
        SOUND,
        async (page) => {
            await input(page, "control_center.MsTeamsTenantId").fill("nonsense");
            assert.equal(await press(page, "Save"), 422);
        },
    ],
    "changed underneath": [
        SOUND,
        async (page, served) => {
            await input(page, "swyx.version").fill("14.00");
            await served.write(SOUND.replace("14.10", "13.30").replace("Jane Roe", "Jane Doe"));
            assert.equal(await press(page, "Save"), 409);
        },
    ],
    "changed underneath in an address": [
        READ_ONLY,
        async (page, served) => {
            await input(page, "swyx.version").fill("14.00");
            await served.write(READ_ONLY.replaceAll("8443", "8444").replace("14.10", "13.30"));
            assert.equal(await press(page, "Save"), 409);
        },
    ],
    unreadable: [
        SOUND,
        async (page, served) => {
            await served.write("[control_center\n");
            await page.reload();
        },
    ],
};

for (const [state, [text, reach]] of Object.entries(states))
    test(`axe-core finds nothing: ${state}`, async (t) => {
        const served = await serve(t, browser, text);
        const page = await served.open();
        await reach(page, served);
        assert.deepEqual(await faultsEverywhere(page), []);
    });

test("axe-core detects an error", async (t) => {
    const served = await serve(t, browser, SOUND);
    const page = await served.open();
    await page.evaluate(() => document.querySelector("label").remove());
    assert.match((await faults(page)).join(), /label/);
});
