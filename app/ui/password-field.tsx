"use client";

import { type ComponentProps, useState } from "react";
import { cx } from "@/app/ui/class-names";
import { Field, inputClass } from "@/app/ui/field";

type Props = { label: string; hint?: string; error?: string | null } & Omit<ComponentProps<"input">, "type">;

/** A password that can be looked at, so that it has to be typed once only. */
export function PasswordField({ label, hint, error, ...input }: Props) {
  const [isShown, setShown] = useState(false);
  return (
    <Field label={label} hint={hint} error={error}>
      {(wiring) => (
        <div className="relative">
          <input
            {...wiring}
            {...input}
            type={isShown ? "text" : "password"}
            autoCapitalize="none"
            spellCheck={false}
            className={cx(inputClass, "pr-16")}
          />
          <button
            type="button"
            aria-pressed={isShown}
            aria-controls={wiring.id}
            onClick={() => setShown(!isShown)}
            className="absolute inset-y-0 right-0 w-15 rounded text-muted text-sm hover:text-text"
          >
            {isShown ? "Hide" : "Show"}
            <span className="sr-only"> what is typed</span>
          </button>
        </div>
      )}
    </Field>
  );
}
