// Steps to the server, and the parts of the page that come back. Every step says which version of the
// file this page saw; where the file is another one by now, nothing is written and the page says so.

import { released } from "./annotate-spans.js";

const body = document.body;
const conflict = document.getElementById("conflict");
let waiting = 0;

const address = (what) => `/articles/${body.dataset.article}/${what}`;

/** A step that was not done, with a line for the user. */
export class Refused extends Error {}

async function ask(what, options) {
  let answer;
  try {
    answer = await fetch(address(what), options);
  } catch {
    throw new Refused("Not saved: stance is no longer running. Start it again, then reload this page.");
  }
  let told = {};
  try {
    told = await answer.json();
  } catch {
    // what came is no answer of ours; the status says enough
  }
  return { answer, told };
}

function showConflict(told, step) {
  document.getElementById("conflict-step").textContent = step
    ? `Your last step (${step}) was not saved, and nothing was overwritten.`
    : "What you see is no longer what the file holds.";
  document.getElementById("conflict-text").innerHTML = told.conflict;
  if (!conflict.open) conflict.showModal();
}

/** Put what the server rendered in place of what is there. */
function patch(told) {
  body.dataset.digest = told.digest;
  document.getElementById("counts").innerHTML = told.counts;
  if (told.text !== undefined) {
    document.getElementById("text").innerHTML = told.text;
    document.getElementById("cards").innerHTML = told.cards;
  }
  for (const [id, parts] of Object.entries(told.changed ?? {})) {
    document.getElementById(id).outerHTML = parts.sentence.trim();
    document.getElementById(`card-${id}`).outerHTML = parts.card.trim();
  }
}

/** Do a step (or, without one, undo); `what` says it in words. Throws Refused. */
export async function send(step, what) {
  waiting += 1;
  try {
    const { answer, told } = await ask(step ? "steps" : "undo", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ digest: body.dataset.digest, step: step ?? undefined }),
    });
    if (answer.status === 409) {
      showConflict(told, what);
      throw new Refused("Not saved: the file was changed elsewhere.");
    }
    if (!answer.ok) throw new Refused(told.error ?? `Not saved: the answer was ${answer.status}.`);
    await released();
    patch(told);
  } finally {
    waiting -= 1;
  }
}

/** Look whether the file is still the one that this page shows. */
async function check() {
  if (document.hidden || waiting || conflict.open) return;
  const seen = body.dataset.digest;
  try {
    const { answer, told } = await ask(`changes?digest=${seen}`);
    if (answer.status === 409 && seen === body.dataset.digest && !waiting) showConflict(told, "");
  } catch {
    // the next step will tell
  }
}

window.addEventListener("focus", check);
document.addEventListener("visibilitychange", check);
window.addEventListener("beforeunload", (event) => waiting && event.preventDefault());
// A conflict ends with a reload, not with Escape.
conflict.addEventListener("cancel", (event) => event.preventDefault());
document.getElementById("reload").addEventListener("click", () => location.reload());

/** The guide's text, fetched when it is first asked for. */
export async function guide() {
  const answer = await fetch(address("guide"));
  return answer.text();
}
