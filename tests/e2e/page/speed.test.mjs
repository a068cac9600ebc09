// Measures and prints the speed of the page: time to the first byte, size, and findings while typing with 1,000 users in the file.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";

import { browsing, input, ROOT, says, serve, SOUND } from "./shared.mjs";

const browser = browsing();
const middle = (numbers) => [...numbers].sort((one, two) => one - two)[Math.floor(numbers.length / 2)];
const ROUNDS = 30;
const GOAL = { first: 20, findings: 10, bytes: 100_000 }; // milliseconds, and bytes
const SLACK = 10; // Tolerates a busy machine, but detects a slow page.

test("time to the first byte, and total size", async (t) => {
    const served = await serve(t, browser, await readFile(path.join(ROOT, "schema/swyx-teams.example.toml"), "utf8"));
    const page = await served.open();
    const firsts = [];
    let bytes = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
        await page.goto(served.home);
        const [first, sizes] = await page.evaluate(() => {
            const [{ requestStart, responseStart, decodedBodySize }] = performance.getEntriesByType("navigation");
            const others = performance.getEntriesByType("resource").filter(({ name }) => name.startsWith(location.origin));
            return [responseStart - requestStart, [decodedBodySize, ...others.map((each) => each.decodedBodySize)]];
        });
        firsts.push(first);
        bytes = sizes.reduce((sum, size) => sum + size, 0);
    }
    t.diagnostic(`first byte: median ${middle(firsts).toFixed(1)} ms, most ${Math.max(...firsts).toFixed(1)} ms (goal: ${GOAL.first}); page: ${bytes} bytes (goal: ${GOAL.bytes})`);
    assert.ok(middle(firsts) < GOAL.first * SLACK, `${firsts}`);
    assert.ok(bytes > 10_000 && bytes < GOAL.bytes, `${bytes}`);
});

test("findings while typing, with 1,000 users", async (t) => {
    const users = Array.from({ length: 999 }, (_, index) => `\n[[user]]\nswyx = "User ${index}"\nteams = "user${index}@example.com"\n`);
    const served = await serve(t, browser, SOUND + users.join(""));
    const page = await served.open();
    await input(page, "swyx.version").fill("nonsense");
    await says(page, "1 error");
    const took = await page.evaluate(async (rounds) => {
        const form = document.getElementById("form");
        const took = [];
        for (let round = 0; round < rounds; round += 1) {
            const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
            body.set("swyx.version", `${round}.nonsense`);
            const sent = body.toString();
            const begun = performance.now();
            const headers = { "X-CSRF-Token": form.elements.namedItem("csrf").value, "Content-Type": "application/x-www-form-urlencoded" };
            const answer = await fetch("findings", { method: "POST", body: sent, headers, cache: "no-store" });
            const { findings } = await answer.json();
            took.push(performance.now() - begun);
            if (findings.length !== 1) throw new Error(`${findings.length} findings`);
        }
        return took;
    }, ROUNDS);
    t.diagnostic(`findings with 1,000 users: median ${middle(took).toFixed(1)} ms, most ${Math.max(...took).toFixed(1)} ms (goal: ${GOAL.findings})`);
    assert.ok(middle(took) < GOAL.findings * SLACK, `${took}`);
});
