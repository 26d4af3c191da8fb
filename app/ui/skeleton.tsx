import { cx } from "@/app/ui/class-names";

/** Where something will stand; as large as it will be. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cx("rounded-sm bg-hover", className)} />;
}

/** Rows of the same height as those of a table. */
export function SkeletonRows({ rows = 6, label = "Loading" }: { rows?: number; label?: string }) {
  return (
    <div role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
        <div key={row} className="flex h-9 items-center gap-6 border-line border-b last:border-b-0">
          <Skeleton className="h-3 w-1/3" />
          <Skeleton className="h-3 w-1/6" />
          <Skeleton className="h-3 w-1/6 max-md:hidden" />
        </div>
      ))}
    </div>
  );
}
