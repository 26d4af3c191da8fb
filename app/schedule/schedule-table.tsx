"use client";

import { ScheduleActions } from "@/app/schedule/schedule-actions";
import { outcomeOf, scopeWords, slotInZone } from "@/app/schedule/schedule-words";
import type { Schedule } from "@/app/trpc/types";
import { RelativeTime } from "@/app/ui/relative-time";
import { StatusMark } from "@/app/ui/status-mark";
import { ActionsHead, Cell, Head, Row, Table } from "@/app/ui/table";

export function ScheduleTable({ schedules }: { schedules: Schedule[] }) {
  return (
    <Table
      label="Schedules"
      head={
        <>
          <Head>Name</Head>
          <Head from="md">Projects</Head>
          <Head from="lg">When</Head>
          <Head>Next run</Head>
          <Head from="md">Last run</Head>
          <ActionsHead />
        </>
      }
    >
      {schedules.map((schedule) => (
        <ScheduleRow key={schedule.id} schedule={schedule} />
      ))}
    </Table>
  );
}

function ScheduleRow({ schedule }: { schedule: Schedule }) {
  const { name, words, timeZone, nextSlots, lastRun, pausedAt, canChange } = schedule;
  const [next] = nextSlots;
  return (
    <Row>
      <Cell className="w-1/4 max-w-0 py-1 max-md:w-1/2">
        <span title={name} className="block truncate font-medium text-base">
          {name}
        </span>
        <span className="block truncate text-muted text-xs lg:hidden">{words}</span>
        <span className="block truncate text-muted text-xs md:hidden">{scopeWords(schedule)}</span>
      </Cell>
      <Cell from="md" className="w-1/5 max-w-0">
        <span title={scopeWords(schedule)} className="block truncate">
          {scopeWords(schedule)}
        </span>
      </Cell>
      <Cell from="lg" className="w-1/4 max-w-0 py-1">
        <span title={words} className="block truncate">
          {words}
        </span>
        <span className="block truncate text-muted text-xs">{timeZone}</span>
      </Cell>
      <Cell>
        {pausedAt && <StatusMark tone="ended">Paused</StatusMark>}
        {!pausedAt && next && (
          <span title={nextSlots.map((slot) => slotInZone(slot, timeZone)).join("\n")}>
            <RelativeTime time={next} ahead />
          </span>
        )}
        {!pausedAt && !next && <StatusMark tone="warn">Never</StatusMark>}
        <span className="block text-xs md:hidden">
          <StatusMark tone={outcomeOf(lastRun).tone}>{outcomeOf(lastRun).words}</StatusMark>
        </span>
      </Cell>
      <Cell from="md" className="w-1/4 max-w-0 py-1">
        <Outcome run={lastRun} />
      </Cell>
      <Cell numeric>{canChange && <ScheduleActions schedule={schedule} />}</Cell>
    </Row>
  );
}

function Outcome({ run }: { run: Schedule["lastRun"] }) {
  const { tone, words } = outcomeOf(run);
  return (
    <>
      <StatusMark tone={tone}>{words}</StatusMark>
      {run && (
        <span className="line-clamp-4 break-words text-muted text-xs">
          <RelativeTime time={run.slot} />
          {run.errorMessage && `: ${run.errorMessage}`}
        </span>
      )}
    </>
  );
}
