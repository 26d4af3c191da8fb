"use client";

import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { ExportCommand } from "@/app/data/export-command";
import { filterFault } from "@/app/data/export-filters";
import { FormatOptions } from "@/app/data/export-options";
import { formatIn, formats, isZip, readExportWish } from "@/app/data/export-wish";
import { FilterLines } from "@/app/data/filter-lines";
import { TableTicks } from "@/app/data/table-ticks";
import { useJobStart } from "@/app/job/use-job-start";
import { useTRPC } from "@/app/trpc/client";
import type { DataTable } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { ChoiceCards } from "@/app/ui/choice-cards";
import { ErrorState } from "@/app/ui/error-state";
import { plural } from "@/app/ui/format";
import { Notice } from "@/app/ui/notice";

type Props = { slug: string; tables: DataTable[] };

const namesOf = (tables: DataTable[]) => tables.map(({ name }) => name);

/** Everything as JSON, until somebody says otherwise. */
export function ExportForm({ slug, tables }: Props) {
  const trpc = useTRPC();
  const form = useRef<HTMLFormElement>(null);
  const [chosen, setChosen] = useState(() => namesOf(tables));
  const [fields, setFields] = useState(() => new FormData());
  const { idempotencyKey, renew, starting } = useJobStart(() => {});
  const start = useMutation(trpc.data.startExport.mutationOptions(starting));
  const [format, fault] = [formatIn(fields), filterFault(fields)];
  const only = chosen.length === 1 ? tables.find(({ name }) => name === chosen[0]) : undefined;
  const wish = readExportWish(fields, { chosen, all: namesOf(tables) });

  // Until it is there, the form has no defaults to read.
  useEffect(() => setFields(new FormData(form.current ?? undefined)), []);

  function changed() {
    renew();
    if (form.current) setFields(new FormData(form.current));
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (start.isPending || chosen.length === 0 || fault) return;
    const now = readExportWish(new FormData(event.currentTarget), { chosen, all: namesOf(tables) });
    // The next press is another export.
    start.mutate({ ...now, projectId: slug, idempotencyKey: idempotencyKey() }, { onSuccess: renew });
  }

  return (
    <form ref={form} onSubmit={submit} onChange={changed} className="flex flex-col gap-4">
      <TableTicks tables={tables} chosen={chosen} onChange={setChosen} />
      {only && <FilterLines key={only.name} table={only} onLines={changed} />}
      <ChoiceCards name="format" label="Format" choices={[...formats]} />
      <FormatOptions format={format} zipped={isZip(format, { chosen })} />
      {fault && (
        <Notice tone="bad" role="alert">
          {fault}
        </Notice>
      )}
      {start.error && <ErrorState title="The export could not be started" error={start.error} />}
      <ExportCommand slug={slug} wish={wish} />
      <div className="flex flex-wrap items-center justify-end gap-x-4 gap-y-2">
        <p role="status" className="text-muted text-sm tabular-nums">
          {chosen.length === 0 ? "Choose at least one table." : `${plural(chosen.length, "table")} chosen`}
        </p>
        <Button
          type="submit"
          variant="primary"
          disabled={chosen.length === 0 || fault !== null}
          pending={start.isPending}
        >
          Export rows
        </Button>
      </div>
    </form>
  );
}
