// Findings while typing, rows without a round trip, fields that depend on the mode, and the progress of a
// job. Everything else works without this script. Nothing is sent before the server has proved that it is
// still swyx-teams: another program may listen on its port.
"use strict";
const connection = (() => {
  const encoder = new TextEncoder();
  // The secret path of the form. Only this page and its server know it.
  const secret = location.pathname.split("/")[1];
  const isSecret = secret.length === 43;
  let isOver = false;
  const whenOver = [];
  const whenSuspended = [];
  // When the browser leaves the page, it aborts its requests; then the connection is not lost.
  let isLeaving = false;
  window.addEventListener("beforeunload", () => { isLeaving = true; });

  const bytes = (base64url) => Uint8Array.from(atob(base64url.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const isOurs = async (signal) => {
    const nonce = [...crypto.getRandomValues(new Uint8Array(32))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    // Neither the cookie nor the path is sent with this.
    const answer = await fetch("/proof?" + nonce, { credentials: "omit", referrerPolicy: "no-referrer", redirect: "error", cache: "no-store", signal });
    const proof = bytes(await answer.text());
    const key = await crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    return answer.ok && crypto.subtle.verify("HMAC", key, proof, encoder.encode(nonce));
  };

  // Shows why nothing can be sent. The input stays in the page.
  let note = null;
  const explain = (reason) => {
    note?.remove();
    const text = document.createElement("p");
    text.textContent = reason;
    note = document.createElement("div");
    note.id = "over";
    note.className = "note bad";
    note.setAttribute("role", "alert");
    note.append(text);
    document.querySelector("main").prepend(note);
    note.scrollIntoView({ block: "nearest" });
  };
  // Stops all requests of this page permanently.
  const lost = () => {
    if (isOver) return;
    isOver = true;
    for (const button of document.querySelectorAll("button[type=submit]")) button.disabled = true;
    for (const link of document.querySelectorAll("a[href]")) if (isFollowed(link)) link.removeAttribute("href");
    explain("The connection to swyx-teams was lost. Nothing more will be sent. Start `serve` again and open its new link. Your input is still here. If the new link has the same port, open it in this tab, and the page offers your input again.");
    for (const tell of whenOver) tell(note);
  };
  // The page can continue as soon as this browser has a new session.
  let isSuspended = false;
  const suspend = () => {
    if (isSuspended || isOver) return;
    isSuspended = true;
    const lead = document.getElementById("form") ? "The session has ended, so nothing was saved. Your input is still here." : "The session has ended.";
    explain(lead + " Press Enter in the terminal where `serve` runs, open the new link in another tab of this browser, and then continue here.");
    for (const tell of whenSuspended) tell();
  };

  // Whether a request may be sent now.
  const prove = async (signal) => {
    if (isOver) return false;
    isLeaving = false;
    try {
      if (await isOurs(signal)) return !isOver;
    } catch (error) {
      if (isLeaving || error.name === "AbortError") return false;
    }
    lost();
    return false;
  };

  const isDenied = ({ status }) => status === 401 || status === 403;
  const request = (address, options) => {
    const token = document.querySelector("input[name=csrf]");
    const headers = options.method === "POST" && token ? { "X-CSRF-Token": token.value } : {};
    return fetch(address, { ...options, headers, credentials: "same-origin", redirect: "error", cache: "no-store" });
  };
  // Whether this browser has a session, perhaps a new one. The page continues with its token.
  const hasSession = async (signal) => {
    const answer = await request("session", { signal });
    if (answer.ok) {
      const { csrf } = await answer.json();
      for (const token of document.querySelectorAll("input[name=csrf]")) token.value = csrf;
      if (isSuspended) note.remove();
      isSuspended = false;
    } else if (isDenied(answer)) suspend();
    else lost();
    return answer.ok;
  };
  // Whether a form can be sent now.
  const renew = async () => {
    if (!(await prove())) return false;
    try {
      return await hasSession();
    } catch {
      if (!isLeaving) lost();
      return false;
    }
  };

  // Returns the answer of the server, or null if there is none.
  const send = async (address, options) => {
    if (!(await prove(options.signal))) return null;
    try {
      // Without a session, the input is not sent.
      if (isSuspended && !(await hasSession(options.signal))) return null;
      let answer = await request(address, options);
      if (isDenied(answer) && (await hasSession(options.signal))) answer = await request(address, options);
      if (isDenied(answer)) suspend();
      else if (answer.ok) return { status: answer.status, data: await answer.json() };
      else if ([400, 404, 410, 422].includes(answer.status)) return { status: answer.status };
      else lost();
    } catch (error) {
      if (!isLeaving && error.name !== "AbortError") lost();
    }
    return null;
  };

  // Forms and links of the page need the same proof.
  const isFollowed = (link) => link.origin === location.origin && link.target === "" && !link.getAttribute("href").startsWith("#");
  let proved = null;
  let isProving = false;
  const first = async (event, check, go) => {
    event.preventDefault();
    if (isProving || isOver) return;
    isProving = true;
    if (await check()) go();
    isProving = false;
  };
  // A button sends its form once, until something is entered. The browser may cancel the request, so this does not last.
  const NOTHING = Symbol("nothing");
  let sentBy = NOTHING;
  const forget = () => { sentBy = NOTHING; };
  const SENT_MILLISECONDS = 5000;
  window.addEventListener("pageshow", forget);
  document.addEventListener("input", forget);
  if (isSecret) {
    document.addEventListener("submit", (event) => {
      if (proved === event.target) return;
      const { target, submitter } = event;
      if (sentBy === submitter) return event.preventDefault();
      first(event, renew, () => {
        sentBy = submitter;
        setTimeout(forget, SENT_MILLISECONDS);
        proved = target;
        target.requestSubmit(submitter);
        proved = null;
      });
    });
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[href]");
      const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
      if (!link || !isPlain || !isFollowed(link)) return;
      first(event, prove, () => {
        link.dispatchEvent(new Event("follow", { bubbles: true }));
        location.assign(link.href);
      });
    });
  }
  return { renew, send, isOver: () => isOver, whenOver: (tell) => whenOver.push(tell), whenSuspended: (tell) => whenSuspended.push(tell) };
})();

// The progress of a job: reloads the page when the job has changed.
(() => {
  const progress = document.getElementById("progress");
  if (!progress) return;
  const POLL_MILLISECONDS = 2000;
  const poll = async () => {
    const answer = await connection.send(progress.dataset.progress, {});
    // The session may continue later.
    if (!answer) return connection.isOver() || setTimeout(poll, POLL_MILLISECONDS);
    if (!answer.data || answer.data.version !== progress.dataset.version) return location.reload();
    document.getElementById("seconds").textContent = answer.data.seconds;
    setTimeout(poll, POLL_MILLISECONDS);
  };
  setTimeout(poll, POLL_MILLISECONDS);
})();

// The form. Its rows are also added by `draft.js`.
const editor = (() => {
  const form = document.getElementById("form");
  if (!form) return null;
  const byPart = new Map();
  const collect = () => {
    byPart.clear();
    for (const place of form.querySelectorAll("[data-findings]")) byPart.set(place.dataset.findings, place);
  };
  const slug = (key) => key.replace(/[^A-Za-z0-9_]+/g, "-").replace(/^-|-$/g, "");
  const element = (name, text, className) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  // Text in backticks is code, as on the server.
  const prose = (into, text) => {
    text.split("`").forEach((piece, index) => {
      if (piece) into.append(index % 2 ? element("code", piece) : piece);
    });
  };
  const link = (part, text) => {
    const made = element("a");
    made.href = "#part-" + slug(part);
    prose(made, text);
    return made;
  };

  // Findings.
  const list = document.getElementById("findings-list");
  const heading = document.getElementById("findings-title");
  const announce = document.getElementById("announce");
  const count = (findings) => {
    const of = (severity) => findings.filter((found) => found.severity === severity).length;
    const words = [["error", "errors"], ["warning", "warnings"], ["hint", "hints", "info"]];
    const parts = words.map(([one, many, severity]) => [of(severity || one), one, many]).filter(([n]) => n);
    return parts.map(([n, one, many]) => n + " " + (n === 1 ? one : many)).join(", ") || "Nothing found";
  };
  const line = (found) => {
    const item = element("li", undefined, found.severity);
    item.append(element("span", found.severity, "severity"), " ");
    if (found.beside && found.title) item.append(link(found.beside, found.title), ": ");
    prose(item, found.message);
    if (!found.beside) {
      if (found.help) { item.append(" – "); prose(item, found.help); }
      item.append(" (line " + found.line + ")");
    }
    return item;
  };
  const paragraph = (found) => {
    const made = element("p", undefined, found.severity);
    made.append(element("span", found.severity, "severity"), " ");
    prose(made, found.message);
    if (found.help) { made.append(" – "); prose(made, found.help); }
    for (const related of found.related) {
      made.append("; ");
      if (related.beside) made.append(link(related.beside, related.message));
      else prose(made, related.message);
    }
    return made;
  };
  let last = "";
  const show = (findings) => {
    const now = JSON.stringify(findings);
    if (now === last) return;
    last = now;
    const places = new Map();
    for (const found of findings) {
      const place = byPart.get(found.beside);
      if (place) places.set(place, [...(places.get(place) || []), found]);
    }
    for (const place of byPart.values()) {
      const here = places.get(place) || [];
      if (!here.length && !place.firstChild) continue;
      place.replaceChildren(...here.map(paragraph));
      const wrong = here.some((found) => found.severity === "error");
      const part = place.dataset.findings;
      for (const input of place.parentElement.closest("td, .field, tr, fieldset")?.querySelectorAll("[name]") || []) {
        const own = input.name === part || input.name.startsWith(part + ".");
        if (!own || input.type === "hidden" || input.type === "checkbox" || input.closest(".way")) continue;
        if (wrong) input.setAttribute("aria-invalid", "true");
        else input.removeAttribute("aria-invalid");
      }
    }
    list.replaceChildren(...findings.map(line));
    heading.textContent = announce.textContent = count(findings);
    conditions();
  };

  // Fields and marks that depend on another field.
  const conditions = () => {
    for (const part of form.querySelectorAll("[data-when-key]")) {
      const key = part.dataset.whenKey;
      const other = form.elements.namedItem(key);
      const shown = form.querySelector(`[data-read-only="${CSS.escape(key)}"]`);
      const value = other ? other.value : shown ? shown.textContent : "";
      const holds = part.dataset.whenValue === undefined ? value !== "" : value === part.dataset.whenValue;
      const found = part.querySelector("[data-findings] p");
      part.classList.toggle("off", !holds && !found);
    }
  };

  // Requests the findings shortly after the last change.
  const unsaved = document.getElementById("unsaved");
  let timer = 0;
  let asking = null;
  const ask = async () => {
    if (asking) asking.abort();
    asking = new AbortController();
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
    const answer = await connection.send("findings", {
      method: "POST",
      body,
      signal: asking.signal,
    });
    if (!answer) return;
    if (answer.data) {
      const { findings, changed } = answer.data;
      show(findings);
      unsaved.hidden = !changed;
    } else if (answer.status === 410) {
      announce.textContent = heading.textContent = "This page is too old for findings; when you save, it shows both versions";
    }
  };
  const stop = () => {
    clearTimeout(timer);
    if (asking) asking.abort();
    last = "";
    heading.textContent = "Findings are no longer updated";
  };
  connection.whenOver(stop);
  connection.whenSuspended(stop);
  // Until the server has answered, each input counts as a change.
  const soon = () => {
    unsaved.hidden = false;
    clearTimeout(timer);
    if (asking) asking.abort();
    if (!connection.isOver()) timer = setTimeout(ask, 150);
  };
  form.addEventListener("input", () => { leaves = false; conditions(); soon(); });

  // Rows.
  const next = (table) => {
    const start = table + "[";
    let most = -1;
    for (const row of form.querySelectorAll("[data-row]")) {
      if (row.dataset.row.startsWith(start)) most = Math.max(most, parseInt(row.dataset.row.slice(start.length), 10));
    }
    return Math.max(most + 1, (added.get(table) ?? -1) + 1);
  };
  const added = new Map();
  const number = (root, index, shown) => {
    for (const part of [root, ...root.querySelectorAll("*")]) {
      for (const { name, value } of [...part.attributes]) {
        if (value.includes("#")) part.setAttribute(name, value.replace("#", name === "aria-label" ? shown : index));
      }
      const findings = part.dataset && part.dataset.findings;
      if (findings) part.id = "findings-of-" + slug(findings);
    }
  };
  const add = (table) => {
    const body = form.querySelector(`table[data-rows="${CSS.escape(table)}"] tbody`);
    const template = form.querySelector(`template[data-template="${CSS.escape(table)}"]`);
    if (!body || !template) return;
    const row = template.content.firstElementChild.cloneNode(true);
    const index = next(table);
    added.set(table, index);
    number(row, String(index), String(index + 1));
    row.id = "part-" + slug(row.dataset.row);
    for (const input of row.querySelectorAll("input[name], select[name]")) {
      const own = row.querySelector(`[data-findings="${CSS.escape(input.name)}"]`);
      const place = own || row.querySelector("[data-findings]");
      if (own) input.closest("td").id = "part-" + slug(input.name);
      if (place) input.setAttribute("aria-describedby", place.id);
    }
    body.append(row);
    body.closest("table").hidden = false;
    const none = form.querySelector(`[data-none="${CSS.escape(table)}"]`);
    if (none) none.hidden = true;
    collect();
    row.querySelector("input").focus();
    soon();
    return row;
  };
  const remove = (button, key) => {
    const row = button.closest("tr");
    const mark = element("input");
    mark.type = "hidden";
    mark.name = "removed";
    mark.value = key;
    row.classList.add("removed");
    button.before(mark);
    button.name = "restore";
    button.textContent = "Keep";
    button.setAttribute("aria-label", button.getAttribute("aria-label").replace("Remove", "Keep"));
    soon();
  };
  const restore = (button, key) => {
    const row = button.closest("tr");
    row.classList.remove("removed");
    row.querySelectorAll('input[name="removed"]').forEach((mark) => { if (mark.value === key) mark.remove(); });
    button.name = "remove";
    button.textContent = "Remove";
    button.setAttribute("aria-label", button.getAttribute("aria-label").replace("Keep", "Remove"));
    soon();
  };
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[formaction='edit']");
    if (!button) return;
    event.preventDefault();
    if (button.name === "add") add(button.value);
    else if (button.name === "remove") remove(button, button.value);
    else if (button.name === "restore") restore(button, button.value);
  });

  // A link in the summary focuses the input.
  form.addEventListener("click", (event) => {
    const anchor = event.target.closest("a[href^='#part-']");
    if (!anchor) return;
    const part = document.getElementById(anchor.hash.slice(1));
    const input = part && [...part.querySelectorAll("input, select")].find((found) => found.type !== "hidden" && found.name !== "removed" && found.offsetParent);
    if (!input) return;
    event.preventDefault();
    input.scrollIntoView({ block: "center" });
    input.focus({ preventScroll: true });
  });

  // The browser asks before it leaves a page with unsaved changes. A submit that is not prevented leaves on
  // purpose.
  let leaves = false;
  window.addEventListener("submit", (event) => { if (!event.defaultPrevented) leaves = true; });
  window.addEventListener("beforeunload", (event) => {
    if (!unsaved.hidden && !leaves) event.preventDefault();
  });

  collect();
  conditions();
  // Focus the findings after a refused save.
  if (document.querySelector(".note.bad")) document.getElementById("findings").focus();
  return { add, leave: () => { leaves = true; } };
})();
