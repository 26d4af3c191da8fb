import { ArrowDown, ArrowUp } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import { cx } from "@/app/ui/class-names";

type TableProps = { label: string; head: ReactNode; children: ReactNode; busy?: boolean; className?: string };

/** Rows of 36 px. What does not fit the screen scrolls sideways inside. */
export function Table({ label, head, children, busy, className }: TableProps) {
  return (
    <div className={cx("relative -m-1 overflow-x-auto p-1", className)}>
      <table aria-label={label} aria-busy={busy || undefined} className="w-full border-collapse text-sm tabular-nums">
        <thead>
          <tr className="h-8 border-line border-b text-left text-muted text-xs">{head}</tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

type CellProps = { numeric?: boolean; from?: "md" | "lg" };

/** `from`: the narrowest screen that shows this column. */
const cellClass = ({ numeric, from }: CellProps) =>
  cx(
    "px-2 first:pl-0 last:pr-0",
    numeric && "text-right",
    from === "md" && "max-md:hidden",
    from === "lg" && "max-lg:hidden",
  );

export function Row({ className, ...rest }: ComponentProps<"tr">) {
  return <tr {...rest} className={cx("h-9 border-line border-b last:border-b-0 hover:bg-sunken", className)} />;
}

export function Head({ numeric, from, className, ...rest }: ComponentProps<"th"> & CellProps) {
  return (
    <th
      scope="col"
      {...rest}
      className={cx(cellClass({ numeric, from }), "whitespace-nowrap font-medium", className)}
    />
  );
}

/** Over the buttons of each row. */
export function ActionsHead() {
  return (
    <Head>
      <span className="sr-only">Actions</span>
    </Head>
  );
}

export function Cell({ numeric, from, className, ...rest }: ComponentProps<"td"> & CellProps) {
  return <td {...rest} className={cx(cellClass({ numeric, from }), numeric && "whitespace-nowrap", className)} />;
}

export type Sort<Key extends string> = { key: Key; descending: boolean };

type SortHeadProps<Key extends string> = CellProps & {
  column: Key;
  sort: Sort<Key>;
  onSort: (sort: Sort<Key>) => void;
  /** Whether the first press sorts with the largest first. */
  descendingFirst?: boolean;
  children: ReactNode;
};

/** A heading that sorts its column; a second press turns the order around. */
export function SortHead<Key extends string>(props: SortHeadProps<Key>) {
  const { column, sort, onSort, descendingFirst = false, children, numeric, from } = props;
  const isActive = sort.key === column;
  const Arrow = sort.descending ? ArrowDown : ArrowUp;
  return (
    <Head
      numeric={numeric}
      from={from}
      aria-sort={isActive ? (sort.descending ? "descending" : "ascending") : undefined}
    >
      <button
        type="button"
        onClick={() => onSort({ key: column, descending: isActive ? !sort.descending : descendingFirst })}
        className={cx("inline-flex items-center gap-1 rounded-sm hover:text-text", isActive && "text-text")}
      >
        {children}
        {isActive && <Arrow aria-hidden className="size-3" />}
      </button>
    </Head>
  );
}
