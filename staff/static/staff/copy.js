// A button that copies the text beside it.
document.addEventListener("alpine:init", () => {
  Alpine.data("copied", () => ({
    said: "Copy",
    async copy() {
      const text = this.$refs.text;
      try {
        await navigator.clipboard.writeText(text.textContent);
        this.said = "Copied";
      } catch {
        // Browsers refuse where a site is not served by HTTPS: there the text is marked, for the keyboard.
        window.getSelection().selectAllChildren(text);
        this.said = document.execCommand("copy") ? "Copied" : "Marked: press Ctrl+C";
      }
    },
  }));
});
