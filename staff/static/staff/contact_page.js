// The tabs of a contact's page: the open one is marked, and #edit opens the form.
function openForm() {
  const form = document.querySelector(".contact-tabs a[data-edit]");
  if (window.location.hash === "#edit" && form && !form.hasAttribute("aria-current")) window.location.replace(form.href);
}
document.addEventListener("DOMContentLoaded", openForm);
window.addEventListener("hashchange", openForm);
document.addEventListener("htmx:pushedIntoHistory", () => {
  for (const tab of document.querySelectorAll(".contact-tabs a")) {
    if (tab.href === window.location.href) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
});
