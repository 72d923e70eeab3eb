// Single keys: / search, j k rows, Enter open, x select. They can be switched off (WCAG 2.1.4).
{
  const ROWS = "[data-rows] :is(tbody tr, li)";

  const moveBy = (step) => {
    const rows = [...document.querySelectorAll(ROWS)];
    if (!rows.length) return;
    const current = rows.findIndex((row) => row.classList.contains("is-current"));
    const next = rows[Math.min(Math.max(current + step, 0), rows.length - 1)];
    rows[current]?.classList.remove("is-current");
    next.classList.add("is-current");
    (next.querySelector("a[href]") ?? next).focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };

  const focusSearch = () => {
    const box = document.querySelector("[data-find]");
    box?.focus();
    box?.select();
  };

  const actions = {
    "/": focusSearch,
    j: () => moveBy(1),
    k: () => moveBy(-1),
    x: () => document.querySelector("[data-rows] .is-current [data-tick]")?.click(),
  };

  const isTyping = (element) => element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
  const isEnabled = () => page.preferences.get("shortcuts") !== "off";

  page.on("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (!isEnabled() || document.querySelector("dialog[open]") || !actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  });

  page.on("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    if (!document.querySelector("[data-find]") || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    focusSearch();
  });

  page.on("focusin", (event) => {
    const row = page.closest(event, ROWS);
    if (!row || row.classList.contains("is-current")) return;
    page.each("[data-rows] .is-current", (other) => other.classList.remove("is-current"));
    row.classList.add("is-current");
  });

  page.on("change", (event) => {
    if (!event.target.matches?.("[data-shortcuts]")) return;
    page.preferences.set("shortcuts", event.target.checked ? "on" : "off");
  });

  page.each("[data-shortcuts]", (box) => {
    box.checked = isEnabled();
  });
}
