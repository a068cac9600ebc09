// Signs in with MSAL for Node: as the application with its secret, or as a user with a device code and then a refresh token.

import { answering, installed, outcome } from "./common.mjs";

const { ConfidentialClientApplication, PublicClientApplication } = installed("@azure/msal-node");

function auth({ authority, tenant_id, client_id }, more = {}) {
    // Declares the host as known, because MSAL would otherwise ask Microsoft about it.
    return { clientId: client_id, authority: `${authority}/${tenant_id}`, knownAuthorities: [new URL(authority).host], ...more };
}

async function secret({ facts, scopes }) {
    const client = new ConfidentialClientApplication({ auth: auth(facts, { clientSecret: facts.client_secret }) });
    const first = await outcome(() => client.acquireTokenByClientCredential({ scopes }));
    if (first.error) return first;
    const again = await client.acquireTokenByClientCredential({ scopes });
    return { ok: { accessToken: first.ok.accessToken, fromCache: [first.ok.fromCache, again.fromCache] } };
}

async function device({ facts, scopes }) {
    const client = new PublicClientApplication({ auth: auth(facts) });
    let shown;
    const signedIn = await outcome(() => client.acquireTokenByDeviceCode({ scopes, deviceCodeCallback: (flow) => (shown = flow) }));
    if (signedIn.error) return { ...signedIn, shown };
    const { account, accessToken } = signedIn.ok;
    const refreshed = await outcome(() => client.acquireTokenSilent({ account, scopes, forceRefresh: true }));
    return { ok: { accessToken, account, refreshed, shown } };
}

async function certificate({ facts, scopes, clientCertificate }) {
    const client = new ConfidentialClientApplication({ auth: auth(facts, { clientCertificate }) });
    return outcome(() => client.acquireTokenByClientCredential({ scopes }));
}

/** Signs in with the browser flow. This function is the browser: it opens the page, and presses the button `press`. */
async function browser({ facts, scopes, press }) {
    const client = new PublicClientApplication({ auth: auth(facts) });
    const hidden = (page) => [...page.matchAll(/name=(\w+) value="([^"]*)"/g)].map(([, name, value]) => [name, value]);
    const action = (page) => page.match(/action="([^"]*)"/)[1];
    const post = (url, fields) => fetch(url, { method: "POST", body: new URLSearchParams(fields), redirect: "manual" });
    const openBrowser = async (address) => {
        const page = await (await fetch(address)).text();
        const pressed = await post(new URL(action(page), address), [...hidden(page), ["answer", press]]);
        const next = pressed.headers.get("location");
        if (next) return fetch(next);
        const form = await pressed.text();
        await post(action(form), hidden(form));
    };
    return outcome(() => client.acquireTokenInteractive({ scopes, openBrowser }));
}

await answering((question) => ({ secret, device, certificate, browser })[question.how](question));
