import type { ReactNode } from "react";
import { cx } from "@/app/ui/class-names";

export type Figure = { name: string; value: ReactNode; isBad?: boolean };

const columns = { 4: "grid-cols-4 max-md:grid-cols-2", 6: "grid-cols-6 max-lg:grid-cols-3 max-md:grid-cols-2" };

/** A few numbers beside each other. The first column's line and space are cut off, however the cells wrap. */
export function FigureRow({ figures }: { figures: Figure[] }) {
  return (
    <div className="overflow-hidden border-line border-y">
      <dl className={cx("-mt-px -ml-[17px] grid", columns[figures.length > 4 ? 6 : 4])}>
        {figures.map(({ name, value, isBad }) => (
          <div key={name} className="flex flex-col-reverse justify-end border-line border-t border-l px-4 py-2.5">
            <dt className="text-muted text-sm">{name}</dt>
            <dd className={cx("font-semibold text-xl tabular-nums first-letter:uppercase", isBad && "text-bad")}>
              {value}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
