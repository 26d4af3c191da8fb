import type { ReactNode } from "react";
import { Logo } from "@/app/ui/logo";

/** A page for somebody who is not inside yet. */
export function CardPage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="flex min-h-dvh items-center justify-center bg-sunken px-5 py-10">
      <div className="flex w-full max-w-sm flex-col gap-5 rounded border border-line bg-raised p-6">
        <div className="flex items-center gap-2.5">
          <Logo />
          <h1 className="min-w-0 break-words font-semibold text-xl">{title}</h1>
        </div>
        {children}
      </div>
    </main>
  );
}
