// What the page does in the browser besides Gradio: turns clicks on our own buttons into events of the bridge
// component, and looks after copying, scrolling, the evidence sheet of small screens, the list of conversations, unsent
// text and the light or dark choice. Runs once, as the bridge's js_on_load, with `trigger`. The events are "ask",
// "choose", "memory", "tell", "none", "show", "retry", "edit", "go_on", "version", "open"; of feedback "rate", "escalate",
// "heard"; and of conversations "resume", "rename", "delete", "export", "take_in".
if (!window.tutorPage) {
  window.tutorPage = true;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const motion = () => (calm.matches ? "auto" : "smooth");
  const narrow = () => window.matchMedia("(max-width: 899px)").matches;
  const byId = (id) => document.getElementById(id);
  window.tutorRequest = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };
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

  const listKey = "tutor-list";
  const listIsShown = () => {
    const layout = byId("chat-layout");
    return layout?.classList.contains(roomy() ? "list-closed" : "list-open") !== roomy();
  };
  const roomy = () => window.matchMedia("(min-width: 1200px)").matches;
  const toggleList = (open = !listIsShown()) => {
    const layout = byId("chat-layout");
    if (!open) document.querySelector("#conversation-list .error")?.remove();
    if (roomy()) {
      layout.classList.toggle("list-closed", !open);
      localStorage.setItem(listKey, open ? "open" : "closed");
    } else {
      layout.classList.toggle("list-open", open);
      if (open) setTimeout(() => document.querySelector("#conversations .do-list")?.focus(), 50);
      else document.querySelector("#header .do-list")?.focus();
    }
  };
  const leaveList = () => {
    if (!roomy() && listIsShown()) toggleList(false);
  };
  const closeMenus = (but) => {
    document.querySelectorAll("#conversation-list .kept-menu:not([hidden])").forEach((menu) => {
      if (menu === but) return;
      menu.hidden = true;
      menu.previousElementSibling.setAttribute("aria-expanded", "false");
      const danger = menu.querySelector(".danger");
      danger.classList.remove("armed");
      danger.textContent = "Delete";
    });
  };

  // A field in the place of what it changes: Enter keeps, Escape leaves it as it was.
  const editInPlace = (field, words, hidden, keep) => {
    const done = (kept) => {
      form.remove();
      hidden.forEach((element) => (element.hidden = false));
      if (kept && field.value.trim()) keep(field.value);
    };
    const form = make(
      "form",
      { className: "in-place", onsubmit: (event) => (event.preventDefault(), done(true)) },
      field,
      make("button", { className: "action strong", textContent: words }),
      make("button", { type: "button", className: "action", textContent: "Cancel", onclick: () => done(false) }),
    );
    field.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") done(false);
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        done(true);
      }
    });
    form.addEventListener("click", (event) => event.stopPropagation());
    hidden[0].before(form);
    hidden.forEach((element) => (element.hidden = true));
    field.focus();
    field.select();
  };

  // Gradio takes fields out of the chat's messages: the one for a rating's words is put in here.
  const offerNotes = () =>
    document.querySelectorAll("#chat .feedback .note:not(:has(textarea))").forEach((place) => {
      const value = place.querySelector(".kept").textContent;
      const field = make("textarea", { rows: 2, maxLength: 4000, ariaLabel: "What is wrong", value });
      field.addEventListener("click", (event) => event.stopPropagation());
      place.append(field);
    });

  const importFile = () => {
    const chooser = make("input", { type: "file", accept: ".json,application/json" });
    chooser.onchange = async () => {
      const file = chooser.files[0];
      if (file) trigger("take_in", { text: (await file.slice(0, 80e6).text()).slice(0, 20_000_001) });
    };
    chooser.click();
  };

  const actions = {
    list: () => {
      const away = byId("chat-tab")?.getClientRects().length === 0;
      selectTab("Chat");
      toggleList(away || !listIsShown());
    },
    resume: (button) => {
      leaveList();
      trigger("resume", { id: button.value });
    },
    more: (button) => {
      const menu = button.nextElementSibling;
      closeMenus(menu);
      menu.hidden = !menu.hidden;
      button.setAttribute("aria-expanded", String(!menu.hidden));
    },
    rename: (button) => {
      const row = button.closest("li");
      const field = make("input", { value: row.querySelector(".name").textContent, ariaLabel: "Name" });
      closeMenus();
      editInPlace(field, "Save", [row.querySelector(".kept-name"), row.querySelector(".do-more")], (name) =>
        trigger("rename", { id: button.value, name }),
      );
    },
    delete: (button) => {
      if (button.classList.contains("armed")) trigger("delete", { id: button.value });
      else {
        button.classList.add("armed");
        button.textContent = "Really delete it for good";
      }
    },
    export: (button) => {
      const [id, form] = button.value.split(":");
      closeMenus();
      trigger("export", { id, form });
    },
    import: importFile,
    rate: (button) => {
      const [turn, verdict] = button.value.split(":");
      const note = button.closest(".feedback").querySelector(".note textarea")?.value ?? "";
      trigger("rate", { turn: Number(turn), verdict, note });
    },
    escalate: (button) => trigger("escalate", { turn: Number(button.value) }),
    heard: (button) => trigger("heard", { shown: button.value }),
    edit: (button) => {
      const message = button.closest("[data-testid=user]");
      const field = make("textarea", { value: message.querySelector(".whole").textContent, ariaLabel: "Your message", rows: 3 });
      editInPlace(field, "Ask", [message.querySelector(".typed"), message.querySelector(".below")], (text) =>
        trigger("edit", { turn: Number(button.value), text }),
      );
    },
    continue: (button) => trigger("go_on", { turn: Number(button.value) }),
    version: (button) => {
      const [turn, step] = button.value.split(":").map(Number);
      trigger("version", { turn, step });
    },
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
    tell: (button) => {
      const [turn, style] = button.value.split(":");
      trigger("tell", { turn: Number(turn), style });
    },
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
      if (!event.target.closest?.("#conversation-list li")) closeMenus();
      if (!roomy() && !event.target.closest?.("#conversations, .do-list")) leaveList();
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
    if (event.key !== "Escape") return;
    closeMenus();
    if (byId("chat-layout")?.classList.contains("sheet-open")) closeSheet();
    leaveList();
  });

  const stored = localStorage.getItem("tutor-theme");
  if (stored) document.body.classList.toggle("dark", stored === "dark");

  // Text that was not sent stays in the box of its own tab, whatever happens to the page.
  const draftKey = "tutor-draft";
  const box = () => document.querySelector("#question textarea");
  const keepDraft = () => {
    const text = box()?.value;
    if (text !== undefined && restored) sessionStorage.setItem(draftKey, text);
  };
  let restored = false;
  const restoreDraft = () => {
    if (restored || !box()) return;
    restored = true;
    const text = sessionStorage.getItem(draftKey);
    if (!text || box().value) return;
    box().value = text;
    box().dispatchEvent(new Event("input", { bubbles: true }));
  };
  window.addEventListener("pagehide", keepDraft);
  document.addEventListener("input", keepDraft);

  let begun = false;
  const begin = () => {
    if (begun || !byId("chat-layout")) return;
    begun = true;
    if (localStorage.getItem(listKey) === "closed") byId("chat-layout").classList.add("list-closed");
    trigger("resume", { id: new URL(window.location).searchParams.get("c") ?? "" });
  };

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
      begin();
      restoreDraft();
      keepDraft();
      followChat();
      offerNotes();
      if (document.querySelector("#conversation-list .error") && !listIsShown()) toggleList(true);
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
