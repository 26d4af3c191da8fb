import { Check, X } from "lucide-react";
import { stepWord } from "@/app/job/job-words";
import type { Job, JobStep } from "@/app/trpc/types";
import { cx } from "@/app/ui/class-names";

type StepState = "done" | "running" | "waiting" | "failed";

const stateWords: Record<StepState, string> = {
  done: "done",
  running: "running",
  waiting: "not yet begun",
  failed: "failed here",
};

const colors: Record<StepState, string> = {
  done: "text-good",
  running: "text-accent-strong",
  waiting: "text-muted",
  failed: "text-bad",
};

function stateOf(step: JobStep, status: Job["status"]): StepState {
  // The steps of an attempt that is over say nothing about the next.
  if (status === "pending") return "waiting";
  if (step.finishedAt || status === "completed") return "done";
  if (!step.startedAt) return "waiting";
  return status === "failed" ? "failed" : "running";
}

export function JobSteps({ job }: { job: Job }) {
  return (
    <ol aria-label="Steps" className="flex flex-wrap gap-x-5 gap-y-1">
      {job.steps.map((step) => {
        const state = stateOf(step, job.status);
        return (
          <li
            key={step.name}
            title={step.title}
            aria-current={state === "running" ? "step" : undefined}
            className={cx("flex items-center gap-1.5", state === "waiting" ? "text-muted" : "text-text")}
          >
            <span aria-hidden className={cx("flex size-4 items-center justify-center", colors[state])}>
              <StepIcon state={state} />
            </span>
            <span className={cx(state === "running" && "font-medium")}>{stepWord(step)}</span>
            <span className="sr-only">, {stateWords[state]}</span>
          </li>
        );
      })}
    </ol>
  );
}

function StepIcon({ state }: { state: StepState }) {
  if (state === "done") return <Check className="size-4" />;
  if (state === "failed") return <X className="size-4" />;
  return (
    <span className={cx("size-2.5 rounded-full border-2 border-current", state === "running" && "pulse bg-current")} />
  );
}
