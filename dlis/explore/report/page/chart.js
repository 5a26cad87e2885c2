// A chart of marks with intervals in both directions, as SVG with a name, a description and a key.
const kBox = {width: 310, height: 260, left: 46, right: 12, top: 12, bottom: 42};

// From round number to round number around the values; logarithmic where they span decades.
function axisOf(low, high, from, to) {
  const log = low > 0 && high / low > 20;
  if (!(high > low)) [low, high] = [low - 0.5, high + 0.5];
  const ticks = log ? logTicks(low, high) : linearTicks(low, high);
  const warp = log ? Math.log : (value) => value;
  const [first, last] = [warp(Math.min(low, ticks[0])), warp(Math.max(high, ticks.at(-1)))];
  const place = (value) => {
    const share = (warp(value) - first) / (last - first);
    return from + Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0)) * (to - from);
  };
  return {ticks, place};
}

function linearTicks(low, high) {
  const power = 10 ** Math.floor(Math.log10((high - low) / 4));
  const step = [1, 2, 5, 10].map((times) => times * power).find((s) => (high - low) / s <= 6);
  const ticks = [];
  for (let i = Math.floor(low / step); i <= Math.ceil(high / step); ++i)
    ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

function logTicks(low, high) {
  const ticks = [];
  for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); ++e)
    ticks.push(Number((10 ** e).toPrecision(12)));
  return ticks;
}

const kShapes = ["M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0", "M-4,-4H4V4H-4Z", "M0,-5L5,4H-5Z",
  "M0,-5L5,0L0,5L-5,0Z", "M-5,-4H5L0,5Z", "M-2,-5H2V-2H5V2H2V5H-2V2H-5V-2H-2Z"];
const markOf = (series) => svgElement("path", {class: "mark", d: kShapes[series % kShapes.length]});
const seriesClass = (series) => `series${series % kShapes.length}`;

function gridOf(x, y, chart) {
  const {width, height, left, right, top, bottom} = kBox;
  const group = svgElement("g", {"aria-hidden": "true"});
  const text = (attributes, words) => group.append(svgElement("text", attributes, words));
  for (const tick of x.ticks) {
    const at = x.place(tick);
    group.append(svgElement("line", {class: "grid", x1: at, x2: at, y1: top, y2: height - bottom}));
    text({x: at, y: height - bottom + 15, "text-anchor": "middle"}, rounded(tick));
  }
  for (const tick of y.ticks) {
    const at = y.place(tick);
    group.append(svgElement("line", {class: "grid", x1: left, x2: width - right, y1: at, y2: at}));
    text({x: left - 5, y: at + 4, "text-anchor": "end"}, rounded(tick));
  }
  text({x: (left + width - right) / 2, y: height - 8, "text-anchor": "middle"}, chart.xLabel);
  text({x: 12, y: (top + height - bottom) / 2, "text-anchor": "middle",
    transform: `rotate(-90 12 ${(top + height - bottom) / 2})`}, chart.yLabel);
  return group;
}

// With more points than this the intervals of beaten ones are left out.
const kCrowded = 300;

// A point is {x, y, xLow, xHigh, yLow, yHigh, series, state, number, note}. Those on the front are
// links to their rows, which the keyboard reaches.
function pointOf(point, x, y, isCrowded) {
  const [cx, cy] = [x.place(point.x), y.place(point.y)];
  const bar = (x1, x2, y1, y2) => svgElement("line", {class: "spread", x1, x2, y1, y2});
  const group = svgElement("g", {class: `${seriesClass(point.series)} ${point.state}`});
  if (!isCrowded || point.state !== "beaten")
    group.append(bar(x.place(point.xLow), x.place(point.xHigh), cy, cy),
        bar(cx, cx, y.place(point.yLow), y.place(point.yHigh)));
  const mark = svgElement("g", {transform: `translate(${cx} ${cy})`},
      svgElement("title", {}, point.note), markOf(point.series));
  const isLink = point.state === "front";
  group.append(isLink ? svgElement("a", {href: `#record-${point.number}`,
    "aria-label": `record ${point.number}: ${point.note}`}, mark) : mark);
  return group;
}

function keyOf(names) {
  return element("ul", {class: "key"}, ...names.map((name, i) => element("li", {},
      svgElement("svg", {viewBox: "-7 -7 14 14", "aria-hidden": "true"},
          svgElement("g", {class: `${seriesClass(i)} front`}, markOf(i))), ` ${name}`)));
}

// The points' range with their intervals, but these at most `widest` times beyond the points: one
// disturbed measurement must not flatten all others.
function rangeOf(points, axis, widest) {
  const values = points.map((p) => p[axis]);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return [Math.max(Math.min(...points.map((p) => p[`${axis}Low`])), least / widest),
    Math.min(Math.max(...points.map((p) => p[`${axis}High`])), most * widest)];
}

// `lines` are lists of points to join; `even` is a y that gets a dashed line.
function chartOf(chart) {
  const {width, height, left, right, top, bottom} = kBox;
  const {points} = chart;
  const x = axisOf(...rangeOf(points, "x", 1.3), left, width - right);
  const [low, high] = rangeOf(points, "y", chart.widest ?? Infinity);
  const even = chart.even ?? low;
  const y = axisOf(Math.min(low, even), Math.max(high, even), height - bottom, top);
  const svg = svgElement("svg", {viewBox: `0 0 ${width} ${height}`, role: "group",
    "aria-label": chart.title}, svgElement("title", {}, chart.title),
  svgElement("desc", {}, chart.description), gridOf(x, y, chart));
  if (chart.even !== undefined)
    svg.append(svgElement("line", {class: "even", x1: left, x2: width - right,
      y1: y.place(chart.even), y2: y.place(chart.even)}));
  for (const line of chart.lines)
    svg.append(svgElement("polyline", {class: `${line.class} ${seriesClass(line.series ?? 0)}`,
      points: line.points.map((p) => `${x.place(p.x)},${y.place(p.y)}`).join(" ")}));
  const states = ["beaten", "unsure", "front"];  // the front is drawn last, on top
  const ordered = [...points].sort((a, b) => states.indexOf(a.state) - states.indexOf(b.state));
  svg.append(...ordered.map((point) => pointOf(point, x, y, points.length > kCrowded)));
  return element("figure", {}, element("figcaption", {}, chart.title), svg, keyOf(chart.names));
}
