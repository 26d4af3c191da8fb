import type { ReactNode } from "react";
import { AdminsOnly } from "@/app/user/admins-only";

export default function UsersLayout({ children }: { children: ReactNode }) {
  return <AdminsOnly>{children}</AdminsOnly>;
}
