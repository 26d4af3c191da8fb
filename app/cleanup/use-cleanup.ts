"use client";

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "@/app/trpc/client";
import { describeError } from "@/app/trpc/error";
import type { Cleanup, CleanupPolicy } from "@/app/trpc/types";
import { ownZone } from "@/app/ui/own-zone";

const hasChanged = (error: unknown) => describeError(error).code === "PLAN_CHANGED";

/** First what a policy would remove, then just that; when it would be something else by now, the new plan comes instead. */
export function useCleanup(projectId: string | undefined) {
  const trpc = useTRPC();
  const [policy, setPolicy] = useState<CleanupPolicy | null>(null);
  const [plan, setPlan] = useState<Cleanup | null>(null);
  const [isOther, setOther] = useState(false);
  const asked = (wanted: CleanupPolicy) => ({ ...wanted, projectId, timeZone: ownZone() });
  const ask = useMutation(
    trpc.cleanup.run.mutationOptions({ meta: { showsError: true, changesNothing: true }, onSuccess: setPlan }),
  );
  const act = useMutation(
    trpc.cleanup.run.mutationOptions({
      meta: { showsError: true },
      onError: (error) => {
        if (!hasChanged(error)) return;
        setOther(true);
        if (policy) ask.mutate({ ...asked(policy), dryRun: true });
      },
    }),
  );

  return {
    plan,
    /** The plan is not the one that was agreed to. */
    isOther,
    done: act.data ?? null,
    isPending: ask.isPending || act.isPending,
    error: ask.error ?? (act.error && !hasChanged(act.error) ? act.error : null),
    show(wanted: CleanupPolicy) {
      setPolicy(wanted);
      if (!ask.isPending) ask.mutate({ ...asked(wanted), dryRun: true });
    },
    carryOut() {
      if (!policy || !plan || ask.isPending || act.isPending) return;
      setOther(false);
      act.mutate({ ...asked(policy), planId: plan.planId });
    },
    goBack() {
      setPlan(null);
      setOther(false);
      act.reset();
    },
    policy,
  };
}
