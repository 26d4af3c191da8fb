import { type ComponentProps, type ReactNode, useId } from "react";
import { cx } from "@/app/ui/class-names";

type Described = { label: string; hint?: ReactNode; error?: string | null };

/** Of a control of any height. */
export const controlClass =
  "w-full rounded border border-line-strong bg-raised px-2.5 text-text aria-invalid:border-bad disabled:opacity-60";

/** Of a control of one line. */
export const inputClass = cx(controlClass, "h-8 text-base");

type Wiring = { id: string; "aria-describedby"?: string; "aria-invalid"?: true };

/** A control with its label, and a note that it is described by. */
export function Field({ label, hint, error, children }: Described & { children: (wiring: Wiring) => ReactNode }) {
  const id = useId();
  const noteId = `${id}-note`;
  const note = error || hint;
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children({ id, "aria-describedby": note ? noteId : undefined, "aria-invalid": error ? true : undefined })}
      {note && (
        <p id={noteId} className={cx("text-xs", error ? "text-bad" : "text-muted")}>
          {note}
        </p>
      )}
    </div>
  );
}

export function TextField({ label, hint, error, className, ...input }: Described & ComponentProps<"input">) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(wiring) => <input {...wiring} {...input} className={cx(inputClass, className)} />}
    </Field>
  );
}

/** What something is called in Coffer; the first field of a dialog. */
export function NameField(props: Omit<ComponentProps<typeof TextField>, "label" | "name">) {
  return <TextField label="Name" name="name" required maxLength={100} autoComplete="off" data-autofocus {...props} />;
}

/** For what is kept encrypted and not shown again. Browsers neither keep it nor offer to. */
export function SecretField(props: ComponentProps<typeof TextField>) {
  return <TextField {...props} autoComplete="off" spellCheck={false} data-1p-ignore className="font-mono text-xs" />;
}

export function SelectField({ label, hint, error, children, ...select }: Described & ComponentProps<"select">) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(wiring) => (
        <select {...wiring} {...select} className={inputClass}>
          {children}
        </select>
      )}
    </Field>
  );
}
