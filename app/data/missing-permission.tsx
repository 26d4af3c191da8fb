import { permissionNames } from "@/app/member/permission-words";
import type { Permission } from "@/app/trpc/types";
import { Notice } from "@/app/ui/notice";

const deeds: Partial<Record<Permission, string>> = {
  export: "export its rows",
  import: "import rows into it",
};

/** What is not there for this user, and who can change that. */
export function MissingPermission({ permission }: { permission: Permission }) {
  return (
    <Notice title={`You may look at this project, but not ${deeds[permission]}.`}>
      Somebody with the permission Manage can give you the permission {permissionNames([permission])}, on the page
      Members.
    </Notice>
  );
}
