"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { scheduleRefresh } from "@/app/schedule/schedule-refresh";
import { outcomeOf, scopeWords, slotInZone } from "@/app/schedule/schedule-words";
import { useTRPC } from "@/app/trpc/client";
import type { Schedule } from "@/app/trpc/types";
import { RelativeTime } from "@/app/ui/relative-time";
import { Section } from "@/app/ui/section";
import { StatusMark } from "@/app/ui/status-mark";
import { Cell, Head, Row, Table } from "@/app/ui/table";

const shown = 5;

type Planned = Schedule & { next: string };

/** Those that will run, the next one first. */
function planned(schedules: Schedule[]): Planned[] {
  const found = schedules.flatMap((schedule) => {
    const [next] = schedule.nextSlots;
    return next ? [{ ...schedule, next }] : [];
  });
  return found.toSorted((a, b) => Date.parse(a.next) - Date.parse(b.next));
}

/** What is backed up by the clock next, and how that went the last time. */
export function NextRuns() {
  const trpc = useTRPC();
  const { data: schedules } = useQuery(trpc.schedule.list.queryOptions({}, scheduleRefresh));
  if (!schedules) return null;
  const coming = planned(schedules);
  return (
    <Section title="Next runs" aside={<Link href="/schedules">All schedules</Link>}>
      {coming.length === 0 ? (
        <p className="text-muted">
          {schedules.length === 0
            ? "No schedule makes backups by itself yet."
            : "No schedule will run: all of them are paused."}
        </p>
      ) : (
        <Table
          label="Next runs"
          head={
            <>
              <Head>Schedule</Head>
              <Head from="md">Projects</Head>
              <Head>Next run</Head>
              <Head from="md">Last run</Head>
            </>
          }
        >
          {coming.slice(0, shown).map((schedule) => (
            <NextRun key={schedule.id} schedule={schedule} />
          ))}
        </Table>
      )}
    </Section>
  );
}

function NextRun({ schedule }: { schedule: Planned }) {
  const { name, next, timeZone, lastRun } = schedule;
  const { tone, words } = outcomeOf(lastRun);
  return (
    <Row>
      <Cell className="w-1/3 max-w-0">
        <span title={name} className="block truncate font-medium">
          {name}
        </span>
      </Cell>
      <Cell from="md" className="w-1/3 max-w-0">
        <span className="block truncate">{scopeWords(schedule)}</span>
      </Cell>
      <Cell>
        <span title={slotInZone(next, timeZone)}>
          <RelativeTime time={next} ahead />
        </span>
      </Cell>
      <Cell from="md">
        <StatusMark tone={tone}>{words}</StatusMark>
      </Cell>
    </Row>
  );
}
