// Two tabs, or another change of the file: changes of different keys and rows are both saved, the others need a decision.

import assert from "node:assert/strict";
import { test } from "node:test";

import { browsing, input, press, serve, SOUND } from "./shared.mjs";

const browser = browsing();

/** Returns the keys for which the page offers a choice. */
const differing = (page) => page.locator(".difference").evaluateAll((all) => all.map((each) => each.dataset.key));

const choose = (page, key, side) => page.locator(`.difference[data-key="${key}"] input[value="${side}"]`).check();

for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? "" : ", without JavaScript";

    test(`changes of different keys in two tabs are both saved${how}`, async (t) => {
        const served = await serve(t, browser, SOUND);
        const one = await served.open({ javaScriptEnabled });
        const two = await one.context().newPage();
        await two.goto(served.home);
        await input(one, "entra.application_name").fill("From the first");
        await input(two, "sync.read_interval_seconds").fill("8");
        assert.equal(await press(one, "Save"), 200);
        assert.equal(await press(two, "Save"), 200);
        assert.match(await two.locator(".note.good").innerText(), /^Saved\. The file had also been changed elsewhere/);
        const text = await served.read();
        assert.ok(text.includes('application_name = "From the first"') && text.includes("read_interval_seconds = 8"), text);
        assert.equal(served.check().status, 0);
    });

    test(`changes of different users are both saved${how}`, async (t) => {
        const served = await serve(t, browser, SOUND);
        const page = await served.open({ javaScriptEnabled });
        await input(page, "user[0].swyx").fill("Jane Miller");
        const theirs = `${SOUND}\n[[user]]\nswyx = "Theirs"\nteams = "theirs@example.com"\n`;
        await served.write(theirs);
        assert.equal(await press(page, "Save"), 200);
        assert.equal(await served.read(), theirs.replace("Jane Roe", "Jane Miller"));
    });

    test(`conflicting changes of one key need a decision${how}`, async (t) => {
        for (const [side, version] of [["yours", "14.00"], ["file", "13.30"]]) {
            const served = await serve(t, browser, SOUND);
            const page = await served.open({ javaScriptEnabled });
            await input(page, "swyx.version").fill("14.00");
            const theirs = SOUND.replace("'14.10'", "'13.30'").replace("since May", "since June");
            await served.write(theirs);
            assert.equal(await press(page, "Save"), 409);
            assert.equal(await served.read(), theirs);
            assert.deepEqual(await differing(page), ["swyx.version"]);
            const sides = await page.locator(".difference").innerText();
            assert.ok(sides.includes("14.00") && sides.includes("13.30"), sides);
            await choose(page, "swyx.version", side);
            assert.equal(await press(page, "Save these"), 200);
            const text = await served.read();
            assert.match(text, new RegExp(`^version = ['"]${version}['"] # since June$`, "m"));
        }
    });
}

test("deleted and unreadable files are reported", async (t) => {
    const served = await serve(t, browser, SOUND);
    const page = await served.open();
    await served.write("[control_center\n");
    await input(page, "swyx.version").fill("14.00");
    await press(page, "Save");
    assert.equal(await served.read(), "[control_center\n");
    await page.goto(served.home);
    assert.match(await page.locator(".note.bad").innerText(), /cannot be read/);
    await served.write(SOUND);
    await page.getByRole("link", { name: "reload" }).click();
    assert.equal(await input(page, "swyx.version").inputValue(), "14.10");
});
