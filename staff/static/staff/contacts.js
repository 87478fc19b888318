// The chooser of columns: their order is the order in which they are sent.
document.addEventListener("click", (event) => {
  const button = event.target.closest(".column-up");
  const row = button?.closest(".column-choice");
  if (!row?.previousElementSibling?.matches(".column-choice")) return;
  row.parentElement.insertBefore(row, row.previousElementSibling);
  button.focus();
});
