// Shared by the scripts: the installed packages, and JSON input and output.

import { createRequire } from "node:module";

// `tests/run` installs the packages there. A script can import only packages from parent folders.
export const installed = createRequire(new URL("../../target/e2e/node/", import.meta.url));

/** Reads the question from standard input, and prints the result of `answer`. */
export async function answering(answer) {
    let text = "";
    for await (const part of process.stdin) text += part;
    console.log(JSON.stringify(await answer(JSON.parse(text))));
}

/** Returns the result of a call: `{ok}`, or `{error}` with the members that a program would use. */
export async function outcome(call) {
    try {
        return { ok: (await call()) ?? null };
    } catch (problem) {
        const { name, message, errorCode, errorNo, statusCode, code, subError, correlationId, requestId } = problem;
        const retryAfter = problem.headers?.get?.("retry-after") ?? undefined;
        return { error: { name, message, errorCode, errorNo, statusCode, code, subError, correlationId, requestId, retryAfter } };
    }
}
