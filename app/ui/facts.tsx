import type { ReactNode } from "react";

/** Names and values, one pair a line. */
export function Facts({ facts }: { facts: (readonly [string, ReactNode])[] }) {
  return (
    <dl className="grid gap-x-6 gap-y-2 md:grid-cols-[10rem_minmax(0,1fr)] md:items-center">
      {facts.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted max-md:-mb-1.5 max-md:text-sm">{name}</dt>
          <dd className="min-w-0 break-words tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
