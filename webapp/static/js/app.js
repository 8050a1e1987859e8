/* What every page needs: theme, menus, shortcuts, moving through lists by keyboard, filtering and sorting tables. */
"use strict";

const MindFerry = (window.MindFerry = {
  /** JSON that the server put into the page with json_script, or null. */
  data(id) {
    const element = document.getElementById(id);
    return element ? JSON.parse(element.textContent) : null;
  },

  /** Tell screen readers, politely. */
  announce(text) {
    const announcer = document.getElementById("announcer");
    if (announcer) announcer.textContent = text;
  },

  csrf() {
    const headers = document.body.getAttribute("hx-headers");
    return headers ? JSON.parse(headers)["X-CSRFToken"] : "";
  },

  element(name, attributes = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  },
});

(() => {
  const setTheme = () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
    document.dispatchEvent(new CustomEvent("mindferry:theme"));
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new CustomEvent("mindferry:theme")));

  const shortcuts = document.getElementById("shortcuts");
  const showShortcuts = () => (shortcuts.open ? shortcuts.close() : shortcuts.showModal());

  document.addEventListener("click", (event) => {
    const actor = event.target.closest("[data-action]");
    const action = actor && actor.dataset.action;
    if (action === "theme") setTheme();
    if (action === "shortcuts") showShortcuts();
    if (action === "close-dialog") actor.closest("dialog").close();
    if (action === "open-dialog") document.getElementById(actor.dataset.dialog).showModal();
    if (action === "copy") {
      navigator.clipboard.writeText(actor.dataset.copy).then(() => {
        actor.classList.add("copied");
        MindFerry.announce("Copied");
        setTimeout(() => actor.classList.remove("copied"), 1500);
      });
    }
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  /* -- j and k: a list marks itself with data-list, its items with data-item ------------------ */
  const items = () => {
    const lists = [...document.querySelectorAll("[data-list]")].filter((list) => list.offsetParent !== null);
    return lists.flatMap((list) => [...list.querySelectorAll("[data-item]")]).filter((item) => item.offsetParent !== null);
  };
  const move = (direction) => {
    const all = items();
    if (!all.length) return;
    const now = all.findIndex((item) => item.classList.contains("selected"));
    const next = all[Math.min(Math.max(now + direction, 0), all.length - 1)];
    if (now >= 0) all[now].classList.remove("selected");
    next.classList.add("selected");
    const target = next.matches("a, button") ? next : next.querySelector("a, button");
    if (target) target.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
    next.dispatchEvent(new CustomEvent("mindferry:selected", { bubbles: true }));
  };

  const follow = (rel) => {
    const link = document.querySelector(`a[rel="${rel}"]`);
    if (link) location.assign(link.href);
  };
  const go = { b: ".topnav a:nth-child(1)", c: ".topnav a:nth-child(2)", w: ".topnav a:nth-child(3)" };
  let waitingForPlace = 0;

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details.menu[open]")) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
      return;
    }
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (event.key === "?") return showShortcuts();
    if (document.querySelector("dialog[open]")) return;
    if (Date.now() - waitingForPlace < 1200 && go[event.key]) {
      const link = document.querySelector(go[event.key]);
      if (link) location.assign(link.href);
      return;
    }
    const actions = {
      j: () => move(1), k: () => move(-1), n: () => follow("next"), p: () => follow("prev"), t: setTheme,
      g: () => { waitingForPlace = Date.now(); },
      u: () => { const link = document.querySelector(".topbar .button.primary"); if (link) location.assign(link.href); },
      "/": () => { const field = document.querySelector("input[type=search]"); if (field) { event.preventDefault(); field.focus(); field.select(); } },
    };
    if (actions[event.key]) actions[event.key]();
  });

  /* -- filter a table or list on the page: <input data-filters="#table"> and <select data-filters data-column> -- */
  const applyFilters = (target) => {
    const controls = [...document.querySelectorAll(`[data-filters="${target}"]`)];
    const rows = document.querySelectorAll(`${target} [data-row]`);
    let shown = 0;
    for (const row of rows) {
      const visible = controls.every((control) => {
        const wanted = control.value.trim().toLowerCase();
        if (!wanted) return true;
        if (control.dataset.column) return (row.dataset[control.dataset.column] || "").split(" ").includes(wanted);
        return wanted.split(/\s+/).every((word) => row.textContent.toLowerCase().includes(word));
      });
      row.hidden = !visible;
      if (visible) shown += 1;
    }
    const note = document.querySelector(`[data-filter-note="${target}"]`);
    if (note) note.textContent = shown === rows.length ? "" : `${shown} of ${rows.length} shown`;
  };
  document.addEventListener("input", (event) => {
    const target = event.target.dataset && event.target.dataset.filters;
    if (target) applyFilters(target);
  });

  /* -- sort a table by a column: th[aria-sort] > button ------------------------------------------ */
  document.addEventListener("click", (event) => {
    const button = event.target.closest("th[aria-sort] > button");
    if (!button) return;
    const head = button.parentElement;
    const table = head.closest("table");
    const column = [...head.parentElement.children].indexOf(head);
    const rising = head.getAttribute("aria-sort") !== "ascending";
    for (const other of table.querySelectorAll("th[aria-sort]")) other.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", rising ? "ascending" : "descending");
    const value = (row) => row.children[column].dataset.value ?? row.children[column].textContent.trim();
    const rows = [...table.tBodies[0].rows].sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      const order = x !== "" && y !== "" && !isNaN(x) && !isNaN(y) ? x - y : String(x).localeCompare(y);
      return rising ? order : -order;
    });
    table.tBodies[0].append(...rows);
  });

  document.addEventListener("submit", (event) => {
    const question = event.target.dataset.confirm;
    if (question && !confirm(question)) event.preventDefault();
  });

  /* Times are written by the server in UTC; show the reader's own. */
  for (const time of document.querySelectorAll("time[datetime]")) {
    const date = new Date(time.getAttribute("datetime"));
    if (!isNaN(date)) time.title = date.toLocaleString();
  }
})();
