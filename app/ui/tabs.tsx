"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { cx } from "@/app/ui/class-names";

/** `deep`: the pages below it belong to it as well. */
type Tab = { href: string; label: string; deep?: boolean };

/** Tabs that are pages: links, so they can be opened anywhere and come back after a reload. */
export function Tabs({ label, tabs }: { label: string; tabs: Tab[] }) {
  const pathname = usePathname();
  return (
    // On a narrow screen they scroll sideways, rather than the page.
    <nav aria-label={label} className="-mx-1 overflow-x-auto overflow-y-hidden border-line border-b px-1">
      <ul className="flex gap-4 whitespace-nowrap">
        {tabs.map(({ href, label: name, deep }) => (
          <li key={href}>
            <Link
              href={href}
              aria-current={pathname === href ? "page" : isIn(pathname, { href, deep }) ? "true" : undefined}
              className={cx(
                "flex h-9 items-center border-b-2 px-0.5 text-base",
                isIn(pathname, { href, deep })
                  ? "border-accent font-medium"
                  : "border-transparent text-muted hover:text-text",
              )}
            >
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

const isIn = (pathname: string, { href, deep }: Omit<Tab, "label">) =>
  pathname === href || (deep === true && pathname.startsWith(`${href}/`));
