// Jedison, with the references followed first, as it wants them.

import Jedison from "jedison";

window.show = async ({ schema }) => {
    const refParser = new Jedison.RefParser();
    await refParser.dereference(schema);
    const form = new Jedison.Create({ container: document.getElementById("form"), theme: new Jedison.Theme(), refParser, schema, assertFormat: true });
    window.produced = () => ({ data: form.getValue(), errors: form.getErrors().map(({ path, messages }) => `${path} ${messages}`) });
};
