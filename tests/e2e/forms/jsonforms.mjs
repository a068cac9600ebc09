// JSON Forms with its plain renderers, set up as in its documentation.

import { JsonForms } from "@jsonforms/react";
import { vanillaCells, vanillaRenderers } from "@jsonforms/vanilla-renderers";
import { createElement } from "react";
import { createRoot } from "react-dom/client";

window.show = ({ schema, uischema }) => {
    const state = { data: {}, errors: [] };
    const changed = ({ data, errors }) => Object.assign(state, { data, errors });
    const properties = { schema, uischema, data: {}, renderers: vanillaRenderers, cells: vanillaCells, onChange: changed };
    createRoot(document.getElementById("form")).render(createElement(JsonForms, properties));
    window.produced = () => ({ data: state.data, errors: state.errors.map(({ instancePath, message }) => `${instancePath} ${message}`) });
};
