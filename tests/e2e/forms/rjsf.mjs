// react-jsonschema-form, set up as in its documentation.

import Form from "@rjsf/core";
import validator from "@rjsf/validator-ajv8";
import { createElement } from "react";
import { createRoot } from "react-dom/client";

window.show = ({ schema, uiSchema }) => {
    const state = { formData: undefined, errors: [] };
    const changed = ({ formData, errors }) => Object.assign(state, { formData, errors });
    const properties = { schema, uiSchema, validator, liveValidate: true, onChange: changed };
    createRoot(document.getElementById("form")).render(createElement(Form, properties));
    window.produced = () => ({ data: state.formData, errors: state.errors.map(({ property, message }) => `${property} ${message}`) });
};
