"use client";

import { type FormEvent, useState } from "react";
import { hasRule, readPolicyForm } from "@/app/cleanup/policy";
import { PolicyFields } from "@/app/cleanup/policy-fields";
import type { CleanupPolicy } from "@/app/trpc/types";
import { DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";
import { FormActions } from "@/app/ui/form-actions";
import { Notice } from "@/app/ui/notice";

type Props = {
  /** The rules are for each of several projects. */
  ofEach: boolean;
  policy: CleanupPolicy;
  change: { isPending: boolean; error: unknown };
  onSubmit: (policy: CleanupPolicy) => void;
  onCancel: () => void;
};

/** The rules that say which backups stay. */
export function PolicyForm({ ofEach, policy, change, onSubmit, onCancel }: Props) {
  const [lacksRule, setLacksRule] = useState(false);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const wanted = readPolicyForm(new FormData(event.currentTarget));
    setLacksRule(!hasRule(wanted));
    if (hasRule(wanted)) onSubmit(wanted);
  }

  return (
    <form onSubmit={submit} className="contents">
      <DialogBody>
        {Boolean(change.error) && <ErrorState title="The backups could not be gone through" error={change.error} />}
        {lacksRule && (
          <Notice tone="bad" role="alert">
            Set at least one rule. Without one, everything stays.
          </Notice>
        )}
        <PolicyFields policy={policy} legend={ofEach ? "What to keep of each project" : "What to keep"} hasFocus />
      </DialogBody>
      <FormActions submit="Show what goes" pending={change.isPending} onCancel={onCancel} />
    </form>
  );
}
