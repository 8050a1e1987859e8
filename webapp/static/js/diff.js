/* The comparison of a file: unfold unchanged stretches, open what an address points at, start a thread at a line. */
"use strict";

(() => {
  const table = document.querySelector("table.diff");
  if (!table) return;

  const unfold = (fold) => {
    const rows = fold.nextElementSibling;
    if (rows) rows.hidden = false;
    fold.remove();
  };

  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    const body = target.closest("tbody");
    if (body && body.hidden && body.previousElementSibling) unfold(body.previousElementSibling);
    for (const marked of table.querySelectorAll("tr.target")) marked.classList.remove("target");
    const row = target.closest("tr");
    if (row) row.classList.add("target");
    target.scrollIntoView({ block: "center" });
  };

  document.addEventListener("click", (event) => {
    const actor = event.target.closest("[data-action]");
    if (!actor) return;
    if (actor.dataset.action === "unfold") unfold(actor.closest("tbody"));
    if (actor.dataset.action === "unfold-all") table.querySelectorAll("tbody.fold").forEach(unfold);
  });
  window.addEventListener("hashchange", reveal);
  reveal();

  const address = table.dataset.comments;
  if (!address) return;

  const open = (cell) => {
    const { line, side } = cell.dataset;
    const row = cell.closest("tr");
    const id = `new-${side}-${line}`;
    const existing = document.getElementById(id);
    if (existing) return existing.querySelector("textarea").focus();
    const text = MindFerry.element("textarea", { name: "text", rows: 3, maxlength: 4000, required: true, "aria-label": `Comment on line ${line}`, placeholder: "What should be looked at here?" });
    const send = MindFerry.element("button", { class: "button small primary", type: "submit" }, "Comment");
    const cancel = MindFerry.element("button", { class: "button small quiet", type: "button" }, "Cancel");
    const form = MindFerry.element("form", { class: "reply" }, text, send, cancel);
    const threads = MindFerry.element("div", { class: "threads" }, form);
    const holder = MindFerry.element("tr", { class: "note-row", id }, MindFerry.element("td"), MindFerry.element("td", { colspan: 4 }, threads));
    row.after(holder);
    text.focus();
    const close = () => { holder.remove(); cell.querySelector(".add-comment").focus(); };
    cancel.addEventListener("click", close);
    text.addEventListener("keydown", (event) => {
      if (event.key === "Escape") close();
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      send.disabled = true;
      const body = new URLSearchParams({ side, line, text: text.value });
      const answer = await fetch(address, { method: "POST", body, headers: { "X-CSRFToken": MindFerry.csrf(), "HX-Request": "true" }, credentials: "same-origin" });
      if (answer.ok || answer.status === 422) {
        threads.innerHTML = await answer.text();
        htmx.process(threads);
        MindFerry.announce(answer.ok ? "Comment added" : "The comment was not added");
      } else {
        send.disabled = false;
        MindFerry.announce("The comment could not be sent");
      }
    });
  };

  for (const cell of table.querySelectorAll("td[data-line]")) {
    const add = MindFerry.element("button", { class: "add-comment", type: "button", tabindex: "-1", "aria-label": `Comment on ${cell.dataset.side} line ${cell.dataset.line}` }, "+");
    add.addEventListener("click", () => open(cell));
    cell.prepend(add);
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "c" || event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey) return;
    const row = table.querySelector("tr.target, tr.selected") || (document.activeElement && document.activeElement.closest("tr"));
    const cell = row && row.querySelector("td.right[data-line], td[data-line]");
    if (cell) {
      event.preventDefault();
      open(cell);
    }
  });
})();
