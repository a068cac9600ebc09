// Signs in with Azure Identity, and runs the given steps with the Graph client in sequence.

import { answering, installed, outcome } from "./common.mjs";

const { ClientSecretCredential, DeviceCodeCredential } = installed("@azure/identity");
const { BatchRequestContent, Client, PageIterator, RetryHandlerOptions } = installed("@microsoft/microsoft-graph-client");
const { TokenCredentialAuthenticationProvider } = installed(
    "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials",
);

function credential({ authority, tenant_id, client_id, client_secret, token, device }) {
    if (token) return { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) };
    const options = { authorityHost: authority, disableInstanceDiscovery: true, retryOptions: { maxRetries: 0 } };
    if (device) {
        const user = { tenantId: tenant_id, clientId: client_id, userPromptCallback: () => {} };
        return new DeviceCodeCredential({ ...options, ...user });
    }
    return new ClientSecretCredential(tenant_id, client_id, client_secret, options);
}

const steps = {
    token: (client, { scope }, { identity }) => identity.getToken(scope).then(({ token }) => token),
    get: (client, { path, retries = 0 }) => client.api(path).middlewareOptions([new RetryHandlerOptions(0, retries)]).get(),
    post: (client, { path, body }) => client.api(path).middlewareOptions([new RetryHandlerOptions(0, 0)]).post(body),
    // All items of all pages.
    async all(client, { path }) {
        const items = [];
        await new PageIterator(client, await client.api(path).get(), (item) => items.push(item)).iterate();
        return items;
    },
    // Reads several paths as one batch that the client builds. Node requires a host in a request; the client removes it.
    async batch(client, { paths }) {
        const parts = paths.map((path, index) => ({ id: `${index}`, request: new Request(new URL(path, "https://localhost/")) }));
        const answer = await client.api("/$batch").post(await new BatchRequestContent(parts).getContent());
        return answer.responses.map(({ id, status, headers, body }) => ({ path: paths[Number(id)], status, headers, body }));
    },
};

await answering(async ({ facts, take }) => {
    const identity = credential(facts);
    const scope = facts.scope ?? "https://graph.microsoft.com/.default";
    const authProvider = new TokenCredentialAuthenticationProvider(identity, { scopes: [scope] });
    const client = Client.initWithMiddleware({ authProvider, baseUrl: `${facts.authority}/`, customHosts: new Set(["localhost"]) });
    const answers = [];
    for (const step of take) answers.push(await outcome(() => steps[step.do](client, { scope, ...step }, { identity })));
    return answers;
});
