/* The submission page while it runs: stages, losses and log lines as they come, over server-sent events, and by
   polling where these do not get through. */
"use strict";

(() => {
  const page = MindFerry.data("live-data");
  if (!page) return;
  const chart = MindFerry.chart("live");
  const curves = chart ? chart.data.curves : page.curves;
  const runs = {};
  const status = document.getElementById("live-state");
  const log = document.getElementById("log");
  const follow = document.getElementById("follow-log");
  const empty = document.querySelector("[data-chart-empty]");
  const LOG_LINES = 2000;
  let last = page.after;
  let drawing = 0;
  let refreshing = 0;

  const say = (text) => { if (status) status.textContent = text; };

  const showEmpty = () => {
    const some = Object.values(curves).some((points) => points && points.length);
    if (empty) empty.hidden = some;
    if (chart) chart.element.hidden = !some;
    if (chart && some) chart.chart.resize();
  };

  const redraw = () => {
    if (drawing) return;
    drawing = setTimeout(() => {
      drawing = 0;
      showEmpty();
      if (chart) chart.redraw();
    }, 250);
  };

  const refreshState = () => {
    clearTimeout(refreshing);
    refreshing = setTimeout(() => htmx.trigger("#state", "mindferry:state"), 150);
  };

  const stageTitle = (stage) => {
    const title = document.querySelector(`[data-stage="${stage}"] h3`);
    return title ? title.textContent : stage;
  };

  const write = (event) => {
    if (!event.message || !log) return;
    const placeholder = log.querySelector(".log-empty");
    if (placeholder) placeholder.remove();
    log.append(MindFerry.element("div", { class: event.kind }, MindFerry.element("span", { class: "log-stage" }, stageTitle(event.stage)),
      MindFerry.element("span", { class: "log-text" }, event.message.replace(/^[\r\n]+|[\r\n]+$/g, ""))));
    while (log.children.length > LOG_LINES) log.firstElementChild.remove();
    if (follow && follow.checked) log.scrollTop = log.scrollHeight;
  };

  const startOver = (event) => {
    if (!event.run || runs[event.stage] === event.run) return;
    if (runs[event.stage] && curves[event.stage]) {
      curves[event.stage] = [];
      redraw();
    }
    runs[event.stage] = event.run;
  };

  const take = (event) => {
    if (event.id <= last) return;
    last = event.id;
    startOver(event);
    const data = event.data || {};
    if (event.kind === "point") {
      const points = data.points || (data.step === undefined ? [] : [data]);
      const curve = (curves[data.series] = curves[data.series] || []);
      for (const point of points) curve.push(Array.isArray(point) ? point : [point.step, point.loss]);
      redraw();
    } else if (event.kind === "progress") {
      const stage = document.querySelector(`[data-stage="${event.stage}"]`);
      const bar = stage && stage.querySelector("progress");
      if (bar && data.total) {
        bar.max = data.total;
        bar.value = data.done;
      }
      const note = stage && stage.querySelector("[data-stage-note]");
      if (note && (event.message || data.done)) note.textContent = event.message || `${data.done}${data.total ? ` of ${data.total}` : ""}`;
    } else if (event.kind === "state") {
      refreshState();
      if (event.message) MindFerry.announce(event.message);
    } else {
      write(event);
    }
  };

  const ended = () => {
    say("complete");
    refreshState();
  };

  const poll = async () => {
    say("polling");
    for (;;) {
      try {
        const answer = await fetch(`${page.events}?after=${last}`, { headers: { Accept: "application/json" }, credentials: "same-origin" });
        if (answer.ok) {
          const found = await answer.json();
          found.events.forEach(take);
          if (found.finished) return ended();
        } else if (answer.status === 404 || answer.status === 401) {
          return say("no longer allowed");
        }
      } catch {
        say("connection lost, trying again");
      }
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  };

  const listen = () => {
    let opened = false;
    let failures = 0;
    const source = new EventSource(`${page.events}?after=${last}`);
    source.onopen = () => {
      opened = true;
      failures = 0;
      say("live");
    };
    for (const kind of ["state", "progress", "log", "point", "notice"]) {
      source.addEventListener(kind, (message) => take(JSON.parse(message.data)));
    }
    source.addEventListener("end", () => {
      source.close();
      ended();
    });
    source.onerror = () => {
      failures += 1;
      say("reconnecting…");
      if (!opened || failures > 4 || source.readyState === EventSource.CLOSED) {
        source.close();
        poll();
      }
    };
  };

  showEmpty();
  if (log) log.scrollTop = log.scrollHeight;
  if (page.open) (window.EventSource ? listen : poll)();
})();
