"use client";

import { FileKey } from "lucide-react";
import { useRef, useState } from "react";
import { Button } from "@/app/ui/button";
import { cx } from "@/app/ui/class-names";
import { controlClass, Field } from "@/app/ui/field";

/** The key in a form that may have the field. */
export function secretKeyIn(form: FormData): string | undefined {
  const identity = form.get("identity");
  return typeof identity === "string" ? identity : undefined;
}

/** No key file is larger; whoever picks a backup by mistake should not wait for it. */
const mostBytes = 64 * 1024;

/** Takes a secret key as text or out of a key file. What is there is hidden, as a password is. */
export function SecretKeyField({ error }: { error?: string | null }) {
  const [isShown, setShown] = useState(false);
  const [mistake, setMistake] = useState<string | null>(null);
  const text = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);

  async function take(file: File | undefined) {
    if (!file || !text.current) return;
    setMistake(file.size > mostBytes ? `${file.name} is too large for a key file.` : null);
    if (file.size > mostBytes) return;
    text.current.value = await file.text();
    // As if it had been typed: the form hears of it.
    text.current.dispatchEvent(new Event("input", { bubbles: true }));
    text.current.focus();
  }

  return (
    <div className="flex flex-col gap-2">
      <Field
        label="Secret key"
        error={mistake ?? error}
        hint="AGE-SECRET-KEY-1…, or all of a key file. It is used for this alone, and Coffer forgets it afterwards."
      >
        {(wiring) => (
          <textarea
            {...wiring}
            ref={text}
            name="identity"
            required
            rows={3}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            data-autofocus
            className={cx(
              controlClass,
              "resize-y py-1.5 font-mono text-xs",
              !isShown && "[-webkit-text-security:disc]",
            )}
          />
        )}
      </Field>
      <div className="flex flex-wrap gap-2">
        <Button size="sm" icon={<FileKey aria-hidden className="size-4" />} onClick={() => picker.current?.click()}>
          Choose key file
        </Button>
        <Button size="sm" variant="ghost" aria-pressed={isShown} onClick={() => setShown(!isShown)}>
          Show the key
        </Button>
        <input
          ref={picker}
          type="file"
          aria-label="Key file"
          tabIndex={-1}
          className="hidden"
          onChange={(event) => {
            void take(event.target.files?.[0]);
            event.target.value = "";
          }}
        />
      </div>
    </div>
  );
}
