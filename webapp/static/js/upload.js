/* The upload form: drag and drop, size check before sending, progress while sending, errors where they belong. */
"use strict";

(() => {
  const form = document.getElementById("upload-form");
  if (!form) return;
  const field = form.querySelector("input[type=file]");
  const drop = document.getElementById("drop");
  const title = document.getElementById("drop-title");
  const errors = document.getElementById("archive-error");
  const project = form.querySelector("[name=project]");
  const fresh = form.querySelector("[data-new-project]");
  const limit = Number(form.dataset.maxBytes);
  const invitation = title.textContent;

  const size = (bytes) => (bytes < 1048576 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`);

  const complain = (text) => {
    errors.replaceChildren(text ? MindFerry.element("ul", { class: "errorlist" }, MindFerry.element("li", {}, text)) : "");
    form.querySelector('[data-field="archive"]').classList.toggle("invalid", Boolean(text));
  };

  /* Take over only what the answered form says at each field: the chosen file and all that was typed stay. */
  const showRefusal = (answer) => {
    for (const theirs of answer.querySelectorAll("#upload-form [data-field]")) {
      const ours = form.querySelector(`[data-field="${theirs.dataset.field}"]`);
      if (!ours) continue;
      ours.classList.toggle("invalid", theirs.classList.contains("invalid"));
      const [said, place] = [theirs, ours].map((each) => each.querySelector('[role="alert"]'));
      if (said && place) place.replaceChildren(...[...said.childNodes].map((node) => document.importNode(node, true)));
    }
    const first = form.querySelector(".errorlist");
    if (first) first.scrollIntoView({ block: "center" });
  };

  const check = () => {
    const file = field.files[0];
    title.textContent = file ? `${file.name}, ${size(file.size)}` : invitation;
    if (!file) return complain("");
    if (!/\.(zip|tar|tar\.gz|tgz)$/i.test(file.name)) return complain("This is no .zip or .tar.gz file: pack the project's folder as one of these.");
    if (limit && file.size > limit) return complain(`The archive has ${size(file.size)}, more than the ${size(limit)} allowed: leave data sets and checkpoints out.`);
    complain("");
    const name = form.querySelector("[name=name]");
    if (name && !name.value && !(project && project.value)) {
      name.value = file.name.replace(/\.(zip|tar\.gz|tgz|tar)$/i, "").toLowerCase().replace(/[^a-z0-9-]+/g, "-").replace(/^-+|-+$/g, "");
    }
  };

  const showFresh = () => { if (fresh && project) fresh.hidden = Boolean(project.value); };

  field.addEventListener("change", check);
  if (project) project.addEventListener("change", showFresh);
  showFresh();

  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    field.files = event.dataTransfer.files;
    check();
  });

  form.addEventListener("submit", (event) => {
    check();
    if (!field.files[0]) complain("Choose the archive to hand in.");
    if (errors.textContent) {
      event.preventDefault();
      field.focus();
      return;
    }
    event.preventDefault();
    const panel = document.getElementById("upload-progress");
    const bar = panel.querySelector("progress");
    const note = document.getElementById("upload-note");
    const button = form.querySelector("button[type=submit]");
    panel.hidden = false;
    button.disabled = true;
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (progress) => {
      if (!progress.lengthComputable) return;
      bar.value = (100 * progress.loaded) / progress.total;
      note.textContent = progress.loaded < progress.total ? `${size(progress.loaded)} of ${size(progress.total)}` : "Checking the archive…";
    });
    request.addEventListener("load", () => {
      if (request.status < 400 && request.responseURL && !request.responseURL.endsWith(new URL(form.action, location.href).pathname)) {
        location.assign(request.responseURL);
        return;
      }
      if (request.status >= 500 || !request.responseText.includes("upload-form")) {
        panel.hidden = true;
        button.disabled = false;
        complain(`The server answered ${request.status}. Nothing was kept; try again.`);
        return;
      }
      panel.hidden = true;
      button.disabled = false;
      showRefusal(new DOMParser().parseFromString(request.responseText, "text/html"));
    });
    request.addEventListener("error", () => {
      panel.hidden = true;
      button.disabled = false;
      complain("The connection broke. Nothing was kept; try again.");
    });
    request.open("POST", form.action);
    request.send(new FormData(form));
  });
})();
