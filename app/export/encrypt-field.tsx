"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import type { ReactNode } from "react";
import { useTRPC } from "@/app/trpc/client";
import { SwitchField } from "@/app/ui/switch-field";
import { useCurrentUser } from "@/app/user/current-user";

/** Can be switched on once there is a key to encrypt for, and off whatever there is. */
export function EncryptField({ isOn = false }: { isOn?: boolean }) {
  const trpc = useTRPC();
  const isAdmin = useCurrentUser().role === "admin";
  const { data: keys, isPending } = useQuery(trpc.encryption.list.queryOptions());
  const names = keys?.filter((key) => !key.retiredAt).map((key) => key.name) ?? [];

  function about(): ReactNode {
    if (isPending) return "Looking for keys…";
    if (!keys) return "The keys could not be read. Close this dialog and try again.";
    if (names.length > 0) return `Only a secret key opens the file, one of: ${names.join(", ")}.`;
    if (!isAdmin) return "There is no key to encrypt for. Ask an administrator to make one.";
    return (
      <>
        There is no key to encrypt for.{" "}
        <Link href="/encryption" className="text-accent-strong underline">
          Make or add one
        </Link>
        .
      </>
    );
  }
  const canChange = names.length > 0 || (keys !== undefined && isOn);
  return (
    <>
      {/* Says that the form has asked: a switch that cannot be moved tells a form nothing, which is not the same as off. */}
      {canChange && <input type="hidden" name="asksEncrypt" value="yes" />}
      <SwitchField name="encrypt" label="Encrypt" about={about()} disabled={!canChange} defaultChecked={isOn} />
    </>
  );
}
