// Keys, the message line, and deadlines that count down. Everything works without it, but for keys.
"use strict";
(() => {
  const writing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
  let before = "";

  const mark = (step) => {
    const rows = [...document.querySelectorAll("tr[data-case]")];
    if (!rows.length) return;
    const at = rows.findIndex((row) => row.classList.contains("marked"));
    const next = Math.min(rows.length - 1, Math.max(0, at + step));
    rows.forEach((row, index) => row.classList.toggle("marked", index === next));
    const link = rows[next].querySelector("[data-open]");
    if (link) link.focus();
  };

  const press = (key) => {
    // A key presses what can be undone, and only leads to what cannot.
    const pressed = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    const shown = document.querySelector(`[data-focus="${CSS.escape(key)}"]`);
    if (pressed) pressed.click();
    else if (shown) { shown.focus(); shown.scrollIntoView({ block: "center" }); }
    return Boolean(pressed || shown);
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || writing(event.target)) return;
    const keys = document.getElementById("keys");
    if (keys.open) return;
    const both = before === "g" ? { q: "/queue", o: "/overview", l: "/log" }[event.key] : undefined;
    before = event.key;
    if (both) { location.href = both; return; }
    if (event.key === "?") { keys.showModal(); event.preventDefault(); }
    else if (event.key === "j") mark(1);
    else if (event.key === "k") mark(-1);
    else if (event.key !== "g" && press(event.key)) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    if (event.target.matches("[data-dismiss]")) document.getElementById("messages").replaceChildren();
  });

  document.addEventListener("htmx:sendError", () => {
    const said = document.createElement("p");
    said.className = "message";
    said.textContent = "The desk does not answer. What is on the screen may be old; it will be asked again.";
    document.getElementById("messages").replaceChildren(said);
  });

  const words = (minutes) => minutes < 60 ? `${minutes} min` : minutes < 2880 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} d`;
  const count = () => document.querySelectorAll("time[data-due]").forEach((time) => {
    const left = (new Date(time.dateTime) - Date.now()) / 60000;
    time.textContent = left < 0 ? `${words(Math.floor(-left))} late` : `in ${words(Math.floor(left))}`;
    time.classList.toggle("late", left < 0);
  });
  setInterval(count, 30000);
})();
// The veil over media: by person, on unless they chose otherwise for this case.
(() => {
  "use strict";
  document.addEventListener("keydown", (event) => {
    if (event.key !== "b" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select")) return;
    document.body.classList.toggle("lifted");
  });
})();
