// Lists: says that a search or a filter is still being answered, and lets go of it. That ends the statement, too.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!["filter-form", "changelist-search", "conditions"].includes(form.id)) return;
  // An empty field is no filter: the address stays short.
  const empty = form.id === "filter-form" ? [...form.elements].filter((input) => input.name && input.value === "") : [];
  for (const input of empty) input.disabled = true;
  window.setTimeout(() => {
    const note = document.createElement("div");
    note.className = "busy-note";
    note.setAttribute("role", "status");
    note.append("Reading many rows: this can take some seconds. ");
    const cancel = document.createElement("button");
    cancel.type = "button";
    cancel.textContent = "Cancel";
    cancel.addEventListener("click", () => {
      window.stop();
      note.remove();
      for (const input of empty) input.disabled = false;
    });
    note.append(cancel);
    document.body.append(note);
  }, 700);
});
