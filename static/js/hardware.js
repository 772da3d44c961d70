/* Searching the catalogue: the choices that fit what is typed, the offers of what is chosen, and the price of the day,
   filled in until somebody types another one. */

const accelerator = document.getElementById("id_accelerator");
const offer = document.getElementById("id_offer");
const price = document.getElementById("id_usd_per_hour");
const filled = document.getElementById("id_price_of_the_day");
const told = document.getElementById("price-of-the-day");
const source = document.getElementById("id_price_source");
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
  showPrice();
}

/* The offer's price, else that of the edition's default offer. One that somebody typed stays. */
function showPrice() {
  const { usd = "", words = "" } = (offer.value ? offer : accelerator).selectedOptions[0]?.dataset ?? {};
  const isFilledIn = price.value === filled.value && !source.value.trim();
  const day = `The price of ${told.dataset.day}`;
  const said = words ? `${day}: ${words}.` : accelerator.value ? "The catalogue has no price that counts here: name an offer, or give your own with its source." : `${day} is filled in once the hardware is chosen.`;
  if (told.textContent !== said) told.textContent = said;
  if (isFilledIn) price.value = usd;
  filled.value = usd;
  showSource();
}

function showSource() {
  const isOwn = price.value.trim() !== "" && price.value !== filled.value;
  document.querySelector(`label[for="${source.id}"] .optional`).textContent = isOwn ? "needed for your own price" : "for your own price only";
  source.setAttribute("aria-required", String(isOwn));
}

search.addEventListener("input", find);
search.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
accelerator.addEventListener("change", showOffers);
offer.addEventListener("change", showPrice);
price.addEventListener("input", showSource);
price.form.addEventListener("filled", showOffers);
showOffers();
