"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "@/app/trpc/client";
import { describeError, fieldError } from "@/app/trpc/error";
import type { Schedule } from "@/app/trpc/types";
import { ChoiceCards } from "@/app/ui/choice-cards";
import { SelectField, TextField } from "@/app/ui/field";
import { plural } from "@/app/ui/format";
import { useCurrentUser } from "@/app/user/current-user";

const scopes = [
  { value: "pattern", name: "All that match a pattern", about: "Those that are added later included." },
  { value: "project", name: "One project", about: "Just this one." },
];

type Props = { schedule?: Schedule /** The project that it is to be of, by its slug. */; of?: string; error: unknown };

/** What it is of. Patterns are for administrators. */
export function ScopeFields({ schedule, of, error }: Props) {
  const isAdmin = useCurrentUser().role === "admin";
  const first = !isAdmin || of !== undefined || schedule?.projectId ? "project" : "pattern";
  const [scope, setScope] = useState(first);
  return (
    <>
      {isAdmin && <ChoiceCards name="scope" label="Projects" choices={scopes} chosen={first} onChoose={setScope} />}
      {scope === "pattern" ? (
        <PatternFields schedule={schedule} error={error} />
      ) : (
        <ProjectField chosen={schedule?.projectSlug ?? of} />
      )}
    </>
  );
}

function ProjectField({ chosen }: { chosen?: string }) {
  const trpc = useTRPC();
  const { data: projects, error } = useQuery(trpc.project.list.queryOptions());
  return (
    <SelectField
      label="Project"
      name="projectId"
      key={projects ? "read" : "reading"}
      defaultValue={chosen}
      required
      error={error && describeError(error).message}
    >
      {(projects ?? [])
        .filter(({ canSchedule }) => canSchedule)
        .map(({ slug, name }) => (
          <option key={slug} value={slug}>
            {name} ({slug})
          </option>
        ))}
    </SelectField>
  );
}

function PatternFields({ schedule, error }: { schedule?: Schedule; error: unknown }) {
  const trpc = useTRPC();
  const [pattern, setPattern] = useState(schedule?.pattern ?? "*");
  const { data } = useQuery(
    trpc.schedule.matches.queryOptions({ pattern }, { retry: false, placeholderData: keepPreviousData }),
  );
  const some = data && data.count > data.first.length ? ", …" : "";
  const matched =
    data &&
    (data.count === 0
      ? "Matches no project now."
      : `Matches ${plural(data.count, "project")} now: ${data.first.join(", ")}${some}`);
  return (
    <div className="grid gap-3 md:grid-cols-[1fr_12rem]">
      <TextField
        label="Pattern of slugs"
        name="pattern"
        required
        maxLength={100}
        spellCheck={false}
        autoComplete="off"
        value={pattern}
        onChange={(event) => setPattern(event.target.value)}
        className="font-mono"
        error={fieldError(error, "pattern")}
        hint={matched ?? "* stands for anything."}
      />
      <TextField
        label="Spread over"
        name="spreadMinutes"
        type="number"
        min={0}
        max={1440}
        step={1}
        inputMode="numeric"
        defaultValue={(schedule?.spreadSeconds ?? 3600) / 60}
        hint="minutes, so that they do not all start at once"
      />
    </div>
  );
}
