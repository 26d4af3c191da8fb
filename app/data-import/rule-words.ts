import type { Mode, Rule } from "@/app/data-import/choice";

export const modeWords: { value: Mode; name: string; about: string }[] = [
  { value: "insert_only", name: "Add rows", about: "No row that is there changes" },
  { value: "update_only", name: "Change rows", about: "Nothing is added" },
  { value: "upsert", name: "Add and change rows", about: "Each by whether its key is there" },
  { value: "replace", name: "Replace all rows", about: "What the file lacks is deleted" },
];

const ruleNames: Record<Rule, string> = {
  overwrite: "Takes every value of the file, empty ones too",
  merge: "Takes the values of the file that are not empty",
  skip: "Stays as it is",
  fail: "Ends the import, and nothing is changed",
};

/** Those that the server takes and that no other mode says more plainly. */
const rulesByMode: Record<Mode, Rule[]> = {
  insert_only: ["fail", "skip"],
  update_only: ["overwrite", "merge"],
  upsert: ["overwrite", "merge"],
  replace: ["overwrite", "merge", "skip", "fail"],
};

/** The rules for a row whose key is there already; the one that is chosen is always among them. */
export function rulesFor(mode: Mode, chosen?: Rule): { value: Rule; name: string }[] {
  const rules = rulesByMode[mode];
  const isOther = chosen !== undefined && !rules.includes(chosen);
  return (isOther ? [...rules, chosen] : rules).map((value) => ({ value, name: ruleNames[value] }));
}

/** The rule when the mode changes: the same if it fits, else the mode's first. */
export const ruleIn = (mode: Mode, rule: Rule): Rule =>
  rulesByMode[mode].includes(rule) ? rule : (rulesByMode[mode][0] ?? "fail");

const presentWords: Record<Rule, string> = {
  overwrite: "rows whose key is there take every value of the file, NULL too",
  merge: "rows whose key is there take the values of the file that are not NULL",
  skip: "rows whose key is there stay as they are",
  fail: "if a single key is there already, nothing is changed at all",
};

/** What becomes of every row, in one sentence. */
export function whatHappens(mode: Mode, rule: Rule): string {
  const absent =
    mode === "update_only" ? "Rows whose key is not there are left out" : "Rows whose key is not there are added";
  const others =
    mode === "replace" ? "rows that the file does not have are deleted" : "rows that the file does not have stay";
  return `${absent}; ${presentWords[rule]}; ${others}.`;
}
