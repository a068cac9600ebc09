// Shows a schema with a form library in a real browser, performs steps, and prints the visible inputs and the result.
// Each step is [what, selector, value]. `until` waits for an expression with `data`, `errors` and `field(selector)`.

import { bundled, withBrowser } from "./browser.mjs";
import { answering, installed } from "./common.mjs";

const LIMIT = 20_000; // milliseconds; only detects a hang

const take = {
    // Some libraries read a value immediately, some when the input loses focus.
    fill: async (page, selector, value) => {
        await page.fill(selector, value);
        await page.locator(selector).blur();
    },
    choose: (page, selector, label) => page.selectOption(selector, { label }),
    click: (page, selector) => page.click(selector),
    until: (page, expression) =>
        page.waitForFunction(
            `(() => { const { data, errors } = window.produced(), field = (it) => document.querySelector(it); return ${expression}; })()`,
            undefined,
            { timeout: LIMIT },
        ),
};

/** Returns all visible inputs. */
function fields() {
    const all = [...document.querySelectorAll("#form input, #form select, #form textarea, #form button")];
    const titles = ({ options }) => [...(options ?? [])].map((option) => option.label).filter((label) => label !== "");
    const column = (cell) => cell?.closest("table").rows[0].cells[cell.cellIndex].textContent ?? "";
    const label = ({ labels }) => labels?.[0]?.textContent ?? "";
    const seen = all.filter((each) => each.checkVisibility());
    return seen.map((each) => ({ id: each.id, name: each.name, type: each.type, label: label(each), column: column(each.closest("td")), titles: titles(each) }));
}

/** Converts form data to settings: removes empty optional texts and tables without keys. */
function kept(value) {
    if (Array.isArray(value)) return value.map(kept);
    if (value === null || typeof value !== "object") return value === "" || value === null ? undefined : value;
    const members = Object.entries(value).map(([name, each]) => [name, kept(each)]);
    const some = members.filter(([, each]) => each !== undefined);
    return some.length > 0 ? Object.fromEntries(some) : undefined;
}

await answering(async ({ library, form, steps, chromium }) =>
    withBrowser({ chromium }, async (browser) => {
        const page = await browser.newPage();
        page.setDefaultTimeout(LIMIT);
        const faults = [];
        page.on("pageerror", ({ message }) => faults.push(message));
        await page.setContent('<!doctype html><html lang="en"><meta charset="utf-8"><title>Form</title><div id="form"></div></html>');
        await page.addScriptTag({ content: await bundled(`forms/${library}.mjs`) });
        await page.evaluate((form) => window.show(form), form);
        await page.waitForFunction(() => window.produced !== undefined && document.querySelector("#form > *") !== null);
        const looks = [];
        for (const [what, ...rest] of steps) {
            if (what === "look") looks.push({ fields: await page.evaluate(fields), ...(await page.evaluate(() => window.produced())) });
            else await take[what](page, ...rest);
        }
        const { data } = await page.evaluate(() => window.produced());
        return { looks, faults, toml: installed("smol-toml").stringify(kept(JSON.parse(JSON.stringify(data ?? {}))) ?? {}) };
    }),
);
