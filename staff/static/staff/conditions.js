// The builder of conditions: groups, and in each its conditions. It writes them into the box that it stands in the place of,
// once they are others than those that it was given.
document.addEventListener("alpine:init", () => {
  let last = 0;
  const FIRST = "segment/tags";
  const EMPTY = ["is_null", "not_null"];
  const SEVERAL = ["in", "not_in"];
  const DAYS = ["days_within", "days_before"];
  const DAY = /^\d{4}-\d{2}-\d{2}$/;
  const condition = (given) => ({
    key: FIRST, operator: "in", value: "", chosen: [], error: "", locked: false, ...given, id: (last += 1), term: "", found: [],
  });
  const group = (conditions) => ({ id: (last += 1), conditions });

  Alpine.data("conditionBuilder", () => ({
    data: { fields: {}, operators: {}, groups: [], searched: [], choices: "", required: true },
    groups: [],
    ready: false,
    init() {
      this.data = JSON.parse(this.$el.dataset.conditions);
      this.groups = this.data.groups.map((given) => group(given.map(condition)));
      for (const one of this.groups.flatMap((each) => each.conditions)) {
        one.atFirst = JSON.stringify(this.plain(one));
        one.timed = this.kind(one) === "day" && one.value !== "" && !DAY.test(one.value);
      }
      if (this.groups.length === 0 && this.data.required) this.addGroup();
      const box = this.$refs.text;
      const [given, built] = [box.value, this.text()];
      this.$watch("groups", () => {
        const text = this.text() === built ? given : this.text();
        if (box.value === text) return;
        box.value = text;
        box.dispatchEvent(new Event("change", { bubbles: true }));
      });
      this.ready = true;
    },
    kind(one) {
      return (this.data.fields[one.key] || { kind: "text" }).kind;
    },
    operators(one) {
      return this.data.operators[this.kind(one)];
    },
    options(one) {
      const offered = (this.data.fields[one.key] || { options: [] }).options;
      const known = offered.map((pair) => pair[0]);
      return [...offered, ...one.chosen.filter((kept) => !known.includes(kept.value)).map((kept) => [kept.value, kept.text])];
    },
    // The form of a condition's value, by what it asks about and how.
    form(one) {
      const kind = this.kind(one);
      if (one.locked) return "kept";
      if (EMPTY.includes(one.operator)) return "none";
      if (this.data.searched.includes(kind)) return "search";
      if (kind === "code" || kind === "choice") return "options";
      if (DAYS.includes(one.operator)) return "days";
      if (kind === "day") return one.timed ? "text" : "day";
      if (SEVERAL.includes(one.operator)) return "several";
      return kind;
    },
    changed(one) {
      const offered = this.operators(one).map((pair) => pair[0]);
      if (!offered.includes(one.operator)) one.operator = offered[0];
      one.value = "";
      one.chosen = [];
      one.found = [];
      one.error = "";
      one.timed = false;
    },
    has(one, value) {
      return one.chosen.some((kept) => kept.value === value);
    },
    toggle(one, value, text) {
      if (this.has(one, value)) one.chosen = one.chosen.filter((kept) => kept.value !== value);
      else one.chosen.push({ value, text });
    },
    choose(one, found) {
      if (!this.has(one, found.value)) one.chosen.push(found);
      one.term = "";
      one.found = [];
    },
    first(one) {
      if (one.found.length > 0) this.choose(one, one.found[0]);
    },
    async search(one) {
      const asked = one.term;
      const query = new URLSearchParams({ of: this.kind(one), q: asked });
      const answer = await fetch(`${this.data.choices}?${query}`);
      if (!answer.ok || one.term !== asked) return;
      const { found } = await answer.json();
      one.found = found.filter((offered) => !this.has(one, offered.value));
    },
    add(to) {
      to.conditions.push(condition({}));
    },
    addGroup() {
      this.groups.push(group([condition({})]));
    },
    remove(from, one) {
      from.conditions = from.conditions.filter((kept) => kept.id !== one.id);
      if (from.conditions.length > 0) return;
      this.groups = this.groups.filter((kept) => kept.id !== from.id);
      if (this.groups.length === 0 && this.data.required) this.addGroup();
    },
    // A condition as the API has it.
    plain(one) {
      const form = this.form(one);
      const end = one.key.indexOf("/");
      const chosen = form === "search" || form === "options";
      const value = form === "none" ? "" : chosen ? one.chosen.map((kept) => kept.value) : one.value;
      return { source: [one.key.slice(0, end), one.key.slice(end + 1)], operator: one.operator, value };
    },
    // Those that nobody has changed are sent as they were given.
    text() {
      const sent = (one) => {
        const plain = this.plain(one);
        return one.locked || JSON.stringify(plain) === one.atFirst ? one.kept : plain;
      };
      return JSON.stringify(this.groups.map((each) => each.conditions.map(sent)));
    },
  }));
});
