import type { ReactNode } from "react";

/** A page that has only this to say. */
export function PageMessage({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <div className="mx-auto flex min-h-[60vh] max-w-md flex-col items-start justify-center gap-3 px-5">
      <h1 className="font-semibold text-xl">{title}</h1>
      <div className="text-muted">{children}</div>
      {action}
    </div>
  );
}
