// Keeps what is typed into the answer in the browser's storage, and prints the scorecard. Counts the time of the open question on and warns once
// it runs short; the server's clock decides: this one only shows it, from the server's seconds on.
if (!window.interviewClock) {
  document.addEventListener("input", (event) => {
    const key = document.querySelector(".iv-clock")?.dataset.draft;
    if (!key || !event.target.closest?.("#iv-box")) return;
    localStorage.setItem("tutor-interview", JSON.stringify({ key, text: event.target.value }));
  });

  // In a frame of its own, where nothing of the page's frame cuts the paper; formulas print as MathML, all unfolded.
  window.printScorecard = () => {
    const card = document.querySelector(".iv-card")?.cloneNode(true);
    if (!card) return;
    card.querySelectorAll("button, .katex-html").forEach((each) => each.remove());
    card.querySelectorAll("details").forEach((each) => (each.open = true));
    document.getElementById("iv-paper")?.remove();
    const frame = Object.assign(document.createElement("iframe"), { id: "iv-paper", title: "The scorecard to print" });
    frame.style.cssText = "position: fixed; width: 0; height: 0; border: 0; visibility: hidden";
    document.body.append(frame);
    const style = document.createElement("style");
    style.textContent = `body { font: 11pt/1.45 sans-serif; color: #000 } img { max-width: 100% }
      table { border-collapse: collapse } th, td { border-bottom: 1px solid #999; padding: 3px 10px 3px 0; text-align: left }
      h3, h4, summary { break-after: avoid } summary { font-weight: bold; margin: 8px 0 } pre, .iv-points, .iv-program, .lab-printed, code { white-space: pre-wrap }
      .iv-program, .lab-printed { font-family: monospace }
      .iv-question { border-top: 1px solid #999; margin-top: 14px } .iv-badge { font-weight: bold } .iv-points { padding-left: 0 }`;
    frame.contentDocument.head.append(style);
    frame.contentDocument.body.append(frame.contentDocument.importNode(card, true));
    frame.contentWindow.print();
  };

  let shown = "";
  let since = 0;
  let ticked = 0;
  let said = "";
  const text = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  window.interviewClock = setInterval(() => {
    const clock = document.querySelector(".iv-clock");
    const silent = performance.now() - ticked;  // of a page that slept for longer nothing counts, as on the server
    if (silent > clock?.dataset.absence * 1000) since += silent;
    ticked += silent;
    if (!clock?.dataset.running) {
      shown = "";
      return;
    }
    const state = `${clock.dataset.draft}:${clock.dataset.used}`;
    if (state !== shown) {
      shown = state;
      since = performance.now();
      said = "";
    }
    const limit = Number(clock.dataset.limit);
    const used = Number(clock.dataset.used) + (performance.now() - since) / 1000;
    clock.textContent = `${text(used)} of ${text(limit)}`;
    const short = used > limit * 0.8;
    clock.classList.toggle("iv-short", short);
    const words = used > limit ? "The time is over. Send what you have; nothing you typed is lost."
      : short ? "The time runs short." : "";
    if (words !== said) {
      said = words;
      const place = document.querySelector(".iv-warning");
      if (place) place.textContent = words;
    }
  }, 500);
}
