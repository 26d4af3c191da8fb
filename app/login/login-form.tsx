"use client";

import { type FormEvent, useState } from "react";
import { type SignInResult, signIn } from "@/app/login/session";
import { Button } from "@/app/ui/button";
import { TextField } from "@/app/ui/field";
import { Notice } from "@/app/ui/notice";

const explanations: Record<Exclude<SignInResult, "signed-in">, string> = {
  refused: "The email or the password is wrong.",
  "too-many": "Too many tries for this account. Wait a minute, then try again.",
  "no-answer": "Coffer does not answer. Check that it is running, then try again.",
};

type Props = {
  next: string;
  email: string;
  /** What has gone wrong on the way here. */
  error: string | null;
};

export function LoginForm({ next, email, error }: Props) {
  const [result, setResult] = useState<SignInResult | null>(null);
  const [pending, setPending] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (pending) return;
    const form = event.currentTarget;
    const data = new FormData(form);
    setPending(true);
    const answer = await signIn(String(data.get("email")).trim(), String(data.get("password")));
    setResult(answer);
    // A whole new page: nothing of a former user stays in memory.
    if (answer === "signed-in") return window.location.assign(next);
    setPending(false);
    form.querySelector<HTMLInputElement>("[name=password]")?.select();
  }

  const told = result ? result !== "signed-in" && explanations[result] : error;
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {told && (
        <Notice tone="bad" role="alert">
          {told}
        </Notice>
      )}
      <TextField label="Email" name="email" type="email" autoComplete="username" required defaultValue={email} />
      <TextField label="Password" name="password" type="password" autoComplete="current-password" required />
      <Button type="submit" variant="primary" pending={pending}>
        Sign in
      </Button>
    </form>
  );
}
