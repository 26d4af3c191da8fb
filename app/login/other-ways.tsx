"use client";

import { useState } from "react";
import { startSignIn } from "@/app/login/session";
import { Button } from "@/app/ui/button";
import { Notice } from "@/app/ui/notice";

export type Way = { id: string; name: string };

/** The ways through other sites that the environment opens. */
export function OtherWays({ ways, next }: { ways: Way[]; next: string }) {
  const [going, setGoing] = useState<string | null>(null);
  const [failed, setFailed] = useState(false);

  async function go(id: string) {
    setGoing(id);
    setFailed(false);
    try {
      window.location.assign(await startSignIn(id, next));
    } catch {
      setFailed(true);
      setGoing(null);
    }
  }

  return (
    <div className="flex flex-col gap-2 border-line border-t pt-5">
      {failed && (
        <Notice tone="bad" role="alert">
          Coffer does not answer. Check that it is running, then try again.
        </Notice>
      )}
      {ways.map(({ id, name }) => (
        <Button key={id} pending={going === id} onClick={() => go(id)}>
          Sign in with {name}
        </Button>
      ))}
    </div>
  );
}
