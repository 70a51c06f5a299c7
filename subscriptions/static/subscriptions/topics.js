// Finds topics as one types, by their names, descriptions, groups and the phrases that say them. Without this all groups
// can be unfolded one by one.
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();

for (const topics of document.querySelectorAll("fieldset.topics")) {
  const row = topics.querySelector(".find");
  const [asked, says] = [row.querySelector("input"), row.querySelector("[role=status]")];
  const labels = [...topics.querySelectorAll("label:has(input[type=checkbox])")];
  const texts = labels.map((label) => ` ${plain(`${label.textContent} ${label.title} ${label.dataset.words}`)}`);
  const groups = [...topics.querySelectorAll(":scope > fieldset, :scope > details")];

  function find() {
    const words = plain(asked.value).split(" ").filter(Boolean);
    const found = labels.filter((label, number) => {
      label.hidden = !words.every((word) => texts[number].includes(` ${word}`)); // where a word begins
      return !label.hidden;
    });
    for (const group of groups) {
      group.hidden = !found.some((label) => group.contains(label));
      if (group.matches("details")) group.open = Boolean(words.length || group.querySelector(":checked"));
    }
    const { found: some, none } = topics.dataset;
    says.textContent = !words.length ? "" : found.length ? `${some} ${found.length}` : none;
  }

  row.hidden = false;
  row.addEventListener("input", (event) => {
    event.stopPropagation(); // It is no answer of the form.
    find();
  });
  asked.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault(); // which would send the form
  });
}
