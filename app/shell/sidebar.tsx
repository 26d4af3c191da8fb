import Link from "next/link";
import { NavLinks } from "@/app/shell/nav-links";
import { UserMenu } from "@/app/shell/user-menu";
import { Logo } from "@/app/ui/logo";

export function Sidebar() {
  return (
    <aside className="sticky top-0 flex h-dvh w-55 shrink-0 flex-col gap-3 border-line border-r bg-sunken p-2.5 max-lg:w-14 max-md:hidden">
      <Link href="/" className="flex h-9 items-center gap-2.5 rounded px-1.5 font-semibold text-lg">
        <Logo />
        <span className="max-lg:sr-only">Coffer</span>
      </Link>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <NavLinks folds />
      </div>
      <UserMenu folds />
    </aside>
  );
}
