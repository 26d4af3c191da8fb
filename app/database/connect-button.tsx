"use client";

import { Plus } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { Button } from "@/app/ui/button";
import { Dialog } from "@/app/ui/dialog";
import { showMessage } from "@/app/ui/toaster";

const ConnectForm = dynamic(() => import("@/app/database/connect-form").then((module) => module.ConnectForm), {
  ssr: false,
});

export function ConnectButton() {
  const [isOpen, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <Button
        variant="primary"
        aria-haspopup="dialog"
        icon={<Plus aria-hidden className="size-4" />}
        onClick={() => setOpen(true)}
      >
        Connect a database
      </Button>
      {isOpen && (
        <Dialog title="Connect a database" onClose={close}>
          <ConnectForm
            onCancel={close}
            onConnected={() => {
              close();
              showMessage("The database is connected. Now add its schemas as projects.");
            }}
          />
        </Dialog>
      )}
    </>
  );
}
