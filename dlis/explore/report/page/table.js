// Filters and sorts the table of stacks; the address holds both.
const kFields = new Set(data.fields.map((field) => field.name).filter((name) => name !== "layers"));
const rows = [...document.querySelectorAll("#table tbody tr")];
const view = {filter: "", sort: "number", descending: false};

function valueOf(record, field) {
  return field === "device" ? deviceOf(record) : record[field];
}

// `top1>90`, `format=bf16`; anything else is a word that has to occur.
function testOf(word) {
  const [, field, operator, operand] = word.match(/^([a-z0-9_]+)(<=|>=|<|>|=)(.+)$/) || [];
  if (!kFields.has(field)) return (record, text) => text.includes(word);
  const wanted = Number(operand);
  return (record) => {
    const value = valueOf(record, field);
    if (value === undefined) return false;
    if (operator === "=")
      return String(value).toLowerCase() === operand || Number(value) === wanted;
    if (typeof value !== "number" || Number.isNaN(wanted)) return false;
    return operator === "<" ? value < wanted : operator === ">" ? value > wanted :
        operator === "<=" ? value <= wanted : value >= wanted;
  };
}

function textOf(record) {
  return [record.stack, record.machine, record.commit, record.refused ? "refused" : ""]
      .join(" ").toLowerCase();
}

function matching(filter) {
  const tests = filter.toLowerCase().split(/\s+/).filter(Boolean).map(testOf);
  return data.records.filter((record) => {
    const text = textOf(record);
    return tests.every((test) => test(record, text));
  });
}

// What is missing stands last, whichever way the rest is sorted.
function sortRows() {
  const heads = [...byId("table").tHead.rows[0].cells];
  const column = heads.findIndex((th) => th.dataset.field === view.sort);
  const keyed = rows.map((row) => {
    const cell = row.cells[column];
    const value = cell.dataset.value;
    return {row, key: value === undefined ? cell.textContent : Number(value)};
  });
  const sign = view.descending ? -1 : 1;
  keyed.sort(({key: a, row: x}, {key: b, row: y}) => {
    if (a === b) return x.dataset.number - y.dataset.number;
    if (a === "" || b === "") return a === "" ? 1 : -1;
    return sign * (a < b ? -1 : 1);
  });
  byId("table").tBodies[0].append(...keyed.map(({row}) => row));
  for (const th of heads.filter((head) => head.dataset.field))
    th.setAttribute("aria-sort", th.dataset.field !== view.sort ? "none" :
        view.descending ? "descending" : "ascending");
}

// Charts of thousands of stacks take longer than a key: they wait until nothing is typed.
let drawing;
function showMatching(wait = 0) {
  const shown = matching(view.filter);
  const numbers = new Set(shown.map((record) => String(record.number)));
  for (const row of rows) row.hidden = !numbers.has(row.dataset.number);
  byId("count").textContent = `${shown.length} of ${data.records.length} stacks`;
  clearTimeout(drawing);
  if (wait) drawing = setTimeout(() => drawFronts(shown), wait);
  else drawFronts(shown);
}

function keepInAddress() {
  const parameters = new URLSearchParams();
  if (view.filter) parameters.set("filter", view.filter);
  if (view.sort !== "number") parameters.set("sort", view.sort);
  if (view.descending) parameters.set("order", "descending");
  if (view.layers) parameters.set("layers", view.layers);
  history.replaceState(null, "", `#${parameters}`);
}

// A fragment may also be a row's or a section's name, which the browser goes to by itself; a row
// that the filter hides is shown then. Whether the address had a view.
function readAddress() {
  const fragment = location.hash.slice(1);
  const row = fragment.startsWith("record-") && byId(fragment);
  if (row) {
    if (row.hidden) setFilter("");
    row.scrollIntoView();
  }
  if (!fragment.includes("=")) return false;
  const parameters = new URLSearchParams(fragment);
  const sort = parameters.get("sort") ?? "number";
  const isColumn = [...byId("table").querySelectorAll("th[data-field]")].some((th) => th.dataset.field === sort);
  view.sort = isColumn ? sort : "number";
  view.descending = parameters.get("order") === "descending";
  view.layers = parameters.get("layers");
  sortRows();
  setFilter(parameters.get("filter") ?? "");
  return true;
}

function setFilter(filter) {
  view.filter = byId("filter").value = filter;
  showMatching();
}

function sortBy(field) {
  view.descending = view.sort === field && !view.descending;
  view.sort = field;
  sortRows();
  keepInAddress();
}

function setUpTable() {
  for (const th of byId("table").querySelectorAll("th[data-field]")) {
    const button = element("button", {type: "button"}, th.textContent);
    button.addEventListener("click", () => sortBy(th.dataset.field));
    th.replaceChildren(button);
  }
  byId("filter-form").hidden = false;
  byId("filter-form").addEventListener("submit", (event) => event.preventDefault());
  byId("filter").addEventListener("input", () => {
    view.filter = byId("filter").value;
    showMatching(150);
    keepInAddress();
  });
}
