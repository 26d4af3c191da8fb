"use client";

import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { signIn } from "@/app/login/session";
import { useTRPC } from "@/app/trpc/client";
import { describeError } from "@/app/trpc/error";
import type { Invited } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { CardPage } from "@/app/ui/card-page";
import { ErrorState } from "@/app/ui/error-state";
import { TextField } from "@/app/ui/field";
import { PasswordField } from "@/app/ui/password-field";
import { LinkExpired } from "@/app/welcome/link-expired";

const [shortest, longest] = [10, 1024];

/** Somebody who came with a link chooses a password, and is signed in with it. */
export function WelcomeForm({ secret, invited }: { secret: string; invited: Invited }) {
  const trpc = useTRPC();
  const accept = useMutation(
    trpc.invitation.accept.mutationOptions({
      meta: { showsError: true, changesNothing: true },
      onSuccess: async ({ email }, { password }) => {
        const isIn = (await signIn(email, password)) === "signed-in";
        // The address of this page is a secret, so it does not stay in the history.
        window.location.replace(isIn ? "/" : `/login?changed&email=${encodeURIComponent(email)}`);
      },
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const name = data.get("name");
    const password = String(data.get("password"));
    if (accept.isPending || accept.isSuccess) return;
    accept.mutate({ secret, password, ...(name !== null && { name: String(name).trim() }) });
  }

  if (accept.error && describeError(accept.error).code === "LINK_EXPIRED")
    return (
      <CardPage title="This link no longer works">
        <LinkExpired />
      </CardPage>
    );
  return (
    <CardPage title={invited.isNew ? "Welcome to Coffer" : "Choose a new password"}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {accept.error && <ErrorState title="The password could not be set" error={accept.error} />}
        {invited.isNew && <p className="text-muted">Choose a password, and you are in.</p>}
        <TextField
          label="Email"
          name="email"
          type="email"
          autoComplete="username"
          readOnly
          value={invited.email}
          className="bg-sunken text-muted"
        />
        {invited.isNew && (
          <TextField
            label="Name"
            name="name"
            autoComplete="name"
            required
            maxLength={100}
            defaultValue={invited.name}
            hint="As others see you here."
          />
        )}
        <PasswordField
          label="Password"
          name="password"
          autoComplete="new-password"
          required
          minLength={shortest}
          maxLength={longest}
          hint={`At least ${shortest} characters. A few words are easy to keep in mind.`}
        />
        {!invited.isNew && <p className="text-muted text-sm">You are signed out everywhere else.</p>}
        <Button type="submit" variant="primary" pending={accept.isPending || accept.isSuccess}>
          Set password
        </Button>
      </form>
    </CardPage>
  );
}
