import Link from "next/link";
import { type KeyboardEvent, useId } from "react";
import { isSame, type Selection, selectionHref } from "@/app/browse/selection";
import { cx } from "@/app/ui/class-names";
import { formatCount } from "@/app/ui/format";

type Item = Selection & { aside?: string };
type Props = {
  title: string;
  items: Item[] /** How many are left out, if it is more than none. */;
  more: number;
  selection: Selection | null;
};

/** Objects of one kind. The arrow keys go from one to the next. */
export function ObjectLinks({ title, items, more, selection }: Props) {
  const id = useId();
  if (items.length === 0) return null;
  return (
    <section aria-labelledby={id}>
      <h2 id={id} className="pb-1 font-medium text-muted text-xs">
        {title}
      </h2>
      <ul onKeyDown={moveFocus}>
        {items.map((item) => (
          <li key={item.name}>
            <Link
              href={selectionHref(item)}
              scroll={false}
              prefetch={false}
              title={item.name}
              aria-current={isSame(selection, item) ? "page" : undefined}
              className={cx(
                "flex h-7 items-center gap-3 rounded px-2 max-md:h-9",
                isSame(selection, item) ? "bg-accent-soft font-medium" : "hover:bg-hover",
              )}
            >
              <span className="min-w-0 flex-1 truncate whitespace-pre font-mono text-xs">{item.name}</span>
              {item.aside && <span className="shrink-0 text-muted text-xs tabular-nums">{item.aside}</span>}
            </Link>
          </li>
        ))}
      </ul>
      {more > 0 && <p className="px-2 pt-1 text-muted text-xs">and {formatCount(more)} more: search for them</p>}
    </section>
  );
}

/** Through all lists of the navigation, as they stand. */
function moveFocus(event: KeyboardEvent<HTMLElement>) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const links = [...(event.currentTarget.closest("nav")?.querySelectorAll("a") ?? [])];
  const next = links[links.findIndex((link) => link.matches(":focus")) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
