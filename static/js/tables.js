// Lists: selected rows, and the view that is saved.
{
  const showSelection = (form) => {
    const boxes = [...form.querySelectorAll("[data-tick]")];
    const all = form.querySelector("[data-tick-every]")?.checked;
    const count = boxes.filter((box) => box.checked).length;
    page.each("[data-tick-count]", (element) => {
      element.textContent = all ? element.dataset.tickCount : count;
    }, form);
    page.each("[data-tick-bar]", (element) => {
      element.hidden = !count && !all;
    }, form);
    page.each("[data-tick-all]", (box) => {
      box.checked = count > 0 && count === boxes.length;
      box.indeterminate = count > 0 && count < boxes.length;
    }, form);
  };

  page.enhance("[data-tick-bar]", () => showSelection(document));

  page.on("change", (event) => {
    const scope = page.closest(event, "form") ?? document;
    if (event.target.matches?.("[data-tick-all]")) {
      page.each("[data-tick]", (box) => { box.checked = event.target.checked; }, scope);
    }
    if (event.target.matches?.("[data-tick], [data-tick-all], [data-tick-every]")) showSelection(scope);
  });
}

// Filters change the address after the page was loaded: save the view as it is now.
page.on("click", (event) => {
  const link = page.closest(event, "a[data-saves]");
  if (link) link.href = link.dataset.saves + encodeURIComponent(location.search.slice(1));
});
