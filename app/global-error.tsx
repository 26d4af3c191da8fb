"use client";

import "@/app/globals.css";
import { Crash } from "@/app/ui/crash";

/** Even the root layout failed, so this brings a document of its own; it follows the system's colours. */
export default function GlobalError(props: { error: unknown; retry: () => void }) {
  return (
    <html lang="en">
      <body>
        <title>Something went wrong · Coffer</title>
        <main>
          <Crash {...props} />
        </main>
      </body>
    </html>
  );
}
