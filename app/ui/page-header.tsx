import Link from "next/link";
import type { ReactNode } from "react";

type Crumb = { href: string; label: string };

type Props = {
  title: ReactNode;
  crumbs?: Crumb[];
  /** The last of the crumbs: where we are. */
  here?: string;
  actions?: ReactNode;
  children?: ReactNode;
};

/** The head of a page: the way here, its title, its actions, and what there is to know at a glance. */
export function PageHeader({ title, crumbs = [], here, actions, children }: Props) {
  return (
    <header className="flex flex-col gap-2 sm:gap-1">
      {crumbs.length > 0 && (
        <nav aria-label="Breadcrumb">
          <ol className="flex text-muted text-sm">
            {crumbs.map((crumb) => (
              <li key={crumb.href} className="flex">
                <Link href={crumb.href} className="rounded-sm hover:text-text hover:underline">
                  {crumb.label}
                </Link>
                <span aria-hidden className="px-1.5">
                  /
                </span>
              </li>
            ))}
            {here && (
              <li aria-current="page" className="min-w-0 truncate">
                {here}
              </li>
            )}
          </ol>
        </nav>
      )}
      <div className="flex min-h-8 flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h1 className="min-w-0 break-words font-semibold text-xl">{title}</h1>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
      {children}
    </header>
  );
}
