// What the theme's pages call by name. The Alpine that needs no eval knows no global functions: they are registered here.
document.addEventListener("alpine:init", () => {
  Alpine.data("theme", theme);
  Alpine.data("searchForm", searchForm);
  Alpine.data("searchCommand", () => ({
    ...searchCommand(),
    follow(event, keep) {
      if (!event.metaKey && !event.ctrlKey) this.selectItem(keep, false);
    },
  }));
  Alpine.data("copyable", () => ({
    label: "Copy",
    async copy() {
      await navigator.clipboard.writeText(this.$refs.text.textContent);
      this.label = "Copied";
    },
  }));
  Alpine.data("page", (tab) => ({
    activeTab: tab,
    sidebarMobileOpen: false,
    sidebarDesktopOpen: localStorage.getItem("sidebarDesktopOpen") !== "0",
    sortRecords,
    // Where a form goes: back to the tab that is open.
    address() {
      const here = window.location.pathname + window.location.search;
      return this.activeTab && this.activeTab !== "general" ? `${here}#${this.activeTab}` : here;
    },
    init() {
      this.activeTab = getCurrentTab() || tab;
      this.$watch("sidebarDesktopOpen", (open) => localStorage.setItem("sidebarDesktopOpen", open ? "1" : "0"));
    },
  }));
});

// Fields that are built after the page have no name for screen readers: those with a search in them (select2) get the label's.
function nameFields() {
  for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
    const label = select.getAttribute("aria-label") || (select.labels[0] ? select.labels[0].textContent.trim() : select.name);
    const box = select.nextElementSibling;
    if (!box || !box.matches(".select2-container")) continue;
    for (const part of box.querySelectorAll("[role=combobox], [role=textbox], [role=searchbox]")) {
      if (part.getAttribute("aria-label") !== label) part.setAttribute("aria-label", label);
    }
    for (const clear of box.querySelectorAll("ul > .select2-selection__clear")) clear.setAttribute("role", "listitem");
  }
  // Hints of Django's chooser of several: a text that is no element's name has to be a picture's.
  for (const hint of document.querySelectorAll("span.help-tooltip[aria-label]:not([role])")) hint.setAttribute("role", "img");
  for (const search of document.querySelectorAll(".select2-dropdown .select2-search__field:not([aria-label])")) search.setAttribute("aria-label", "Search");
}
document.addEventListener("DOMContentLoaded", () => {
  new MutationObserver(nameFields).observe(document.body, { childList: true, subtree: true });
  nameFields();
});
