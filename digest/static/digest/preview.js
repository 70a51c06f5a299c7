// Shows what the next letter would bring while the form is being filled in. Nothing is saved by it; without it the
// Preview button does the same.
const REST = 300; // milliseconds without a change until we ask
const form = document.querySelector("form[data-preview]");
const shown = document.querySelector(".preview .shown");
const says = document.querySelector(".preview .says");
const does = document.querySelector(".preview .does");
let waiting, latest;

async function ask() {
  latest?.abort();
  const mine = (latest = new AbortController());
  shown.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.dataset.preview, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      redirect: "error", // as when the visit is over: that page is no letter
      signal: mine.signal,
    });
    const page = await answer.text();
    if (mine === latest) show(answer.status, page);
  } catch {
    if (mine === latest) show(0, "");
  }
}

function show(status, page) {
  shown.removeAttribute("aria-busy");
  if (status === 200) {
    shown.innerHTML = page;
    says.textContent = "";
  } else if (status === 400) {
    says.innerHTML = page;
  } else {
    says.textContent = says.dataset.failed;
  }
}

form.addEventListener("input", () => {
  clearTimeout(waiting);
  latest?.abort(); // its answer would be out of date
  latest = null;
  waiting = setTimeout(ask, REST);
});
does.textContent = does.dataset.live;
if ("unseen" in form.dataset) ask(); // filled in, and not shown yet
