/* Charts: an element with data-chart="KIND" and data-source="ID" draws the JSON in the element with that id. */
"use strict";

(() => {
  const colour = (name) => {
    const probe = document.createElement("span");
    probe.className = `colour-${name}`;
    document.body.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  };

  const figure = (value, digits = 6) => {
    if (value === null || value === undefined || Number.isNaN(value)) return "–";
    const size = Math.abs(value);
    return size !== 0 && (size < 1e-3 || size >= 1e6) ? value.toExponential(2) : Number(value.toPrecision(digits)).toString();
  };

  const frame = () => {
    const ink = colour("ink-soft");
    const line = colour("line");
    const surface = colour("surface");
    return {
      animation: false,
      textStyle: { fontFamily: "Inter, system-ui, sans-serif", color: ink },
      grid: { left: 62, right: 18, top: 52, bottom: 44 },
      legend: { top: 0, left: 0, icon: "roundRect", itemWidth: 14, itemHeight: 4, textStyle: { color: ink } },
      tooltip: {
        trigger: "axis", backgroundColor: surface, borderColor: line, textStyle: { color: colour("ink"), fontSize: 12 },
        valueFormatter: (value) => figure(Array.isArray(value) ? value[1] : value),
      },
      ink, line,
    };
  };

  const axis = (base, extra) => ({
    axisLine: { lineStyle: { color: base.line } }, axisTick: { show: false }, axisLabel: { color: base.ink },
    splitLine: { lineStyle: { color: base.line, opacity: 0.6 } }, nameTextStyle: { color: base.ink }, ...extra,
  });

  const curve = (name, points, tone, extra = {}) => ({
    name, type: "line", data: points, showSymbol: points.length < 3, symbolSize: 5, sampling: "lttb",
    lineStyle: { width: 2, ...extra.line }, itemStyle: { color: colour(tone) }, ...extra.series,
  });

  /** The power of ten at or below the smallest positive value: where a logarithmic axis begins, and zeros are drawn. */
  const decade = (values, otherwise) => {
    const positive = values.filter((value) => value > 0);
    return positive.length ? 10 ** Math.floor(Math.log10(Math.min(...positive))) : otherwise;
  };

  const everySecondDecade = (value) => (Math.round(Math.log10(value)) % 2 === 0 ? value.toExponential(0) : "");

  const zip = (steps, values) => steps.map((step, index) => [step, values[index]]);

  const kinds = {
    losses(data) {
      const base = frame();
      const floor = decade(data.difference, 1e-9);
      const gap = data.difference.map((value) => (value === null ? null : Math.max(value, floor)));
      return {
        ...base,
        axisPointer: { link: [{ xAxisIndex: "all" }] },
        grid: [{ left: 62, right: 18, top: 52, height: "41%" }, { left: 62, right: 18, bottom: 66, height: "24%" }],
        xAxis: [
          axis(base, { type: "value", gridIndex: 0, min: "dataMin", max: "dataMax", axisLabel: { show: false } }),
          axis(base, { type: "value", gridIndex: 1, min: "dataMin", max: "dataMax", name: "step", nameLocation: "middle", nameGap: 24 }),
        ],
        yAxis: [
          axis(base, { type: "value", gridIndex: 0, name: "loss", scale: true }),
          axis(base, { type: "log", gridIndex: 1, name: "difference", min: floor, max: (range) => Math.max(range.max, (data.tolerance || 0) * 10), axisLabel: { color: base.ink, formatter: everySecondDecade } }),
        ],
        dataZoom: [{ type: "inside", xAxisIndex: [0, 1] }, { type: "slider", xAxisIndex: [0, 1], height: 16, bottom: 8 }],
        series: [
          curve("Baseline, PyTorch", zip(data.steps, data.baseline), "torch", { line: { width: 5, opacity: 0.5 } }),
          curve("Replay, MindSpore", zip(data.steps, data.replay), "mindspore", { line: { width: 1.4 } }),
          curve("Absolute difference", zip(data.steps, gap), "difference", {
            line: { width: 1.2 }, series: { xAxisIndex: 1, yAxisIndex: 1, areaStyle: { opacity: 0.12, origin: "start" } },
          }),
          ...(data.tolerance ? [curve(`Tolerance ${figure(data.tolerance)}`, [[data.steps[0], data.tolerance], [data.steps.at(-1), data.tolerance]], "warn", {
            line: { width: 1.2, type: "dashed" }, series: { xAxisIndex: 1, yAxisIndex: 1, showSymbol: false },
          })] : []),
        ],
      };
    },

    accuracy(rows) {
      const base = frame();
      const percent = (value) => (value === null || value === undefined ? null : value <= 1 ? value * 100 : value);
      return {
        ...base,
        tooltip: { ...base.tooltip, valueFormatter: (value) => `${figure(Array.isArray(value) ? value[1] : value, 4)} %` },
        xAxis: axis(base, { type: "value", name: "epoch", nameLocation: "middle", nameGap: 26, minInterval: 1, min: "dataMin", max: "dataMax" }),
        yAxis: axis(base, { type: "value", name: "%", scale: true, max: (range) => Math.min(100, Math.ceil(range.max + 1)) }),
        series: [
          curve("Original, PyTorch", rows.map((row) => [row[0], percent(row[1])]), "torch", { series: { showSymbol: true } }),
          curve("Translation on its own, MindSpore", rows.map((row) => [row[0], percent(row[2])]), "free", { series: { showSymbol: true } }),
        ],
      };
    },

    free(data) {
      const base = frame();
      return {
        ...base,
        xAxis: axis(base, { type: "value", name: "step", nameLocation: "middle", nameGap: 26, min: "dataMin", max: "dataMax" }),
        yAxis: axis(base, { type: "value", name: "loss", scale: true }),
        series: [
          curve("Baseline, PyTorch", zip(data.steps, data.baseline), "torch", { line: { opacity: 0.75 } }),
          curve("Free run, MindSpore", zip(data.steps, data.free), "free"),
        ],
      };
    },

    live(data) {
      const base = frame();
      const names = { baseline: ["Baseline, PyTorch", "torch"], replay: ["Replay, MindSpore", "mindspore"], free_run: ["Free run, MindSpore", "free"] };
      return {
        ...base,
        xAxis: axis(base, { type: "value", name: "step", nameLocation: "middle", nameGap: 26, min: 0 }),
        yAxis: axis(base, { type: "value", name: "loss", scale: true }),
        series: Object.entries(names).map(([run, [name, tone]]) => curve(name, data.curves[run] || [], tone)),
      };
    },

    trend(rows) {
      const base = frame();
      return {
        ...base,
        xAxis: axis(base, { type: "category", data: rows.map((row) => `#${row.number}`) }),
        yAxis: [
          axis(base, { type: "value", name: "rungs", min: 0, max: 8, minInterval: 1 }),
          axis(base, { type: "log", name: "difference", splitLine: { show: false }, axisLabel: { color: base.ink, formatter: (value) => value.toExponential(0) } }),
        ],
        series: [
          { name: "Rungs climbed", type: "bar", barMaxWidth: 34, data: rows.map((row) => row.rungs), itemStyle: { color: colour("mindspore"), borderRadius: [4, 4, 0, 0] } },
          { name: "Largest loss difference", type: "line", yAxisIndex: 1, data: rows.map((row) => (row.difference ? Math.max(row.difference, 1e-9) : null)), itemStyle: { color: colour("difference") } },
        ],
      };
    },
  };

  const drawn = [];
  const draw = (element) => {
    const data = MindFerry.data(element.dataset.source);
    if (!data || !kinds[element.dataset.chart]) return;
    const chart = echarts.init(element, null, { renderer: "svg" });
    const entry = { element, chart, data, redraw: () => chart.setOption(kinds[element.dataset.chart](entry.data), true) };
    entry.redraw();
    drawn.push(entry);
    new ResizeObserver(() => chart.resize()).observe(element);
  };

  MindFerry.chart = (kind) => drawn.find((entry) => entry.element.dataset.chart === kind);
  for (const element of document.querySelectorAll("[data-chart]")) draw(element);
  document.addEventListener("mindferry:theme", () => drawn.forEach((entry) => entry.redraw()));
})();
