// Comfort on top of pages that work without it: delegated listeners, no library, nothing inline.
(() => {
  const on = (type, handler) => document.addEventListener(type, handler);
  const each = (selector, act, root = document) => root.querySelectorAll(selector).forEach(act);
  const near = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);
  const memory = { get: (key) => { try { return localStorage.getItem(key); } catch { return null; } },
    set: (key, value) => { try { localStorage.setItem(key, value); } catch { /* private browsing */ } } };

  // --- what the server wrote, shown in the reader's terms ---------------------------------------
  const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  const dress = (root) => {
    each("time[data-local]", (time) => {
      const date = new Date(time.dateTime);
      if (time.title || Number.isNaN(date.getTime())) return;
      time.title = time.textContent;
      time.textContent = moment.format(date);
    }, root);
    each("[data-confirm-text]", arm, root);
    each("[data-toast]", settle, root);
    if (root.querySelector("[data-tick-bar]")) count(root);
    each("[data-needs-script][hidden]", (element) => { element.hidden = false; }, root);
  };

  // --- toasts: in the page, or from an answer's HX-Trigger: {"toast": {"message", "tone"}} -------
  const settle = (toast) => {
    if (toast.dataset.settled || toast.classList.contains("is-danger")) return;
    toast.dataset.settled = "yes";
    const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : toast.remove());
    setTimeout(leave, 7000);
  };
  const toast = (message, tone = "success") => {
    const shown = [...document.querySelectorAll("[data-toast] p")];
    if (shown.some((other) => other.textContent === message)) return;
    const box = document.createElement("div");
    const text = document.createElement("p");
    const close = document.createElement("button");
    box.className = `notice is-${tone}`;
    box.dataset.toast = "";
    text.textContent = message;
    Object.assign(close, { type: "button", className: "btn-close" });
    close.dataset.dismiss = "";
    close.setAttribute("aria-label", "Dismiss");
    box.append(text, close);
    document.querySelector("[data-toasts]")?.append(box);
    settle(box);
  };
  on("toast", (event) => toast(event.detail.message, event.detail.tone));
  on("htmx:error", (event) => {
    if (event.detail?.ctx) toast("The console did not answer. Check your connection and try again.", "danger");
  });

  // A whole page where a fragment was asked for: what went wrong is said, the page stays as it is.
  on("htmx:before:swap", (event) => {
    const { text, response, target } = event.detail.ctx;
    if (target === document.body || !/^\s*<!doctype/i.test(text ?? "")) return;
    event.preventDefault();
    if (response.status < 400) { location.assign(response.raw.url); return; }
    const page = new DOMParser().parseFromString(text, "text/html");
    toast(page.querySelector(".problem-title")?.textContent ?? `The console answered ${response.status}.`, "danger");
  });

  // --- typed confirmation: the server checks it too ----------------------------------------------
  const arm = (input) => {
    const button = input.form?.querySelector("[type=submit]");
    if (button) button.disabled = input.value.trim() !== input.dataset.confirmText;
  };
  on("input", (event) => { if (event.target.matches?.("[data-confirm-text]")) arm(event.target); });

  // --- forms that were touched are not left by accident ------------------------------------------
  let touched = null;
  on("input", (event) => { touched = near(event, "form[data-dirty]") ?? touched; });
  on("submit", (event) => {
    touched = null;
    // A double click sends once; the server would refuse the second anyway.
    if (event.target.matches("[data-once]")) setTimeout(() => each("[type=submit]", (button) => { button.disabled = true; }, event.target));
  });
  addEventListener("beforeunload", (event) => { if (touched?.isConnected) event.preventDefault(); });

  // --- buttons -----------------------------------------------------------------------------------
  const copy = async (button) => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy || document.querySelector(button.dataset.copyFrom).value);
      toast("Copied.");
    } catch {
      toast("The browser did not let the console copy this.", "danger");
    }
  };
  // A suggestion goes to the end of the list that it was looked up for.
  const append = (button) => {
    const list = document.getElementById(button.dataset.to);
    list.value = [list.value.trimEnd(), button.dataset.append].filter(Boolean).join("\n") + "\n";
    list.dispatchEvent(new Event("input", { bubbles: true }));
    button.disabled = true;
  };
  const reveal = (button) => {
    const input = document.getElementById(button.getAttribute("aria-controls"));
    input.type = input.type === "password" ? "text" : "password";
    button.setAttribute("aria-pressed", String(input.type === "text"));
  };
  on("click", (event) => {
    const button = near(event, "button");
    if (!button) return;
    if ("dismiss" in button.dataset) (button.closest("dialog") ?? button.closest("[data-toast]"))?.[button.closest("dialog") ? "close" : "remove"]();
    if ("copy" in button.dataset || button.dataset.copyFrom) copy(button);
    if ("reveal" in button.dataset) reveal(button);
    if (button.dataset.append) append(button);
    if (button.dataset.dialog) document.getElementById(button.dataset.dialog)?.showModal();
  });
  // The filters have changed the address since the page came: the view that is saved is the present one.
  on("click", (event) => {
    const link = near(event, "a[data-saves]");
    if (link) link.href = link.dataset.saves + encodeURIComponent(location.search.slice(1));
  });
  on("click", (event) => { if (event.target.matches?.("dialog")) event.target.close(); });

  // --- ticking rows --------------------------------------------------------------------------------
  const count = (form) => {
    const boxes = [...form.querySelectorAll("[data-tick]")];
    const every = form.querySelector("[data-tick-every]")?.checked;
    const ticked = boxes.filter((box) => box.checked).length;
    each("[data-tick-count]", (element) => { element.textContent = every ? element.dataset.tickCount : ticked; }, form);
    each("[data-tick-bar]", (element) => { element.hidden = !ticked && !every; }, form);
    each("[data-tick-all]", (all) => {
      all.checked = ticked > 0 && ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    }, form);
  };
  on("change", (event) => {
    const scope = near(event, "form") ?? document;
    if (event.target.matches?.("[data-tick-all]")) each("[data-tick]", (box) => { box.checked = event.target.checked; }, scope);
    if (event.target.matches?.("[data-tick], [data-tick-all], [data-tick-every]")) count(scope);
    if (event.target.matches?.("[data-shortcuts]")) memory.set("shortcuts", event.target.checked ? "on" : "off");
  });

  // --- single keys: / search, j k rows, Enter open, x tick; they can be switched off (WCAG 2.1.4) ---
  const typing = (element) => element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
  const ROWS = "[data-rows] :is(tbody tr, li)";
  const move = (step) => {
    const rows = [...document.querySelectorAll(ROWS)];
    if (!rows.length) return;
    const at = rows.findIndex((row) => row.classList.contains("is-current"));
    const row = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
    rows[at]?.classList.remove("is-current");
    row.classList.add("is-current");
    (row.querySelector("a[href]") ?? row).focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };
  const keys = {
    "/": () => { const box = document.querySelector("[data-find]"); box?.focus(); box?.select(); },
    j: () => move(1),
    k: () => move(-1),
    x: () => document.querySelector("[data-rows] .is-current [data-tick]")?.click(),
  };
  on("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (memory.get("shortcuts") === "off" || document.querySelector("dialog[open]") || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  on("focusin", (event) => {
    const row = near(event, ROWS);
    if (!row || row.classList.contains("is-current")) return;
    each("[data-rows] .is-current", (other) => other.classList.remove("is-current"));
    row.classList.add("is-current");
  });

  // --- the search box: a combobox whose list the server writes -----------------------------------
  const find = document.querySelector("[data-find]");
  const list = document.getElementById("find-list");
  const options = () => [...list.querySelectorAll("[role=option]")];
  const chosen = () => list.querySelector("[aria-selected=true]");
  const choose = (option) => {
    chosen()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) find.setAttribute("aria-activedescendant", option.id);
    else find.removeAttribute("aria-activedescendant");
  };
  const unfold = (open) => {
    list.hidden = !open;
    find.setAttribute("aria-expanded", String(open));
    if (!open) choose(null);
  };
  const step = (by) => {
    const all = options();
    const at = all.indexOf(chosen());
    if (all.length) choose(all[at < 0 && by < 0 ? all.length - 1 : (at + by + all.length) % all.length]);
  };
  let shut = false; // by hand: an answer that comes later does not open it again
  const arrows = {
    ArrowDown: () => { if (list.hidden && options().length) unfold(true); step(1); },
    ArrowUp: () => { if (list.hidden && options().length) unfold(true); step(-1); },
    Enter: () => chosen().click(),
    Escape: () => { shut = true; unfold(false); },
  };
  if (find && list) {
    Object.entries({ role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": list.id })
      .forEach(([name, value]) => find.setAttribute(name, value));
    find.addEventListener("keydown", (event) => {
      const idle = (event.key === "Enter" && (list.hidden || !chosen())) || (event.key === "Escape" && list.hidden);
      if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || idle || !arrows[event.key]) return;
      event.preventDefault();
      arrows[event.key]();
    });
    find.addEventListener("input", () => { shut = false; });
    find.form.addEventListener("focusout", (event) => { if (!find.form.contains(event.relatedTarget)) unfold(false); });
    // A press on an option must not take the focus before the click has come.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    on("htmx:after:swap", () => {
      const told = list.querySelector("[data-told]")?.dataset.told ?? "";
      document.getElementById("find-told").textContent = told;
      unfold(!shut && document.activeElement === find && options().length > 0 && find.value.trim() !== "");
    });
    on("keydown", (event) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      if (document.querySelector("dialog[open]")) return;
      event.preventDefault();
      keys["/"]();
    });
  }

  on("htmx:after:swap", () => dress(document));
  dress(document);
  // A form that came back begins where something is wrong.
  if (document.referrer === location.href) document.querySelector("main [aria-invalid=true]")?.focus();
  each("[data-shortcuts]", (box) => { box.checked = memory.get("shortcuts") !== "off"; });
})();
