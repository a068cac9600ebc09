// Keeps unsaved input in this tab until a save is confirmed, and offers it again after the page was lost. Password
// fields, and texts that look like secrets, are not kept.
"use strict";
(() => {
  const place = document.querySelector("[data-draft]");
  if (!place) return;

  // A draft is what differs between the form and the file:
  // * `fields`: the changed inputs, with their values in the file and in the form;
  // * `removed`: the rows of the file, and the hidden values, that are marked for removal;
  // * `added`: the new rows, with all their cells.
  // `row` has the values of the file in the row, to recognise the row. A value that may be a secret is null, and
  // fits to nothing. Another program on the same port can leave anything here, so the shape is checked.
  const isText = (value) => typeof value === "string";
  const isTextOrNull = (value) => value === null || isText(value);
  const isRow = (row) => row === null || (Array.isArray(row) && row.every(isTextOrNull));
  const isListOf = (list, isItem) => Array.isArray(list) && list.every((item) => item !== null && typeof item === "object" && isItem(item));
  const isField = ({ name, was, value, row }) => isText(name) && isTextOrNull(was) && isTextOrNull(value) && isRow(row);
  const isRemoved = ({ key, row }) => isText(key) && isRow(row);
  const isAdded = ({ table, cells }) => isText(table) && isListOf(cells, ({ column, value }) => isText(column) && isTextOrNull(value));
  const isDraft = ({ at, page, sent, left, fields, removed, added }) =>
    Number.isFinite(at) && isText(page) && typeof sent === "boolean" && typeof left === "boolean" && isListOf(fields, isField) && isListOf(removed, isRemoved) && isListOf(added, isAdded);
  const blank = () => ({ at: Date.now(), page: place.elements.namedItem("page").value, sent: false, left: false, fields: [], removed: [], added: [] });
  const isEmpty = ({ fields, removed, added }) => !fields.length && !removed.length && !added.length;

  // The storage belongs to this tab and to the address with its port. The number is that of the format.
  const slot = (name) => {
    const key = `swyx-teams 2 ${name} ${place.dataset.draft}`;
    return {
      read: () => {
        try {
          const drafts = JSON.parse(sessionStorage.getItem(key));
          return isListOf(drafts, isDraft) ? drafts.filter((draft) => !isEmpty(draft)) : [];
        } catch { return []; }
      },
      // Without storage, or if it is full, the input is only in the page. Then an older state must not seem to be the
      // last one.
      write: (drafts) => {
        const kept = drafts.filter((draft) => !isEmpty(draft));
        try {
          if (kept.length) sessionStorage.setItem(key, JSON.stringify(kept));
          else sessionStorage.removeItem(key);
        } catch {
          try { if (name === "input") sessionStorage.removeItem(key); } catch { /* see above */ }
        }
      },
    };
  };
  // `input` is that of the page that is shown; `earlier` are those of other pages, which are offered until the user
  // decides. They stay apart, because they are based on different versions of the file.
  const current = slot("input");
  const earlier = slot("earlier");
  const { saved, restoring } = place.dataset;
  let draft = current.read()[0] ?? null;
  if (draft && saved !== undefined && draft.sent) draft = null;
  // A reload of this address must not confirm a later save, and must not show an old version of the file.
  if (saved !== undefined || restoring !== undefined) history.replaceState(null, "", "./");

  // Which submit means that the input is no longer needed, now or when the answer confirms it. Both events come after
  // the server has proved that it is still there.
  window.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    const { target, submitter } = event;
    if (submitter?.dataset.discard !== undefined) current.write([]);
    else if (draft && ["save", "merge"].includes(submitter?.getAttribute("formaction") ?? target.getAttribute("action"))) {
      draft.sent = true;
      current.write([draft]);
    }
  });
  document.addEventListener("follow", ({ target }) => {
    if (target.dataset.discard !== undefined) current.write([]);
  });
  if (place.id !== "form") return;

  // The form, compared with the file.
  const form = place;
  const isEntered = (input) => input.name && input.name !== "removed" && input.type !== "hidden";
  const inputsOf = (root) => [...root.querySelectorAll("input[name], select[name]")].filter(isEntered);
  const rowAt = (element) => element.closest("tr[data-row]");
  const markOf = (key) => form.querySelector(`input[type="checkbox"][name="removed"][value="${CSS.escape(key)}"]`);
  const rowOf = (key) => form.querySelector(`tr[data-row="${CSS.escape(key)}"]`);
  const isNew = (row) => row.dataset.new !== undefined;
  const control = (name) => [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)].find(isEntered);
  const columnOf = (input) => input.name.slice(input.name.lastIndexOf(".") + 1);
  // After a refused save, the input shows what was entered; then the server names the value of the file.
  const inFile = (input) => {
    if (input.dataset.was !== undefined) return input.dataset.was;
    if (input.type === "password") return "";
    if (!input.options) return input.defaultValue;
    return ([...input.options].find((option) => option.defaultSelected) ?? input.options[0]).value;
  };
  // The same shapes as on the server, and words that look random; IDs are no secrets.
  const isId = (word) => word.length <= 40 && /^[0-9a-z]{1,13}(-[0-9a-z]{1,13}){4}$/i.test(word);
  const mayBeSecret = (text) => text.includes("~") || text.split(/[^\p{L}\p{N}_+=-]/u).some((word) => {
    if (isId(word) || !/\d/.test(word)) return false;
    return word.length >= 32 || (word.length >= 20 && /\p{Lu}/u.test(word) && /\p{Ll}/u.test(word));
  });
  const kept = (text) => (mayBeSecret(text) ? null : text);
  const entered = (input) => (input.type === "password" ? null : kept(input.value));
  const cellsOf = (row) => inputsOf(row).map((input) => kept(inFile(input)));

  // Only these inputs can differ from the file; there may be thousands of others.
  const touched = new Set(inputsOf(form).filter((input) => input.value !== inFile(input)));
  const taken = () => {
    const now = blank();
    for (const input of touched) {
      const row = rowAt(input);
      if ((row && isNew(row)) || input.value === inFile(input)) continue;
      now.fields.push({ name: input.name, was: kept(inFile(input)), value: entered(input), row: row && cellsOf(row) });
    }
    for (const mark of form.querySelectorAll('[name="removed"]')) {
      const row = rowAt(mark);
      const isMarked = mark.type === "hidden" || mark.checked;
      if (isMarked && !(row && isNew(row))) now.removed.push({ key: mark.value, row: row && cellsOf(row) });
    }
    for (const row of form.querySelectorAll("tr[data-new]")) {
      const cells = inputsOf(row).map((input) => ({ column: columnOf(input), value: entered(input) }));
      const isBlank = cells.every(({ value }) => value === "");
      if (!row.classList.contains("removed") && !isBlank) now.added.push({ table: row.dataset.row.replace(/\[\d+\]$/, ""), cells });
    }
    return now;
  };
  const store = () => {
    draft = taken();
    current.write([draft]);
  };
  form.addEventListener("input", ({ target }) => {
    if (isEntered(target)) touched.add(target);
    store();
  });
  form.addEventListener("click", (event) => {
    if (event.target.closest("button[formaction='edit']")) store();
  });

  // Whether a row of the file has these cells, except this input.
  const isUnchanged = (row, cells, but) => {
    const inputs = inputsOf(row);
    return cells !== null && cells.length === inputs.length && inputs.every((input, index) => input === but || cells[index] === inFile(input));
  };
  // Whether the file already has an input.
  const isFieldSaved = ({ name, value, row }) => {
    const input = control(name);
    if (!input || value === null || inFile(input) !== value) return false;
    return !rowAt(input) || isUnchanged(rowAt(input), row, input);
  };
  const rowsOf = (table) => [...form.querySelectorAll(`table[data-rows="${CSS.escape(table)}"] tr[data-row]:not([data-new])`)];
  const isAddedSaved = ({ table, cells }) => {
    const values = cells.map(({ value }) => value);
    return rowsOf(table).some((row) => {
      // In a row of the file, the name of a pair is no input.
      const name = row.querySelector(":scope > td:first-child > code");
      return name ? name.textContent === values[0] && isUnchanged(row, values.slice(1)) : isUnchanged(row, values);
    });
  };
  const isRemovedSaved = ({ key, row }) => {
    const [, table] = /^(.+)\[\d+\]$/.exec(key) ?? [];
    // An index says nothing about a row, but its first cell does.
    if (table && row) return row[0] !== null && !rowsOf(table).some((other) => inFile(inputsOf(other)[0]) === row[0]);
    return !key.includes("[") && !rowOf(key) && !markOf(key);
  };
  const unsaved = (old) => ({
    ...old,
    fields: old.fields.filter((field) => !isFieldSaved(field)),
    removed: old.removed.filter((mark) => !isRemovedSaved(mark)),
    added: old.added.filter((row) => !isAddedSaved(row)),
  });

  // Input as text, for a page that cannot send it.
  const shown = (value) => (value === null ? "(enter it again: it may be a secret)" : JSON.stringify(value));
  const lines = ({ fields, removed, added }) => [
    ...fields.map(({ name, value }) => `${name} = ${shown(value)}`),
    ...removed.map(({ key }) => `remove ${key}`),
    ...added.map(({ table, cells }) => `add ${table}: ${cells.map(({ column, value }) => `${column} = ${shown(value)}`).join(", ")}`),
  ];
  const block = () => {
    const area = document.createElement("textarea");
    area.readOnly = true;
    area.setAttribute("aria-label", "Unsaved input");
    return area;
  };
  const fill = (area, all) => {
    area.value = all.join("\n");
    area.rows = Math.max(1, Math.min(12, all.length));
    area.hidden = !all.length;
  };
  connection.whenOver((note) => {
    const area = block();
    const show = () => fill(area, [...earlier.read(), draft].flatMap(lines));
    show();
    form.addEventListener("input", show);
    form.addEventListener("click", show);
    note.append(area);
  });

  // Enters a draft in the form. Returns the part that does not fit, because the file has changed.
  const set = (input, value) => {
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const accepts = (input, value) => !input.options || [...input.options].some((option) => option.value === value);
  const fits = (row, cells) => !row || (!isNew(row) && isUnchanged(row, cells));
  const enterField = ({ name, was, value, row }) => {
    const input = control(name);
    const isPossible = input && value !== null && inFile(input) === was && accepts(input, value) && fits(rowAt(input), row);
    if (isPossible) set(input, value);
    return isPossible;
  };
  const enterRemoved = ({ key, row }) => {
    const found = markOf(key) ?? rowOf(key)?.querySelector("button[name='remove']");
    const isPossible = found && fits(rowAt(found), row);
    if (isPossible) found.click();
    return isPossible;
  };
  // Returns the cells that could not be entered.
  const enterAdded = ({ table, cells }) => {
    const row = editor.add(table);
    const isLeft = ({ column, value }) => {
      const input = row && inputsOf(row).find((other) => columnOf(other) === column);
      const isPossible = input && value !== null && accepts(input, value);
      if (isPossible) set(input, value);
      return !isPossible;
    };
    return { table, cells: cells.filter(isLeft) };
  };
  const enter = (old) => {
    const { fields, removed, added } = unsaved(old);
    return {
      ...old,
      left: true,
      fields: fields.filter((field) => !enterField(field)),
      removed: removed.filter((mark) => !enterRemoved(mark)),
      added: added.map(enterAdded).filter(({ cells }) => cells.length),
    };
  };

  // The messages at the top: what is offered, or what could not be restored.
  const offer = (old) => {
    const note = document.createElement("div");
    note.className = "note draft";
    note.setAttribute("role", "status");
    const say = document.createElement("p");
    const time = new Date(old.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    say.textContent = old.left
      ? "This input was not restored, because it may be a secret or the file has changed:"
      : `Unsaved input from ${time}. Secrets are not kept.`;
    const buttons = document.createElement("p");
    const button = (title, act) => {
      const made = document.createElement("button");
      made.type = "button";
      made.textContent = title;
      made.addEventListener("click", act);
      buttons.append(made, " ");
    };
    if (!old.left) button("Restore", () => restore(old));
    button("Discard", () => {
      offered = offered.filter((other) => other !== old);
      earlier.write(offered);
      note.remove();
    });
    const area = block();
    fill(area, lines(old));
    note.append(say, area, buttons);
    document.querySelector("main").prepend(note);
  };
  // The page of the draft is requested again, so that a save is compared with the version of the file on which the
  // input is based. If the server no longer has it, it shows the current file. The input of this page is offered there.
  const restore = async (old) => {
    if (!(await connection.renew())) return;
    const others = [...offered.filter((other) => other !== old), taken()];
    current.write([]);
    earlier.write(others);
    current.write([old]);
    editor.leave();
    location.assign(`./?page=${encodeURIComponent(old.page)}`);
  };

  const isShownAgain = !document.getElementById("unsaved").hidden && restoring === undefined;
  const old = draft;
  let offered = earlier.read().map(unsaved);
  if (old && !isShownAgain) offered.push(restoring === undefined ? unsaved(old) : enter(old));
  offered = offered.filter((other) => !isEmpty(other));
  store();
  earlier.write(offered);
  for (const other of offered) offer(other);
})();
