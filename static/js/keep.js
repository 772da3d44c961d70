/* What was typed into a form and is not saved yet, kept in this tab: after a reload or a lost connection it is there again. */

const PREFIX = "typed ";
const form = document.querySelector("form.draft");
const key = `${PREFIX}${location.pathname}`;
const LEFT_OUT = ["file", "submit", "button"];
/* Hidden fields that belong to what was typed say so: what the fields had shown, what a script had filled in. */
const isKept = (field) => field.name && !LEFT_OUT.includes(field.type) && (field.type !== "hidden" || "keep" in field.dataset);

function typed() {
  const fields = [...form.elements].filter(isKept);
  return Object.fromEntries(fields.filter((field) => field.type !== "radio" || field.checked).map((field) => [field.name, field.type === "checkbox" ? field.checked : field.value]));
}

function fill(values) {
  for (const [name, value] of Object.entries(values)) {
    const field = form.elements[name];
    if (!field || field.disabled) continue;
    if (field.type === "checkbox") field.checked = value;
    else field.value = value;
    const folded = (field.closest ? field : field[0])?.closest("details");
    if (folded && value) folded.open = true;
  }
  form.dispatchEvent(new Event("filled"));
}

function offerBack(kept) {
  const undo = Object.assign(document.createElement("button"), { className: "button secondary small", type: "button", textContent: "Discard it" });
  const notice = Object.assign(document.createElement("div"), { className: "notice" });
  notice.setAttribute("role", "status");
  notice.append("What you had typed and not saved is there again. ", undo);
  const saved = typed();
  fill(kept);
  form.before(notice);
  undo.addEventListener("click", () => {
    fill(saved);
    sessionStorage.removeItem(key);
    notice.remove();
  });
}

try {
  const kept = JSON.parse(sessionStorage.getItem(key) || "null");
  const isAnswer = document.querySelector(".form-errors[role=alert]");
  if (isAnswer || (kept && JSON.stringify(kept) === JSON.stringify(typed()))) sessionStorage.removeItem(key);
  else if (kept) offerBack(kept);
  for (const other of Object.keys(sessionStorage)) {
    if (other.startsWith(`${PREFIX}sent `) && other !== `${PREFIX}sent ${key}`) {
      sessionStorage.removeItem(other.slice(`${PREFIX}sent `.length));
      sessionStorage.removeItem(other);
    }
  }
  form.addEventListener("input", () => sessionStorage.setItem(key, JSON.stringify(typed())));
  form.addEventListener("submit", () => sessionStorage.setItem(`${PREFIX}sent ${key}`, "1"));
} catch { /* Storage is switched off: nothing is kept. */ }
