// Keeps what is typed into the answer in the browser's storage. Counts the time of the open question on and warns once
// it runs short; the server's clock decides: this one only shows it, from the server's seconds on.
if (!window.interviewClock) {
  document.addEventListener("input", (event) => {
    const key = document.querySelector(".iv-clock")?.dataset.draft;
    if (!key || !event.target.closest?.("#iv-box")) return;
    localStorage.setItem("tutor-interview", JSON.stringify({ key, text: event.target.value }));
  });

  let key = "";
  let since = 0;
  let said = "";
  const text = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  window.interviewClock = setInterval(() => {
    const clock = document.querySelector(".iv-clock");
    if (!clock || !clock.dataset.running) return;
    if (clock.dataset.key !== key) {
      key = clock.dataset.key;
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
