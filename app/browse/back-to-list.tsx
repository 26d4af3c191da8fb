import { ArrowLeft } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";

/** On a narrow screen the list and what was chosen from it take turns. */
export function BackToList() {
  return (
    <Link
      href={usePathname()}
      scroll={false}
      className="mb-1 flex h-8 items-center gap-1 rounded-sm text-muted text-sm hover:text-text md:hidden"
    >
      <ArrowLeft aria-hidden className="size-4" />
      All objects
    </Link>
  );
}
