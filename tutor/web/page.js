// What the page does in the browser besides Gradio: turns clicks on our own buttons into events of the bridge
// component, and looks after copying, scrolling, the evidence sheet of small screens and the light or dark choice.
// Runs once, as the bridge's js_on_load, with `trigger`. The events are "ask", "choose", "memory",
// "none", "show", "retry" and "open".
if (!window.tutorPage) {
  window.tutorPage = true;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const motion = () => (calm.matches ? "auto" : "smooth");
  const narrow = () => window.matchMedia("(max-width: 899px)").matches;
  const byId = (id) => document.getElementById(id);
  let openedFrom = null;
  let wantedCard = 0;

  const selectTab = (name) => {
    const tab = [...document.querySelectorAll("#tabs button[role=tab]")].find((each) => each.textContent.trim() === name);
    if (tab && tab.getAttribute("aria-selected") !== "true") tab.click();
  };

  const copy = async (button) => {
    const text = button.parentElement.querySelector(".plain")?.textContent ?? "";
    let done = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = Object.assign(document.createElement("textarea"), { value: text });
      area.style.position = "fixed";
      document.body.append(area);
      area.select();
      done = document.execCommand("copy");
      area.remove();
    }
    button.textContent = done ? "Copied" : "Copying is blocked here";
    setTimeout(() => (button.textContent = "Copy"), 1600);
  };

  const openSheet = (button) => {
    if (!narrow()) return;
    openedFrom = button;
    byId("chat-layout")?.classList.add("sheet-open");
    setTimeout(() => document.querySelector("#evidence .do-close")?.focus(), 50);
  };

  const closeSheet = () => {
    byId("chat-layout")?.classList.remove("sheet-open");
    openedFrom?.focus();
    openedFrom = null;
  };

  // Brings the marked sentence into view inside the panel, never by moving the page itself.
  const revealEvidence = () => {
    const panel = byId("evidence-column");
    if (!panel?.getClientRects().length) return;
    const card = wantedCard ? panel.querySelector(`.card-${wantedCard}`) : panel.querySelector("details.card[open]");
    if (!card) return;
    card.open = true;
    const mark = card.querySelector("mark");
    const top = (element) => element.getBoundingClientRect().top - panel.getBoundingClientRect().top + panel.scrollTop;
    const fits = mark && top(mark) - top(card) < panel.clientHeight * 0.7;
    const target = !mark || fits ? top(card) - 12 : top(mark) - panel.clientHeight * 0.35;
    panel.scrollTo({ top: wantedCard || (mark && !fits) ? target : 0, behavior: motion() });
  };

  const actions = {
    ask: (button) => {
      selectTab("Chat");
      closeSheet();
      trigger("ask", { text: button.value });
    },
    show: (button) => {
      const [turn, number] = button.value.split(":").map(Number);
      wantedCard = number;
      openSheet(button);
      trigger("show", { turn, number });
      setTimeout(revealEvidence, 250);
    },
    choose: (button) => trigger("choose", { id: button.value }),
    memory: (button) => trigger("memory", { turn: Number(button.value) }),
    none: (button) => trigger("none", { turn: Number(button.value) }),
    retry: (button) => trigger("retry", { turn: Number(button.value) }),
    open: (button) => {
      selectTab("Library");
      closeSheet();
      byId("library")?.classList.add("reading");
      trigger("open", { id: button.value });
    },
    back: () => {
      byId("library")?.classList.remove("reading");
      document.querySelector("#library .entry.current")?.focus();
    },
    copy,
    close: closeSheet,
    theme: () => {
      const dark = document.body.classList.toggle("dark");
      localStorage.setItem("tutor-theme", dark ? "dark" : "light");
    },
  };

  // Capturing on the window comes before Gradio's own click on a message, which a button inside it must not cause.
  window.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest?.('button[class*="do-"]');
      const action = button && [...button.classList].find((name) => name.startsWith("do-"))?.slice(3);
      if (!action || !actions[action]) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      actions[action](button);
    },
    true,
  );
  window.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && byId("chat-layout")?.classList.contains("sheet-open")) closeSheet();
  });

  const stored = localStorage.getItem("tutor-theme");
  if (stored) document.body.classList.toggle("dark", stored === "dark");

  // A new question moves to the top of the chat, so that its answer is read from its first word on.
  let questions = 0;
  const followChat = () => {
    const chat = byId("chat");
    if (!chat) return;
    // Gradio labels a message with its whole source and its icon buttons not at all.
    document.querySelector("#question .submit-button")?.setAttribute("aria-label", "Send");
    document.querySelector("#question .stop-button")?.setAttribute("aria-label", "Stop the answer");
    chat.querySelectorAll("[data-testid=user], [data-testid=bot]").forEach((message) => message.removeAttribute("aria-label"));
    const rows = chat.querySelectorAll(".user-row");
    if (rows.length > questions) {
      const log = chat.querySelector("[role=log]");
      const row = rows[rows.length - 1];
      setTimeout(() => {
        const top = row.getBoundingClientRect().top - log.getBoundingClientRect().top + log.scrollTop - 12;
        log.scrollTo({ top, behavior: rows.length > 1 ? motion() : "auto" });
      }, 60);
    }
    questions = rows.length;
  };

  let waiting = 0;
  let panelText = "";
  new MutationObserver(() => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => {
      followChat();
      const text = byId("evidence")?.textContent ?? "";
      if (text !== panelText) {
        panelText = text;
        setTimeout(() => {
          revealEvidence();
          wantedCard = 0;
        }, 80);
      }
    });
  }).observe(document.body, { childList: true, subtree: true });
}
