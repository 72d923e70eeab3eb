// Messages in a corner: from the page, or from an answer's HX-Trigger: {"toast": {"message", "tone"}}.
page.autoDismiss = (toast) => {
  if (toast.dataset.timed || toast.classList.contains("is-danger")) return;
  toast.dataset.timed = "yes";
  const dismiss = () => {
    if (toast.matches(":hover, :focus-within")) setTimeout(dismiss, 2000);
    else toast.remove();
  };
  setTimeout(dismiss, 7000);
};

page.showToast = (message, tone = "success") => {
  const shown = [...document.querySelectorAll("[data-toast] p")];
  if (shown.some((other) => other.textContent === message)) return;
  const toast = document.createElement("div");
  const text = document.createElement("p");
  const close = document.createElement("button");
  toast.className = `notice is-${tone}`;
  toast.dataset.toast = "";
  text.textContent = message;
  close.type = "button";
  close.className = "btn-close";
  close.dataset.dismiss = "";
  close.setAttribute("aria-label", "Dismiss");
  toast.append(text, close);
  document.querySelector("[data-toasts]")?.append(toast);
  page.autoDismiss(toast);
};

page.enhance("[data-toast]", page.autoDismiss);

page.on("toast", (event) => page.showToast(event.detail.message, event.detail.tone));

page.on("htmx:error", (event) => {
  if (event.detail?.ctx) {
    page.showToast("The console did not answer. Check your connection and try again.", "danger");
  }
});

// A whole page where a fragment was asked for: say what went wrong, and leave the page as it is.
page.on("htmx:before:swap", (event) => {
  const { text, response, target } = event.detail.ctx;
  if (target === document.body || !/^\s*<!doctype/i.test(text ?? "")) return;
  event.preventDefault();
  if (response.status < 400) {
    location.assign(response.raw.url);
    return;
  }
  const answer = new DOMParser().parseFromString(text, "text/html");
  const problem = answer.querySelector(".problem-title")?.textContent;
  page.showToast(problem ?? `The console answered ${response.status}.`, "danger");
});
