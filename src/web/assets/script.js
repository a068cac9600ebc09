// Findings while typing, rows without a round trip, and fields that appear with the mode. The page does all else without this.
"use strict";
(() => {
  const form = document.getElementById("form");
  if (!form) return;
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
  // What stands between grave accents is code, as on the server.
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

  // Asking, a little after the last change.
  const unsaved = document.getElementById("unsaved");
  let timer = 0;
  let asking = null;
  const ask = async () => {
    if (asking) asking.abort();
    asking = new AbortController();
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
    try {
      const answer = await fetch("/findings", {
        method: "POST",
        body,
        headers: { "X-CSRF-Token": form.elements.namedItem("csrf").value },
        signal: asking.signal,
        credentials: "same-origin",
        cache: "no-store",
      });
      if (answer.ok) {
        const { findings, changed } = await answer.json();
        show(findings);
        unsaved.hidden = !changed;
      } else if (answer.status === 401 || answer.status === 403) {
        announce.textContent = heading.textContent = "The session has ended: open a fresh link";
      } else if (answer.status === 410) {
        announce.textContent = heading.textContent = "This page is too old for findings; saving it shows both versions";
      }
    } catch (error) {
      if (error.name === "AbortError") return;
      last = "";
      announce.textContent = heading.textContent = "The program does not answer: what is found is not known";
    }
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 150);
  };
  form.addEventListener("input", () => { conditions(); soon(); });

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
    const button = event.target.closest("button[formaction='/edit']");
    if (!button) return;
    event.preventDefault();
    if (button.name === "add") add(button.value);
    else if (button.name === "remove") remove(button, button.value);
    else if (button.name === "restore") restore(button, button.value);
  });

  // A link of the summary leads to the input itself.
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

  // Whoever leaves with something unsaved is asked by the browser.
  let leaves = false;
  form.addEventListener("submit", () => { leaves = true; });
  window.addEventListener("beforeunload", (event) => {
    if (!unsaved.hidden && !leaves) event.preventDefault();
  });

  collect();
  conditions();
  // After a save that was refused, to what is wrong.
  if (document.querySelector(".note.bad")) document.getElementById("findings").focus();
})();
