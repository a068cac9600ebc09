// Jedison. It requires resolved references.

import Jedison from "jedison";

window.show = async ({ schema, options }) => {
    const refParser = new Jedison.RefParser();
    await refParser.dereference(schema);
    const container = document.getElementById("form");
    const form = new Jedison.Create({ container, theme: new Jedison.Theme(), refParser, schema, assertFormat: true, ...options });
    window.produced = () => ({ data: form.getValue(), errors: form.getErrors().map(({ path, messages }) => `${path} ${messages}`) });
};
