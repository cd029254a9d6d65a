// What pages do more when scripts run. Without them everything works: forms post, links lead.
(() => {
  "use strict";

  const by = (id) => document.getElementById(id);
  const send = (address, body, more = {}) =>
    fetch(address, { method: "POST", body, redirect: "error", ...more });
  // What the server refused, in its words.
  const why = async (answer) => {
    const problem = await answer.json().catch(() => null);
    return problem?.detail ?? "Try it again.";
  };
  const answers = (form) => {
    const pairs = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string") pairs.append(name, value);
    }
    return pairs;
  };

  // A form is kept as a draft a moment after something was typed, and when the page is left.
  function keepDrafts(form) {
    const address = `/drafts?slot=${encodeURIComponent(form.dataset.draft)}`;
    const said = by("draft-said");
    let waiting = 0;
    let sent = false;
    let stop = new AbortController();
    const keep = () => {
      waiting = 0;
      if (sent) return;
      send(address, answers(form), { signal: stop.signal })
        .then(async (answer) => {
          const text = answer.ok ? await answer.text() : `Not kept as a draft: ${await why(answer)}`;
          if (said) said.textContent = text;
        })
        .catch(() => {
          if (said && !sent) said.textContent = "Not kept as a draft just now. What you typed is still here.";
        });
    };
    form.addEventListener("input", (event) => {
      if (event.target.type === "file") return;
      clearTimeout(waiting);
      waiting = setTimeout(keep, 1500);
    });
    form.addEventListener("submit", (event) => {
      // What only opens another tab leaves this one as it is.
      if (event.submitter?.formTarget === "_blank") return;
      // Nothing may arrive behind the form itself: its draft is gone by then.
      sent = true;
      clearTimeout(waiting);
      stop.abort();
    });
    addEventListener("pagehide", () => {
      if (waiting && !sent) navigator.sendBeacon(address, answers(form));
    });
    addEventListener("pageshow", (event) => {
      if (!event.persisted) return;
      sent = false;
      stop = new AbortController();
    });
  }

  // Files are kept as soon as they are chosen, dropped or pasted.
  function takeFiles(form, zone) {
    const slot = encodeURIComponent(form.dataset.draft);
    const input = by("file");
    const list = by("papers-list");
    const said = by("papers-said");
    const trouble = by("file-error");
    const show = async (answer) => {
      if (!answer.ok) {
        trouble.textContent = await why(answer);
        return;
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      list.replaceChildren(...page.body.childNodes);
    };
    const take = async (files) => {
      trouble.textContent = "";
      let done = 0;
      for (const file of files) {
        said.textContent = `Sending ${file.name}, ${done + 1} of ${files.length}`;
        const body = new FormData();
        body.append("file", file, file.name || "picture.png");
        try {
          await show(await send(`/drafts/files?slot=${slot}`, body));
        } catch {
          trouble.textContent = `${file.name} did not go through. Try it again.`;
        }
        done += 1;
      }
      said.textContent = trouble.textContent ? "" : `${done === 1 ? "1 file is" : `${done} files are`} kept.`;
    };
    input.addEventListener("change", () => {
      const files = [...input.files];
      input.value = "";
      take(files);
    });
    zone.addEventListener("dragover", (event) => {
      event.preventDefault();
      zone.classList.add("rd-papers--over");
    });
    zone.addEventListener("dragleave", () => zone.classList.remove("rd-papers--over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("rd-papers--over");
      take([...event.dataTransfer.files]);
    });
    document.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      take(files);
    });
    list.addEventListener("click", (event) => {
      const button = event.target.closest("button[name=drop_file]");
      if (!button) return;
      event.preventDefault();
      send(`/drafts/files/drop?slot=${slot}&file=${button.value}`)
        .then(show)
        .catch(() => {
          trouble.textContent = "It is still here: no connection. Try it again.";
        });
    });
  }

  // By when to acknowledge follows the day of receipt.
  function followDates(field, line) {
    field.addEventListener("change", () => {
      fetch(`/log/dates?received_at=${encodeURIComponent(field.value)}`, { redirect: "error" })
        .then(async (answer) => {
          if (answer.ok) line.textContent = await answer.text();
        })
        .catch(() => {});
    });
  }

  // A stream that is open only while somebody can see the page.
  function listen(address, heard) {
    let stream = null;
    const open = () => {
      if (stream || document.hidden) return;
      stream = new EventSource(address);
      stream.onmessage = (event) => heard(event.data);
    };
    const close = () => {
      stream?.close();
      stream = null;
    };
    document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
    addEventListener("pagehide", close);
    addEventListener("pageshow", open);
    open();
  }

  // Who else is on the case, and what changed under this page.
  function watchCase(box) {
    listen(box.dataset.live, (text) => {
      const now = JSON.parse(text);
      by("live-here").textContent = now.here;
      const changed = by("live-changed");
      changed.replaceChildren(now.changed);
      if (now.changed && !form) {
        const again = document.createElement("a");
        again.href = location.pathname + location.search;
        again.textContent = "Show it";
        changed.append(" ", again);
      }
      box.hidden = !now.here && !now.changed;
    });
  }

  // The board is drawn again when it counts something new, unless somebody is choosing on it.
  function renewBoard(board) {
    listen(board.dataset.renew, async () => {
      const answer = await fetch(location.href, { redirect: "error" }).catch(() => null);
      if (!answer?.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById(board.id);
      if (!fresh || board.contains(document.activeElement)) return;
      const open = [...board.querySelectorAll("details")].map((one) => one.open);
      board.replaceChildren(...fresh.childNodes);
      board.querySelectorAll("details").forEach((one, place) => (one.open = open[place] ?? one.open));
    });
  }

  // Keys that lead somewhere. Never while somebody types, and anybody may switch them off.
  const KEYS = "redress-keys";
  const keysOff = () => {
    try {
      return localStorage.getItem(KEYS) === "off";
    } catch {
      return false;
    }
  };
  const PLACES = { q: "/", c: "/cases", b: "/board", o: "/ombudsman" };

  // Ctrl K or Cmd K: everything that this page leads to, by a few letters of its name.
  const made = (name, more = {}) => Object.assign(document.createElement(name), more);
  function openBar() {
    const known = new Map();
    const links = ".rd-actions__list a, .rd-case-buttons a, header nav a, .rd-tabs a, .rd-table__title, footer a";
    for (const link of document.querySelectorAll(links)) {
      const words = link.textContent.replace(/\s+/g, " ").trim();
      if (words && !known.has(link.href)) known.set(link.href, words);
    }
    const bar = made("dialog", { className: "rd-cmd" });
    bar.setAttribute("aria-label", "Go to or do");
    const input = made("input", { type: "text", id: "cmd", autocomplete: "off", className: "govuk-input" });
    const label = made("label", { htmlFor: "cmd", className: "govuk-label", textContent: "Go to or do" });
    const list = made("ul", { id: "cmd-list", className: "rd-cmd__list" });
    const attributes = { role: "combobox", "aria-expanded": "true", "aria-controls": "cmd-list", "aria-autocomplete": "list" };
    for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "What fits");
    let at = 0;
    const mark = () => {
      [...list.children].forEach((one, place) => one.setAttribute("aria-selected", String(place === at)));
      const here = list.children[at];
      if (here) input.setAttribute("aria-activedescendant", here.id);
      here?.scrollIntoView({ block: "nearest" });
    };
    const fill = () => {
      const typed = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      const fits = [...known].filter(([, words]) => typed.every((word) => words.toLowerCase().includes(word)));
      if (typed.length && by("find")) {
        fits.push([`/search?q=${encodeURIComponent(input.value.trim())}`, `Search everything for “${input.value.trim()}”`]);
      }
      at = 0;
      list.replaceChildren(
        ...fits.slice(0, 12).map(([href, words], place) => {
          const one = made("li", { id: `cmd-${place}`, textContent: words });
          one.setAttribute("role", "option");
          one.addEventListener("click", () => location.assign(href));
          one.dataset.href = href;
          return one;
        }),
      );
      mark();
    };
    input.addEventListener("input", fill);
    input.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        event.preventDefault();
        at = Math.max(0, Math.min(list.children.length - 1, at + step));
        mark();
      } else if (event.key === "Enter") {
        event.preventDefault();
        const href = list.children[at]?.dataset.href;
        if (href) location.assign(href);
      }
    });
    bar.addEventListener("close", () => bar.remove());
    bar.append(label, input, list);
    document.body.append(bar);
    fill();
    bar.showModal();
  }

  let before = "";
  function pressed(event) {
    const barKey = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey;
    if (barKey && !keysOff() && !document.querySelector("dialog")) {
      event.preventDefault();
      openBar();
      return;
    }
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || keysOff()) return;
    const after = before;
    before = event.key;
    const go = (address) => {
      event.preventDefault();
      location.assign(address);
    };
    if (after === "g" && PLACES[event.key]) return go(PLACES[event.key]);
    if (event.key === "/") {
      event.preventDefault();
      by("find")?.focus();
    } else if (event.key === "n") {
      go("/log");
    } else if (event.key === "?") {
      go("/help#keys");
    } else if (event.key === "j" || event.key === "k") {
      const rows = [...document.querySelectorAll("a.rd-table__title")];
      const here = rows.indexOf(document.activeElement);
      const next = event.key === "j" ? here + 1 : here - 1;
      rows[Math.max(0, Math.min(rows.length - 1, next))]?.focus();
    }
  }
  document.addEventListener("keydown", pressed);

  function switchKeys(button) {
    const tell = () => {
      button.textContent = keysOff() ? "Switch the keys on" : "Switch the keys off";
      by("keys-state").textContent = keysOff() ? "The keys are off in this browser." : "The keys are on in this browser.";
    };
    button.hidden = false;
    button.addEventListener("click", () => {
      try {
        localStorage.setItem(KEYS, keysOff() ? "on" : "off");
      } catch {
        by("keys-state").textContent = "This browser keeps nothing, so the keys stay as they are.";
        return;
      }
      tell();
    });
    tell();
  }
  const keysButton = by("keys-switch");
  if (keysButton) switchKeys(keysButton);

  const form = document.querySelector("form[data-draft]");
  const live = by("live");
  if (live) watchCase(live);
  const board = document.querySelector("[data-renew]");
  if (board) renewBoard(board);
  if (form) {
    keepDrafts(form);
    const zone = by("papers");
    if (zone) takeFiles(form, zone);
    const received = by("received_at");
    const due = by("due");
    if (received && due) followDates(received, due);
  }
})();
