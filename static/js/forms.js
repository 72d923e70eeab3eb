// Forms and their buttons. The server checks everything again.

// --- typed confirmation ---
{
  const syncConfirmButton = (input) => {
    const button = input.form?.querySelector("[type=submit]");
    if (button) button.disabled = input.value.trim() !== input.dataset.confirmText;
  };
  page.enhance("[data-confirm-text]", syncConfirmButton);
  page.on("input", (event) => {
    if (event.target.matches?.("[data-confirm-text]")) syncConfirmButton(event.target);
  });
}

// --- a form that was edited is not left by accident, and is sent once ---
{
  let edited = null;
  page.on("input", (event) => {
    edited = page.closest(event, "form[data-dirty]") ?? edited;
  });
  page.on("submit", (event) => {
    edited = null;
    if (!event.target.matches("[data-once]")) return;
    // Only afterwards: a disabled button would not be sent.
    setTimeout(() => page.each("[type=submit]", (button) => { button.disabled = true; }, event.target));
  });
  addEventListener("beforeunload", (event) => {
    if (edited?.isConnected) event.preventDefault();
  });
}

// --- buttons ---
{
  const copy = async (button) => {
    try {
      const value = button.dataset.copy || document.querySelector(button.dataset.copyFrom).value;
      await navigator.clipboard.writeText(value);
      page.showToast("Copied.");
    } catch {
      page.showToast("The browser did not let the console copy this.", "danger");
    }
  };

  // Adds what a picker found to the end of its list.
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

  const dismiss = (button) => {
    const dialog = button.closest("dialog");
    if (dialog) dialog.close();
    else button.closest("[data-toast]")?.remove();
  };

  page.on("click", (event) => {
    const button = page.closest(event, "button");
    if (!button) return;
    if ("dismiss" in button.dataset) dismiss(button);
    if ("copy" in button.dataset || button.dataset.copyFrom) copy(button);
    if ("reveal" in button.dataset) reveal(button);
    if (button.dataset.append) append(button);
    if (button.dataset.dialog) document.getElementById(button.dataset.dialog)?.showModal();
  });

  // A click beside a dialog closes it.
  page.on("click", (event) => {
    if (event.target.matches?.("dialog")) event.target.close();
  });
}

// A form that came back begins where something is wrong.
if (document.referrer === location.href) document.querySelector("main [aria-invalid=true]")?.focus();
