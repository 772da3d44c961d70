/* Where a submission stands, asked again and again while it is under way: soon at first, then less often, and not at all
   while nobody looks. Without this script the page loads itself again. */

const SOONEST = 1000;
const SELDOMEST = 20000;
const SLOWER = 1.35;
const LONGEST = 2 * 60 * 60 * 1000;

const said = document.getElementById("said");
let panel = document.querySelector("[data-progress]");
const began = Date.now();
let pause = SOONEST;
let shown = "";

const seconds = (milliseconds) => Math.round(milliseconds / 1000);

function show({ progress, activity, status }) {
  const percent = Math.round(100 * progress);
  const now = `${percent} ${activity} ${status}`;
  if (now === shown) return false;
  shown = now;
  const meter = panel.querySelector("progress");
  meter.value = percent;
  panel.querySelector(".percent").textContent = `${percent} %`;
  const words = panel.querySelector(".activity");
  const doing = activity ? activity[0].toUpperCase() + activity.slice(1) : words.textContent;
  // Read out where it changes, not at every percent.
  if (words.textContent !== doing) words.textContent = doing;
  return true;
}

function tell(words) {
  panel.querySelector(".told").textContent = words;
}

/* The state is another one: the page as it is now, without leaving it. False where there is nothing more to ask. */
async function renew() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = document.querySelector("main");
  const wasInside = main.contains(document.activeElement);
  main.replaceChildren(...page.querySelector("main").childNodes);
  if (wasInside) main.focus({ preventScroll: true });
  said.textContent = `It is now ${main.querySelector(".tag").textContent}.`;
  panel = main.querySelector("[data-progress]");
  return panel !== null;
}

async function ask() {
  const answer = await fetch(panel.dataset.progress, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const found = await answer.json();
  if (found.status !== panel.dataset.status && !(await renew())) return false;
  pause = show(found) ? SOONEST : Math.min(SELDOMEST, pause * SLOWER);
  tell("");
  return true;
}

async function step() {
  if (document.hidden) {
    document.addEventListener("visibilitychange", step, { once: true });
    return;
  }
  if (Date.now() - began > LONGEST) {
    tell("This page has stopped asking. Load it again to see where it stands.");
    return;
  }
  try {
    if (await ask()) setTimeout(step, pause);
  } catch {
    pause = Math.min(SELDOMEST, pause * 2);
    tell(`No answer from the server. Nothing is lost; it is asked again in ${seconds(pause)} seconds.`);
    setTimeout(step, pause);
  }
}

setTimeout(step, pause);
