// Access for all: axe-core finds nothing on any state of the page, in light and dark, wide and narrow.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { installed } from "../common.mjs";
import { browsing, FAULTY, INLINE, input, press, says, serve, SOUND } from "./shared.mjs";

const browser = browsing();
const axe = await readFile(installed.resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds on a page as it is, by rule and element. It is put in by the browser's driver, which no policy of the page holds. */
const faults = async (page) => {
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
};

const mode = (page) => input(page, "control_center.MsTeamsStatusSyncMode");

/** Each state: the file, and how it is reached. */
const states = {
    "with findings": [FAULTY, async () => {}],
    "without findings": [SOUND, async () => {}],
    "with a secret in the file": [INLINE, async () => {}],
    "in mode 1": [SOUND, (page) => mode(page).selectOption("1")],
    "with each way to give a secret": [
        SOUND,
        async (page) => {
            for (const [key, way] of [["control_center.MsTeamsClientSecret", "text"], ["swyx.gateway_token", "command"]])
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
        for (const colorScheme of ["light", "dark"])
            for (const width of [1280, 360]) {
                await page.emulateMedia({ colorScheme });
                await page.setViewportSize({ width, height: 800 });
                assert.deepEqual(await faults(page), [], `${colorScheme}, ${width}`);
            }
    });

test("axe-core would find a fault", async (t) => {
    const served = await serve(t, browser, SOUND);
    const page = await served.open();
    await page.evaluate(() => document.querySelector("label").remove());
    assert.match((await faults(page)).join(), /label/);
});
