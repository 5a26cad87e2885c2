// Accuracy against time, memory, weights and file, with their fronts; and the curves of sparse formats.
const kCosts = [
  {field: "median_ms", low: "p10_ms", high: "p90_ms", factor: 1, name: "time", unit: "ms"},
  {field: "peak_bytes", factor: 1 / 2 ** 20, name: "memory", unit: "MiB"},
  {field: "weights_bytes", factor: 1 / 2 ** 20, name: "packed weights", unit: "MiB"},
  {field: "file_bytes", factor: 1 / 2 ** 20, name: "file", unit: "MiB"}];

// Without labels, agreement with the uncompressed network stands in for accuracy.
function qualityOf(records) {
  return records.some((record) => record.top1 !== undefined) ? "top1" : "agreement";
}

function frontPoints(records, cost, quality, names) {
  const shown = records.filter((r) => !r.refused && r[cost.field] > 0 && r[quality] !== undefined);
  return shown.map((r) => ({
    x: r[cost.field] * cost.factor,
    xLow: (r[cost.low] ?? r[cost.field]) * cost.factor,
    xHigh: (r[cost.high] ?? r[cost.field]) * cost.factor,
    y: r[quality],
    yLow: quality === "top1" ? r.top1_low ?? r.top1 : r[quality],
    yHigh: quality === "top1" ? r.top1_high ?? r.top1 : r[quality],
    group: r.group, number: r.number, series: names.indexOf(seriesOf(r)),
    note: `${r.stack}: ${r[quality].toFixed(2)} %, ${rounded(r[cost.field] * cost.factor)} ${cost.unit}`,
  }));
}

// Beaten by another of its group: at all, or beyond both intervals of both.
function setStates(points) {
  const groups = new Map();
  for (const point of points) {
    if (!groups.has(point.group)) groups.set(point.group, []);
    groups.get(point.group).push(point);
  }
  for (const point of points) {
    let isBeaten = false, isSure = false;
    for (const o of groups.get(point.group)) {
      if (o.x > point.x || o.y < point.y || (o.x === point.x && o.y === point.y)) continue;
      isBeaten = true;
      isSure = isSure || o.xHigh < point.xLow || o.yLow > point.yHigh;
    }
    point.state = isSure ? "beaten" : isBeaten ? "unsure" : "front";
  }
}

function frontLines(points) {
  return [...new Set(points.map((p) => p.group))].map((group) => ({
    class: "front-line",
    points: points.filter((p) => p.group === group && p.state === "front").sort((a, b) => a.x - b.x),
  }));
}

function frontChart(records, cost, names) {
  const quality = qualityOf(data.records);
  const points = frontPoints(records, cost, quality, names);
  setStates(points);
  const label = quality === "top1" ? "top-1 %" : "agreement %";
  const title = `${label} against ${cost.name}`;
  if (!points.length) return element("p", {}, `${title}: nothing to show.`);
  const front = points.filter((p) => p.state === "front").sort((a, b) => a.x - b.x);
  const figure = chartOf({title, xLabel: `${cost.name}, ${cost.unit}`, yLabel: label, points,
    names, lines: frontLines(points),
    description: `${points.length} stacks, ${front.length} of them on the front. The table below the chart has them.`});
  const rows = front.map((p) => [element("a", {href: `#record-${p.number}`}, String(p.number)),
    byNumber.get(p.number).stack, `${p.y.toFixed(2)} [${p.yLow.toFixed(1)}, ${p.yHigh.toFixed(1)}]`,
    `${rounded(p.x)} [${rounded(p.xLow)}, ${rounded(p.xHigh)}]`]);
  figure.append(element("details", {}, element("summary", {}, `The front as a table (${front.length})`),
      tableOf(`Front: ${title}`, ["record", "stack", label, `${cost.name}, ${cost.unit}`], rows)));
  return figure;
}

function drawFronts(records) {
  const names = [...new Set(data.records.filter((r) => !r.refused).map(seriesOf))];
  const known = kCosts.filter((cost) => data.records.some((r) => r[cost.field] !== undefined));
  byId("front-charts").replaceChildren(...known.map((cost) => frontChart(records, cost, names)));
}

function drawSparsity() {
  const models = [...new Set(data.curves.map((curve) => curve.model))];
  byId("sparsity-charts").replaceChildren(...models.map((model) => {
    const curves = data.curves.filter((curve) => curve.model === model);
    const points = curves.flatMap((curve, series) => curve.points.map((p) => ({
      x: p.zeros, xLow: p.zeros, xHigh: p.zeros, y: p.value, yLow: p.low, yHigh: p.high, series,
      state: "front", number: p.records[0],
      note: `${curve.name}, ${rounded(p.zeros)} % zeros: ${rounded(p.value)} times as fast as dense`})));
    return chartOf({title: `Times as fast as dense: ${model}`, xLabel: "zeros %",
      yLabel: "times as fast", points, names: curves.map((curve) => curve.name), even: 1,
      widest: 2,
      lines: curves.map((curve, series) => ({class: "line", series,
        points: curve.points.map((p) => ({x: p.zeros, y: p.value}))})),
      description: "Above the dashed line the sparse format is faster. The table below has the numbers."});
  }));
}
