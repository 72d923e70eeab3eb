// The search box in the top bar: a combobox whose list the server writes.
{
  const box = document.querySelector("[data-find]");
  const list = document.getElementById("find-list");

  const options = () => [...list.querySelectorAll("[role=option]")];
  const selected = () => list.querySelector("[aria-selected=true]");

  const select = (option) => {
    selected()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) box.setAttribute("aria-activedescendant", option.id);
    else box.removeAttribute("aria-activedescendant");
  };

  const setOpen = (open) => {
    list.hidden = !open;
    box.setAttribute("aria-expanded", String(open));
    if (!open) select(null);
  };

  const moveBy = (step) => {
    const all = options();
    if (!all.length) return;
    if (list.hidden) setOpen(true);
    const current = all.indexOf(selected());
    select(all[current < 0 && step < 0 ? all.length - 1 : (current + step + all.length) % all.length]);
  };

  let wasClosed = false; // with Escape: an answer that comes later does not open the list again
  const actions = {
    ArrowDown: () => moveBy(1),
    ArrowUp: () => moveBy(-1),
    Enter: () => selected().click(),
    Escape: () => {
      wasClosed = true;
      setOpen(false);
    },
  };

  // Enter without a selected option sends the form; Escape on a closed list clears the box.
  const isBrowsers = (key) =>
    (key === "Enter" && (list.hidden || !selected())) || (key === "Escape" && list.hidden);

  const start = () => {
    box.setAttribute("role", "combobox");
    box.setAttribute("aria-expanded", "false");
    box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-controls", list.id);

    box.addEventListener("keydown", (event) => {
      if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (!actions[event.key] || isBrowsers(event.key)) return;
      event.preventDefault();
      actions[event.key]();
    });
    box.addEventListener("input", () => {
      wasClosed = false;
    });
    box.form.addEventListener("focusout", (event) => {
      if (!box.form.contains(event.relatedTarget)) setOpen(false);
    });
    // A press on an option must not take the focus before the click has come.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    page.on("htmx:after:swap", () => {
      document.getElementById("find-told").textContent = list.querySelector("[data-told]")?.dataset.told ?? "";
      const isWanted = document.activeElement === box && box.value.trim() !== "";
      setOpen(!wasClosed && isWanted && options().length > 0);
    });
  };

  if (box && list) start();
}
