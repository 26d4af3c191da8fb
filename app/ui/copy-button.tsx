"use client";

import { Check, Copy, X } from "lucide-react";
import { useEffect, useState } from "react";
import { IconButton } from "@/app/ui/button";
import { copyText } from "@/app/ui/copy";

const shownFor = 2_000;

/** Copies, and says for a moment whether it did. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [result, setResult] = useState<"copied" | "failed" | null>(null);

  useEffect(() => {
    if (!result) return;
    const timer = setTimeout(() => setResult(null), shownFor);
    return () => clearTimeout(timer);
  }, [result]);

  const Icon = result === "copied" ? Check : result === "failed" ? X : Copy;
  return (
    <>
      <IconButton
        size="sm"
        label={label}
        onClick={async () => setResult((await copyText(text)) ? "copied" : "failed")}
        className={result === "copied" ? "text-good" : undefined}
      >
        <Icon aria-hidden className="size-3.5" />
      </IconButton>
      <span role="status" className="sr-only">
        {result === "copied" && "Copied"}
        {result === "failed" && "The browser did not let us copy"}
      </span>
    </>
  );
}
