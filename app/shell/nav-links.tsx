"use client";

import {
  Activity,
  Bell,
  Boxes,
  CalendarClock,
  ChartColumn,
  CloudUpload,
  Database,
  Gauge,
  KeyRound,
  LockKeyhole,
  ScrollText,
  Users,
} from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { cx } from "@/app/ui/class-names";
import { useCurrentUser } from "@/app/user/current-user";

const links = [
  { href: "/", label: "Overview", icon: Gauge },
  { href: "/projects", label: "Projects", icon: Boxes },
  { href: "/schedules", label: "Schedules", icon: CalendarClock },
  { href: "/activity", label: "Activity", icon: Activity },
  { href: "/statistics", label: "Statistics", icon: ChartColumn },
  { href: "/tokens", label: "API tokens", icon: KeyRound },
  { href: "/databases", label: "Databases", icon: Database, adminOnly: true },
  { href: "/destinations", label: "Destinations", icon: CloudUpload, adminOnly: true },
  { href: "/encryption", label: "Encryption", icon: LockKeyhole, adminOnly: true },
  { href: "/notifications", label: "Notifications", icon: Bell, adminOnly: true },
  { href: "/users", label: "Users", icon: Users, adminOnly: true },
  { href: "/audit", label: "Audit", icon: ScrollText, adminOnly: true },
];

const isHere = (pathname: string, href: string) =>
  href === "/" ? pathname === "/" : pathname === href || pathname.startsWith(`${href}/`);

/** `folds`: on a middling screen only the icons are seen. */
export function NavLinks({ folds = false, onNavigate }: { folds?: boolean; onNavigate?: () => void }) {
  const pathname = usePathname();
  const isAdmin = useCurrentUser().role === "admin";
  return (
    <nav aria-label="Main">
      <ul className="flex flex-col gap-0.5">
        {links
          .filter((link) => isAdmin || !link.adminOnly)
          .map(({ href, label, icon: Icon }) => (
            <li key={href}>
              <Link
                href={href}
                title={folds ? label : undefined}
                aria-current={isHere(pathname, href) ? "page" : undefined}
                onClick={onNavigate}
                className={cx(
                  "flex h-8 items-center gap-2.5 rounded px-2.5",
                  isHere(pathname, href) ? "bg-hover font-medium" : "text-muted hover:bg-hover hover:text-text",
                )}
              >
                <Icon aria-hidden className="size-4 shrink-0" />
                <span className={cx(folds && "max-lg:sr-only")}>{label}</span>
              </Link>
            </li>
          ))}
      </ul>
    </nav>
  );
}
