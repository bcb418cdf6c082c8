// Brings news to the page, and the reader's own time. Everything works without it.
"use strict";

(() => {
  const LONGEST = 30000;

  const main = () => document.querySelector("main[data-live]");
  const PAUSE = 1000 * Number(main()?.dataset.live ?? 3);
  let tag = null;
  let wait = PAUSE;
  let timer = 0;
  let busy = false;
  let lost = null;

  // The reader's own time in place of UTC.
  // Swedes write it as the server does.
  const format = new Intl.DateTimeFormat("sv-SE", {
    year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
  });
  const localise = (root) => {
    for (const time of root.querySelectorAll("time[datetime]")) {
      const at = new Date(time.dateTime);
      if (!Number.isNaN(at.getTime())) {
        time.title = `${time.textContent} UTC`;
        time.textContent = format.format(at);
      }
    }
  };

  // Makes `old` what `fresh` is, and keeps what a reader has changed: focus, scrolling, open folds, filled fields.
  const same = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName
    && (a.id || "") === (b.id || "") && (a.dataset?.keep || "") === (b.dataset?.keep || "");
  const attributes = (old, fresh) => {
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name) && !(old.nodeName === "DETAILS" && name === "open")) {
        old.removeAttribute(name);
      }
    }
    for (const { name, value } of [...fresh.attributes]) {
      if (old.getAttribute(name) !== value) {
        old.setAttribute(name, value);
      }
    }
  };
  const morph = (old, fresh) => {
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.nodeValue !== fresh.nodeValue) {
        old.nodeValue = fresh.nodeValue;
      }
      return;
    }
    if (old.isEqualNode(fresh)) {
      return;
    }
    if (old.nodeName === "INPUT" && old.type !== "hidden") {
      return;
    }
    attributes(old, fresh);
    let here = old.firstChild;
    for (const next of [...fresh.childNodes]) {
      let found = here;
      while (found && !same(found, next)) {
        found = found.nextSibling;
      }
      // Only what carries a name is looked for further on; a nameless neighbour is put in.
      if (found && (found === here || next.id || next.dataset?.keep)) {
        while (here !== found) {
          const gone = here;
          here = here.nextSibling;
          gone.remove();
        }
        here = found.nextSibling;
        morph(found, next);
      } else {
        old.insertBefore(next, here);
      }
    }
    while (here) {
      const gone = here;
      here = here.nextSibling;
      gone.remove();
    }
  };

  const tell = (text) => {
    if (!text) {
      lost?.remove();
      lost = null;
    } else if (!lost) {
      lost = document.createElement("div");
      lost.className = "lost";
      lost.setAttribute("role", "status");
      lost.textContent = text;
      document.body.prepend(lost);
    }
  };

  const look = async () => {
    timer = 0;
    if (busy || document.hidden || !main()) {
      return;
    }
    busy = true;
    try {
      const headers = { "x-news": "1" };
      if (tag) {
        headers["if-none-match"] = tag;
      }
      const answer = await fetch(location.href, { headers, cache: "no-store", redirect: "error" });
      if (answer.status === 401) {
        tell(document.body.dataset.over);
        return;
      }
      if (answer.status !== 304) {
        if (!answer.ok) {
          throw new Error(`status ${answer.status}`);
        }
        tag = answer.headers.get("etag");
        const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = parsed.querySelector("main");
        localise(fresh);
        morph(main(), document.importNode(fresh, true));
      }
      tell(null);
      wait = PAUSE;
    } catch {
      tell(document.body.dataset.lost);
      wait = Math.max(PAUSE, Math.min(wait * 2, LONGEST));
    } finally {
      busy = false;
    }
    plan(wait);
  };
  const plan = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(look, pause);
  };

  localise(document);
  const zone = document.getElementById("zone");
  if (zone) {
    zone.textContent = zone.dataset.local;
  }
  if (main()) {
    plan(PAUSE);
    document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : plan(0)));
    window.addEventListener("online", () => plan(0));
  }
  // A form is sent once.
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.sent) {
      event.preventDefault();
      return;
    }
    event.target.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
    }
  });
})();
