"use client";

import { Crash } from "@/app/ui/crash";

export default function RootError(props: { error: unknown; retry: () => void }) {
  return (
    <main>
      <Crash {...props} />
    </main>
  );
}
