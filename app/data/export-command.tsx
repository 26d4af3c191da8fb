"use client";

import { exportRowsCommand } from "@/app/data/export-command-text";
import type { readExportWish } from "@/app/data/export-wish";
import { CopyLine } from "@/app/ui/copy-line";
import { Foldable } from "@/app/ui/foldable";
import { useInBrowser } from "@/app/ui/in-browser";

type Props = { slug: string; wish: ReturnType<typeof readExportWish> };

/** The same from a shell, for whoever wants it every night. */
export function ExportCommand({ slug, wish }: Props) {
  // The server does not know under which address it is reached.
  const isBrowser = useInBrowser();
  const command = exportRowsCommand({ origin: isBrowser ? window.location.origin : "", slug, wish });
  return (
    <Foldable summary="The same with curl">
      <CopyLine label="curl command" text={command} wraps />
      <p className="mt-1 text-muted text-xs">
        <code className="font-mono">TOKEN</code> is an API token with the scope export.
      </p>
    </Foldable>
  );
}
