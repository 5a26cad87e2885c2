// The data of the page, small elements, and numbers as people read them. Text from records only
// ever becomes text nodes and attributes, never markup.
const data = JSON.parse(document.getElementById("data").textContent);
const byNumber = new Map(data.records.map((record) => [record.number, record]));
const byId = (id) => document.getElementById(id);

function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

function svgElement(name, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function filled(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

// Four digits that count, without an exponent where that is readable.
function rounded(value) {
  return value === 0 ? "0" : String(Number(value.toPrecision(4)));
}

function deviceOf(record) {
  return (record.device || "").startsWith("cpu") ?
      record.device.replace("cpu", `cpu:${record.threads}`) : record.device;
}

// A chain's techniques without their parameters.
function familyOf(record) {
  return (record.compress || "").split(" + ").map((part) => part.split(":")[0]).join(" + ");
}

const kModels = new Set(data.records.map((record) => record.model));
function seriesOf(record) {
  return kModels.size > 1 ? `${record.model} | ${familyOf(record)}` : familyOf(record);
}

// A table inside a box that scrolls. Cells are text or nodes; `numeric` are the columns of numbers.
function tableOf(caption, header, rows, numeric = []) {
  const cell = (kind, content, column) => element(
      kind, numeric.includes(column) ? {class: "n"} : {}, content);
  const head = element("tr", {}, ...header.map((name, i) => {
    const th = cell("th", name, i);
    th.scope = "col";
    return th;
  }));
  const body = rows.map((row) => element("tr", {}, ...row.map((c, i) => cell("td", c, i))));
  return element("div", {class: "scroll", role: "region", tabindex: 0, "aria-label": caption},
      element("table", {}, element("caption", {}, caption), element("thead", {}, head),
          element("tbody", {}, ...body)));
}
