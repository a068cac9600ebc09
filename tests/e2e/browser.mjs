// Starts Chromium, and bundles scripts with third-party packages for it.

import { fileURLToPath } from "node:url";

import { installed } from "./common.mjs";

/** Runs `visit` with a browser, and closes it at the end. The sandbox of Chromium does not work as root. */
export async function withBrowser({ chromium, options = [] }, visit) {
    const args = process.getuid() === 0 ? ["--no-sandbox", ...options] : options;
    const browser = await installed("playwright-core").chromium.launch({ executablePath: chromium, args });
    try {
        return await visit(browser);
    } finally {
        await browser.close();
    }
}

/** Returns a script of this folder, bundled with its imports. */
export async function bundled(name) {
    const folder = (path) => fileURLToPath(new URL(path, import.meta.url));
    const built = await installed("esbuild").build({
        entryPoints: [folder(name)],
        nodePaths: [folder("../../target/e2e/node/node_modules")],
        define: { "process.env.NODE_ENV": '"production"' },
        bundle: true,
        write: false,
        format: "iife",
        logLevel: "error",
    });
    return built.outputFiles[0].text;
}
