// The layout of the page: light and dark, from a phone to a wide screen, and no external resources. With UPDATE=1, it writes the pictures in docs/form.md.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";

import { browsing, FAULTY, heading, ROOT, serve, SOUND } from "./shared.mjs";

const browser = browsing();
const folder = path.join(ROOT, process.env.UPDATE === "1" ? "fixtures/screenshots" : "target/e2e/screenshots");
await mkdir(folder, { recursive: true });

/** Returns the brightness of the background, from 0 to 255. */
const ground = (page) =>
    page.evaluate(() => {
        const seen = [document.body, document.documentElement].map((each) => getComputedStyle(each).backgroundColor);
        const [red, green, blue] = (seen.find((colour) => !/rgba\(.*, 0\)/.test(colour)) ?? "rgb(255, 255, 255)").match(/[\d.]+/g);
        return (Number(red) + Number(green) + Number(blue)) / 3;
    });

test("light and dark scheme follow the browser, as in the pictures", async (t) => {
    const served = await serve(t, browser, FAULTY);
    const page = await served.open();
    for (const [name, colorScheme, width, height, from] of [
        ["light", "light", 1200, 1150, "#findings"],
        ["dark", "dark", 1200, 800, "#section-control_center"],
        ["phone", "light", 390, 800, "#findings"],
    ]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height });
        const bright = await ground(page);
        assert.ok(colorScheme === "light" ? bright > 200 : bright < 60, `${name}: ${bright}`);
        // After a resize, the layout is stable after the first frames.
        const drawn = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
        await drawn();
        await page.locator(from).evaluate((part) => part.scrollIntoView({ behavior: "instant" }));
        await drawn();
        await page.screenshot({ path: path.join(folder, `${name}.png`), animations: "disabled" });
    }
});

test("no horizontal overflow, from a phone to a wide screen", async (t) => {
    const served = await serve(t, browser, FAULTY);
    const page = await served.open();
    for (const width of [320, 390, 768, 1280, 2560]) {
        await page.setViewportSize({ width, height: 800 });
        const [wide, own] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
        assert.ok(wide <= own, `${wide} of ${own} at ${width}`);
        assert.ok(await heading(page).isVisible());
    }
});

test("no external resources, and no inline script or style", async (t) => {
    const served = await serve(t, browser, SOUND);
    const context = await served.context();
    const page = await context.newPage();
    const asked = new Set();
    page.on("request", (request) => asked.add(request.url().startsWith("data:") ? "data:" : new URL(request.url()).origin));
    await page.goto(served.link);
    assert.deepEqual([...asked].filter((origin) => origin !== "data:"), [served.origin]);
    const inline = await page.evaluate(() => {
        const handlers = [...document.querySelectorAll("*")].flatMap((each) => each.getAttributeNames().filter((name) => /^on|^style$/.test(name)));
        return [...document.querySelectorAll("script:not([src]), style")].map((each) => each.outerHTML).concat(handlers);
    });
    assert.deepEqual(inline, []);
});
