import type { ReactNode } from "react";

/** One sentence that says what is missing, and the way to fill it. */
export function EmptyState({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-3 border border-line border-dashed rounded px-4 py-10 text-center">
      <p className="max-w-md text-muted">{children}</p>
      {action}
    </div>
  );
}
