"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { concernsProject, events, eventWords } from "@/app/notification/event-words";
import { HoursField } from "@/app/notification/hours-field";
import { type DraftRule, usualHours } from "@/app/notification/rules";
import { useTRPC } from "@/app/trpc/client";
import { Button, IconButton } from "@/app/ui/button";
import { cx } from "@/app/ui/class-names";
import { inputClass } from "@/app/ui/field";
import { randomKey } from "@/app/ui/random-key";

type Props = { rules: DraftRule[]; onChange: (rules: DraftRule[]) => void };

/** One line per event of one project. */
export function ProjectRules({ rules, onChange }: Props) {
  const trpc = useTRPC();
  const { data: projects = [] } = useQuery(trpc.project.list.queryOptions());
  const first = projects[0]?.slug;
  const change = (key: string, part: Partial<DraftRule>) =>
    onChange(rules.map((rule) => (rule.key === key ? { ...rule, ...part } : rule)));
  const add = (project: string) =>
    onChange([...rules, { key: randomKey(), event: "backup_completed", project, hours: usualHours }]);
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 font-medium text-sm">Of single projects as well</legend>
      {rules.map((rule, i) => (
        <RuleLine
          key={rule.key}
          rule={rule}
          nth={i + 1}
          projects={projects}
          onChange={(part) => change(rule.key, part)}
          onRemove={() => onChange(rules.filter(({ key }) => key !== rule.key))}
        />
      ))}
      <div>
        <Button
          size="sm"
          disabled={!first}
          icon={<Plus aria-hidden className="size-3.5" />}
          onClick={() => first && add(first)}
        >
          Add a project
        </Button>
      </div>
    </fieldset>
  );
}

type LineProps = {
  rule: DraftRule;
  nth: number;
  projects: { slug: string; name: string }[];
  onChange: (part: Partial<DraftRule>) => void;
  onRemove: () => void;
};

function RuleLine({ rule, nth, projects, onChange, onRemove }: LineProps) {
  const select = cx(inputClass, "min-w-32 flex-1");
  return (
    <div className="flex flex-wrap items-center gap-2">
      <select
        aria-label={`Project of line ${nth}`}
        value={rule.project}
        onChange={({ target }) => onChange({ project: target.value })}
        className={select}
      >
        {projects.map(({ slug, name }) => (
          <option key={slug} value={slug}>
            {name}
          </option>
        ))}
      </select>
      <select
        aria-label={`Event of line ${nth}`}
        value={rule.event}
        onChange={({ target }) => onChange({ event: events.find((event) => event === target.value) ?? rule.event })}
        className={select}
      >
        {events.filter(concernsProject).map((event) => (
          <option key={event} value={event}>
            {eventWords[event].label}
          </option>
        ))}
      </select>
      {rule.event === "backup_stale" && (
        <HoursField label={`Hours of line ${nth}`} hours={rule.hours} onChange={(hours) => onChange({ hours })} />
      )}
      <IconButton size="sm" label={`Remove line ${nth}`} onClick={onRemove}>
        <X aria-hidden className="size-4" />
      </IconButton>
    </div>
  );
}
