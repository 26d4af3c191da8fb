import type { Comparison } from "@/app/trpc/types";
import { ScrollBox } from "@/app/ui/scroll-box";

type Part = Comparison["tables"][number]["columns"][number];

/** What was and what is, line by line, each with a sign and a word for those who do not see it. `named`: each with its name. */
export function ChangedParts({ title, parts, named = false }: { title: string; parts: Part[]; named?: boolean }) {
  if (parts.length === 0) return null;
  return (
    <ScrollBox label={title} className="mb-2 ml-5 rounded border border-line bg-sunken p-3 font-mono text-xs">
      {parts.map(({ name, before, after }) => (
        <div key={name} className="pb-2 last:pb-0">
          <Line sign="−" word="Was" text={before} name={named ? name : ""} className="text-bad" />
          <Line sign="+" word="Is" text={after} name={named ? name : ""} className="text-good" />
        </div>
      ))}
    </ScrollBox>
  );
}

type LineProps = { sign: string; word: string; text: string | null; name: string; className: string };

function Line({ sign, word, text, name, className }: LineProps) {
  if (text === null) return null;
  return (
    <p className="flex gap-2 leading-5">
      <span aria-hidden className={className}>
        {sign}
      </span>
      <span className="sr-only">{word}:</span>
      <span className="whitespace-pre">{[name, text].filter(Boolean).join(" ")}</span>
    </p>
  );
}
