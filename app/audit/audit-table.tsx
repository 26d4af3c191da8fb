import { AuditRow } from "@/app/audit/audit-row";
import type { AuditEvent } from "@/app/trpc/types";
import { Head, Table } from "@/app/ui/table";

export function AuditTable({ events }: { events: AuditEvent[] }) {
  return (
    <Table
      label="Events"
      head={
        <>
          <Head className="w-6">
            <span className="sr-only">Details</span>
          </Head>
          <Head>Time</Head>
          <Head from="md">Who</Head>
          <Head>Action</Head>
          <Head from="md">Subject</Head>
          <Head from="lg">Project</Head>
          <Head from="lg">Address</Head>
        </>
      }
    >
      {events.map((event) => (
        <AuditRow key={event.id} event={event} />
      ))}
    </Table>
  );
}
