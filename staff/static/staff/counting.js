// The number of rows of a list, asked for after the page; with it the last page can be reached. Whoever cancels or leaves ends the count in the database, too.
document.addEventListener("DOMContentLoaded", () => {
  const link = document.getElementById("count-rows");
  // Beside the title, and below the list.
  const places = [...document.querySelectorAll(".rows-found")];
  const known = places[0].textContent;
  const request = new AbortController();

  const cancel = document.createElement("button");
  cancel.type = "button";
  cancel.className = "count-cancel";
  cancel.textContent = "Cancel";
  cancel.addEventListener("click", () => request.abort());

  const lastPage = document.getElementById("last-page");
  const show = (text, problem, last) => {
    cancel.remove();
    for (const place of places) place.textContent = text || known;
    if (problem) places.at(-1).textContent = `${known}. ${problem}`;
    link.hidden = Boolean(text);
    lastPage.hidden = !last;
    if (last) lastPage.href = last;
  };
  places.at(-1).textContent = `${known}, counting…`;
  link.hidden = true;
  link.after(cancel);
  window.addEventListener("pagehide", () => request.abort());
  fetch(link.href, { headers: { Accept: "application/json" }, signal: request.signal })
    .then((answer) => (answer.ok ? answer.json() : { text: "", problem: "They could not be counted." }))
    .then(({ text, problem, last }) => show(text, problem, last))
    .catch(() => show("", request.signal.aborted ? "" : "They could not be counted."));
});
