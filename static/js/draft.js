/* The files of a draft: dropped or chosen, sent in pieces by tus, gone on with after a cut connection; and what a worker
   recognised in them, asked for until it is there. Without this script the form sends the files, and a reload shows. */

const PIECE = 8 * 1024 * 1024;
const MOST_TRIES = 8;
const LONGEST_PAUSE = 30000;
const form = document.querySelector("form[data-uploads]");
const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const coded = (text) => btoa(String.fromCodePoint(...new TextEncoder().encode(text)));
const bytes = (size) => (size < 1e6 ? `${Math.ceil(size / 1000)} kB` : `${(size / 1e6).toFixed(1)} MB`);
let running = 0;
let leaving = null;

class Refused extends Error {}
class Late extends Refused {}
class Broken extends Error {}

/* --- the page as it is now ------------------------------------------------------------------------------------- */

async function freshPage() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) throw new Broken(`${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function renew(page, selector, isBusy = () => false) {
  for (const now of page.querySelectorAll(selector)) {
    const here = document.getElementById(now.id);
    if (here && !isBusy(here) && here.outerHTML !== now.outerHTML) exchange(here, now);
  }
}

/* Whoever is at work with the keyboard stays where they were. */
function exchange(here, now) {
  const focused = here.contains(document.activeElement) ? document.activeElement : null;
  here.replaceWith(now);
  if (focused) (document.getElementById(focused.id) ?? now.querySelector("input[type=file]"))?.focus({ preventScroll: true });
}

/* For those who do not see it, and once: what is replaced on the page is not read out. */
function say(words) {
  const said = document.getElementById("said");
  if (said) said.textContent = words;
}

async function showPlaces() {
  const page = await freshPage();
  for (const run of page.querySelectorAll(".run")) {
    if (document.getElementById(run.id)) continue;
    document.getElementById(run.previousElementSibling.id).after(run);
    const count = run.closest("fieldset").querySelector("input[name$='-runs']");
    count.value = run.parentElement.children.length;
  }
  renew(page, ".slot", (slot) => slot.querySelector(".sending") || slot.querySelector("input[type=file]").files.length);
  renew(page, "#look");
  document.querySelectorAll(".slot").forEach(prepare);
  follow();
}

/* --- what a worker recognised ---------------------------------------------------------------------------------- */

let following = false;

async function follow() {
  if (following || !document.querySelector("[data-waiting]")) return;
  following = true;
  for (let pause = 700; document.querySelector("[data-waiting]") && pause < 60000; pause *= 1.4) {
    await wait(pause);
    if (document.hidden) await new Promise((done) => document.addEventListener("visibilitychange", done, { once: true }));
    try {
      renew(await freshPage(), "[data-live]");
      if (!document.querySelector("[data-waiting]")) say("The files were looked at. What was recognised stands with each of them.");
    } catch { /* Asked again, later. */ }
  }
  following = false;
}

/* --- one file on its way --------------------------------------------------------------------------------------- */

function request(method, address, headers = {}, body = null, onProgress = null) {
  return new Promise((done, fail) => {
    const sender = new XMLHttpRequest();
    sender.open(method, address);
    const csrf = form.querySelector("[name=csrfmiddlewaretoken]").value;
    for (const [name, value] of Object.entries({ "X-CSRFToken": csrf, "Tus-Resumable": "1.0.0", ...headers })) sender.setRequestHeader(name, value);
    if (onProgress) {
      sender.upload.onprogress = (event) => onProgress(event.loaded);
      onProgress.stop = () => sender.abort();
    }
    sender.onload = () => done(sender);
    sender.onerror = () => fail(new Broken("No connection."));
    sender.onabort = () => fail(new Refused("Stopped."));
    sender.send(body);
  });
}

function refusal(answer) {
  try {
    const problem = JSON.parse(answer.responseText);
    const first = problem.errors[0] || {};
    return new Refused(`${first.message || problem.detail} ${first.remedy || ""}`.trim());
  } catch {
    return new Refused(answer.responseText.slice(0, 200) || `The server answered ${answer.status}.`);
  }
}

function check(answer, ...fine) {
  if (fine.includes(answer.status)) return answer;
  if (answer.status === 412) throw new Late("Another file was put here meanwhile, in another window or by a script. Choose yours again to replace it.");
  throw answer.status >= 500 || answer.status === 429 ? new Broken(`The server answered ${answer.status}.`) : refusal(answer);
}

const remembered = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
const remember = (key, address) => {
  try { if (address) localStorage.setItem(key, address); else localStorage.removeItem(key); } catch { /* Then not. */ }
};

/* What the server holds the piece against. Browsers work it out on https and on this machine only. */
async function checksum(body) {
  if (!globalThis.crypto?.subtle) return {};
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await body.arrayBuffer()));
  return { "Upload-Checksum": `sha256 ${btoa(String.fromCharCode(...digest))}` };
}

class Upload {
  constructor(file, place, show) {
    this.file = file;
    this.place = place;
    this.show = show;
    this.key = `upload ${form.dataset.submission} ${Object.values(place).join(" ")} ${file.name} ${file.size} ${file.lastModified}`;
    this.address = remembered(this.key);
    this.known = false; // Whether `offset` is where it ends at the server.
    this.offset = 0;
    this.stopped = false;
  }

  async send() {
    let tries = 0;
    while (this.address === null || this.offset < this.file.size) {
      if (this.stopped) throw new Refused("Stopped.");
      try {
        const before = this.offset;
        await (this.address === null ? this.begin() : this.known ? this.piece() : this.ask());
        if (this.offset > before) tries = 0;
      } catch (error) {
        if (!(error instanceof Broken) || ++tries > MOST_TRIES) throw error;
        this.known = false;
        const pause = Math.min(LONGEST_PAUSE, 500 * 2 ** tries);
        this.show(this.offset, `${error.message} Goes on by itself …`);
        await Promise.race([wait(pause), new Promise((done) => addEventListener("online", done, { once: true }))]);
      }
    }
    remember(this.key, null);
  }

  async begin() {
    check(await request("POST", form.dataset.open, { "Content-Type": "application/x-www-form-urlencoded" }, `task=${encodeURIComponent(this.place.task)}`), 204);
    const said = { submission: form.dataset.submission, filename: this.file.name, ...this.place };
    const metadata = Object.entries(said).filter(([, value]) => value).map(([key, value]) => `${key} ${coded(value)}`).join(",");
    const answer = await request("POST", form.dataset.uploads, { "Upload-Length": this.file.size, "Upload-Metadata": metadata, ...this.seen() });
    check(answer, 201);
    this.address = new URL(answer.getResponseHeader("Location")).pathname;
    this.known = true;
    remember(this.key, this.address);
  }

  /* The file that this page shows at its place, or none: another one that came meanwhile is not overwritten. */
  seen() {
    const { task, kind, run, part } = this.place;
    const shown = form.elements[`seen-file-${task}-${kind}-${run}-${part}`]?.value;
    return shown ? { "If-Match": `"${shown}"` } : { "If-None-Match": "*" };
  }

  /* Where it ends at the server: after a cut connection, and for what was begun before this page was loaded. */
  async ask() {
    const answer = await request("HEAD", this.address);
    if (answer.status === 404) {
      this.address = null;
      this.offset = 0;
      remember(this.key, null);
      return;
    }
    this.offset = Number(check(answer, 200).getResponseHeader("Upload-Offset"));
    this.known = true;
    this.show(this.offset);
  }

  async piece() {
    const heard = (loaded) => this.show(this.offset + loaded);
    this.heard = heard;
    const body = this.file.slice(this.offset, this.offset + PIECE);
    const headers = { "Upload-Offset": this.offset, "Content-Type": "application/offset+octet-stream", ...(await checksum(body)) };
    const answer = await request("PATCH", this.address, headers, body, heard);
    if (answer.status === 460) throw new Broken("A piece was damaged on its way.");
    if (answer.status === 409 && answer.getResponseHeader("Upload-Offset")) throw new Broken("It is elsewhere by now.");
    this.offset = Number(check(answer, 204).getResponseHeader("Upload-Offset"));
    this.show(this.offset);
  }

  async stop() {
    this.stopped = true;
    this.heard?.stop?.();
    remember(this.key, null);
    if (this.address) await request("DELETE", this.address).catch(() => {});
  }
}

/* --- places for files ------------------------------------------------------------------------------------------ */

function element(name, values, ...children) {
  const made = Object.assign(document.createElement(name), values);
  made.append(...children);
  return made;
}

function bar(slot, file) {
  const meter = element("progress", { className: "meter", max: 100, value: 0 });
  meter.setAttribute("aria-label", `Sending ${file.name}`);
  const state = element("span", { className: "quiet" });
  const stop = element("button", { className: "button secondary small", type: "button", textContent: "Stop" });
  const box = element("div", { className: "sending" }, element("span", {}, element("bdi", { className: "name", textContent: file.name }), " ", state), stop, meter);
  slot.querySelector("input[type=file]").before(box);
  const show = (offset, words = "") => {
    meter.value = (100 * offset) / file.size;
    state.textContent = words || `${bytes(offset)} of ${bytes(file.size)}`;
  };
  show(0);
  return { box, show, stop };
}

function complain(slot, words) {
  slot.querySelector(".error")?.remove();
  if (!words) return;
  const error = element("p", { className: "error", id: `${slot.querySelector("input[type=file]").id}_error`, textContent: words });
  error.setAttribute("role", "alert");
  slot.append(error);
}

async function take(slot, file, run) {
  if (file.size > Number(form.dataset.limit)) return complain(slot, `${file.name} has ${bytes(file.size)}; the limit is ${bytes(Number(form.dataset.limit))}. Compress it with gzip.`);
  complain(slot, "");
  const { task, kind, part } = slot.dataset;
  const { box, show, stop } = bar(slot, file);
  const upload = new Upload(file, { task, kind, run: String(run), part }, show);
  stop.addEventListener("click", () => upload.stop());
  running += 1;
  try {
    await upload.send();
    box.remove();
    say(`${file.name} is here.`);
    await showPlaces().catch(() => {});
  } catch (error) {
    box.remove();
    if (error instanceof Late) await showPlaces().catch(() => {});
    if (!upload.stopped) complain(document.getElementById(slot.id) ?? slot, error instanceof Refused ? error.message : `${file.name} did not get through: ${error.message} Choose it again to go on where it stopped.`);
  } finally {
    running -= 1;
    if (running === 0 && leaving) form.requestSubmit(leaving);
  }
  return undefined;
}

/* Several files for one place are the runs from here on. */
async function takeAll(slot, files) {
  const first = Number(slot.dataset.run);
  for (const [number, file] of [...files].entries()) await take(slot, file, first + number);
}

function prepare(slot) {
  if (slot.dataset.ready) return;
  slot.dataset.ready = "yes";
  const input = slot.querySelector("input[type=file]");
  if (slot.dataset.kind !== "energy") input.multiple = true;
  const chosen = () => {
    const files = [...input.files];
    input.value = "";
    takeAll(slot, files);
  };
  input.addEventListener("change", chosen);
  // Whoever was quicker than this script has chosen already.
  if (input.files.length > 0) chosen();
  slot.addEventListener("dragover", (event) => { event.preventDefault(); slot.classList.add("over"); });
  slot.addEventListener("dragleave", () => slot.classList.remove("over"));
  slot.addEventListener("drop", (event) => {
    event.preventDefault();
    slot.classList.remove("over");
    takeAll(slot, event.dataTransfer.files);
  });
}

if (form) {
  document.querySelectorAll(".slot").forEach(prepare);
  form.addEventListener("submit", (event) => {
    if (running === 0) return;
    event.preventDefault();
    leaving = event.submitter;
  });
  addEventListener("beforeunload", (event) => { if (running && !leaving) event.preventDefault(); });
}
follow();
