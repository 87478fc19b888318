// The theme takes every part of a page that comes anew for rows of an inline, and fails where it is none.
document.addEventListener(
  "htmx:afterSettle",
  (event) => {
    if (!event.target.dataset.inlineFormset) event.stopPropagation();
  },
  { capture: true },
);
