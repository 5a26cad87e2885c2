// Sets the page up.
setUpTable();
if (!readAddress()) {
  sortRows();
  showMatching();
}
setUpLayers();
drawSparsity();
addEventListener("hashchange", readAddress);
// Paper shows what a screen unfolds.
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("td.origin details")) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of document.querySelectorAll("td.origin details")) details.open = false;
});
