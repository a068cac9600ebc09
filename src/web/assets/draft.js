// Keeps unsaved input in this tab until a save is confirmed, and offers it again after the page was lost. Secrets,
// and texts that may be secrets, are not kept.
"use strict";
(() => {
  const place = document.querySelector("[data-draft]");
  if (!place) return;

  // The storage belongs to this tab and to the address with its port. `input` belongs to the page that is shown;
  // `earlier` is offered until the user decides.
  const slot = (name) => {
    const key = `swyx-teams ${name} ${place.dataset.draft}`;
    return {
      read: () => {
        try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; }
      },
      // Without storage, or if it is full, the input is only in the page.
      write: (draft) => {
        try {
          if (draft && !isEmpty(draft)) sessionStorage.setItem(key, JSON.stringify(draft));
          else sessionStorage.removeItem(key);
        } catch { /* see above */ }
      },
    };
  };
  // A draft: for each input its name, its value in the file (null in a new row), and what was entered (null if it is
  // not kept); the names of removed rows and values; the cells of existing rows that were changed or removed.
  const blank = () => ({ at: 0, page: place.elements.namedItem("page").value, sent: false, fields: {}, removed: [], rows: {} });
  const isEmpty = (draft) => !Object.keys(draft.fields).length && !draft.removed.length;
  const merged = (older, newer) => older ? {
    ...older,
    at: Math.max(older.at, newer.at),
    fields: { ...older.fields, ...newer.fields },
    removed: [...new Set([...older.removed, ...newer.removed])],
    rows: { ...newer.rows, ...older.rows },
  } : newer;

  const current = slot("input");
  const earlier = slot("earlier input");
  let draft = current.read();
  const { saved, restoring } = place.dataset;
  if (draft && saved !== undefined && draft.sent) draft = null;
  // A reload of this address must not confirm a later save.
  if (saved !== undefined) history.replaceState(null, "", "./");

  // Which submit means that the input is no longer needed, now or when the answer confirms it.
  window.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    const { target, submitter } = event;
    if (submitter?.dataset.discard !== undefined) current.write(null);
    else if (draft && ["save", "merge"].includes(submitter?.getAttribute("formaction") ?? target.getAttribute("action"))) {
      draft.sent = true;
      current.write(draft);
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("a[data-discard]")) current.write(null);
  });
  if (place.id !== "form") return;

  const form = place;
  const cellsOf = (row) => JSON.stringify([...row.querySelectorAll("input[name], select[name]")].filter(isEntered).map(before));
  const isEntered = (input) => input.name && input.name !== "removed" && input.type !== "hidden";
  const before = (input) => {
    if (input.type === "password") return "";
    if (!input.options) return input.defaultValue;
    return ([...input.options].find((option) => option.defaultSelected) ?? input.options[0]).value;
  };
  // The same shapes as on the server, and words that look random; IDs are no secrets.
  const mayBeSecret = (text) => text.includes("~") || text.split(/[^\p{L}\p{N}_+=-]/u).some((word) => {
    if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(word) || !/\d/.test(word)) return false;
    return word.length >= 32 || (word.length >= 20 && /\p{Lu}/u.test(word) && /\p{Ll}/u.test(word));
  });
  const kept = (input) => (input.type === "password" || mayBeSecret(input.value) ? null : input.value);

  const store = () => {
    draft.at = Date.now();
    draft.sent = false;
    current.write(draft);
  };
  const noteInput = (input) => {
    const row = input.closest("tr[data-row]");
    const { name } = input;
    if (row && row.dataset.new === undefined) draft.rows[row.dataset.row] ??= cellsOf(row);
    const was = draft.fields[name] ? draft.fields[name][0] : row && row.dataset.new !== undefined ? null : before(input);
    if (was !== null && was === input.value) delete draft.fields[name];
    else draft.fields[name] = [was, kept(input)];
  };
  const noteRemoved = () => {
    draft.removed = [...form.querySelectorAll('[name="removed"]')].filter((mark) => mark.type === "hidden" || mark.checked).map((mark) => mark.value);
    for (const key of draft.removed) {
      const row = rowOf(key);
      if (row && row.dataset.new === undefined) draft.rows[key] ??= cellsOf(row);
    }
  };
  const rowOf = (key) => form.querySelector(`tr[data-row="${CSS.escape(key)}"]`);
  const control = (name) => [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)].find(isEntered);

  form.addEventListener("input", ({ target }) => {
    if (isEntered(target)) noteInput(target);
    else noteRemoved();
    store();
  });
  form.addEventListener("click", (event) => {
    if (!event.target.closest("button[formaction='edit']")) return;
    noteRemoved();
    store();
  });

  // Input as text, for a page that cannot send it.
  const lines = (from) => [
    ...Object.entries(from.fields).map(([name, [, value]]) => `${name} = ${value === null ? "(enter it again: it may be a secret)" : JSON.stringify(value)}`),
    ...from.removed.map((key) => `remove ${key}`),
  ];
  const block = (text) => {
    const area = document.createElement("textarea");
    area.readOnly = true;
    area.rows = Math.min(12, text.split("\n").length);
    area.setAttribute("aria-label", "Unsaved input");
    area.value = text;
    return area;
  };
  connection.whenOver((note) => {
    const area = block("");
    const show = () => {
      const all = merged(earlier.read(), draft);
      area.value = lines(all).join("\n");
      area.hidden = area.value === "";
    };
    show();
    form.addEventListener("input", show);
    note.append(area);
  });

  // Enters a draft in the form. Returns the part that does not fit, because the file has changed.
  const enter = (old) => {
    const left = { ...old, fields: {}, removed: [] };
    const added = new Map();
    const fits = (row) => !row || old.rows[row.dataset.row] === undefined || old.rows[row.dataset.row] === cellsOf(row);
    const set = (input, value) => {
      input.value = value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    };
    for (const [name, [was, value]] of Object.entries(old.fields)) {
      const [, key, table, column] = /^((.+)\[\d+\])\.(\w+)$/.exec(name) ?? [];
      if (was === null && old.removed.includes(key)) continue;
      if (was === null && value !== null) {
        if (!added.has(key)) added.set(key, editor.add(table));
        const input = added.get(key)?.querySelector(`[name$="${CSS.escape(`.${column}`)}"]`);
        if (input) set(input, value);
        else left.fields[name] = [was, value];
        continue;
      }
      const input = control(name);
      if (input && value !== null && before(input) === value) continue;
      const isOption = !input?.options || [...input.options].some((option) => option.value === value);
      if (input && value !== null && before(input) === was && isOption && fits(input.closest("tr[data-row]"))) set(input, value);
      else left.fields[name] = [was, value];
    }
    for (const key of old.removed) {
      const row = rowOf(key);
      const button = row?.querySelector("button[name='remove']");
      const mark = form.querySelector(`input[type="checkbox"][name="removed"][value="${CSS.escape(key)}"]`);
      if (mark) mark.click();
      else if (button && fits(row)) button.click();
      else if (old.rows[key] !== undefined) left.removed.push(key);
    }
    return left;
  };

  // The message at the top: what is offered, or what did not fit.
  const offer = (old, text, canRestore) => {
    const note = document.createElement("div");
    note.id = "draft";
    note.className = "note";
    note.setAttribute("role", "status");
    const say = document.createElement("p");
    say.textContent = text;
    const buttons = document.createElement("p");
    const button = (title, act) => {
      const made = document.createElement("button");
      made.type = "button";
      made.textContent = title;
      made.addEventListener("click", act);
      buttons.append(made, " ");
    };
    if (canRestore) button("Restore", () => restore(old));
    button("Discard", () => {
      earlier.write(null);
      note.remove();
    });
    note.append(say, block(lines(old).join("\n")), buttons);
    document.querySelector("main").prepend(note);
  };
  // The page of the draft is requested again, so that a save is compared with the version of the file on which the
  // input is based. If the server no longer has it, it shows the current file.
  const restore = async (old) => {
    if (!(await connection.renew())) return;
    current.write(merged(old, draft));
    earlier.write(null);
    editor.leave();
    location.assign(`./?page=${encodeURIComponent(old.page)}`);
  };
  // Whether the file already has an input.
  const isSaved = ([name, [was, value]]) => {
    const input = was === null ? null : control(name);
    return Boolean(input) && value !== null && before(input) === value;
  };

  const isShownAgain = !document.getElementById("unsaved").hidden && restoring === undefined;
  const old = draft;
  draft = blank();
  if (old && restoring !== undefined) {
    const left = enter(old);
    store();
    earlier.write(left);
    if (!isEmpty(left)) offer(left, "This input was not restored, because it may be a secret or the file has changed:", false);
  } else if (old && isShownAgain) {
    draft = { ...old, page: draft.page, sent: false };
    current.write(draft);
  } else {
    current.write(null);
    const both = old ? merged(earlier.read(), old) : earlier.read();
    if (both) both.fields = Object.fromEntries(Object.entries(both.fields).filter((field) => !isSaved(field)));
    earlier.write(both);
    if (both && !isEmpty(both)) {
      const time = new Date(both.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
      offer(both, `Unsaved input from ${time}. Secrets are not kept.`, true);
    }
  }
})();
