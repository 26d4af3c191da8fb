"use client";

import { Plus } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { Button } from "@/app/ui/button";

const AddProjectDialog = dynamic(
  () => import("@/app/project/add-project-dialog").then((module) => module.AddProjectDialog),
  { ssr: false },
);

/** `databaseId`: the one to begin with. */
export function AddProjectButton({ databaseId, size }: { databaseId?: string; size?: "sm" | "md" }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        variant={databaseId ? "secondary" : "primary"}
        size={size}
        aria-haspopup="dialog"
        icon={<Plus aria-hidden className="size-4" />}
        onClick={() => setOpen(true)}
      >
        {databaseId ? "Add projects" : "Add project"}
      </Button>
      {isOpen && <AddProjectDialog databaseId={databaseId} onClose={() => setOpen(false)} />}
    </>
  );
}
