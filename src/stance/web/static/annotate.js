// The annotation page: which sentence is worked on, and what each key and button does.
// One thing at a time: keys that come while a step is being saved wait for their turn.

import { Refused, guide, send } from "./annotate-saving.js";
import { caret, chosenSpan, forget, moveWord, restore } from "./annotate-spans.js";
import { bringInSight, remember } from "./annotate-view.js";

const body = document.body;
const $ = (id) => document.getElementById(id);
const KEYS = JSON.parse(body.dataset.keys);

let current = null; // the id of the sentence that is worked on
let active = null; // the number of the attribution that is worked on, null for a new one
let adding = false; // whether the next labels make a further attribution
let pending = {}; // what is known of a new attribution that is not saved yet

const sentence = () => current && $(current);
const card = () => current && $(`card-${current}`);
const sentences = () => Array.from(document.querySelectorAll(".sentence"));
const count = () => Number(card()?.dataset.count ?? 0);
const has = (flag, item = sentence()) => flag in item.dataset;

function say(words, alert = false) {
  $("status").textContent = words;
  $("status").classList.toggle("alert", alert);
}

// ---- where one is

/** Whether the filter lets a sentence through; its options are named like the marks of sentences. */
const passes = (item) => $("filter").value === "all" || has($("filter").value, item);

function goTo(item, { focus = true } = {}) {
  if (item.id !== current) {
    if (pending.speaker || pending.stance) say("Not saved: a label needs a speaker and a stance.", true);
    else say("");
    pending = {};
    adding = false;
    current = item.id;
    active = count() ? 0 : null;
    remember(item);
  }
  refresh();
  if (focus) {
    item.focus({ preventScroll: true });
    bringInSight(item);
  }
}

/** Go on in the text, step by step, over what the filter passes; `wanted` is a further condition. */
function move(step, wanted = passes) {
  const all = sentences();
  const here = all.findIndex((item) => item.id === current);
  const found = step > 0 ? all.slice(here + 1).find(wanted) : all.slice(0, Math.max(here, 0)).findLast(wanted);
  if (found) goTo(found);
  else say(step > 0 ? "That was the last one here." : "That was the first one here.");
  return Boolean(found);
}

function refresh() {
  for (const item of sentences()) {
    item.classList.toggle("now", item.id === current);
    if (item.id === current) item.setAttribute("aria-current", "true");
    else item.removeAttribute("aria-current");
    item.classList.toggle("passed", !passes(item));
    item.tabIndex = item.id === current ? 0 : -1;
  }
  for (const item of document.querySelectorAll(".card")) item.hidden = item.id !== `card-${current}`;
  if (!sentence()) return;
  $("number").textContent = sentence().dataset.number;
  const marks = Array.from(card().querySelectorAll("[data-mark]:is(li)"));
  marks.forEach((mark, number) => {
    mark.classList.toggle("active", number === active);
    mark.querySelector(".pick").setAttribute("aria-pressed", number === active);
  });
  const told = [pending.speaker, pending.stance].filter(Boolean);
  const line = card().querySelector(".pending");
  line.hidden = !told.length && !adding;
  line.textContent = told.length
    ? `${pending.speaker ?? "who?"} – ${pending.stance ?? "which stance?"}`
    : "Another source: who speaks?";
  document.querySelector('[data-action="undo"]').disabled = !("undo" in $("counts").querySelector("ul").dataset);
  showChosen();
}

function showChosen() {
  $("chosen").textContent = chosenSpan(sentence())?.text ?? "none";
}

// ---- what one does

const words = (step) => [step.kind, step.speaker, step.stance, step.choice].filter(Boolean).join(" ");

/** Save a step of this sentence. */
async function save(step, told = "Saved.") {
  const [start, end] = [Number(sentence().dataset.start), Number(sentence().dataset.end)];
  await send({ start, end, ...step }, words(step));
  say(told);
}

async function label(field, value) {
  if (active !== null) {
    await save({ kind: "label", mark: active, [field]: value });
    return;
  }
  pending[field] = value;
  if ("stanceless" in body.dataset) pending.stance = "none";
  if (pending.speaker && pending.stance) {
    const number = count();
    const step = { kind: "label", ...pending };
    pending = {};
    await save(step);
    adding = false;
    active = number;
  } else {
    say(pending.speaker ? "And the stance?" : "And who speaks?");
  }
}

async function markWords(part) {
  const span = chosenSpan(sentence());
  if (!span) throw new Refused("Select words of this sentence first: with the mouse, or → and Shift →.");
  if (active === null) {
    pending[part] = span;
    say(`The ${part} is kept; now who speaks, and what do they do?`);
  } else {
    await save({ kind: "label", mark: active, [part]: span }, `Saved the ${part}: ${span.text}`);
  }
  forget();
}

async function take(choice) {
  if ("adjudicating" in body.dataset && choice === "model") {
    if (has("differs")) throw new Refused("The readings differ: , takes the left one, . the right one.");
    choice = "a";
  }
  if (body.classList.contains("unsuggesting")) throw new Refused("Suggestions are hidden: v shows them.");
  await save({ kind: "take", choice });
  goOn();
}

async function split() {
  const at = caret(sentence());
  if (at === null) throw new Refused("Click where the new sentence begins, or select its first word.");
  const start = sentence().dataset.start;
  await save({ kind: "split", at }, "Saved as two sentences.");
  forget();
  current = sentences().find((item) => item.dataset.start === start).id;
}

async function join() {
  const start = sentence().dataset.start;
  await save({ kind: "join" }, "Saved as one sentence.");
  current = sentences().find((item) => item.dataset.start === start).id;
}

async function undo() {
  await send(null, "undo");
  pending = {};
  adding = false;
  say("Undone and saved.");
}

/** After a sentence that is complete. */
function goOn() {
  pending = {};
  if ("queue" in body.dataset) nextOpen();
  else move(1);
}

function nextOpen() {
  if ("queue" in body.dataset) {
    const { start, end } = sentence().dataset;
    location.assign(`/next?article=${body.dataset.article}&start=${start}&end=${end}`);
    return;
  }
  const open = (item) => has("open", item);
  if (sentences().some(open)) move(1, open) || goTo(sentences().find(open));
  else say("Every sentence of this article is labelled.");
}

function nextArticle(step) {
  const number = Number(body.dataset.article) + step;
  if (number >= 0 && number <= Number(body.dataset.last)) location.assign(`/articles/${number}`);
  else say(step > 0 ? "This is the last article." : "This is the first article.");
}

async function showGuide() {
  if (!$("guide-text").innerHTML) $("guide-text").innerHTML = await guide();
  $("guide").showModal();
}

function filtered() {
  sessionStorage.setItem("filter", $("filter").value);
  refresh();
}

function turnFilter() {
  const options = Array.from($("filter").options);
  $("filter").selectedIndex = ($("filter").selectedIndex + 1) % options.length;
  filtered();
  say(`Showing: ${$("filter").selectedOptions[0].text}.`);
}

const ACTIONS = {
  speaker: (value) => label("speaker", value),
  stance: (value) => label("stance", value),
  nobody: async () => { await save({ kind: "nobody" }); goOn(); },
  span: markWords,
  clear: (part, button) => save({ kind: "clear", part, mark: Number(button.dataset.mark) }),
  take,
  add: () => { adding = true; active = null; },
  turn: () => { adding = false; active = ((active ?? -1) + 1) % Math.max(count(), 1); },
  pick: (value) => { adding = false; active = Number(value); },
  delete: async () => {
    if (adding || pending.speaker || pending.stance) [pending, adding] = [{}, false];
    else if (active !== null) await save({ kind: "delete", mark: active }, "Deleted and saved.");
    else throw new Refused("There is no attribution to delete.");
  },
  furniture: () => save({ kind: "furniture" }),
  undo,
  join,
  split,
  next: () => move(1),
  previous: () => move(-1),
  open: nextOpen,
  word: (step, _button, event) => moveWord(sentence(), Number(step), Boolean(event?.shiftKey)),
  article: (step) => nextArticle(Number(step)),
  filter: turnFilter,
  suggestions: () => sessionStorage.setItem("unsuggesting", body.classList.toggle("unsuggesting")),
  guide: showGuide,
  help: () => $("help").showModal(),
};

let turn = Promise.resolve();
let round = 0;

function act([action, value], button, event) {
  const mine = round;
  turn = turn.then(async () => {
    if (mine !== round || document.querySelector("dialog[open]")) return;
    try {
      await ACTIONS[action](value, button, event);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      round += 1; // what was typed on top of a step that failed is not done
      say(error.message, true);
    } finally {
      settle();
    }
  });
}

/** After a step: the attribution that is worked on, the selection and the focus are there again. */
function settle() {
  if (!sentence()) current = sentences()[0]?.id ?? null;
  active = count() && !adding ? Math.min(active ?? 0, count() - 1) : null;
  refresh();
  restore();
  if (!document.querySelector("dialog[open]")) sentence()?.focus({ preventScroll: true });
}

// ---- keys, buttons, mouse

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.querySelector("dialog[open]") || event.target.closest("select, input, textarea")) return;
  // A button that has the focus keeps the keys that press it.
  if (["Enter", " "].includes(event.key) && event.target.closest("button, a")) return;
  const found = KEYS[event.key] ?? KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!found) return;
  event.preventDefault();
  act(found, null, event);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-action]");
  if (button) act([button.dataset.action, button.dataset.value], button);
  const item = event.target.closest(".sentence");
  if (item && item.id !== current) goTo(item, { focus: false });
});

// Pressing a button must not take the selection away.
document.querySelector("aside").addEventListener("mousedown", (event) => event.target.closest("button") && event.preventDefault());
document.addEventListener("chosen", showChosen);
$("filter").addEventListener("change", () => { filtered(); sentence()?.focus({ preventScroll: true }); });
$("guide-text").addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  if (!link) return;
  event.preventDefault();
  document.getElementById(decodeURIComponent(link.hash.slice(1)))?.scrollIntoView();
});
body.classList.toggle("unsuggesting", sessionStorage.getItem("unsuggesting") === "true");
const shown = sessionStorage.getItem("filter") ?? ("adjudicating" in body.dataset ? "differs" : "all");
if (Array.from($("filter").options).some((option) => option.value === shown)) $("filter").value = shown;
const start = $(decodeURIComponent(location.hash.slice(1))) ?? sentences().find((item) => has("open", item) && passes(item)) ?? sentences().find(passes) ?? sentences()[0];
if (start) goTo(start);
