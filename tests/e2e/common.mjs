// What the scripts share: the installed packages, and one question in and one answer out, both JSON.

import { createRequire } from "node:module";

// `tests/run` installs the packages there; a script cannot import what does not lie above it.
export const installed = createRequire(new URL("../../target/e2e/node/", import.meta.url));

/** Reads the question on standard input, and prints what `answer` makes of it. */
export async function answering(answer) {
    let text = "";
    for await (const part of process.stdin) text += part;
    console.log(JSON.stringify(await answer(JSON.parse(text))));
}

/** What a call gave: `{ok}`, or `{error}` with what a program would look at. */
export async function outcome(call) {
    try {
        return { ok: (await call()) ?? null };
    } catch (problem) {
        const { name, message, errorCode, errorNo, statusCode, code, subError, correlationId, requestId } = problem;
        const retryAfter = problem.headers?.get?.("retry-after") ?? undefined;
        return { error: { name, message, errorCode, errorNo, statusCode, code, subError, correlationId, requestId, retryAfter } };
    }
}
