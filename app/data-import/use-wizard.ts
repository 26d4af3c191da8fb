"use client";

import { useSearchParams } from "next/navigation";
import { hrefOf, type Place, placeOf } from "@/app/data-import/wizard-step";

/** What every step needs; `go` leads to another one. */
export type StepProps = { slug: string; go: (change: Partial<Place>) => void };

/** Each step is an address of its own: the browser's way back is the way back. Next follows the call, and asks the server for nothing. */
export function useWizard(): [Place, StepProps["go"]] {
  const place = placeOf(useSearchParams());
  return [place, (change) => window.history.pushState(null, "", hrefOf({ ...place, ...change }))];
}
