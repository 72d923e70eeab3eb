// What the other scripts share. Pages work without any of them; nothing is inline, and no library is needed.
const page = {
  on: (type, handler) => document.addEventListener(type, handler),
  each: (selector, act, root = document) => root.querySelectorAll(selector).forEach(act),
  // The element that an event happened in, or around, that fits the selector.
  closest: (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null),
  // Runs now, and again for what htmx has put in.
  enhance: (selector, act) => {
    const enhanceAll = () => page.each(selector, act);
    page.on("htmx:after:swap", enhanceAll);
    enhanceAll();
  },
  preferences: {
    get: (key) => {
      try {
        return localStorage.getItem(key);
      } catch {
        return null; // private browsing
      }
    },
    set: (key, value) => {
      try {
        localStorage.setItem(key, value);
      } catch {
        // Private browsing: the choice lasts as long as the page.
      }
    },
  },
};

// The server writes times in UTC; the reader sees their own.
{
  const localTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  page.enhance("time[data-local]", (time) => {
    const date = new Date(time.dateTime);
    if (time.title || Number.isNaN(date.getTime())) return;
    time.title = time.textContent;
    time.textContent = localTime.format(date);
  });
}

page.enhance("[data-needs-script][hidden]", (element) => {
  element.hidden = false;
});
