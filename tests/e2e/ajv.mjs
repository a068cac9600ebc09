// Compiles schemas with Ajv, strict as it is by default, and validates documents with them.
// The question is [{draft, schema, documents}]; the answer has for each {error} or {results}, a list of whether each document is valid.

import { answering, installed } from "./common.mjs";

const drafts = { "draft-07": "ajv", "2020-12": "ajv/dist/2020" };
const addFormats = installed("ajv-formats");

await answering((questions) =>
    questions.map(({ draft, schema, documents }) => {
        const Ajv = installed(drafts[draft]);
        try {
            // Ajv has the formats of the draft in a package of its own.
            const validate = addFormats(new Ajv()).compile(schema);
            return { results: documents.map((document) => validate(document)) };
        } catch ({ message }) {
            return { error: message };
        }
    }),
);
