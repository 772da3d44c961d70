/* Searching the catalogue: the choices that fit what is typed, and the offers of what is chosen, with the price of the day. */

const accelerator = document.getElementById("id_accelerator");
const offer = document.getElementById("id_offer");
const all = [...accelerator.options];

const search = Object.assign(document.createElement("input"), { type: "search", id: "search-hardware", autocomplete: "off", placeholder: "2080, A100, TPU …" });
const label = Object.assign(document.createElement("label"), { htmlFor: search.id, textContent: "Search the catalogue" });
const count = Object.assign(document.createElement("span"), { className: "hint" });
count.setAttribute("role", "status");
const field = Object.assign(document.createElement("div"), { className: "field" });
field.append(label, search, count);
accelerator.closest(".field").before(field);

function find() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (option) => words.every((word) => option.text.toLowerCase().includes(word) || option.value.includes(word));
  const found = all.filter((option) => !option.value || option.selected || fits(option));
  accelerator.replaceChildren(...found);
  const number = found.filter((option) => option.value && fits(option)).length;
  count.textContent = words.length ? `${number} of ${all.length - 1} fit` : "";
  const fitting = found.filter((option) => option.value && fits(option));
  if (words.length && fitting.length === 1) fitting[0].selected = true;
  showOffers();
}

function showOffers() {
  const name = accelerator.selectedOptions[0]?.text.split(" · ")[0];
  for (const group of offer.querySelectorAll("optgroup")) group.hidden = group.disabled = Boolean(accelerator.value) && group.label !== name;
  if (offer.selectedOptions[0]?.parentElement.disabled) offer.value = "";
}

search.addEventListener("input", find);
search.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
accelerator.addEventListener("change", showOffers);
showOffers();
