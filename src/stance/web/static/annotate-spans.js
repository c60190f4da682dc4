// Which words of a sentence are selected, by mouse, finger or keyboard. Offsets that leave this
// file count code points of the article, as everything in stance does; inside, those of the script.

const SPAN = { sentence: null, start: 0, end: 0 };

const points = (text) => Array.from(text).length;

const wordsOf = (sentence) => sentence.querySelector(".words");

/** Where a point of the page lies in the text of a sentence. */
function offsetIn(words, node, offset) {
  const range = document.createRange();
  range.setStart(words, 0);
  range.setEnd(node, offset);
  return range.toString().length;
}

/** Keep what is selected, since buttons, focus and new parts of the page take the selection away. */
function follow() {
  const selection = document.getSelection();
  if (!selection.rangeCount) return;
  const range = selection.getRangeAt(0);
  const inside = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest(".words");
  const words = inside(range.startContainer);
  if (!words) return;
  SPAN.sentence = words.closest(".sentence").id;
  SPAN.start = offsetIn(words, range.startContainer, range.startOffset);
  // A double click or a drag may end behind the sentence: then the sentence's end is meant.
  const same = inside(range.endContainer) === words;
  SPAN.end = same ? offsetIn(words, range.endContainer, range.endOffset) : words.textContent.length;
  document.dispatchEvent(new CustomEvent("chosen"));
}
document.addEventListener("selectionchange", follow);

let held = false;
addEventListener("pointerdown", () => { held = true; });
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => { held = false; });

/** Resolves when nobody is in the midst of selecting with the mouse: new parts would tear that apart. */
export async function released() {
  while (held) await new Promise((done) => { addEventListener("pointerup", done, { once: true }); setTimeout(done, 500); });
  await new Promise((done) => { setTimeout(done); }); // the selection is told after the button
}

/** The text node and offset in it for an offset in a sentence. */
function pointAt(words, offset) {
  const walker = document.createTreeWalker(words, NodeFilter.SHOW_TEXT);
  let node = walker.nextNode();
  while (node && offset > node.length) {
    offset -= node.length;
    node = walker.nextNode();
  }
  return [node ?? words, node ? offset : 0];
}

/** Show the kept selection again, after the sentence was rendered anew. */
export function restore() {
  const sentence = SPAN.sentence && document.getElementById(SPAN.sentence);
  if (!sentence) return forget();
  const words = wordsOf(sentence);
  document.getSelection().setBaseAndExtent(...pointAt(words, SPAN.start), ...pointAt(words, SPAN.end));
}

/** Nothing is selected any more. */
export function forget() {
  SPAN.sentence = null;
  document.getSelection().removeAllRanges();
  document.dispatchEvent(new CustomEvent("chosen"));
}

/** The selected words of a sentence as {start, end, text}, or null. */
export function chosenSpan(sentence) {
  if (!sentence || SPAN.sentence !== sentence.id || SPAN.start === SPAN.end) return null;
  const text = wordsOf(sentence).textContent;
  const start = Number(sentence.dataset.start) + points(text.slice(0, SPAN.start));
  const chosen = text.slice(SPAN.start, SPAN.end);
  return { start, end: start + points(chosen), text: chosen };
}

/** The offset of the caret, or of the first selected word; null where there is none. */
export function caret(sentence) {
  if (!sentence || SPAN.sentence !== sentence.id) return null;
  return Number(sentence.dataset.start) + points(wordsOf(sentence).textContent.slice(0, SPAN.start));
}

/** Select the next word of a sentence (step 1) or the one before (-1); `extend` keeps the first one. */
export function moveWord(sentence, step, extend) {
  const words = wordsOf(sentence);
  const places = Array.from(words.textContent.matchAll(/[\p{L}\p{N}][\p{L}\p{N}’'.\-]*[\p{L}\p{N}]|[\p{L}\p{N}]/gu), (found) => [
    found.index,
    found.index + found[0].length,
  ]);
  if (!places.length) return;
  const here = SPAN.sentence === sentence.id;
  const first = here ? places.findIndex(([, end]) => end > SPAN.start) : -1;
  const last = here ? places.findLastIndex(([start]) => start < Math.max(SPAN.end, SPAN.start + 1)) : -1;
  const fit = (number) => Math.min(Math.max(number, 0), places.length - 1);
  let from = 0;
  let to = 0;
  if (here && extend) [from, to] = [fit(first), Math.max(fit(first), fit(last + step))];
  else if (here && SPAN.start === SPAN.end) from = to = fit(step > 0 ? first : first - 1);
  else if (here) from = to = fit(step > 0 ? last + 1 : first - 1);
  else if (step < 0) from = to = places.length - 1;
  SPAN.sentence = sentence.id;
  [SPAN.start, SPAN.end] = [places[from][0], places[to][1]];
  restore();
  document.dispatchEvent(new CustomEvent("chosen"));
}
