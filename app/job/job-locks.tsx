import type { Job, JobProgress } from "@/app/trpc/types";
import { Foldable } from "@/app/ui/foldable";
import { formatSeconds, plural } from "@/app/ui/format";
import { Notice } from "@/app/ui/notice";

type LockWait = JobProgress["waiters"][number];

const who = (wait: LockWait) => `${wait.user}${wait.application ? ` (${wait.application})` : ""}, process ${wait.pid}`;

/** Whom we hold up, and who holds us up, while either can still be helped. */
export function LockWarnings({ job }: { job: Job }) {
  const { waiters = [], blockers = [] } = job.progress ?? {};
  if (job.status !== "in_progress") return null;
  const isExport = job.kind === "export_backup";
  return (
    <>
      {blockers[0] && (
        <Notice
          tone="warn"
          role="status"
          title={`${isExport ? "pg_dump" : "The swap"} waits for a lock held by ${who(blockers[0])}.`}
        >
          It goes on as soon as that session ends its transaction.
        </Notice>
      )}
      {waiters.length > 0 && (
        <Notice
          tone="warn"
          role="status"
          title={`${plural(waiters.length, "session waits", "sessions wait")} for a lock that this export holds.`}
        >
          Cancel the export if they cannot wait.
        </Notice>
      )}
    </>
  );
}

export function Waiters({ waiters }: { waiters: LockWait[] }) {
  return (
    <Foldable scrolls summary={`Who waits for us (${waiters.length})`}>
      {waiters.length === 0 && <p className="text-muted text-sm">Nobody.</p>}
      <ul className="flex flex-col gap-2 text-sm">
        {waiters.map((wait) => (
          <li key={wait.pid}>
            <p>
              {who(wait)}, for {formatSeconds(wait.seconds)}
            </p>
            <code className="block truncate font-mono text-muted text-xs" title={wait.query}>
              {wait.query}
            </code>
          </li>
        ))}
      </ul>
    </Foldable>
  );
}
