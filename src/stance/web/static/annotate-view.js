// Where on the screen the sentence stands that is worked on.

const header = document.querySelector("header");
const labels = document.querySelector("aside");

/** Scroll, if need be, until a sentence stands between the header and the labels. */
export function bringInSight(item) {
  const place = item.getBoundingClientRect();
  const top = Math.max(header.getBoundingClientRect().bottom, 0);
  const below = labels.getBoundingClientRect().top; // on a narrow screen the labels lie over the text
  const bottom = below > 200 ? below : innerHeight;
  if (place.top < top + 20 || place.bottom > bottom - 20) scrollBy({ top: place.top - top - (bottom - top) / 3 });
}

/** A reload comes back to the same sentence. */
export function remember(item) {
  try {
    history.replaceState(null, "", `#${item.id}`);
  } catch {
    // some browsers allow this only so often
  }
}

// The labels begin under the header, however many lines it has.
const fit = () => document.body.style.setProperty("--header", `${header.offsetHeight}px`);
new ResizeObserver(fit).observe(header);
