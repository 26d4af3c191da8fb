import { LoaderCircle } from "lucide-react";

/** Says nothing by itself: the words beside it do. */
export function Spinner() {
  return <LoaderCircle aria-hidden className="size-4 animate-spin" />;
}
