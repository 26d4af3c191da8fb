"use client";

import { CleanupPlan } from "@/app/cleanup/cleanup-plan";
import { CleanupResult } from "@/app/cleanup/cleanup-result";
import { usualPolicy } from "@/app/cleanup/policy";
import { PolicyForm } from "@/app/cleanup/policy-form";
import { useCleanup } from "@/app/cleanup/use-cleanup";
import { Dialog } from "@/app/ui/dialog";

type Props = {
  /** All of them without one. */
  project?: { slug: string; name: string };
  onClose: () => void;
};

/** Rules, then what they would remove, then what they have removed. */
export function CleanupDialog({ project, onClose }: Props) {
  const cleanup = useCleanup(project?.slug);
  const { plan, done } = cleanup;
  return (
    <Dialog
      title={`Clean up backups of ${project?.name ?? "all projects"}`}
      width={plan && !done ? "xl" : "md"}
      onClose={onClose}
    >
      {done && <CleanupResult done={done} planned={plan?.deleted.length ?? 0} onClose={onClose} />}
      {!done && plan && (
        <CleanupPlan
          plan={plan}
          isOther={cleanup.isOther}
          namesProjects={!project}
          change={cleanup}
          onBack={cleanup.goBack}
          onConfirm={cleanup.carryOut}
          onClose={onClose}
        />
      )}
      {!done && !plan && (
        <PolicyForm
          ofEach={!project}
          policy={cleanup.policy ?? usualPolicy}
          change={cleanup}
          onSubmit={cleanup.show}
          onCancel={onClose}
        />
      )}
    </Dialog>
  );
}
