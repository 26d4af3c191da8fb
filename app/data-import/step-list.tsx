import { Check } from "lucide-react";
import { type Step, steps, stepWords } from "@/app/data-import/wizard-step";
import { cx } from "@/app/ui/class-names";

/** Where we are on the way from the file to the result. */
export function StepList({ current }: { current: Step }) {
  const at = steps.indexOf(current);
  return (
    <ol aria-label="Steps of the import" className="flex flex-wrap gap-x-5 gap-y-1 text-sm">
      {steps.map((step, n) => (
        <li
          key={step}
          aria-current={n === at ? "step" : undefined}
          className={cx("flex items-center gap-1.5", n > at ? "text-muted" : "text-text", n === at && "font-medium")}
        >
          <span
            aria-hidden
            className={cx(
              "flex size-5 items-center justify-center rounded-full border text-xs tabular-nums",
              n === at && "border-accent bg-accent text-on-accent",
              n < at && "border-good text-good",
              n > at && "border-line-strong",
            )}
          >
            {n < at ? <Check className="size-3" /> : n + 1}
          </span>
          <span className={cx(n !== at && "max-md:sr-only")}>{stepWords[step].name}</span>
          {n < at && <span className="sr-only">, done</span>}
        </li>
      ))}
    </ol>
  );
}
