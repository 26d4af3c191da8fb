"use client";

import { useQuery } from "@tanstack/react-query";
import { kindWords } from "@/app/destination/destination-words";
import { useTRPC } from "@/app/trpc/client";
import { TickList } from "@/app/ui/tick-list";

/** Where copies go; nothing where there is no destination. `chosen`: the ids of those that were; the defaults without it. */
export function DestinationsField({ chosen }: { chosen?: string[] }) {
  const trpc = useTRPC();
  const { data: choices } = useQuery(trpc.destination.choices.queryOptions());
  if (!choices || choices.length === 0) return null;
  return (
    <>
      {/* Says that the form has asked: without a tick there is to be no copy, not one at each default. */}
      <input type="hidden" name="asksDestinations" value="yes" />
      <TickList
        name="destinations"
        label="Copy to"
        ticks={choices.map(({ id, name, kind, isHealthy }) => ({
          value: id,
          name,
          about: isHealthy ? kindWords[kind].name : `${kindWords[kind].name}, does not work now`,
        }))}
        ticked={chosen ?? choices.filter(({ isDefault }) => isDefault).map(({ id }) => id)}
      />
    </>
  );
}
