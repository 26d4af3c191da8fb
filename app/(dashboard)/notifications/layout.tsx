import type { ReactNode } from "react";
import { AdminsOnly } from "@/app/user/admins-only";

export default function NotificationsLayout({ children }: { children: ReactNode }) {
  return <AdminsOnly>{children}</AdminsOnly>;
}
