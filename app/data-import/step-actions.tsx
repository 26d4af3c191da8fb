import type { ReactNode } from "react";

/** The ways on, at the end of a step; on a narrow screen below each other. */
export function StepActions({ children }: { children: ReactNode }) {
  return <div className="flex flex-wrap justify-end gap-2 border-line border-t pt-4">{children}</div>;
}
