// Time and bytes of every layer of a stack that is chosen; the table is the picture.
function barCell(kind, value, largest) {
  const bar = element("span", {class: `bar ${kind}`, "aria-hidden": "true"});
  bar.style.width = `${largest > 0 ? 100 * value / largest : 0}%`;
  return bar;
}

function layerTable(record) {
  const {layers} = record;
  const largest = (field) => Math.max(0, ...layers.map((layer) => layer[field]));
  const total = (field) => layers.reduce((sum, layer) => sum + layer[field], 0);
  const [ms, bytes] = [largest("ms"), largest("bytes")];
  const table = tableOf(
      `Layers of record ${record.number}: ${rounded(total("ms"))} ms and ${rounded(total("bytes") / 1024)} KiB in all, each timed inside the running network`,
      ["layer", "operator", "row", "format", "ms", "time", "KiB", "bytes"],
      layers.map((layer) => [layer.name, layer.op, layer.row, layer.format, rounded(layer.ms),
        barCell("ms", layer.ms, ms), rounded(layer.bytes / 1024), barCell("bytes", layer.bytes, bytes)]),
      [4, 6]);
  table.classList.add("bars");
  return table;
}

function setUpLayers() {
  const known = data.records.filter((record) => record.layers && record.layers.length);
  const body = byId("layers-body");
  if (!known.length) {
    body.append(element("p", {}, "These records hold no layers: they are refusals, or of an earlier dlis. Exploring again into a new store measures them."));
    return;
  }
  const select = element("select", {id: "layers-of"}, ...known.map((record) => element(
      "option", {value: record.number}, `${record.number}: ${record.stack}`)));
  const place = element("div");
  const show = () => place.replaceChildren(layerTable(byNumber.get(Number(select.value))));
  select.addEventListener("change", () => {
    view.layers = select.value;
    show();
    keepInAddress();
  });
  body.append(element("label", {for: "layers-of"}, "Stack "), select, place);
  if (known.some((record) => String(record.number) === view.layers)) select.value = view.layers;
  show();
}
