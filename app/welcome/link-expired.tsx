import { buttonClass } from "@/app/ui/button";

/** What to do when the link is of no use any more. */
export function LinkExpired() {
  return (
    <>
      <p>It has been used, it is too old, or a newer one took its place.</p>
      <ul className="flex list-disc flex-col gap-1 pl-5 text-muted">
        <li>If you have chosen a password already, sign in with it.</li>
        <li>Otherwise ask an administrator for a new link.</li>
      </ul>
      <a href="/login" className={buttonClass({ variant: "primary" })}>
        Go to sign-in
      </a>
    </>
  );
}
