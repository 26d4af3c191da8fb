import type { Choice } from "@/app/data-import/choice";
import { modeWords, ruleIn, rulesFor, whatHappens } from "@/app/data-import/rule-words";
import { ChoiceCards } from "@/app/ui/choice-cards";
import { SelectField } from "@/app/ui/field";
import { Notice } from "@/app/ui/notice";
import { Section } from "@/app/ui/section";

type Rules = Pick<Choice, "mode" | "rule">;

/** What becomes of each row, in plain words; only rules that fit each other can be chosen. */
export function RuleChoice({ mode, rule, onChange }: Rules & { onChange: (rules: Rules) => void }) {
  const rules = rulesFor(mode, rule);
  return (
    <Section title="What becomes of the rows">
      <div className="flex flex-col gap-3">
        <ChoiceCards
          name="mode"
          label="The import may"
          choices={modeWords}
          chosen={mode}
          onChoose={(value) => {
            const next = modeWords.find((one) => one.value === value)?.value ?? mode;
            onChange({ mode: next, rule: ruleIn(next, rule) });
          }}
        />
        <SelectField
          label="A row whose key is there already"
          value={rule}
          onChange={({ target }) => {
            const next = rules.find(({ value }) => value === target.value)?.value ?? rule;
            onChange({ mode, rule: next });
          }}
        >
          {rules.map(({ value, name }) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </SelectField>
        <Notice tone={mode === "replace" ? "warn" : "info"} role="status">
          {whatHappens(mode, rule)}
        </Notice>
      </div>
    </Section>
  );
}
