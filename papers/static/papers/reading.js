// What pages have beyond links: keys (j k o s /), a compact list that stays compact, buttons that copy. Every page works without.
"use strict";
const kept = {  // in this browser alone
  get: (name) => { try { return localStorage.getItem(name); } catch { return null; } },
  set: (name, value) => { try { localStorage.setItem(name, value); } catch { /* Not allowed: it is forgotten. */ } },
};

function remember(box, name, first) {
  if (!box) return;
  box.checked = (kept.get(name) ?? first) === "yes";
  box.addEventListener("change", () => kept.set(name, box.checked ? "yes" : "no"));
}
const keys = document.getElementById("keys");
remember(document.getElementById("compact"), "compact", "no");
remember(keys, "keys", "yes");
keys?.closest("[hidden]")?.removeAttribute("hidden");

const titles = [...document.querySelectorAll(".papers .card :is(h2, h3) > a")];
let at = -1;
function go(to) {
  at = Math.max(0, Math.min(titles.length - 1, to));
  titles[at]?.focus({ preventScroll: true });
  titles[at]?.closest(".card").scrollIntoView({ block: "nearest" });
}
const act = {
  j: () => go(at + 1),
  k: () => go(at - 1),
  o: () => titles[at]?.click(),
  s: () => titles[at]?.closest(".card").querySelector("details > summary")?.click(),
  "/": () => document.getElementById("search-words")?.focus(),
};
document.addEventListener("focusin", (event) => {
  const place = titles.findIndex((title) => title.closest(".card").contains(event.target));
  if (place >= 0) at = place;
});
document.addEventListener("keydown", (event) => {
  if (!keys?.checked || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, select, textarea, [contenteditable]") || !Object.hasOwn(act, event.key)) return;
  event.preventDefault();
  act[event.key]();
});

for (const button of document.querySelectorAll("button[data-copies]")) {
  if (!navigator.clipboard) break;  // Only there where nobody on the way can listen.
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
    button.textContent = button.dataset.copied;
  });
}
